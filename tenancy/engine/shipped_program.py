"""Whether the engine would run the shipped program, with this Python and this Tenancy."""

import functools
import importlib.util
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import yaml

from tenancy.config import PROJECT_FILE
from tenancy.config.document import JSON

__all__ = [
    "PACKAGES",
    "InDoubtError",
    "folder_of",
    "has_these_packages",
    "is_shipped",
    "require_shipped",
]

PACKAGES: Final = ("tenancy", "tenancy_components")
"""Our packages that the program imports."""

_PROGRAM: Final = "from tenancy_components.program import main\n\nmain()\n"
"""The shipped `__main__.py`; the inputs of other programs are not known."""


class InDoubtError(Exception):
    """What an update would do is not known here, so an engine must be started."""


def is_shipped(root: Path) -> bool:
    """Return whether the engine runs the shipped program of the project at *root*."""
    try:
        require_shipped(root)
    except InDoubtError:
        return False
    return True


def require_shipped(root: Path) -> None:
    """
    Check that the engine runs the shipped program, with this Python and these packages.

    Raises:
        InDoubtError: It runs another program, or may run this one otherwise.
    """
    if _text(root / "__main__.py") != _PROGRAM:
        raise InDoubtError("__main__.py is not the shipped one")
    folder = _virtual_environment(_text(root / PROJECT_FILE))
    is_there = folder is not None and (root / folder).exists()
    if is_there and os.path.realpath(root / str(folder)) != os.path.realpath(sys.prefix):
        raise InDoubtError("the project names another virtual environment")
    for name in _importable(root):
        # The program imports from its own folder first.
        if (name in PACKAGES or name in sys.modules) and folder_of(name) != root.resolve():
            raise InDoubtError(f"the project's folder has a module {name} of its own")


def has_these_packages(variables: Mapping[str, str]) -> bool:
    """Return whether a Python with *variables* imports our packages from the same folders."""
    if variables.get("PYTHONHOME") != os.environ.get("PYTHONHOME"):
        return False
    for folder in filter(None, variables.get("PYTHONPATH", "").split(os.pathsep)):
        for name in PACKAGES:
            if (Path(folder) / name).is_dir() and Path(folder).resolve() != folder_of(name):
                return False
    return True


@functools.cache
def folder_of(package: str) -> Path:
    """
    Return the folder from which this Python imports *package*.

    Raises:
        InDoubtError: It imports none of that name.
    """
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise InDoubtError(f"this Python does not have the package {package}")
    file = Path(found.origin).resolve()
    return file.parents[1] if file.name == "__init__.py" else file.parent


def _importable(root: Path) -> Iterator[str]:
    """Yield the names that can be imported from *root*."""
    for path in root.glob("*.py"):
        if path.stem != "__main__":
            yield path.stem
    for path in root.glob("*/__init__.py"):
        yield path.parent.name


@functools.cache
def _virtual_environment(project: str) -> str | None:
    """
    Return the folder of the virtual environment that the project file names, if any.

    Raises:
        InDoubtError: The file has another program, or other options of the language host.
    """
    written = yaml.safe_load(project)
    written = written if isinstance(written, dict) else {}
    if written.get("main") not in (None, ".", "./"):
        raise InDoubtError("the project names another program")
    runtime = written.get("runtime")
    options: JSON = runtime.get("options") if isinstance(runtime, dict) else None
    options = options if isinstance(options, dict) else {}
    if not options.keys() <= {"virtualenv"}:
        raise InDoubtError("the project sets other options of the language host")
    folder = options.get("virtualenv")
    return None if folder is None else str(folder)


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, ValueError) as error:
        raise InDoubtError(str(error)) from error

"""Packages that import a name when it is first used, so that a command starts quickly."""

import ast
import importlib
import importlib.util
import sys
from collections.abc import Callable, Mapping

__all__ = ["at_first_use"]


def at_first_use(package: str) -> Callable[[str], object]:
    """
    Return the `__getattr__` of *package*, which imports a name when it is first asked for.

    What the package offers is what its `if TYPE_CHECKING:` imports, so each name is written
    where type checkers read it, and nowhere else.

    Args:
        package: The package's own name.

    Raises:
        ImportError: The source of the package is not installed.
    """
    defined = _imports(package)

    def imported(name: str) -> object:
        if name not in defined:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module, there = defined[name]
        value: object = (
            importlib.import_module(f"{package}.{there}")
            if module == package
            else getattr(importlib.import_module(module), there)
        )
        setattr(sys.modules[package], name, value)
        return value

    return imported


def _imports(package: str) -> Mapping[str, tuple[str, str]]:
    """Return what `if TYPE_CHECKING:` imports: by name, its module and its name there."""
    spec = importlib.util.find_spec(package)
    source = getattr(spec.loader, "get_source", lambda _: None)(package) if spec else None
    if source is None:
        raise ImportError(
            f"{package} is installed without its source, which it needs to find what it offers"
        )
    return {
        alias.asname or alias.name: (statement.module or "", alias.name)
        for block in ast.parse(source).body
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for statement in block.body
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }

"""`.toolchain/bin`: a folder with a link to every chosen tool."""

import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import attrs

from tenancy.local.tools.definitions import PROVIDER_BINARY, TOOLS
from tenancy.local.tools.locate import ToolSource, ToolStatus, provider_version

__all__ = ["Toolchain", "environment", "install_provider", "link"]

_ENGINE: Final = {"pulumi", *(tool.name for tool in TOOLS if tool.beside == "pulumi")}
"""The engine looks for these programs in its own folder, and warns about others on `PATH`."""


@attrs.frozen(kw_only=True)
class Toolchain:
    """
    The tools of a project.

    Attributes:
        bin: The folder of links; it comes first in the `PATH` of the processes we start.
        provider: The Kubernetes provider. It is linked into a Pulumi home, because the engine
            warns at every run about a provider on `PATH`. None if it is not installed.
        statuses: Where each tool was found.
    """

    bin: Path
    provider: Path | None
    statuses: tuple[ToolStatus, ...]

    def path(self, name: str) -> Path:
        """
        Return the link to the program *name*.

        Raises:
            KeyError: The toolchain has no tool of that name.
        """
        if name not in {status.name for status in self.statuses}:
            raise KeyError(name)
        if name == PROVIDER_BINARY and self.provider is not None:
            return self.provider
        return self.bin / name


def link(root: Path, statuses: Sequence[ToolStatus]) -> Toolchain:
    """
    Write the links of *root* and remove stale ones.

    Args:
        root: The folder of the project.
        statuses: The status of each tool that was found.
    """
    folder = root / ".toolchain"
    programs = folder / "bin"
    programs.mkdir(parents=True, exist_ok=True)
    # With this file a project's own .gitignore need not list the folder.
    (folder / ".gitignore").write_text("*\n")
    targets = {status.name: status.path for status in statuses if status.path is not None}
    provider = targets.pop(PROVIDER_BINARY, None)
    cached = {status.name for status in statuses if status.source is ToolSource.CACHE}
    for name, path in targets.items():
        if name in cached & _ENGINE:
            _replace(programs / name, path, _hard_link)
        else:
            _replace(programs / name, path, Path.symlink_to)
    for stale in programs.iterdir():
        if stale.name not in targets and not stale.name.startswith("."):
            stale.unlink(missing_ok=True)
    return Toolchain(bin=programs, provider=provider, statuses=tuple(statuses))


def install_provider(toolchain: Toolchain, home: Path) -> None:
    """
    Link the Kubernetes provider, if it is installed, into the plugin folder of a Pulumi home.

    Args:
        toolchain: The tools.
        home: `PULUMI_HOME`.
    """
    if toolchain.provider is None:
        return
    folder = home / "plugins" / f"resource-kubernetes-v{provider_version()}"
    folder.mkdir(parents=True, exist_ok=True)
    _replace(folder / PROVIDER_BINARY, toolchain.provider, Path.symlink_to)


def environment(toolchain: Toolchain, base: Mapping[str, str] | None = None) -> dict[str, str]:
    """
    Return the variables that the tools are started with; add them to an environment.

    Args:
        toolchain: The tools.
        base: The environment whose `PATH` is extended. Default: this process's environment.
    """
    # The link is not resolved: it makes this the Python of the virtual environment.
    python = Path(sys.executable)
    path = (os.environ if base is None else base).get("PATH", os.defpath)
    first = [str(toolchain.bin), str(python.parent)]
    rest = [entry for entry in path.split(os.pathsep) if entry not in first]
    return {
        "PATH": os.pathsep.join([*first, *rest]),
        "PULUMI_PYTHON_CMD": str(python),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        # Otherwise a trace contains the engine's messages, including decrypted config.
        "PULUMI_TRACING_NO_PAYLOADS": "true",
    }


def _replace(link: Path, target: Path, make: Callable[[Path, Path], None]) -> None:
    symbolic = make is Path.symlink_to
    if symbolic == link.is_symlink() and link.exists() and _same(link, target):
        return
    # The new link is renamed, so that the name always exists for other processes.
    temporary = link.with_name(f".{link.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    make(temporary, target)
    temporary.replace(link)


def _same(link: Path, target: Path) -> bool:
    current, wanted = link.stat(), target.stat()
    # A copy has the size and modification time of its original.
    copied = (current.st_size, current.st_mtime_ns) == (wanted.st_size, wanted.st_mtime_ns)
    return copied or link.samefile(target)


def _hard_link(link: Path, target: Path) -> None:
    try:
        link.hardlink_to(target)
    except OSError:
        # A hard link is not possible: the cache is on another file system.
        shutil.copy2(target, link)

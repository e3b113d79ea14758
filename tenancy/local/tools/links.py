"""`.toolchain/bin`: one folder that holds a link to every tool that was chosen."""

import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import attrs

from tenancy.local.tools.catalogue import PROVIDER_BINARY, TOOLS
from tenancy.local.tools.locate import Source, ToolStatus, provider_version

__all__ = ["Toolchain", "environment", "install_provider", "link"]

_ENGINE: Final = {"pulumi", *(tool.name for tool in TOOLS if tool.beside == "pulumi")}
"""The engine looks for its companions where it really is, and warns when it finds others."""


@attrs.frozen(kw_only=True)
class Toolchain:
    """
    A complete set of tools.

    Attributes:
        bin: The folder of links; it stands first in the `PATH` of what we start.
        provider: The program of the Kubernetes provider, which belongs into a Pulumi home
            and not on `PATH`: from there the engine warns at every run.
        statuses: Every tool, where it was found.
    """

    bin: Path
    provider: Path
    statuses: tuple[ToolStatus, ...]

    def path(self, name: str) -> Path:
        """
        Return the link to the program *name*.

        Raises:
            KeyError: There is no such tool.
        """
        if name not in {status.name for status in self.statuses}:
            raise KeyError(name)
        return self.provider if name == PROVIDER_BINARY else self.bin / name


def link(root: Path, statuses: Sequence[ToolStatus]) -> Toolchain:
    """
    Write the links of *root*, in place of those that were there.

    Args:
        root: The folder of the project.
        statuses: Every tool, found.
    """
    folder = root / ".toolchain"
    programs = folder / "bin"
    programs.mkdir(parents=True, exist_ok=True)
    # A project that is not ours need not know that this folder is to be ignored.
    (folder / ".gitignore").write_text("*\n")
    found = {status.name: status.path for status in statuses if status.path is not None}
    provider = found.pop(PROVIDER_BINARY)
    cached = {status.name for status in statuses if status.source is Source.CACHE}
    for name, path in found.items():
        if name in cached & _ENGINE:
            _replace(programs / name, path, _hard_link)
        else:
            _replace(programs / name, path, Path.symlink_to)
    for stale in programs.iterdir():
        if stale.name not in found and not stale.name.startswith("."):
            stale.unlink(missing_ok=True)
    return Toolchain(bin=programs, provider=provider, statuses=tuple(statuses))


def install_provider(toolchain: Toolchain, home: Path) -> None:
    """
    Put a link to the Kubernetes provider where a Pulumi home keeps its plugins.

    Args:
        toolchain: The tools.
        home: `PULUMI_HOME`.
    """
    folder = home / "plugins" / f"resource-kubernetes-v{provider_version()}"
    folder.mkdir(parents=True, exist_ok=True)
    _replace(folder / PROVIDER_BINARY, toolchain.provider, Path.symlink_to)


def environment(toolchain: Toolchain, base: Mapping[str, str] | None = None) -> dict[str, str]:
    """
    Return the variables under which the tools are started; other variables stay as they are.

    Args:
        toolchain: The tools.
        base: Where `PATH` is taken from. Default: this process's environment.
    """
    # Not resolved: in a virtual environment the link is what makes it one.
    python = Path(sys.executable)
    path = (os.environ if base is None else base).get("PATH", os.defpath)
    first = [str(toolchain.bin), str(python.parent)]
    rest = [entry for entry in path.split(os.pathsep) if entry not in first]
    return {
        "PATH": os.pathsep.join([*first, *rest]),
        "PULUMI_PYTHON_CMD": str(python),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        # Else a trace holds every message of the engine, with decrypted config among them.
        "PULUMI_TRACING_NO_PAYLOADS": "true",
    }


def _replace(link: Path, goal: Path, make: Callable[[Path, Path], None]) -> None:
    symbolic = make is Path.symlink_to
    if symbolic == link.is_symlink() and link.exists() and _same(link, goal):
        return
    # Renamed into place, so that nobody ever finds the name missing.
    temporary = link.with_name(f".{link.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    make(temporary, goal)
    temporary.replace(link)


def _same(link: Path, goal: Path) -> bool:
    there, wanted = link.stat(), goal.stat()
    # A copy is known by its size and time, which were copied with it.
    copied = (there.st_size, there.st_mtime_ns) == (wanted.st_size, wanted.st_mtime_ns)
    return copied or link.samefile(goal)


def _hard_link(link: Path, goal: Path) -> None:
    try:
        link.hardlink_to(goal)
    except OSError:
        # The cache is on another file system.
        shutil.copy2(goal, link)

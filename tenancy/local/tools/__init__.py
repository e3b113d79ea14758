"""
The programs that Tenancy starts: find them, and build the missing ones.

    PATH, in a fitting version  ->  the user's cache folder  ->  built from `toolchain/`

The links in `.toolchain/bin` point at the chosen programs.
"""

from collections.abc import Collection
from pathlib import Path

from rich.console import Console

from tenancy.local.tools.build import build, obstacle
from tenancy.local.tools.definitions import OF_SANDBOX, TOOLS, cache_folder
from tenancy.local.tools.errors import ToolsError, missing_tools
from tenancy.local.tools.links import Toolchain, environment, install_provider, link
from tenancy.local.tools.locate import ToolSource, ToolStatus, locate, missing_modules, sources

__all__ = [
    "OF_SANDBOX",
    "ToolSource",
    "ToolStatus",
    "Toolchain",
    "ToolsError",
    "ensure",
    "environment",
    "find",
    "install_provider",
    "missing_tools",
    "report",
    "unbuildable",
]


def report(root: Path) -> tuple[ToolStatus, ...]:
    """
    Return where every tool is, without building or changing anything.

    Args:
        root: The folder of the project.

    Returns:
        One status per tool, in the order of `TOOLS`; a missing tool has a remedy.
    """
    return locate(root)


def unbuildable(root: Path) -> str | None:
    """
    Return why the missing tools cannot be built here, with the remedy; None if they can.

    Args:
        root: The folder of the project.
    """
    modules = missing_modules(locate(root))
    return obstacle(modules) if modules and sources(root) is not None else None


_ALL = frozenset(tool.name for tool in TOOLS)


def find(root: Path, needed: Collection[str] = _ALL) -> Toolchain:
    """
    Find every tool and link it into `.toolchain/bin`; build nothing.

    Args:
        root: The folder of the project.
        needed: The tools that must be there; others are linked if they are. Default: all.

    Raises:
        ToolsError: One or more are neither on `PATH` nor in the cache; the message
            names each with its remedy.
    """
    statuses = locate(root)
    missing = [status for status in statuses if status.source is ToolSource.MISSING]
    if lacking := [status for status in missing if status.name in needed]:
        raise missing_tools(lacking)
    return link(root, [status for status in statuses if status not in missing])


def ensure(
    root: Path, console: Console | None = None, needed: Collection[str] = _ALL
) -> Toolchain:
    """
    Find every tool, build what is missing, and link all into `.toolchain/bin`.

    The first build takes 15 to 25 minutes on two cores and announces that before it starts.
    An interrupted build leaves no partial result; the next run reuses Go's build cache.

    Args:
        root: The folder of the project.
        console: Where progress is shown. Default: standard error.
        needed: The tools that must be there; no others are built. Default: all.

    Raises:
        ToolsError: A tool is missing and there is no `toolchain/` to build it from,
            Go is missing or too old, or a build failed.
    """
    folder = sources(root)
    try:
        if folder is not None:
            wanted = [status for status in locate(root) if status.name in needed]
            build(missing_modules(wanted), folder, console or Console(stderr=True))
        return find(root, needed)
    except OSError as error:
        raise ToolsError(
            f"{error.filename or cache_folder()}: {error.strerror or error}: this folder must "
            "be writable and on a disk with about 2 GB free; correct that, "
            "or set XDG_CACHE_HOME to another cache folder"
        ) from error

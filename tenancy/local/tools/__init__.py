"""
The programs that Tenancy starts: where they are, and building them where they are not.

    PATH, in a fitting version  ->  the user's cache folder  ->  built from `toolchain/`

The links in `.toolchain/bin` point at whatever was chosen.
"""

from pathlib import Path

from rich.console import Console

from tenancy.local.tools.build import build, obstacle
from tenancy.local.tools.catalogue import cache_folder
from tenancy.local.tools.errors import ToolsError, missing_tools
from tenancy.local.tools.links import Toolchain, environment, install_provider, link
from tenancy.local.tools.locate import Source, ToolStatus, locate, missing_modules, sources

__all__ = [
    "Source",
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
    Say of every tool where it is, without building or changing anything.

    Args:
        root: The folder of the project.

    Returns:
        One status a tool, in the order of the catalogue; what is missing has a remedy.
    """
    return locate(root)


def unbuildable(root: Path) -> str | None:
    """
    Say why what is missing cannot be built here, with the remedy; none if it can.

    Args:
        root: The folder of the project.
    """
    modules = missing_modules(locate(root))
    return obstacle(modules) if modules and sources(root) is not None else None


def find(root: Path) -> Toolchain:
    """
    Find every tool and link it into `.toolchain/bin`; build nothing.

    Args:
        root: The folder of the project.

    Raises:
        ToolsError: One or more are neither on `PATH` nor in the cache; the message
            names each with its remedy.
    """
    statuses = locate(root)
    if any(status.source is Source.MISSING for status in statuses):
        raise missing_tools(statuses)
    return link(root, statuses)


def ensure(root: Path, console: Console | None = None) -> Toolchain:
    """
    Find every tool, build what is missing, and link all into `.toolchain/bin`.

    The first build takes 15 to 25 minutes on two cores and says so before it starts. An
    interrupted one leaves nothing half done, and the next goes on from Go's own cache.

    Args:
        root: The folder of the project.
        console: Where progress is shown. Default: standard error.

    Raises:
        ToolsError: A tool is missing and there is no `toolchain/` to build it from,
            Go is missing or too old, or a build failed.
    """
    folder = sources(root)
    try:
        if folder is not None:
            build(missing_modules(locate(root)), folder, console or Console(stderr=True))
        return find(root)
    except OSError as error:
        raise ToolsError(
            f"{error.filename or cache_folder()}: {error.strerror or error}: the tools need "
            "this place to be writable and on a disk with room for about 2 GB; mend that, "
            "or name another cache folder in XDG_CACHE_HOME"
        ) from error

"""The error for tools that are neither installed nor built."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tenancy.diagnostics import ToolsError, counted

if TYPE_CHECKING:
    from tenancy.local.tools.locate import ToolStatus

__all__ = ["ToolsError", "missing_tools"]


def missing_tools(statuses: "Sequence[ToolStatus]") -> ToolsError:
    """Return the error that names each of *statuses* without a path, with its remedy."""
    missing = [status for status in statuses if status.path is None]
    lines = [f"{counted(len(missing), 'tool')} missing; nothing was started"]
    for status in missing:
        lines.append(f"{status.name}: needs {status.wanted}")
        lines += [f"    found {rejected}" for rejected in status.rejected]
    # Several tools can share a remedy, which is printed once.
    lines += dict.fromkeys(status.remedy for status in missing if status.remedy)
    return ToolsError("\n".join(lines), (status.name for status in missing))

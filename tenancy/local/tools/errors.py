"""What can be wrong with the tools, and what to do about it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tenancy.diagnostics.errors import TenancyError

if TYPE_CHECKING:
    from tenancy.local.tools.locate import ToolStatus

__all__ = ["MissingToolsError", "ToolsError"]


class ToolsError(TenancyError):
    """A tool cannot be had; the message says which, why, and what to do."""


class MissingToolsError(ToolsError):
    """
    Tools that are neither installed nor built.

    Attributes:
        missing: Their statuses, each with its remedy.
    """

    def __init__(self, statuses: "Sequence[ToolStatus]") -> None:
        self.missing = tuple(status for status in statuses if status.path is None)
        super().__init__(self.missing)

    def __str__(self) -> str:
        count = f"{len(self.missing)} tool{'' if len(self.missing) == 1 else 's'}"
        lines = [f"{count} missing; nothing was started"]
        for status in self.missing:
            lines.append(f"{status.name}: wanted {status.wanted}")
            lines += [f"    found {rejected}" for rejected in status.rejected]
        # One remedy mends several tools: it is said once.
        lines += dict.fromkeys(status.remedy for status in self.missing if status.remedy)
        return "\n".join(lines)

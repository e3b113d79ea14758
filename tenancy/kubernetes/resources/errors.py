"""The error for a resource that is never counted."""

from tenancy.diagnostics import TenancyError

__all__ = ["InvalidResourceError"]


class InvalidResourceError(TenancyError, ValueError):
    """
    A resource name that the API server refuses, or accepts and never enforces.

    Attributes:
        text: The text, unchanged.
        reason: What is wrong with it.
        remedy: What to do, in the imperative.
        nearest: The name that was probably meant. Empty if none is close.
    """

    def __init__(
        self, text: object, reason: str, remedy: str, nearest: str | None = None
    ) -> None:
        self.text = text
        self.reason = reason
        self.remedy = remedy
        self.nearest = nearest
        super().__init__(text, reason, remedy, nearest)

    def __str__(self) -> str:
        shown = ascii(self.text)
        if len(shown) > 100:
            shown = f"{shown[:100]}..."
        return f"{shown} has no effect: {self.reason}; {self.remedy}"

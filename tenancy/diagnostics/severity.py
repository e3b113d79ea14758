"""How much a finding matters."""

import enum

__all__ = ["Severity"]


class Severity(enum.Enum):
    """How much a finding matters. Only an error stops an update."""

    ERROR = "error"
    WARNING = "warning"
    NOT_CHECKED = "not checked"
    """It could not be checked; this never means that it passed."""

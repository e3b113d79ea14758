"""What a cluster holds against what the files say, exactly: a pure comparison."""

from tenancy.drift.comparison import differences
from tenancy.drift.difference import Change, Difference, Identity, Weight

__all__ = ["Change", "Difference", "Identity", "Weight", "differences"]

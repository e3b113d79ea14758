"""What a cluster holds against what the files say, exactly: a pure comparison."""

from tenancy.drifting.comparison import differences
from tenancy.drifting.difference import Change, Difference, Identity, Weight

__all__ = ["Change", "Difference", "Identity", "Weight", "differences"]

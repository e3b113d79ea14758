"""Objects that stay when a namespace is enforced, as the admission policies judge them."""

from tenancy.planning.judged.judge import ExpectedRefusal, Judge, Rules
from tenancy.planning.judged.policies import JUDGES, KINDS, NOT_JUDGED, judged_kinds

__all__ = ["JUDGES", "KINDS", "NOT_JUDGED", "ExpectedRefusal", "Judge", "Rules", "judged_kinds"]

"""Disruption budgets by which no pod may ever be evicted."""

import re
from typing import Final

from tenancy.kubernetes.pods.fields import Fields

__all__ = ["ALL_AVAILABLE", "NONE_UNAVAILABLE", "blocks_every_eviction"]

# Kubernetes reads any number of zeros before a percentage.
NONE_UNAVAILABLE: Final = "^0+%?$"
"""A `maxUnavailable` of no pod."""
ALL_AVAILABLE: Final = "^0*100%$"
"""A `minAvailable` of every pod."""


def blocks_every_eviction(spec: Fields) -> str | None:
    """
    Return why a budget with *spec* blocks every eviction, whatever runs; None if it may not.

    >>> blocks_every_eviction({"maxUnavailable": 0})
    'spec.maxUnavailable is 0'
    >>> blocks_every_eviction({"minAvailable": 2})
    """
    most, least = spec.get("maxUnavailable"), spec.get("minAvailable")
    if most is not None and re.match(NONE_UNAVAILABLE, str(most)):
        return f"spec.maxUnavailable is {most}"
    if least is not None and re.match(ALL_AVAILABLE, str(least)):
        return f"spec.minAvailable is {least}"
    return None

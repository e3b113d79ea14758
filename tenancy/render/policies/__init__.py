"""Admission policies, in the API server itself: one idea a module."""

from tenancy.render.policies.guard import MANAGE, Guard
from tenancy.resolve.platform import Platform

__all__ = ["MANAGE", "Guard", "policies"]


def policies(platform: Platform) -> tuple[Guard, ...]:
    """Return the guards of *platform*, in the order in which they are put into force."""
    return ()

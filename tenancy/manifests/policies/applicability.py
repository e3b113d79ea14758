"""
Conditions under which a policy can refuse an object at all.

Before each policy the API server converts the whole object, four times without a match
condition that is false: a large pod would take seconds for policies that cannot refuse it.
"""

from typing import Final

from tenancy.manifests.policies.guard import Condition, texts

__all__ = ["APPLICABLE", "ASKS_FOR_DEVICES", "HAS_CLAIMS", "applicable"]

APPLICABLE: Final = "can-be-refused"
"""The name of these conditions; without them a policy refuses the same and takes longer."""

_OF_EVERY_POD: Final = texts(("cpu", "memory", "ephemeral-storage"))

ASKS_FOR_DEVICES: Final = " || ".join(
    f"object.spec.?{kind}.orValue([]).exists(c, dyn(c).?resources.?limits.orValue({{}})"
    f".exists(name, !(name in {_OF_EVERY_POD})))"
    for kind in ("containers", "initContainers")
)
"""Whether a container of the pod requests more than processors, memory and disk."""

HAS_CLAIMS: Final = "object.spec.?resourceClaims.orValue([]).size() > 0"
"""Whether the pod names claims of devices."""


def applicable(*any_of: str) -> Condition:
    """Return the condition that one of *any_of* is true."""
    return Condition(APPLICABLE, " || ".join(any_of))

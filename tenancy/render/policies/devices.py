"""
The guard of what containers read their environment from.

A pod's `envFrom` names a ConfigMap or a Secret whose content the guard of pods cannot see; so
the keys that would hand out devices are refused where they are written.
"""

from typing import Final

from tenancy.render.policies.guard import (
    NOT_AUTHORISED,
    ORGANIZATIONS,
    Guard,
    Resources,
    Rule,
    guard,
    texts,
)
from tenancy.render.policies.pods import DEVICE_VARIABLES

__all__ = ["NAME", "device_environment"]

NAME: Final = "tenancy-device-environment"


def device_environment() -> Guard:
    """Return the guard of ConfigMaps and Secrets in organizations' namespaces."""
    return guard(
        NAME,
        [Resources("", ("configmaps", "secrets"))],
        [
            Rule(
                f"!{texts(DEVICE_VARIABLES)}.exists(name, name in object.?data.orValue({{}}))",
                f"data may not hold {', '.join(DEVICE_VARIABLES)}, which envFrom would pass to"
                " containers: ask for GPUs under resources",
            )
        ],
        conditions=[NOT_AUTHORISED],
        namespaces=ORGANIZATIONS,
    )

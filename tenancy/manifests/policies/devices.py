"""
The guard of another way to devices than asking for them.

A pod's `envFrom` names a ConfigMap or a Secret whose content the guard of pods cannot see; so
the keys that would hand out devices are refused where they are written.
"""

from typing import Final

from tenancy.config.spec import AllowedSpec
from tenancy.manifests.policies.guard import (
    NOT_AUTHORISED,
    ORGANIZATIONS,
    Guard,
    PolicyRule,
    Resources,
    changed,
    guard,
    texts,
)
from tenancy.manifests.policies.pods import device_variables

__all__ = ["ENVIRONMENT", "device_environment"]

ENVIRONMENT: Final = "tenancy-device-environment"


def device_environment(allowed: AllowedSpec) -> Guard:
    """Return the guard of ConfigMaps and Secrets in organizations' namespaces."""
    names = device_variables(allowed)
    return guard(
        ENVIRONMENT,
        [Resources("", ("configmaps", "secrets"))],
        [
            PolicyRule(
                f"!{texts(names)}.exists(name, name in object.?data.orValue({{}}))",
                f"data may not hold {', '.join(names)}, which envFrom would pass to"
                " containers: ask for GPUs under resources",
            )
        ],
        conditions=[changed("{}.?data.orValue({})"), NOT_AUTHORISED],
        namespaces=ORGANIZATIONS,
    )

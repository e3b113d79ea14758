"""
The guard against getting devices without requesting them.

A pod's `envFrom` names a ConfigMap or a Secret whose content the guard of pods cannot see; so
keys that would give a container devices are refused in the ConfigMap or Secret.
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
                " containers: request GPUs under resources",
            )
        ],
        conditions=[changed("{}.?data.orValue({})"), NOT_AUTHORISED],
        namespaces=ORGANIZATIONS,
    )

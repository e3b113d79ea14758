"""
The guards of other ways to devices than asking for them.

A pod's `envFrom` names a ConfigMap or a Secret whose content the guard of pods cannot see; so
the keys that would hand out devices are refused where they are written. And some container
runtimes read the names of devices from a pod's annotations.
"""

from typing import Final

from tenancy.manifests.policies.guard import (
    NOT_AUTHORISED,
    ORGANIZATIONS,
    Guard,
    PolicyRule,
    Resources,
    changed,
    guard,
    text,
    texts,
)
from tenancy.manifests.policies.pods import DEVICE_VARIABLES

__all__ = ["ANNOTATIONS", "ENVIRONMENT", "device_annotations", "device_environment"]

ENVIRONMENT: Final = "tenancy-device-environment"
ANNOTATIONS: Final = "tenancy-device-annotations"

_DOMAIN: Final = "cdi.k8s.io/"
"""What the annotations of the Container Device Interface begin with."""


def device_environment() -> Guard:
    """Return the guard of ConfigMaps and Secrets in organizations' namespaces."""
    return guard(
        ENVIRONMENT,
        [Resources("", ("configmaps", "secrets"))],
        [
            PolicyRule(
                f"!{texts(DEVICE_VARIABLES)}.exists(name, name in object.?data.orValue({{}}))",
                f"data may not hold {', '.join(DEVICE_VARIABLES)}, which envFrom would pass to"
                " containers: ask for GPUs under resources",
            )
        ],
        conditions=[changed("{}.?data.orValue({})"), NOT_AUTHORISED],
        namespaces=ORGANIZATIONS,
    )


def device_annotations() -> Guard:
    """Return the guard of pods' annotations in organizations' namespaces."""
    return guard(
        ANNOTATIONS,
        [Resources("", ("pods",))],
        [
            PolicyRule(
                "object.metadata.?annotations.orValue({})"
                f".all(key, !key.startsWith({text(_DOMAIN)}))",
                f"a pod may have no annotation {_DOMAIN}…: ask for GPUs under resources",
            )
        ],
        conditions=[changed("{}.metadata.?annotations.orValue({})")],
        namespaces=ORGANIZATIONS,
    )

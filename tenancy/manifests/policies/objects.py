"""
The guard of managed objects: only operators change them.

Subresources are not listed. A guard of `*/*` would prevent the quota controller from writing
`resourcequotas/status`, and a quota without a status counts nothing.
"""

from typing import Final

from tenancy.kubernetes import labels
from tenancy.manifests.manifest import RBAC, Manifest
from tenancy.manifests.policies.guard import (
    CONTROLLERS,
    NOT_AUTHORISED,
    Condition,
    Guard,
    PolicyRule,
    Resources,
    guard,
    text,
    texts,
)

__all__ = ["OBJECTS", "SERVICE_ACCOUNTS", "managed_objects", "managed_service_accounts"]

OBJECTS: Final = "tenancy-objects"
SERVICE_ACCOUNTS: Final = "tenancy-service-accounts"

_ALL: Final = ("CREATE", "UPDATE", "DELETE")
_MANAGED: Final[Manifest] = {"matchLabels": {labels.MANAGED: "true"}}
_CLEANING_UP: Final = Condition(
    "not-a-controller-that-cleans-up",
    "!(request.operation in ['UPDATE', 'DELETE']"
    f" && request.userInfo.username in {texts(CONTROLLERS)})",
)
# The name of a request is empty if it deletes a collection.
_MESSAGE: Final = (
    "request.resource.resource + ' ' + (oldObject != null ? oldObject.metadata.name"
    " : object.metadata.?name.orValue(object.metadata.?generateName.orValue('')))"
    f" + {text(f' is managed by tenancy (label {labels.MANAGED}): ')} + request.operation"
    " + ' refused for ' + request.userInfo.username"
)


def managed_objects() -> Guard:
    """Return the guard of every managed object; only operators may set its label."""
    return guard(
        OBJECTS,
        [
            Resources(
                "", ("configmaps", "limitranges", "resourcequotas", "secrets", "services"), _ALL
            ),
            Resources("networking.k8s.io", ("networkpolicies",), _ALL),
            Resources(
                RBAC, ("clusterrolebindings", "clusterroles", "rolebindings", "roles"), _ALL
            ),
            Resources("scheduling.k8s.io", ("priorityclasses",), _ALL),
        ],
        [PolicyRule("false", _MESSAGE, computed=True)],
        conditions=[_CLEANING_UP, NOT_AUTHORISED],
        objects=_MANAGED,
    )


def managed_service_accounts() -> Guard:
    """
    Return the guard of managed service accounts, which protects only the fields that we set.

    Members may add image pull secrets to `default`.
    """
    ours = (
        f"object.metadata.?labels[{text(labels.MANAGED)}].orValue('') == 'true'"
        f" && oldObject.metadata.?labels[{text(labels.MANAGED)}].orValue('') == 'true'"
        " && object.?automountServiceAccountToken.orValue(true)"
        " == oldObject.?automountServiceAccountToken.orValue(true)"
    )
    return guard(
        SERVICE_ACCOUNTS,
        [Resources("", ("serviceaccounts",), _ALL)],
        [PolicyRule(f"request.operation == 'UPDATE' && {ours}", _MESSAGE, computed=True)],
        conditions=[_CLEANING_UP, NOT_AUTHORISED],
        objects=_MANAGED,
    )

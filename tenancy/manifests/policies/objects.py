"""
The guard of managed objects: only operators change them.

Subresources are not listed. A guard of `*/*` would prevent the quota controller from writing
`resourcequotas/status`, and a quota without a status counts nothing.
"""

from collections.abc import Iterable, Iterator
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
    annotation,
    guard,
    text,
    texts,
)
from tenancy.model import ObjectTemplate, group_of

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


def managed_objects(templates: Iterable[ObjectTemplate] = ()) -> Guard:
    """
    Return the guard of every managed object; only operators may set its label.

    Args:
        templates: What the platform puts into namespaces, whose kinds it checks too. Default:
            nothing.
    """
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
            *_custom(templates),
        ],
        [PolicyRule("false", _MESSAGE, computed=True)],
        conditions=[_CLEANING_UP, NOT_AUTHORISED],
        objects=_MANAGED,
    )


def _custom(templates: Iterable[ObjectTemplate]) -> Iterator[Resources]:
    """Yield the custom kinds of *templates*, each version once."""
    found: dict[tuple[str, str], set[str]] = {}
    for template in templates:
        if group := group_of(template.api_version):
            version = template.api_version.partition("/")[2]
            found.setdefault((group, version), set()).add(template.plural)
    for (group, version), names in sorted(found.items()):
        yield Resources(group, sorted(names), _ALL, versions=(version,))


def managed_service_accounts() -> Guard:
    """
    Return the guard of managed service accounts, which protects only the fields that we set.

    Members may add image pull secrets to `default` where the files name none.
    """
    ours = (
        f"object.metadata.?labels[{text(labels.MANAGED)}].orValue('') == 'true'"
        f" && oldObject.metadata.?labels[{text(labels.MANAGED)}].orValue('') == 'true'"
        " && object.?automountServiceAccountToken.orValue(true)"
        " == oldObject.?automountServiceAccountToken.orValue(true)"
        f" && ({annotation(labels.IMAGE_PULL_SECRETS)}.size() == 0"
        " || object.?imagePullSecrets.orValue([]) == oldObject.?imagePullSecrets.orValue([]))"
    )
    return guard(
        SERVICE_ACCOUNTS,
        [Resources("", ("serviceaccounts",), _ALL)],
        [PolicyRule(f"request.operation == 'UPDATE' && {ours}", _MESSAGE, computed=True)],
        conditions=[_CLEANING_UP, NOT_AUTHORISED],
        objects=_MANAGED,
    )

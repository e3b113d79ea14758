"""The severity of a difference."""

from collections.abc import Mapping
from typing import Final

from tenancy.drifting.difference import Change, Field, Identity, Weight
from tenancy.kubernetes import labels

__all__ = ["weight"]

_ACCESS: Final = frozenset({"ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"})
_AMOUNTS: Final = frozenset(
    {
        *("ClusterQueue", "Cohort", "LocalQueue", "ResourceFlavor"),
        *("LimitRange", "PriorityClass", "ResourceQuota"),
    }
)
_USAGE: Final = _AMOUNTS | {"ConfigMap", "Namespace"}
_CLUSTERS_OWN: Final = ("kubernetes.io", "k8s.io")
"""Domains of labels that Kubernetes reads, such as those of Pod Security."""
_DENY: Final = ("default-deny", "tenancy-default-deny")


def weight(identity: Identity, field: Field, change: Change) -> Weight:
    """
    Return the severity of this change of *field* of the object.

    >>> object = Identity(kind="RoleBinding", namespace="acme-dev", name="tenancy:developer")
    >>> weight(object, ("subjects", "User eve"), Change.ADDED).value
    'security'
    >>> weight(object, ("subjects", "User eve"), Change.REMOVED).value
    'usage'
    """
    if field[:1] == ("metadata",):
        return _metadata(field)
    if identity.kind in _USAGE or identity.api_version or field == ("imagePullSecrets",):
        return Weight.USAGE
    # A missing object that gives access or allows traffic is not a security problem.
    opens = identity.kind in _ACCESS or (
        identity.kind == "NetworkPolicy" and identity.name not in _DENY
    )
    is_set = len(field) != 1 and field[:2] not in _ONE_VALUE.get(identity.kind, ())
    if opens and change is Change.REMOVED and is_set:
        return Weight.USAGE
    return Weight.SECURITY


_ONE_VALUE: Final[Mapping[str, tuple[Field, ...]]] = {
    "NetworkPolicy": (("spec", "podSelector"), ("spec", "policyTypes"))
}


def _metadata(field: Field) -> Weight:
    key = field[2] if len(field) > 2 else ""
    domain = key.partition("/")[0] if "/" in key else ""
    if domain == labels.DOMAIN:
        return Weight.SECURITY
    is_clusters = any(domain == own or domain.endswith(f".{own}") for own in _CLUSTERS_OWN)
    if field[1] == "labels" and is_clusters and key != labels.MANAGED_BY:
        return Weight.SECURITY
    return Weight.HARMLESS

"""
Scopes of a ResourceQuota: which objects it counts.

Source: k8s.io/kubernetes v1.36.3, pkg/apis/core/helper (which keys go with which scope),
pkg/apis/core/validation (operators, values, conflicts) and pkg/quota/v1/evaluator/core
(which keys a scope has an effect on).
"""

import enum
import re
from collections.abc import Iterable, Sequence
from typing import Final

from tenancy.kubernetes.resources import unit as wire
from tenancy.kubernetes.resources.quota_key import KeyKind, QuotaKey

__all__ = ["Operator", "Scope", "conflicting_scopes", "expression_reason", "scope_reason"]


class Scope(enum.StrEnum):
    """The scopes: which condition an object must meet to be counted."""

    TERMINATING = "Terminating"
    """Pods with `activeDeadlineSeconds`."""
    NOT_TERMINATING = "NotTerminating"
    """Pods without `activeDeadlineSeconds`."""
    BEST_EFFORT = "BestEffort"
    """Pods that neither request nor limit CPU or memory."""
    NOT_BEST_EFFORT = "NotBestEffort"
    """All other pods."""
    PRIORITY_CLASS = "PriorityClass"
    """Pods with a priority class."""
    CROSS_NAMESPACE_POD_AFFINITY = "CrossNamespacePodAffinity"
    """Pods with affinity terms across namespaces."""
    VOLUME_ATTRIBUTES_CLASS = "VolumeAttributesClass"
    """Claims with a volume attributes class."""


class Operator(enum.StrEnum):
    """The operators of a scope selector."""

    IN = "In"
    NOT_IN = "NotIn"
    EXISTS = "Exists"
    DOES_NOT_EXIST = "DoesNotExist"


_CONFLICTS: Final = (
    (Scope.BEST_EFFORT, Scope.NOT_BEST_EFFORT),
    (Scope.TERMINATING, Scope.NOT_TERMINATING),
)
_WITH_VALUES: Final = frozenset({Scope.PRIORITY_CLASS, Scope.VOLUME_ATTRIBUTES_CLASS})
# The values are compared as label values, so a longer name would never match.
_VALUE = re.compile(r"[a-z0-9](?:[-a-z0-9.]{0,61}[a-z0-9])?", re.ASCII)


def scope_reason(scope: Scope, key: QuotaKey) -> str | None:
    """
    Return why *key* is not allowed in a quota with *scope*; None if it is.

    The API server refuses only some of these; it accepts the others, and the quota never counts
    anything.

    >>> from tenancy.kubernetes.resources.quota_key import STANDARD_KEYS
    >>> scope_reason(Scope.BEST_EFFORT, STANDARD_KEYS["requests.cpu"])
    'the scope BestEffort counts pods, not requests.cpu'
    """
    if scope is Scope.VOLUME_ATTRIBUTES_CLASS:
        fits = key.kind is KeyKind.STORAGE or key.name == "persistentvolumeclaims"
        what = "claims and requested storage"
    elif scope is Scope.BEST_EFFORT:
        fits = key.pod_effective and key.name not in _STATED
        fits = fits and key.kind not in (KeyKind.EPHEMERAL, KeyKind.HUGEPAGES)
        what = "pods"
    else:
        fits = key.pod_effective and key.kind not in (KeyKind.EPHEMERAL, KeyKind.HUGEPAGES)
        what = "pods, cpu, memory and extended resources"
    return None if fits else f"the scope {scope} counts {what}, not {key}"


_STATED: Final = frozenset(
    {wire.REQUESTS_CPU, wire.REQUESTS_MEMORY, wire.LIMITS_CPU, wire.LIMITS_MEMORY}
)


def conflicting_scopes(scopes: Iterable[Scope]) -> tuple[Scope, Scope] | None:
    """
    Return the first two of *scopes* that exclude each other.

    >>> conflicting_scopes([Scope.TERMINATING, Scope.NOT_TERMINATING])
    (<Scope.TERMINATING: 'Terminating'>, <Scope.NOT_TERMINATING: 'NotTerminating'>)
    """
    found = frozenset(scopes)
    return next((pair for pair in _CONFLICTS if found.issuperset(pair)), None)


def expression_reason(scope: Scope, operator: Operator, values: Sequence[str]) -> str | None:
    """
    Return why a requirement of a scope selector is not allowed; None if it is.

    >>> expression_reason(Scope.TERMINATING, Operator.IN, ["x"])
    'the scope Terminating allows only the operator Exists'
    >>> expression_reason(Scope.PRIORITY_CLASS, Operator.IN, ["gpu-h100"]) is None
    True
    """
    if scope not in _WITH_VALUES and operator is not Operator.EXISTS:
        return f"the scope {scope} allows only the operator Exists"
    if operator in (Operator.EXISTS, Operator.DOES_NOT_EXIST):
        return f"{operator} takes no values" if values else None
    if not values:
        return f"{operator} needs at least one value"
    for value in values:
        if not _VALUE.fullmatch(value):
            return f"{value!r} is not the name of a class of at most 63 characters"
    return None

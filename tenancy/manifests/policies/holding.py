"""
The guards of what holds namespaces and nodes: finalizers, disruption budgets, long deletions.

An object with a finalizer that no controller removes keeps its namespace in Terminating
forever. Kubernetes copies finalizers from templates to pods and claims, so templates are
checked too.
"""

from collections.abc import Iterable
from typing import Final

from tenancy.config.spec import AllowedSpec
from tenancy.kubernetes.pods import ALL_AVAILABLE, NONE_UNAVAILABLE
from tenancy.manifests.manifest import RBAC
from tenancy.manifests.policies.annotations import NOT_PLATFORM
from tenancy.manifests.policies.applicability import applicable
from tenancy.manifests.policies.guard import (
    NOT_AUTHORISED,
    ORGANIZATIONS,
    Condition,
    Guard,
    PolicyRule,
    Resources,
    changed,
    guard,
    text,
    texts,
)

__all__ = [
    "BUDGETS",
    "DELETIONS",
    "FINALIZERS",
    "deletions",
    "disruption_budgets",
    "finalizers",
]

FINALIZERS: Final = "tenancy-finalizers"
BUDGETS: Final = "tenancy-disruption-budgets"
DELETIONS: Final = "tenancy-deletions"

_OF_EVERY_KIND: Final = ("foregroundDeletion", "orphan")
"""Finalizers of deletion itself, which the garbage collector removes from any object."""

_OF_KIND: Final = {
    "persistentvolumeclaims": "kubernetes.io/pvc-protection",
    "pods": "batch.kubernetes.io/job-tracking",
    "resourceclaims": "resource.kubernetes.io/delete-protection",
}
"""By kind, the finalizer that a controller of every cluster sets and removes on it."""

_COUNTED: Final = (
    "kubernetes.io/pvc-protection",
    # Only a cloud's controller removes it; without one a member's Service would stay.
    "service.kubernetes.io/load-balancer-cleanup",
)
"""
Finalizers that keep what is still in use in the count of a quota.

Claims of devices have a guard of their own, and pods that have ended are not counted.
"""

_KINDS: Final = (
    Resources(
        "",
        (
            "configmaps",
            "persistentvolumeclaims",
            "pods",
            "replicationcontrollers",
            "secrets",
            "serviceaccounts",
            "services",
        ),
    ),
    Resources("apps", ("daemonsets", "deployments", "replicasets", "statefulsets")),
    Resources("autoscaling", ("horizontalpodautoscalers",)),
    Resources("batch", ("cronjobs", "jobs")),
    Resources("networking.k8s.io", ("ingresses", "networkpolicies")),
    Resources("policy", ("poddisruptionbudgets",)),
    Resources(RBAC, ("rolebindings", "roles")),
    Resources("resource.k8s.io", ("resourceclaims", "resourceclaimtemplates")),
)
"""Kubernetes' kinds that members may create."""

_FINALIZERS: Final = "object.metadata.?finalizers.orValue([])"
_OF_TEMPLATES: Final = (
    "dyn(object).?spec.?template.?metadata.?finalizers.orValue([])"
    " + dyn(object).?spec.?jobTemplate.?spec.?template.?metadata.?finalizers.orValue([])"
)


def finalizers(allowed: AllowedSpec, written: Iterable[tuple[str, str]] = ()) -> Guard:
    """
    Return the guard of the finalizers of all kinds that members may create.

    Args:
        allowed: The platform's list.
        written: API group and plural of kinds that roles of the platform may write; those that
            are not Kubernetes' own are guarded too. Default: none.
    """
    known = texts(sorted({*_OF_EVERY_KIND, *allowed.finalizers}))
    of_pods = texts(sorted({*_OF_EVERY_KIND, *allowed.finalizers, _OF_KIND["pods"]}))
    of_kind = ", ".join(f"{text(kind)}: [{text(name)}]" for kind, name in _OF_KIND.items())
    counted = texts(_COUNTED)
    own = {(kinds.group, name) for kinds in _KINDS for name in kinds.names}
    others = [
        Resources(group, (name,), versions=("*",)) for group, name in sorted(set(written) - own)
    ]
    templates = _OF_TEMPLATES
    if others:
        # Other kinds may have a field `template` of another type.
        groups = texts(kinds.group for kinds in _KINDS)
        templates = f"request.resource.group in {groups} ? {_OF_TEMPLATES} : []"
    return guard(
        FINALIZERS,
        [*_KINDS, *others],
        [
            PolicyRule(
                "variables.finalizers.all(name, name in variables.before"
                " || name in variables.known)",
                f"{_quoted('finalizers may be ')} + variables.known.join(', ')"
                f" + {_quoted('; the platform lists others under allowed.finalizers')}",
                computed=True,
            ),
            PolicyRule(
                f"variables.before.all(name, !(name in {counted})"
                " || name in variables.finalizers)",
                f"the finalizers {', '.join(_COUNTED)} may not be removed: a deleted object is"
                " counted until its controller has deleted what it represents",
            ),
            PolicyRule(
                f"variables.templates.all(name, name in {of_pods})",
                "a template may have no other finalizers than its pods may",
            ),
        ],
        conditions=[
            NOT_AUTHORISED,
            NOT_PLATFORM,
            applicable(
                f"{_FINALIZERS}.size() > 0",
                "oldObject != null && oldObject.metadata.?finalizers.orValue([]).size() > 0",
                f"({templates}).size() > 0",
            ),
        ],
        variables=[
            Condition("finalizers", _FINALIZERS),
            Condition(
                "before",
                "oldObject == null ? [] : oldObject.metadata.?finalizers.orValue([])",
            ),
            Condition(
                "known", f"{known} + {{{of_kind}}}[?request.resource.resource].orValue([])"
            ),
            Condition("templates", templates),
        ],
        namespaces=ORGANIZATIONS,
    )


def disruption_budgets() -> Guard:
    """Return the guard of PodDisruptionBudgets that would block every eviction."""
    return guard(
        BUDGETS,
        [Resources("policy", ("poddisruptionbudgets",))],
        [
            PolicyRule(
                "!string(dyn(object).spec.?maxUnavailable.orValue('1'))"
                f".matches('{NONE_UNAVAILABLE}')",
                "spec.maxUnavailable may not be 0: no node with such a pod could be emptied",
            ),
            PolicyRule(
                "!string(dyn(object).spec.?minAvailable.orValue('0'))"
                f".matches('{ALL_AVAILABLE}')",
                "spec.minAvailable may not be 100%: no node with such a pod could be emptied",
            ),
        ],
        conditions=[changed("{}.spec"), NOT_AUTHORISED],
        namespaces=ORGANIZATIONS,
    )


def deletions(allowed: AllowedSpec) -> Guard:
    """
    Return the guard of deletions and evictions that give a pod longer to end than it may have.

    The grace period of the request takes precedence over that of the pod.
    """
    most = allowed.max_grace_period_seconds
    deleting = "dyn(request).?options.?gracePeriodSeconds.orValue(0)"
    evicting = "dyn(object).?deleteOptions.?gracePeriodSeconds.orValue(0)"
    return guard(
        DELETIONS,
        [
            Resources("", ("pods",), ("DELETE",)),
            Resources("", ("pods/eviction",), ("CREATE",)),
        ],
        [
            PolicyRule(
                f"{deleting} <= {most} && (object == null || {evicting} <= {most})",
                f"gracePeriodSeconds may be at most {most}: a pod that ends later holds its"
                " node and its namespace",
            )
        ],
        conditions=[NOT_AUTHORISED, applicable(f"{deleting} > 0", "object != null")],
        namespaces=ORGANIZATIONS,
    )


def _quoted(words: str) -> str:
    return f"'{words}'"

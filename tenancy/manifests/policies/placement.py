"""
Placement: a pod that requests GPUs runs on the nodes of a pool that its namespace was granted.

The nodes of a pool have its name as a label and as a taint. The taint keeps away pods that do
not tolerate it, and the guard of pods refuses tolerations that were not granted. These policies
direct pods to the right pool: the API server sets selector and tolerations if only one granted
pool fits (Kubernetes 1.36 and later), and refuses pods that select another pool, or none if
several pools have the same resource.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import attrs

from tenancy.kubernetes import labels
from tenancy.manifests.manifest import manifest
from tenancy.manifests.policies.applicability import ASKS_FOR_DEVICES, HAS_CLAIMS, applicable
from tenancy.manifests.policies.guard import (
    ENFORCED,
    ORGANIZATIONS,
    Condition,
    Guard,
    PolicyRule,
    Resources,
    annotation,
    constraints,
    guard,
    text,
    texts,
)
from tenancy.model import GpuNodePool, pool_class

__all__ = ["NAME", "PoolTaint", "placement_guard", "placement_mutation", "pool_taints"]

NAME: Final = "tenancy-placement"

_API: Final = "admissionregistration.k8s.io/v1"
_NO_CLAIMS: Final = "object.spec.?resourceClaims.orValue([]).size() == 0"
_SELECTED: Final = f"object.spec.?nodeSelector[{text(labels.GPU_POOL)}].orValue('')"


@attrs.frozen
class PoolTaint:
    """A taint of the nodes of a pool."""

    key: str
    value: str
    effect: str


def pool_taints(pool: GpuNodePool) -> tuple[PoolTaint, ...]:
    """Return the taints of the nodes of *pool*: the one with its name, and the config's."""
    return (
        PoolTaint(labels.GPU_POOL, pool.name, "NoSchedule"),
        *(
            PoolTaint(taint.key, taint.value, taint.effect)
            for taint in pool.taints
            if taint.key != labels.GPU_POOL
        ),
    )


def placement_guard(pools: Iterable[GpuNodePool]) -> Guard:
    """Return the guard that refuses pods which select a pool that was not granted."""
    providers = _providers(pools)
    ambiguous = {name: found for name, found in providers.items() if len(found) > 1}
    single = {name: found for name, found in providers.items() if len(found) == 1}
    return guard(
        NAME,
        [Resources("", ("pods",))],
        [
            PolicyRule(
                "variables.selected == '' || variables.selected in variables.granted",
                f"{text('the GPU node pool ')} + variables.selected + "
                "' is not granted to this namespace; granted: ' + variables.told",
                computed=True,
            ),
            PolicyRule(
                _affinity(),
                f"{text(f'node affinity may name {labels.GPU_POOL} only with the operator In')}"
                " + ' and granted pools: ' + variables.told",
                computed=True,
            ),
            *(
                PolicyRule(
                    # Without a grant, the quota refuses the pod with its own message.
                    "request.operation != 'CREATE'"
                    f" || !{_asks(name)}"
                    f" || !{texts(found)}.exists(pool, pool in variables.granted)"
                    f" || (variables.selected in {texts(found)}"
                    " && variables.selected in variables.granted)",
                    text(
                        f"several pools have {name}: nodeSelector must have {labels.GPU_POOL}: "
                    )
                    + f" + 'one of ' + {texts(found)}.filter(pool,"
                    " pool in variables.granted).join(', ')",
                    computed=True,
                )
                for name, found in ambiguous.items()
            ),
            *(
                PolicyRule(
                    # The priority class cannot be changed later, and a quota counts by it.
                    "request.operation != 'CREATE'"
                    f" || !{_asks(name)}"
                    f" || {texts(found)}.filter(pool, pool in variables.granted).size() < 2"
                    f" || {_of_selected_pool('variables.class')}",
                    text(f"several granted pools have {name}: priorityClassName must be ")
                    + f" + {annotation(labels.PRIORITY_CLASSES)}"
                    f".filter(c, {_of_selected_pool('c')}).join(' or ')",
                    computed=True,
                )
                for name, found in ambiguous.items()
            ),
            *(_on_the_only_pool(name, found[0]) for name, found in single.items()),
        ],
        # While a pod has a scheduling gate, selector and affinity can still be added.
        conditions=[
            Condition("spec-changed", "oldObject == null || object.spec != oldObject.spec"),
            applicable(f"{_SELECTED} != ''", "has(object.spec.affinity)", ASKS_FOR_DEVICES),
        ],
        variables=[
            Condition("granted", annotation(labels.GPU_POOLS)),
            Condition(
                "told",
                "variables.granted.size() == 0 ? 'none' : variables.granted.join(', ')",
            ),
            Condition("selected", _SELECTED),
            Condition("class", "object.spec.?priorityClassName.orValue('')"),
        ],
        namespaces=ORGANIZATIONS,
    )


def _on_the_only_pool(name: str, pool: str) -> PolicyRule:
    """
    Return the rule that pods which request the resource *name* of *pool* select that pool.

    A DRA driver may serve the resource on the nodes of other pools too, whose devices have a
    count of their own. A pod without claims may leave the selector out, because it is set.
    """
    return PolicyRule(
        "request.operation != 'CREATE' || variables.granted.size() < 2"
        f" || !{_asks(name)} || !({text(pool)} in variables.granted)"
        f" || variables.selected == {text(pool)}"
        f" || (variables.selected == '' && {_NO_CLAIMS})",
        f"{name} is of the GPU node pool {pool}: nodeSelector must have"
        f" {labels.GPU_POOL}: {pool}",
    )


def _of_selected_pool(name: str) -> str:
    """Return whether the priority class *name* is of the pool that the pod selects."""
    of_pool = f"{text(pool_class(''))} + variables.selected"
    return f"({name} == {of_pool} || {name}.startsWith({of_pool} + '.'))"


def placement_mutation(pools: Iterable[GpuNodePool]) -> Guard:
    """
    Return the policy that sets selector and tolerations of pods that request GPUs.

    Applying a list of tolerations would replace the pod's, so they are added one by one.
    """
    known = tuple(pools)
    providers = _providers(known)
    asked = " || ".join(
        [f"({_asks(name)} && pool in {texts(found)})" for name, found in providers.items()]
        + _claims(known)
    )
    taints = " + ".join(
        f"(variables.chosen == {text(pool.name)} ? {_toleration_list(pool)} : [])"
        for pool in known
    )
    path = f'"/spec/nodeSelector/" + jsonpatch.escapeKey({text(labels.GPU_POOL)})'
    select = (
        "(variables.chosen == '' || variables.selected != '' ? []"
        " : [has(object.spec.nodeSelector)"
        f' ? JSONPatch{{op: "add", path: {path}, value: variables.chosen}}'
        ' : JSONPatch{op: "add", path: "/spec/nodeSelector",'
        f" value: {{{text(labels.GPU_POOL)}: variables.chosen}}}}])"
    )
    start = (
        "(variables.missing.size() == 0 || has(object.spec.tolerations) ? []"
        ' : [JSONPatch{op: "add", path: "/spec/tolerations", value: []}])'
    )
    tolerate = (
        'variables.missing.map(t, JSONPatch{op: "add", path: "/spec/tolerations/-", value: t})'
    )
    spec = {
        "failurePolicy": "Fail",
        "reinvocationPolicy": "IfNeeded",
        "matchConstraints": constraints([Resources("", ("pods",), ("CREATE",))]),
        "matchConditions": [attrs.asdict(applicable(HAS_CLAIMS, ASKS_FOR_DEVICES))],
        "variables": [
            {"name": name, "expression": expression}
            for name, expression in (
                ("granted", annotation(labels.GPU_POOLS)),
                ("selected", _SELECTED),
                ("fitting", f"variables.granted.filter(pool, {asked})"),
                (
                    "chosen",
                    "variables.selected in variables.fitting ? variables.selected"
                    " : variables.selected == '' && variables.fitting.size() == 1"
                    " ? variables.fitting[0] : ''",
                ),
                (
                    "missing",
                    f"({taints}).filter(t, !object.spec.?tolerations.orValue([]).exists(held,"
                    " held.?key.orValue('') == t.key && held.?value.orValue('') == t.value"
                    " && (held.?effect.orValue('') == '' || held.effect == t.effect)))",
                ),
            )
        ],
        "mutations": [
            {
                "patchType": "JSONPatch",
                "jsonPatch": {"expression": f"{select} + {start} + {tolerate}"},
            }
        ],
    }
    # During an audit nothing changes a pod.
    binding = {"policyName": NAME, "matchResources": {"namespaceSelector": ENFORCED}}
    return Guard(
        policy=manifest(_API, "MutatingAdmissionPolicy", NAME, spec=spec),
        bindings=(manifest(_API, "MutatingAdmissionPolicyBinding", NAME, spec=binding),),
    )


def _providers(pools: Iterable[GpuNodePool]) -> Mapping[str, list[str]]:
    """Return the names of the pools that have each extended resource, sorted."""
    found: dict[str, set[str]] = {}
    for pool in pools:
        if not pool.is_requested:
            continue
        for resource in pool.resources or (pool.resource,):
            found.setdefault(resource, set()).add(pool.name)
    return {resource: sorted(names) for resource, names in sorted(found.items())}


def _claims(pools: Iterable[GpuNodePool]) -> list[str]:
    """Return whether the pod names claims; they may be of any pool that has a class."""
    claimed = sorted(pool.name for pool in pools if pool.is_claimed)
    named = "object.spec.?resourceClaims.orValue([]).size() > 0"
    return [f"({named} && pool in {texts(claimed)})"] if claimed else []


def _asks(resource: str) -> str:
    """Return whether a container of the pod requests *resource*."""
    name = text(resource)
    asks = " || ".join(
        f"object.spec.?{kind}.orValue([]).exists(c,"
        f" {name} in dyn(c).?resources.?limits.orValue({{}}))"
        for kind in ("containers", "initContainers")
    )
    return f"({asks})"


def _toleration_list(pool: GpuNodePool) -> str:
    tolerations = (
        f'{{"key": {text(taint.key)}, "operator": "Equal", "value": {text(taint.value)},'
        f' "effect": {text(taint.effect)}}}'
        for taint in pool_taints(pool)
    )
    return f"[{', '.join(tolerations)}]"


def _affinity() -> str:
    affinity = "object.spec.?affinity.?nodeAffinity"
    key = text(labels.GPU_POOL)
    terms = (
        ".?matchExpressions.orValue([]).all(e,"
        f" e.key != {key} || (e.operator == 'In' && e.?values.orValue([]).all(value,"
        " value in variables.granted)))"
    )
    return (
        f"{affinity}.?requiredDuringSchedulingIgnoredDuringExecution.?nodeSelectorTerms"
        f".orValue([]).all(term, term{terms})"
        f" && {affinity}.?preferredDuringSchedulingIgnoredDuringExecution"
        f".orValue([]).all(term, term.preference{terms})"
    )

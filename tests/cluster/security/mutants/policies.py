"""Mutants of admission policies and of their bindings."""

from collections.abc import Iterator, Mapping

from tenancy.manifests.policies.applicability import APPLICABLE
from tests.cluster.security import objects as make
from tests.cluster.security.attacks import Attack, post
from tests.cluster.security.contents import older_objects
from tests.cluster.security.mutants.breaking import Check, Mutant, mutant
from tests.cluster.security.mutants.catching import (
    CONTROLLERS,
    IN_AUDIT,
    OUTSIDE,
    OUTSIDERS,
    PASSED,
    PLATFORM,
    TEMPLATE_KINDS,
    by_attacks,
    by_controllers,
    by_operators,
    by_the_platform,
    from_outside,
    in_audit,
    older,
    own_peers,
    templates,
)
from tests.cluster.security.objects import (
    LAB,
    POOL,
    TRAIN,
    Object,
)
from tests.cluster.security.world import World

# Admission policies

_EMPTY: Mapping[str, str] = {
    "authorised": "true",
    "controller": "true",
    "daemon": "true",
    "tolerations": "[]",
    "tolerable": "[]",
    # Every toleration counts as granted; without any, fewer pods would be admitted.
    "anyValue": "variables.tolerations.map(t, t.?key.orValue(''))",
    "oneValue": "variables.tolerations.map(t, t.?key.orValue('') + '=' + t.?value.orValue(''))",
    "classes": "[]",
    "members": "[]",
    "namespaces": "[]",
    "class": "''",
    "granted": "[]",
    "told": "''",
    "selected": "''",
    "bounds": "[]",
    "started": "[]",
    "organization": "''",
    "names": "[]",
    "blocks": "[]",
    "ingressPeers": "[]",
    "egressPeers": "[]",
    "ingressBlocks": "[]",
    "egressBlocks": "[]",
    "requests": "[]",
    "resources": "[]",
    "volumes": "[]",
    "hosts": "[]",
    "own": "[]",
    "listeners": "[]",
    "finalizers": "[]",
    "before": "[]",
    # Every finalizer counts as known; without any, fewer objects would be admitted.
    "known": "object.metadata.?finalizers.orValue([])",
    "templates": "[]",
    "marks": "[]",
    "claims": "0",
    "capabilities": "[]",
    "pod": "dyn({'spec': {}})",
    "spec": "dyn({})",
    "containers": "[]",
    "contexts": "[]",
}
"""An empty value in place of each variable."""


FAILING = ("tenancy-gateway-references", "tenancy-gateways", "tenancy-routes")
"""
Policies whose expressions can fail at run time: custom resources have fields of any type.

Elsewhere types are checked before, and every field that may be missing is asked for as such,
so that `failurePolicy` changes no answer. A test of the manifests shows that all have it.
"""
VERSIONED = ("tenancy-finalizers",)
"""Policies of a kind in several versions, where `matchPolicy` changes an answer."""


def _policy_check(name: str, attacks: Mapping[str, list[Attack]]) -> Check:
    if name in TEMPLATE_KINDS:
        return templates(name)
    family = name.removeprefix("tenancy-")
    outside = (
        [from_outside(OUTSIDE[name], OUTSIDERS.get(name, "helper"))] if name in OUTSIDE else []
    )
    passing = [by_operators(PASSED[name])] if name in PASSED else []
    if name == "tenancy-network-policies":
        passing.append(own_peers)
    if name in older_objects():
        passing.append(older(name))
    if name in CONTROLLERS:
        passing.append(by_controllers(*CONTROLLERS[name]))
    if name in PLATFORM:
        passing.append(by_the_platform(name))
    if name in IN_AUDIT:
        passing.append(in_audit(name))
    return by_attacks(attacks[family], *outside, *passing)


def of_policies(  # noqa: C901
    manifest: Object, attacks: Mapping[str, list[Attack]]
) -> Iterator[Mutant]:
    check = _policy_check(manifest["metadata"]["name"], attacks)
    spec = manifest["spec"]

    def one(path: str, **more: object) -> Mutant:
        return mutant(manifest, path, check, settles="policy", **more)

    if manifest["metadata"]["name"] in FAILING:
        yield one("spec.failurePolicy", loosened="Ignore")
    if manifest["metadata"]["name"] in VERSIONED:
        yield one("spec.matchConstraints.matchPolicy", loosened="Exact")
    if "objectSelector" in spec["matchConstraints"]:
        yield one("spec.matchConstraints.objectSelector")
    for i, rule in enumerate(spec["matchConstraints"]["resourceRules"]):
        at = f"spec.matchConstraints.resourceRules.{i}"
        if len(spec["matchConstraints"]["resourceRules"]) > 1:
            yield one(at)
        for field in ("resources", "operations"):
            if len(rule[field]) > 1:
                for j in range(len(rule[field])):
                    yield one(f"{at}.{field}.{j}")
    for i, condition in enumerate(spec.get("matchConditions", ())):
        # Without a condition of applicability the policy refuses the same and takes longer.
        if condition["name"] != APPLICABLE:
            yield one(f"spec.matchConditions.{i}")
        yield one(f"spec.matchConditions.{i}.expression", loosened="false")
    for i, variable in enumerate(spec.get("variables", ())):
        empty = _EMPTY[variable["name"]]
        yield one(f"spec.variables.{i}.expression", loosened=empty)
    for i in range(len(spec["validations"])):
        yield one(f"spec.validations.{i}.expression", loosened="true")


def of_their_bindings(
    manifest: Object, attacks: Mapping[str, list[Attack]]
) -> Iterator[Mutant]:
    name = manifest["metadata"]["name"]
    guard = manifest["spec"]["policyName"]
    check = _policy_check(name, attacks) if guard == name else in_audit(guard)

    def one(path: str, **more: object) -> Mutant:
        return mutant(manifest, path, check, settles="binding", **more)

    yield one("spec.validationActions", loosened=["Audit"])
    yield one("spec.policyName", loosened="nothing")
    if "matchResources" in manifest["spec"]:
        yield one("spec.matchResources")
        nobody = {"matchLabels": {"example.com/nobody": "true"}}
        yield one("spec.matchResources.namespaceSelector", loosened=nobody)
        selected = manifest["spec"]["matchResources"]["namespaceSelector"].get(
            "matchExpressions", ()
        )
        if guard != name:
            # Nothing in audit is refused.
            yield one("spec.validationActions.0", loosened="Deny")
        elif len(selected) > 1:
            # Then it refuses in audit too.
            yield one("spec.matchResources.namespaceSelector.matchExpressions.1")


def of_mutations(manifest: Object) -> Iterator[Mutant]:
    def one(path: str, **more: object) -> Mutant:
        return mutant(manifest, path, drawn, settles="mutation", **more)

    spec = manifest["spec"]
    if "mutations" in spec:
        # A patch that changes nothing; an empty list has no type that the server accepts.
        nothing = '[JSONPatch{op: "test", path: "/kind", value: "Pod"}]'
        yield one("spec.mutations.0.jsonPatch.expression", loosened=nothing)
        yield one("spec.reinvocationPolicy", loosened="Never")
        for i, variable in enumerate(spec["variables"]):
            empty = "''" if variable["name"] in {"selected", "chosen"} else "[]"
            yield one(f"spec.variables.{i}.expression", loosened=empty)
    else:
        yield one("spec.policyName", loosened="nothing")
        nobody = {"matchLabels": {"example.com/nobody": "true"}}
        yield one("spec.matchResources.namespaceSelector", loosened=nobody)


def drawn(world: World) -> list[str]:
    """Return which GPU pods are not drawn to the pool that their namespace was granted."""
    wrong = []
    for found, pool in (
        (make.gpus(1), "h100"),
        (make.gpus(1, TRAIN, "nvidia.com/mig-1g.10gb"), "a100"),
        (make.gpus(1, LAB), "l40s"),
    ):
        person = "rival" if found["metadata"]["namespace"] == LAB else "developer"
        answer = world.send(person, post(found))
        spec = answer.body.get("spec", {})
        taints = {(t.get("key"), t.get("value")) for t in spec.get("tolerations", ())}
        if spec.get("nodeSelector", {}).get(POOL) != pool or (POOL, pool) not in taints:
            wrong.append(f"a pod for {pool}: {answer.status} {answer.message} {spec}")
    # What a user selected is never selected again: it is refused where it is not granted.
    selecting = make.gpus(1)
    selecting["spec"]["nodeSelector"] = {POOL: "l40s"}
    answer = world.send("developer", post(selecting))
    if answer.ok or "tenancy-placement" not in answer.message:
        wrong.append(f"a pod that selects another pool: {answer.status} {answer.message}")
    return wrong

"""
Mutants of what is rendered: each field is deleted or loosened in turn, on the real cluster.

A mutant is caught if some attack is no longer refused for its reason, or some control no longer
accepted. Where many objects are rendered alike, one of them stands for all.
"""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from zlib import crc32

import attrs

from tenancy.planning.reachability import Network, Pods, Port
from tests.cluster.api import MERGE_PATCH, path_of
from tests.cluster.security import expected_access as expected
from tests.cluster.security import objects as make
from tests.cluster.security.access import Question, ask
from tests.cluster.security.attacks import Attack, failures, patch, post
from tests.cluster.security.objects import (
    DOMAIN,
    FULL,
    LAB,
    POOL,
    RBAC,
    TRAIN,
    WEB,
    Object,
)
from tests.cluster.security.world import EDGE, Request, World, elders

Check = Callable[[World], list[str]]
"""What is not as it should be; nothing if all is."""


@attrs.frozen
class Mutant:
    """
    One object with one field deleted or loosened.

    Attributes:
        name: `<kind> <namespace>/<name>: <field> <what happened to it>`.
        original: As rendered.
        changed: As applied.
        check: What may catch it.
        settles: What tells that the API server knows it: `policy`, `quota` or nothing.
        anew: Whether it has to be deleted and created, for Kubernetes lets nobody change it.
    """

    name: str
    original: Object
    changed: Object
    check: Check
    settles: str = ""
    anew: bool = False


def table(world: World, attacks: Sequence[Attack]) -> list[Mutant]:
    """Return every mutant."""
    by_family: dict[str, list[Attack]] = {}
    for attack in attacks:
        by_family.setdefault(attack.family, []).append(attack)
    found: list[Mutant] = []
    seen: set[str] = set()
    for manifest in world.manifests:
        found += _of(manifest, by_family, seen)
    names = [mutant.name for mutant in found]
    assert len(names) == len(set(names)), [name for name in names if names.count(name) > 1]
    return found


def _of(  # noqa: C901
    manifest: Object, attacks: Mapping[str, list[Attack]], seen: set[str]
) -> Iterator[Mutant]:
    kind = manifest["kind"]
    namespace, name = manifest["metadata"].get("namespace", ""), manifest["metadata"]["name"]
    match kind:
        case "ValidatingAdmissionPolicy":
            yield from _policies(manifest, attacks)
        case "ValidatingAdmissionPolicyBinding":
            yield from _policy_bindings(manifest, attacks)
        case "MutatingAdmissionPolicy" | "MutatingAdmissionPolicyBinding":
            yield from _mutations(manifest)
        case "Namespace":
            yield from _namespaces(manifest, attacks)
        case "ResourceQuota" if namespace in {WEB, TRAIN, LAB, FULL}:
            yield from _quotas(manifest, attacks["quotas"])
        case "LimitRange" if namespace == WEB:
            yield from _limits(manifest, attacks["limits"])
        case "NetworkPolicy" if namespace in _WALLED or name == "allow-egress":
            yield from _networks(manifest)
        case "ClusterRole" | "Role":
            yield from _roles(manifest, seen)
        case "RoleBinding" | "ClusterRoleBinding" if namespace != FULL:
            yield from _bindings(manifest)
        case "ServiceAccount" if namespace == WEB:
            check = _attacks(attacks["service-accounts"])
            yield _mutant(manifest, "automountServiceAccountToken", check, loosened=True)
            yield _mutant(manifest, "automountServiceAccountToken", check)
        case "PriorityClass":
            yield from _classes(manifest)
    if kind in GUARDED and kind != "ServiceAccount" and namespace in {"", WEB}:
        yield _mutant(manifest, f"metadata.labels.{DOMAIN}/managed", _unguarded(manifest))


_WALLED = (WEB, TRAIN, "observability", "vault")
"""Namespaces whose network policies are broken; the others' are rendered alike."""

GUARDED = (
    "LimitRange",
    "ResourceQuota",
    "NetworkPolicy",
    "ClusterRole",
    "ClusterRoleBinding",
    "Role",
    "RoleBinding",
    "PriorityClass",
)


# How a field is deleted or loosened


def _at(found: object, path: str) -> tuple[object, str | int]:
    """Return what holds the last step of *path*, and that step."""
    *above, last = _steps(path)
    for step in above:
        found = found[step]
    return found, last


def _steps(path: str) -> list[str | int]:
    # Keys of labels have dots in them; they come last.
    for holder in ("metadata.labels.", "metadata.annotations.", "spec.hard."):
        if path.startswith(holder):
            return [*holder[:-1].split("."), path.removeprefix(holder)]
    return [int(step) if step.isdigit() else step for step in path.split(".")]


def _mutant(
    manifest: Object, path: str, check: Check, *, loosened: object = None, **more
) -> Mutant:
    changed = copy.deepcopy(manifest)
    holder, last = _at(changed, path)
    if loosened is None:
        del holder[last]
        what = "deleted"
    else:
        holder[last] = loosened
        what = f"is {loosened!r}"
    metadata = manifest["metadata"]
    where = "/".join(filter(None, (metadata.get("namespace"), metadata["name"])))
    value = _at(manifest, path)
    told = value[0][value[1]] if isinstance(value[1], int) else ""
    shown = f" ({told})" if isinstance(told, str) and told else ""
    return Mutant(
        f"{manifest['kind']} {where}: {path}{shown} {what}", manifest, changed, check, **more
    )


# What catches them


def _attacks(found: Sequence[Attack], *more: Check) -> Check:
    """Return the check that every attack is refused and every control accepted."""
    # Those of a kind are spread, so that the first hundred say most of what all say.
    chosen = sorted(found, key=lambda attack: crc32(str(attack).encode()))

    def check(world: World) -> list[str]:
        for one in more:
            if wrong := one(world):
                return wrong
        for start in range(0, len(chosen), 40):
            if wrong := failures(world, chosen[start : start + 40]):
                return wrong
        return []

    return check


def _outside(bad: Object) -> Check:
    """Return the check that nobody looks at *bad* where no organization lives."""
    moved = copy.deepcopy(bad)
    moved["metadata"]["namespace"] = "default"

    def check(world: World) -> list[str]:
        answer = world.send("helper", post(moved))
        return [] if answer.ok else [f"outside: {answer.message}"]

    return check


def _operators(bad: Object) -> Check:
    """Return the check that operators may do what nobody else may."""

    def check(world: World) -> list[str]:
        answer = world.send("operating helper", post(bad))
        return [] if answer.ok else [f"operators: {answer.message}"]

    return check


def _own_peers(world: World) -> list[str]:
    """An admin opens doors to what is theirs and to what was granted."""
    peers = [
        {"namespaceSelector": {"matchLabels": {key: value}}}
        for key, value in (
            (make.NAME, WEB),
            (make.NAME, "vault"),
            (make.NAME, "observability"),
            (make.ORGANIZATION, "acme"),
        )
    ]
    wrong = []
    for peer in (*peers, {"podSelector": {}}):
        found = make.network_policy(ingress=[{"from": [peer]}])
        answer = world.send("admin", post(found))
        if not answer.ok:
            wrong.append(f"{peer}: {answer.message}")
    return wrong


def _controllers(person: str, method: str, found: Object, change: Mapping) -> Check:
    """Return the check that a controller of Kubernetes does what it is there for."""

    def check(world: World) -> list[str]:
        if method == "PUT":
            held = world.live(found)
            body = {**found, **held, "spec": {**held["spec"], **change}}
            request = Request("PUT", path_of(found), body)
        else:
            request = post(found) if method == "POST" else Request("DELETE", path_of(found))
        answer = world.send(person, request)
        return [] if answer.ok else [f"{person}: {answer.message}"]

    return check


def older(guard: str) -> Check:
    """Return the check that what is older than *guard* may be labelled, and so may go."""
    note = {"metadata": {"labels": {"probe": "changed"}}}

    def check(world: World) -> list[str]:
        answer = world.send("helper", patch(elders()[guard], note, MERGE_PATCH))
        return [] if answer.ok else [f"an elder: {answer.message}"]

    return check


def _unguarded(manifest: Object) -> Check:
    """Return the check that helpers do not write over *manifest*, and operators do."""
    note = {"metadata": {"annotations": {"probe": "changed"}}}

    def check(world: World) -> list[str]:
        request = patch(manifest, note, MERGE_PATCH)
        answer = world.send("helper", request)
        if answer.ok:
            return [f"{request.path}: a helper changed it"]
        if "is managed by tenancy" not in answer.message:
            return [answer.message]
        return []

    return check


_OUTSIDE: Mapping[str, Object] = {
    "tenancy-pods": make.pod(nodeName="sandbox-cpu-1"),
    "tenancy-image-pull": make.pod(main={"imagePullPolicy": "Never"}),
    "tenancy-placement": make.pod(nodeSelector={POOL: "l40s"}),
    "tenancy-gpus-per-pod": make.pod(),
    "tenancy-device-environment": make.config_map(NVIDIA_VISIBLE_DEVICES="YQ=="),
    "tenancy-device-annotations": make.pod(annotations={"cdi.k8s.io/a": "a"}),
    "tenancy-services": make.service(type="NodePort"),
    "tenancy-endpoints": make.thing("v1", "Endpoints", "probe", WEB, subsets=[]),
    "tenancy-network-policies": make.network_policy(ingress=[{}]),
    "tenancy-role-bindings": make.binding(make.group("system:authenticated")),
    "tenancy-roles": make.role(verbs=("*",)),
    "tenancy-storage-claims": make.volume_claim(of=""),
    "tenancy-token-secrets": {
        **make.config_map(kind="Secret"),
        "type": "kubernetes.io/service-account-token",
        "metadata": {
            "name": "probe",
            "namespace": WEB,
            "annotations": {"kubernetes.io/service-account.name": "default"},
        },
    },
    "tenancy-workloads": make.config_map(),
    "tenancy-cron-jobs": make.config_map(),
}
"""What each policy refuses in an organization's namespace, and in no other."""

_PASSED: Mapping[str, Object] = {
    "tenancy-device-environment": _OUTSIDE["tenancy-device-environment"],
    "tenancy-network-policies": _OUTSIDE["tenancy-network-policies"],
    "tenancy-role-bindings": _OUTSIDE["tenancy-role-bindings"],
    "tenancy-roles": _OUTSIDE["tenancy-roles"],
    "tenancy-services": make.service(externalIPs=["198.51.100.7"]),
    "tenancy-storage-claims": make.volume_claim(of=""),
    "tenancy-token-secrets": _OUTSIDE["tenancy-token-secrets"],
    "tenancy-objects": make.labelled(make.config_map(), make.MANAGED),
    "tenancy-service-accounts": make.labelled(make.service_account(), make.MANAGED),
}
"""What operators may write all the same."""

_CONTROLLERS: Mapping[str, tuple[str, str, Object, Mapping]] = {
    "tenancy-objects": (
        "namespace controller",
        "DELETE",
        make.network_policy(name="default-deny"),
        {},
    ),
    "tenancy-service-accounts": (
        "namespace controller",
        "DELETE",
        make.service_account(name="default"),
        {},
    ),
    "tenancy-storage-claims": (
        "volume binder",
        "PUT",
        make.named(make.volume_claim(), "seed"),
        {"volumeName": "made-for-it"},
    ),
    "tenancy-endpoints": (
        "endpoint controller",
        "POST",
        make.thing(
            "discovery.k8s.io/v1",
            "EndpointSlice",
            "probe",
            WEB,
            addressType="IPv4",
            endpoints=[],
        ),
        {},
    ),
}
"""What Kubernetes' own controllers do in organizations' namespaces."""

_BAD_TEMPLATES: Mapping[str, tuple[Mapping, str]] = {
    "every taint": ({"tolerations": [{"operator": "Exists"}]}, "a toleration must name a key"),
    "a pool": ({"tolerations": [{"key": POOL, "value": "a"}]}, "tolerations may name only"),
    "a node": ({"nodeName": "a"}, "spec.nodeName may not be set"),
    "a node by field": (
        {
            "affinity": {
                "nodeAffinity": {
                    "preferredDuringSchedulingIgnoredDuringExecution": [
                        {
                            "weight": 1,
                            "preference": {
                                "matchFields": [
                                    {"key": "metadata.name", "operator": "In", "values": ["a"]}
                                ]
                            },
                        }
                    ]
                }
            }
        },
        "node affinity may not match fields",
    ),
    "the cluster's class": (
        {"priorityClassName": "system-node-critical"},
        "priority class system-node-critical is for the cluster alone",
    ),
    "a class": ({"priorityClassName": "urgent"}, "is not granted to this namespace"),
    "devices by mounts": (
        {
            "main": {"volumeMounts": [{"name": "a", "mountPath": "/nvidia-container-devices"}]},
            "volumes": [{"name": "a", "emptyDir": {}}],
        },
        "nothing may be mounted under /nvidia-container-devices",
    ),
    "devices": (
        {"main": {"env": [{"name": "NVIDIA_VISIBLE_DEVICES", "value": "all"}]}},
        "env may not set NVIDIA_VISIBLE_DEVICES",
    ),
    "devices by prefix": (
        {"main": {"envFrom": [{"prefix": "NVIDIA_", "configMapRef": {"name": "a"}}]}},
        "an envFrom prefix may not begin",
    ),
}
_TEMPLATE_KINDS = {
    "tenancy-workloads": (
        "ReplicationController",
        "DaemonSet",
        "Deployment",
        "ReplicaSet",
        "StatefulSet",
        "Job",
    ),
    "tenancy-cron-jobs": ("CronJob",),
}


def templates(policy: str) -> Check:
    """Return the check that *policy* warns of bad templates, made or changed, and no other."""

    def warned(world: World, found: Object, method: str = "POST") -> list[str]:
        change = Request("PUT", path_of(found), found)
        answer = world.send("helper", post(found) if method == "POST" else change)
        told = [warning for warning in answer.warnings if policy in warning]
        return told if answer.ok else [*told, f"{answer.status} {answer.message}"]

    def check(world: World) -> list[str]:
        wrong = []
        for kind in _TEMPLATE_KINDS[policy]:
            held = make.workload(kind, EDGE, "held")
            world.root.create(held)
            wrong += [
                f"a good {kind}: {warning}"
                for warning in warned(world, make.workload(kind, EDGE))
            ]
            wrong += [
                f"a good {kind} outside: {warning}"
                for warning in warned(
                    world,
                    make.workload(kind, "default", template=make.pod(nodeName="a")),
                )
                if policy in warning
            ]
            granted = make.pod(
                TRAIN,
                priorityClassName="urgent",
                tolerations=[{"key": POOL, "value": "h100", "effect": "NoSchedule"}],
            )
            wrong += [
                f"a granted {kind}: {warning}"
                for warning in warned(world, make.workload(kind, TRAIN, template=granted))
                if policy in warning
            ]
            for what, (spec, reason) in _BAD_TEMPLATES.items():
                bad = make.workload(kind, EDGE, template=make.pod(EDGE, **spec))
                if not any(reason in warning for warning in warned(world, bad)):
                    wrong.append(f"{kind} with {what}: nobody was warned for {reason}")
            live = {"apiVersion": held["apiVersion"], "kind": kind, **world.live(held)}
            # Of the template of a job that waits, not all may change.
            grown = copy.deepcopy(live)
            spec = grown["spec"].get("jobTemplate", grown)["spec"]["template"]["spec"]
            spec["tolerations"] = [{"operator": "Exists"}]
            if not any("a toleration must" in told for told in warned(world, grown, "PUT")):
                wrong.append(f"{kind} changed: nobody was warned")
        return wrong

    return check


# Admission policies

_EMPTY: Mapping[str, str] = {
    "authorised": "true",
    "controller": "true",
    "daemon": "true",
    "tolerations": "[]",
    "tolerable": "[]",
    "classes": "[]",
    "class": "''",
    "granted": "[]",
    "told": "''",
    "selected": "''",
    "bounds": "[]",
    "started": "[]",
    "organization": "''",
    "names": "[]",
    "blocks": "[]",
}
"""What says nothing in place of each variable."""


def _policy_check(name: str, attacks: Mapping[str, list[Attack]]) -> Check:
    if name in _TEMPLATE_KINDS:
        return templates(name)
    family = name.removeprefix("tenancy-")
    outside = [_outside(_OUTSIDE[name])] if name in _OUTSIDE else []
    passing = [_operators(_PASSED[name])] if name in _PASSED else []
    if name == "tenancy-network-policies":
        passing.append(_own_peers)
    if name in elders():
        passing.append(older(name))
    if name in _CONTROLLERS:
        passing.append(_controllers(*_CONTROLLERS[name]))
    return _attacks(attacks[family], *outside, *passing)


def _policies(  # noqa: C901
    manifest: Object, attacks: Mapping[str, list[Attack]]
) -> Iterator[Mutant]:
    check = _policy_check(manifest["metadata"]["name"], attacks)
    spec = manifest["spec"]

    def one(path: str, **more: object) -> Mutant:
        return _mutant(manifest, path, check, settles="policy", **more)

    yield one("spec.failurePolicy", loosened="Ignore")
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
    for i in range(len(spec.get("matchConditions", ()))):
        yield one(f"spec.matchConditions.{i}")
        yield one(f"spec.matchConditions.{i}.expression", loosened="false")
    for i, variable in enumerate(spec.get("variables", ())):
        empty = _EMPTY[variable["name"]]
        yield one(f"spec.variables.{i}.expression", loosened=empty)
    for i in range(len(spec["validations"])):
        yield one(f"spec.validations.{i}.expression", loosened="true")


def _policy_bindings(manifest: Object, attacks: Mapping[str, list[Attack]]) -> Iterator[Mutant]:
    name = manifest["metadata"]["name"]
    check = _policy_check(name, attacks)

    def one(path: str, **more: object) -> Mutant:
        return _mutant(manifest, path, check, settles="binding", **more)

    yield one("spec.validationActions", loosened=["Audit"])
    yield one("spec.policyName", loosened="nothing")
    if "matchResources" in manifest["spec"]:
        yield one("spec.matchResources")
        nobody = {"matchLabels": {"example.com/nobody": "true"}}
        yield one("spec.matchResources.namespaceSelector", loosened=nobody)


def _mutations(manifest: Object) -> Iterator[Mutant]:
    def one(path: str, **more: object) -> Mutant:
        return _mutant(manifest, path, drawn, settles="mutation", **more)

    spec = manifest["spec"]
    if "mutations" in spec:
        # A patch that changes nothing; an empty list has no type that the server accepts.
        nothing = '[JSONPatch{op: "test", path: "/kind", value: "Pod"}]'
        yield one("spec.mutations.0.jsonPatch.expression", loosened=nothing)
        yield one("spec.failurePolicy", loosened="Ignore")
        yield one("spec.reinvocationPolicy", loosened="Never")
        yield one("spec.matchConstraints.matchPolicy", loosened="Exact")
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
    # What somebody selected is never selected anew: it is refused where it is not granted.
    selecting = make.gpus(1)
    selecting["spec"]["nodeSelector"] = {POOL: "l40s"}
    answer = world.send("developer", post(selecting))
    if answer.ok or "tenancy-placement" not in answer.message:
        wrong.append(f"a pod that selects another pool: {answer.status} {answer.message}")
    return wrong


# Namespaces


def _namespaces(manifest: Object, attacks: Mapping[str, list[Attack]]) -> Iterator[Mutant]:
    name, metadata = manifest["metadata"]["name"], manifest["metadata"]
    if name not in {WEB, TRAIN, LAB, "observability", "llmos-public"}:
        return
    level = "pod-security.kubernetes.io/"
    for field in ("labels", "annotations"):
        for key in metadata.get(field, ()):
            # Only where less is enforced do warnings say more than refusals.
            if name != LAB and key.startswith((f"{level}warn", f"{level}audit")):
                continue
            checks: list[Check] = [_not_taken(name, field, key)]
            if key.startswith(level):
                checks = [_standards(name)]
            if key == make.ORGANIZATION and name == WEB:
                checks = [_attacks(attacks["network-policies"][:20])]
            path = f"metadata.{field}.{key}"
            yield _mutant(manifest, path, _attacks((), *checks))
            if key.endswith(("/enforce", "/warn")):
                yield _mutant(manifest, path, _standards(name), loosened="privileged")
            if key == f"{DOMAIN}/max-per-pod" and name == TRAIN:
                check = _attacks(attacks["gpus-per-pod"])
                yield _mutant(manifest, path, check, loosened="nvidia.com/gpu=64")
            if key == f"{DOMAIN}/gpu-pools" and name == TRAIN:
                check = _attacks(attacks["placement"])
                yield _mutant(manifest, path, check, loosened="a100,h100,l40s")


def _not_taken(name: str, field: str, key: str) -> Check:
    """Return the check that nobody takes *key* off: where it is missing, they seem to."""
    request = patch(make.space(name), {"metadata": {field: {key: None}}}, MERGE_PATCH)

    def check(world: World) -> list[str]:
        answer = world.send("helper", request)
        if answer.ok:
            return [f"a helper took {key} off {name}"]
        if "ValidatingAdmissionPolicy 'tenancy-namespaces'" not in answer.message:
            return [answer.message]
        return []

    return check


def _standards(name: str) -> Check:
    """Return the check that pods are refused, and warned of, by the standards of *name*."""
    baseline = name == LAB
    enforced = "baseline" if baseline else "restricted"

    def check(world: World) -> list[str]:
        wrong = []
        answer = world.send("helper", post(make.pod(name, hostPID=True)))
        if answer.ok or f'violates PodSecurity "{enforced}:v1.36"' not in answer.message:
            wrong.append(f"host PIDs in {name}: {answer.status} {answer.message}")
        rooted = make.pod(name, main={"security": {"runAsNonRoot": False}})
        answer = world.send("helper", post(rooted))
        told = [
            text.replace('\\"', '"')
            for text in (answer.warnings if baseline else (answer.message,))
        ]
        said = 'PodSecurity "restricted:v1.36": runAsNonRoot != true'
        if answer.ok is not baseline or not any(said in text for text in told):
            wrong.append(f"root in {name}: {answer.status} {answer.message} {told}")
        return wrong

    return check


# Quotas and limits


def _quotas(manifest: Object, attacks: Sequence[Attack]) -> Iterator[Mutant]:
    name, where = manifest["metadata"]["name"], manifest["metadata"]["namespace"]
    for key in manifest["spec"]["hard"]:
        rules = {f"quotas: {name} {key} ({where})"}
        if where == FULL:
            rules.add(f"quotas: {name} {key}")
        mine = [attack for attack in attacks if attack.rule in rules]
        if not mine:
            # Rendered alike in another namespace, where there are attacks on it.
            assert any(a.rule.startswith(f"quotas: {name} {key}") for a in attacks), (name, key)
            continue
        check = _attacks(mine)
        yield _mutant(manifest, f"spec.hard.{key}", check, settles="quota")
        # A thousand bytes would be no more than none.
        more = "1Pi" if key.endswith(("memory", "storage")) else "1k"
        yield _mutant(manifest, f"spec.hard.{key}", check, settles="quota", loosened=more)
    if name == "cross-namespace-affinity" and where == WEB:
        mine = [attack for attack in attacks if name in attack.rule]
        # The scope of a quota may not be changed in every way; a new one may have any.
        yield _mutant(
            manifest, "spec.scopeSelector", _attacks(mine), settles="quota", anew=True
        )


def _limits(manifest: Object, attacks: Sequence[Attack]) -> Iterator[Mutant]:
    check = _attacks(attacks, _defaults)
    for i, item in enumerate(manifest["spec"]["limits"]):
        yield _mutant(manifest, f"spec.limits.{i}", check)
        for field, bounds in item.items():
            if field == "type":
                continue
            if len(item) > 2:
                yield _mutant(manifest, f"spec.limits.{i}.{field}", check)
            if len(bounds) > 1:
                for key in bounds:
                    yield _mutant(manifest, f"spec.limits.{i}.{field}.{key}", check)


def _defaults(world: World) -> list[str]:
    """A pod that says nothing gets what was written for it."""
    found = make.pod()
    del found["spec"]["containers"][0]["resources"]
    answer = world.send("developer", post(found))
    expected_resources = {
        "limits": {"cpu": "250m", "memory": "256Mi"},
        "requests": {"cpu": "100m", "memory": "128Mi"},
    }
    if not answer.ok:
        return [f"a bare pod: {answer.message}"]
    got = answer.body["spec"]["containers"][0]["resources"]
    return [] if got == expected_resources else [f"a bare pod got {got}"]


# Networks

_PLACES: Mapping[str, Pods] = {
    "web": Pods(WEB),
    "train": Pods(TRAIN),
    "lab": Pods(LAB),
    "observability": Pods("observability"),
    "prometheus": Pods("observability", (("app.kubernetes.io/name", "prometheus"),)),
    "loki": Pods("observability", (("app.kubernetes.io/name", "loki"),)),
    "vault": Pods("vault"),
    "registry": Pods("registry"),
    "public": Pods("llmos-public"),
    "system": Pods("kube-system"),
    "dns": Pods("kube-system", (("k8s-app", "kube-dns"),)),
    "what is called dns": Pods("kube-public", (("k8s-app", "kube-dns"),)),
    "what is called prometheus": Pods(
        "kube-public", (("app.kubernetes.io/name", "prometheus"),)
    ),
    "what is called loki": Pods("kube-public", (("app.kubernetes.io/name", "loki"),)),
}
_WATCHING = ("observability", "prometheus", "loki")
_ORGANIZATIONS = ("web", "train", "lab")
_PORTS = (53, 80, 3100, 5000, 8080, 8200, 9090)
_EVERY = tuple((protocol, port) for protocol in ("TCP", "UDP") for port in _PORTS)
_DNS = {"dns": (("TCP", 53), ("UDP", 53))}

# Who lets whom out to which ports, and whom in: by hand, and all else is closed. Each end is
# looked at alone, as if the other were open; a connection needs both.
_OUT: Mapping[str, Mapping[str, Sequence[tuple[str, int]]]] = {
    "web": {
        "web": _EVERY,
        "train": _EVERY,
        "prometheus": (("TCP", 9090),),
        "loki": (("TCP", 3100),),
        "vault": (("TCP", 8200),),
        **_DNS,
    },
    "train": {"train": _EVERY, **_DNS},
    "lab": {
        "lab": _EVERY,
        "prometheus": (("TCP", 9090),),
        "loki": (("TCP", 3100),),
        **_DNS,
    },
    **{
        name: {
            **dict.fromkeys(_WATCHING, _EVERY),
            **dict.fromkeys(_ORGANIZATIONS, (("TCP", 8080),)),
            **_DNS,
        }
        for name in _WATCHING
    },
    **{name: {name: _EVERY, **_DNS} for name in ("vault", "registry", "public")},
}
_IN: Mapping[str, Mapping[str, Sequence[tuple[str, int]]]] = {
    "web": {"web": _EVERY, "train": _EVERY, **dict.fromkeys(_WATCHING, (("TCP", 8080),))},
    "train": {"train": _EVERY},
    "lab": {"lab": _EVERY, **dict.fromkeys(_WATCHING, (("TCP", 8080),))},
    "observability": dict.fromkeys(_WATCHING, _EVERY),
    "prometheus": {
        **dict.fromkeys(_WATCHING, _EVERY),
        **dict.fromkeys(_ORGANIZATIONS, (("TCP", 9090),)),
    },
    "loki": {
        **dict.fromkeys(_WATCHING, _EVERY),
        **dict.fromkeys(_ORGANIZATIONS, (("TCP", 3100),)),
    },
    "vault": {"vault": _EVERY, **dict.fromkeys(_ORGANIZATIONS, (("TCP", 8200),))},
    "registry": {"registry": _EVERY, **dict.fromkeys(_ORGANIZATIONS, (("TCP", 5000),))},
    "public": {"public": _EVERY},
}

_ADDRESSES: Mapping[str, Mapping[str, bool]] = {
    FULL: {
        "198.51.100.7": True,
        "2001:db8::1": True,
        "203.0.113.1": False,
        "2001:db9::1": False,
        "169.254.169.254": False,
        "fd00:ec2::23": False,
    },
    **{
        name: {"198.51.100.7": False, "2001:db8::1": False}
        for name in (WEB, TRAIN, LAB, "observability", "vault", "registry", "llmos-public")
    },
}


def routes(world: World) -> list[str]:
    """Return who reaches whom otherwise than is written above, by the policies that stand."""
    found: dict[str, list[Object]] = {}
    for kind, path in (
        ("Namespace", "/api/v1/namespaces"),
        ("NetworkPolicy", "/apis/networking.k8s.io/v1/networkpolicies"),
    ):
        items = world.root.request("GET", path).accepted().body["items"]
        # What members made themselves is not what was rendered.
        found[kind] = [
            {"kind": kind, **item}
            for item in items
            if item["metadata"]["name"] != "seed"
            and not item["metadata"]["name"].startswith("filler")
        ]
    wrong: list[str] = []
    for name, addresses in _ADDRESSES.items():
        mine = [
            policy
            for policy in found["NetworkPolicy"]
            if policy["metadata"]["namespace"] == name
        ]
        network = Network([*found["Namespace"], *mine])
        bare = Network(
            [
                *found["Namespace"],
                *(policy for policy in mine if policy["metadata"]["name"] == "default-deny"),
            ]
        )
        wrong += [
            f"{name} → {address}"
            for address, reached in addresses.items()
            if network.reaches_address(Pods(name), address) is not reached
        ]
        wrong += _one_end(name, network, bare)
    return wrong


def _one_end(name: str, network: Network, bare: Network) -> Iterator[str]:
    """Yield what the policies of the namespace *name* alone let in and out wrongly."""
    for end, pods in _PLACES.items():
        if pods.namespace != name:
            continue
        for other, others in _PLACES.items():
            # Inside of a namespace both ends are one, and each is looked at by the other.
            for protocol, number in _EVERY:
                port = Port(protocol, number)
                out = (protocol, number) in _OUT[end].get(other, ())
                into = (protocol, number) in _IN[end].get(other, ())
                if others.namespace == name:
                    out = into = out and (protocol, number) in _IN[other].get(end, ())
                if network.reaches(pods, others, port) is not out:
                    yield f"{end} → {other} on {port}"
                if others.namespace != name and network.reaches(others, pods, port) is not into:
                    yield f"{other} → {end} on {port}"
                # The wall itself, without any door.
                if bare.reaches(pods, others, port) or bare.reaches(others, pods, port):
                    yield f"{end} ↔ {other} on {port} in spite of default-deny"


def _networks(manifest: Object) -> Iterator[Mutant]:  # noqa: C901
    spec = manifest["spec"]
    selects = spec["podSelector"] or spec["podSelector"] == {}

    def one(path: str, **more: object) -> Mutant:
        return _mutant(manifest, path, routes, **more)

    if spec["podSelector"]:
        yield one("spec.podSelector", loosened={})
    elif selects:
        yield one("spec.podSelector", loosened={"matchLabels": {"example.com/nobody": "a"}})
    types = spec["policyTypes"]
    for i in range(len(types)):
        # Of none at all Kubernetes itself makes those that the rules speak of.
        if len(types) > 1:
            yield one(f"spec.policyTypes.{i}")
    for direction, end in (("ingress", "from"), ("egress", "to")):
        for i, rule in enumerate(spec.get(direction, ())):
            at = f"spec.{direction}.{i}"
            yield one(at)
            yield one(f"{at}.{end}")
            if "ports" in rule:
                yield one(f"{at}.ports")
                if len(rule["ports"]) > 1:
                    for j in range(len(rule["ports"])):
                        yield one(f"{at}.ports.{j}")
            for j, peer in enumerate(rule[end]):
                if len(rule[end]) > 1:
                    yield one(f"{at}.{end}.{j}")
                if "namespaceSelector" in peer:
                    yield one(f"{at}.{end}.{j}.namespaceSelector", loosened={})
                if peer.get("podSelector") and len(peer) > 1:
                    yield one(f"{at}.{end}.{j}.podSelector")
                if "ipBlock" in peer:
                    everywhere = "::/0" if ":" in peer["ipBlock"]["cidr"] else "0.0.0.0/0"
                    yield one(f"{at}.{end}.{j}.ipBlock.cidr", loosened=everywhere)


# Access

_HOLDERS: Mapping[str, tuple[str, str]] = {
    "tenancy:viewer": ("viewer", WEB),
    "tenancy:developer": ("developer", WEB),
    "tenancy:admin": ("admin", WEB),
    "tenancy:auditor": ("auditor", TRAIN),
    "tenancy:public-reader": ("outsider", expected.PUBLIC),
    "tenancy:operator": ("operator", ""),
}


def _effective(rules: Sequence[Object]) -> set[tuple[str, str, str]]:
    return {
        (group, resource, verb)
        for rule in rules
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def _reviews(person: str, namespace: str, places: set[tuple[str, str]]) -> Check:
    """Return the check that *person* may do there what is written, and nothing else."""
    asked = [
        Question(person, namespace, group, resource, verb)
        for group, resource in sorted(places)
        for verb in (*expected.VERBS, *expected.SPECIAL["*"].split())
    ]

    def check(world: World) -> list[str]:
        findings = ask(world, asked)
        return [*findings.unexpectedly_allowed, *findings.unexpectedly_refused]

    return check


def _roles(manifest: Object, seen: set[str]) -> Iterator[Mutant]:
    name, rules = manifest["metadata"]["name"], manifest["rules"]
    person, namespace = _HOLDERS[name]
    held = _effective(rules)

    def one(path: str, **more: object) -> Iterator[Mutant]:
        found = _mutant(manifest, path, lambda _: [], **more)
        differs = held ^ _effective(found.changed["rules"])
        # What another rule of the role gives too is no mutant: nothing differs.
        if differs:
            places = {(group, resource) for group, resource, _ in differs}
            if "*" in {resource for _, resource in places}:
                places |= {("", "nodes"), ("", "secrets"), ("", "pods/proxy")}
            yield attrs.evolve(found, check=_reviews(person, namespace, places))

    for i, rule in enumerate(rules):
        yield from one(f"rules.{i}")
        # A rule that a smaller role has too has been broken there, field by field.
        if str(rule) in seen:
            continue
        seen.add(str(rule))
        yield from one(f"rules.{i}.verbs", loosened=["*"])
        yield from one(f"rules.{i}.resources", loosened=["*"])
        yield from one(f"rules.{i}.apiGroups", loosened=["*"])
        for field in ("resources", "verbs"):
            if len(rule[field]) > 1:
                for j in range(len(rule[field])):
                    yield from one(f"rules.{i}.{field}.{j}")


def _bindings(manifest: Object) -> Iterator[Mutant]:
    namespace = manifest["metadata"].get("namespace", "")
    name = manifest["metadata"]["name"]

    def check(world: World) -> list[str]:
        asked = [
            Question(person, namespace, group, resource, verb)
            for person in expected.PEOPLE
            for group, resource in (
                ("", "pods"),
                ("", "events"),
                ("", "secrets"),
                (RBAC, "roles"),
                ("tenancy.dev", "tenancy"),
            )
            for verb in ("get", "create", "manage")
        ]
        findings = ask(world, asked)
        return [*findings.unexpectedly_allowed, *findings.unexpectedly_refused]

    for i in range(len(manifest["subjects"])):
        yield _mutant(manifest, f"subjects.{i}", check)
    everybody = make.group("system:authenticated")
    if everybody not in manifest["subjects"]:
        more = [*manifest["subjects"], everybody]
        yield _mutant(manifest, "subjects", check, loosened=more)
    unknown = [*manifest["subjects"], make.group("system:unauthenticated")]
    yield _mutant(manifest, "subjects", check, loosened=unknown)
    wide = {"apiGroup": RBAC, "kind": "ClusterRole", "name": "cluster-admin"}
    if name != "tenancy:operator":
        yield _mutant(manifest, "roleRef", check, loosened=wide, anew=True)


def _classes(manifest: Object) -> Iterator[Mutant]:
    def check(world: World) -> list[str]:
        answer = world.send("developer", post(make.pod(TRAIN, priorityClassName="urgent")))
        got = answer.body.get("spec", {})
        plain = world.send("developer", post(make.pod())).body.get("spec", {})
        held = (got.get("priority"), got.get("preemptionPolicy"), plain.get("priority"))
        wrong = [] if held == (1000, "Never", 0) else [f"priorities are {held}"]
        for name in ("gpu-h100", "gpu-l40s"):
            # A pool's class tells pools apart and puts nobody before anybody.
            pod = make.pod("default", priorityClassName=name)
            spec = world.send("root", post(pod)).accepted().body["spec"]
            if (spec["priority"], spec["preemptionPolicy"]) != (0, "Never"):
                wrong.append(f"{name} has {spec['priority']}, {spec['preemptionPolicy']}")
        return wrong

    yield _mutant(manifest, "value", check, loosened=1_000_000, anew=True)
    yield _mutant(
        manifest, "preemptionPolicy", check, loosened="PreemptLowerPriority", anew=True
    )
    yield _mutant(manifest, "globalDefault", check, loosened=True)

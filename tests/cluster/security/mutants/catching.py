"""What catches a mutant: an accepted attack, or a question that is answered otherwise."""

import copy
from collections.abc import Mapping, Sequence
from zlib import crc32

import attrs

from tests.cluster.api import MERGE_PATCH, path_of
from tests.cluster.security import objects as make
from tests.cluster.security.attacks import Attack, failures, patch, post
from tests.cluster.security.contents import (
    AUDITED,
    CLOSED_CLASS,
    EDGE,
    SERVED_CLASS,
    UNCOUNTED_CLASS,
    WORKLOADS,
    finalized,
    older_objects,
)
from tests.cluster.security.mutants.breaking import Check
from tests.cluster.security.objects import (
    POOL,
    TRAIN,
    WEB,
    Object,
)
from tests.cluster.security.world import Request, World

# What catches them


def by_attacks(found: Sequence[Attack], *more: Check) -> Check:
    """Return the check that every attack is refused and every control accepted."""
    # Those of a kind are spread, so that the first hundred show most of what all show.
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


def from_outside(bad: Object, person: str = "helper") -> Check:
    """Return the check that nobody looks at *bad* where no organization lives."""
    moved = copy.deepcopy(bad)
    moved["metadata"]["namespace"] = "default"

    def check(world: World) -> list[str]:
        answer = world.send(person, post(moved))
        return [] if answer.ok else [f"outside: {answer.message}"]

    return check


def in_audit(guard: str) -> Check:
    """
    Return the check that *guard* only warns in a namespace in audit.

    Outside of organizations it does not even warn.
    """
    person, request = IN_AUDIT[guard]

    def sent(world: World, namespace: str) -> tuple[bool, list[str], str]:
        moved = copy.deepcopy(request.body)
        moved["metadata"]["namespace"] = namespace
        path = request.path.replace(f"/namespaces/{AUDITED}/", f"/namespaces/{namespace}/")
        answer = world.send(person, attrs.evolve(request, path=path, body=moved))
        told = [warning for warning in answer.warnings if f"'{guard}'" in warning]
        return answer.ok, told, answer.message

    def check(world: World) -> list[str]:
        wrong = []
        passed, told, message = sent(world, AUDITED)
        if not passed:
            wrong.append(f"refused in audit: {message}")
        elif not told:
            wrong.append(f"in audit, {guard} does not warn")
        _, told, _ = sent(world, "default")
        return [*wrong, *(f"outside: {warning}" for warning in told)]

    return check


def by_operators(bad: Object | Request) -> Check:
    """Return the check that operators may create *bad*, or request it, as nobody else may."""
    request = bad if isinstance(bad, Request) else post(bad)
    assert request.dry

    def check(world: World) -> list[str]:
        answer = world.send("operating helper", request)
        return [] if answer.ok else [f"operators: {answer.message}"]

    return check


def own_peers(world: World) -> list[str]:
    """An admin allows traffic to their own namespaces and to granted targets."""
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


def by_controllers(person: str, method: str, found: Object | Request, change: Mapping) -> Check:
    """Return the check that a controller of Kubernetes does what it is there for."""

    def check(world: World) -> list[str]:
        if isinstance(found, Request):
            request = found
        elif method == "PUT":
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
    # These guards let helpers change what exists, since they may do so in every namespace.
    person = "admin" if guard in PLATFORM else "helper"

    def check(world: World) -> list[str]:
        answer = world.send(person, patch(older_objects()[guard], note, MERGE_PATCH))
        return [] if answer.ok else [f"an older object: {answer.message}"]

    return check


def by_the_platform(guard: str) -> Check:
    """Return the check that *guard* lets those change what exists who may do so everywhere."""
    bad = PLATFORM[guard]

    def check(world: World) -> list[str]:
        change = {
            "metadata": {
                key: bad["metadata"][key]
                for key in ("annotations", "finalizers", "labels")
                if key in bad["metadata"]
            }
        }
        answer = world.send("helper", patch(make.named(bad, "seed"), change, MERGE_PATCH))
        return [] if answer.ok else [f"the platform: {answer.message}"]

    return check


def by_unguarded(manifest: Object) -> Check:
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


OUTSIDE: Mapping[str, Object] = {
    "tenancy-pods": make.pod(nodeName="sandbox-cpu-1"),
    "tenancy-image-pull": make.pod(main={"imagePullPolicy": "Never"}),
    "tenancy-placement": make.pod(nodeSelector={POOL: "l40s"}),
    "tenancy-pod-security": make.pod(hostIPC=True),
    "tenancy-gpus-per-pod": make.gpus(5),
    "tenancy-device-environment": make.config_map(NVIDIA_VISIBLE_DEVICES="YQ=="),
    "tenancy-pod-annotations": make.pod(annotations={"cdi.k8s.io/a": "a"}),
    "tenancy-pod-labels": make.labelled(make.pod(), {"sidecar.istio.io/inject": "false"}),
    "tenancy-claim-annotations": make.annotated(make.volume_claim()),
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
    "tenancy-pod-names": make.pod(terminationGracePeriodSeconds=601),
    "tenancy-workload-names": make.workload(
        "Deployment", template=make.pod(terminationGracePeriodSeconds=601)
    ),
    "tenancy-cron-job-names": make.workload(
        "CronJob", template=make.pod(terminationGracePeriodSeconds=601)
    ),
    "tenancy-service-annotations": make.annotated(make.service()),
    "tenancy-ingress-annotations": make.annotated(make.ingress()),
    "tenancy-ingresses": make.ingress(host="elsewhere.example"),
    "tenancy-gateway-annotations": make.annotated(make.gateway()),
    "tenancy-gateways": make.gateway(host="elsewhere.example"),
    "tenancy-routes": make.route(host="elsewhere.example"),
    "tenancy-gateway-references": make.reference_grant(of="globex-lab"),
    "tenancy-finalizers": finalized(make.config_map()),
    "tenancy-disruption-budgets": make.disruption_budget(maxUnavailable=0),
    "tenancy-device-classes": make.device_claim(WEB),
    "tenancy-scheduler-claims": make.device_claim(WEB, of=CLOSED_CLASS),
    "tenancy-counted-claims": make.device_claim(EDGE, of=UNCOUNTED_CLASS),
}
"""What each policy refuses in an organization's namespace, and in no other."""


PLATFORM: Mapping[str, Object] = {
    guard: OUTSIDE[guard]
    for guard in (
        "tenancy-pod-annotations",
        "tenancy-pod-labels",
        "tenancy-claim-annotations",
        "tenancy-service-annotations",
        "tenancy-ingress-annotations",
        "tenancy-gateway-annotations",
        "tenancy-finalizers",
    )
}
"""What may be written into what exists, in all namespaces, by those who may update there."""


def _in_audit(found: Object) -> Request:
    moved = copy.deepcopy(found)
    moved["metadata"]["namespace"] = AUDITED
    return post(moved)


def _long_token(namespace: str) -> Request:
    """Return the request of a token that lasts a second too long."""
    made = make.thing("authentication.k8s.io/v1", "TokenRequest", "default", namespace)
    path = f"/api/v1/namespaces/{namespace}/serviceaccounts/default/token"
    return Request("POST", path, {**made, "spec": {"expirationSeconds": 86401}})


def _long_eviction(namespace: str) -> Request:
    """Return an eviction that gives the pod a second too long."""
    options = {"gracePeriodSeconds": 601}
    made = make.thing("policy/v1", "Eviction", "seed", namespace, deleteOptions=options)
    return Request("POST", f"/api/v1/namespaces/{namespace}/pods/seed/eviction", made)


IN_AUDIT: Mapping[str, tuple[str, Request]] = {
    **{
        guard: (
            "scheduler" if guard == "tenancy-scheduler-claims" else "helper",
            _in_audit(bad),
        )
        for guard, bad in OUTSIDE.items()
        if guard
        not in {
            "tenancy-role-bindings",
            "tenancy-roles",
            "tenancy-workloads",
            "tenancy-cron-jobs",
        }
    },
    "tenancy-gpus-per-pod": ("helper", _in_audit(make.gpus(5))),
    "tenancy-pod-tokens": (
        "helper",
        _in_audit(make.pod(volumes=[make.token_volume(86401)])),
    ),
    "tenancy-deletions": (
        "helper",
        _long_eviction(AUDITED),
    ),
    "tenancy-token-requests": (
        "helper",
        _long_token(AUDITED),
    ),
}
"""Who is warned of what by each guard that only warns in audit; the others refuse there too."""

OUTSIDERS: Mapping[str, str] = {"tenancy-scheduler-claims": "scheduler"}
"""Who does it in another namespace; for all other policies, helpers."""

PASSED: Mapping[str, Object | Request] = {
    "tenancy-device-environment": OUTSIDE["tenancy-device-environment"],
    "tenancy-network-policies": OUTSIDE["tenancy-network-policies"],
    "tenancy-role-bindings": OUTSIDE["tenancy-role-bindings"],
    "tenancy-roles": OUTSIDE["tenancy-roles"],
    "tenancy-services": make.service(externalIPs=["198.51.100.7"]),
    "tenancy-storage-claims": make.volume_claim(of=""),
    "tenancy-token-secrets": OUTSIDE["tenancy-token-secrets"],
    "tenancy-pod-tokens": make.pod(volumes=[make.token_volume(86401)]),
    "tenancy-token-requests": _long_token(WEB),
    # An eviction, and only asked for: nothing of these requests is stored.
    "tenancy-deletions": _long_eviction(WEB),
    "tenancy-objects": make.labelled(make.config_map(), make.MANAGED),
    "tenancy-service-accounts": make.labelled(make.service_account(), make.MANAGED),
}
PASSED = {
    **PASSED,
    **{
        name: OUTSIDE[name]
        for name in (
            "tenancy-cron-job-names",
            "tenancy-disruption-budgets",
            "tenancy-finalizers",
            "tenancy-gateway-annotations",
            "tenancy-gateway-references",
            "tenancy-gateways",
            "tenancy-ingress-annotations",
            "tenancy-ingresses",
            "tenancy-claim-annotations",
            "tenancy-pod-annotations",
            "tenancy-pod-labels",
            "tenancy-pod-names",
            "tenancy-routes",
            "tenancy-service-annotations",
            "tenancy-workload-names",
        )
    },
}
"""What operators may write all the same."""

CONTROLLERS: Mapping[str, tuple[str, str, Object | Request, Mapping]] = {
    "tenancy-token-requests": ("kubelet", "POST", _long_token(WEB), {}),
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
    "tenancy-device-classes": (
        "scheduler",
        "POST",
        make.device_claim(TRAIN, of=SERVED_CLASS),
        {},
    ),
    "tenancy-counted-claims": (
        "scheduler",
        "POST",
        make.device_claim(EDGE, of=UNCOUNTED_CLASS),
        {},
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
    "a failed node": (
        {"tolerations": [{"key": "node.kubernetes.io/not-ready", "operator": "Exists"}]},
        "need the effect NoExecute",
    ),
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
        "priority class system-node-critical is reserved for the cluster",
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
TEMPLATE_KINDS = {
    "tenancy-workloads": tuple(kind for kind in WORKLOADS if kind != "CronJob"),
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
        for kind in TEMPLATE_KINDS[policy]:
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

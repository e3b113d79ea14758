"""
Ways around the count of devices by fields of claims and pods, and by later changes of them.

Source of the fields: k8s.io/api/resource/v1 of v1.36.3 and v1.37.2.
"""

import itertools
from collections.abc import Iterator, Mapping

from tests.cluster.api import Answer
from tests.cluster.dra_ways import Way
from tests.cluster.dra_world import (
    CLAIM,
    CLAIM_GRANT,
    CLAIMED,
    DEVICE_TAINT,
    DRIVER,
    MIX,
    MIXED_RESOURCE,
    PAIR,
    RUN,
    World,
    claim,
    exactly,
    gpu_pod,
    template,
    with_claims,
)
from tests.cluster.gpu_campaign import GPU

FULL = f"limited: {CLAIMED}.deviceclass.resource.k8s.io/devices={CLAIM_GRANT}"
"""The reason of what is accepted as long as the grant is not used up."""
_NUMBER = itertools.count()


def field_ways() -> Iterator[Way]:
    """Yield ways in namespaces whose grants are used up."""
    yield from _counted()
    yield from _not_allowed()
    yield from _pods()


def _probe() -> str:
    return f"field-{next(_NUMBER)}"


def _counted() -> Iterator[Way]:
    """Yield claims that a quota counts like any other."""
    tolerations = [{"key": DEVICE_TAINT, "operator": "Exists"}]
    selector = {"cel": {"expression": f"device.driver == '{DRIVER}'"}}
    capacity = {"requests": {"memory": "1Gi"}}
    for what, request in {
        "a count of zero, which is one": exactly(CLAIMED, 0),
        "no count": {"exactly": {"deviceClassName": CLAIMED}},
        "tolerations of listed device taints": exactly(CLAIMED, tolerations=tolerations),
        "a selector of another driver's devices": exactly(CLAIMED, selectors=[selector]),
        "a part of the capacity": exactly(CLAIMED, capacity=capacity),
        "an explicit mode": exactly(CLAIMED, allocationMode="ExactCount"),
        "an alternative without a count": {
            "firstAvailable": [{"name": "a", "deviceClassName": CLAIMED}]
        },
    }.items():
        yield Way(f"a claim with {what}", claim(CLAIM, _probe(), request), FULL)
    for what, more in {
        "a constraint": {"constraints": [{"matchAttribute": f"{CLAIMED}/rack"}]},
        "a constraint of distinct devices": {
            "constraints": [{"distinctAttribute": f"{CLAIMED}/rack"}]
        },
        "parameters of its driver": {
            "config": [{"opaque": {"driver": CLAIMED, "parameters": {"sharing": "all"}}}]
        },
    }.items():
        made = claim(CLAIM, _probe(), exactly(CLAIMED))
        made["spec"]["devices"].update(more)
        yield Way(f"a claim with {what}", made, FULL)
    owned = claim(
        CLAIM,
        _probe(),
        exactly(CLAIMED),
        annotations={"resource.kubernetes.io/pod-claim-name": "claim-0"},
    )
    owned["metadata"]["ownerReferences"] = [
        {"apiVersion": "v1", "kind": "Pod", "name": "first", "uid": "0", "controller": True}
    ]
    yield Way("a claim that looks like one of a template", owned, FULL)


def _not_allowed() -> Iterator[Way]:
    """Yield what the API server or a policy refuses whether or not the grant is used up."""
    most = f"may request at most 1 devices of {CLAIMED}"
    both = {**exactly(CLAIMED), "firstAvailable": [{"name": "a", "deviceClassName": CLAIMED}]}
    for what, request, reason in (
        ("fewer than no devices", exactly(CLAIMED, -1), "Invalid value: -1"),
        ("more devices than a number holds", exactly(CLAIMED, 2**63 - 1), most),
        ("an unknown mode", exactly(CLAIMED, 0, allocationMode="Any"), "Unsupported value"),
        ("both forms of a request", both, "exactly one of"),
        ("no alternative", {"firstAvailable": []}, "exactly one of"),
        (
            "tolerations of every device taint",
            exactly(CLAIMED, tolerations=[{"operator": "Exists"}]),
            f"a claim may tolerate only the device taints {DEVICE_TAINT},",
        ),
        ("no class", exactly(""), "deviceClassName: Required value"),
    ):
        yield Way(f"a claim of {what}", claim(CLAIM, _probe(), request), reason)
        made = template(claim(CLAIM, _probe(), request))
        yield Way(f"a template of {what}", made, reason)
    held = claim(CLAIM, _probe(), exactly(CLAIMED))
    held["metadata"]["finalizers"] = ["kubernetes.io/pvc-protection"]
    yield Way("a claim that stays when it is deleted", held, "finalizers may be")


def _pods() -> Iterator[Way]:
    granted = "may request only resources that are granted"
    for resource, reason in {
        f"requests.{GPU}": "extended resource name standard",
        f"deviceclass.resource.kubernetes.io/{CLAIMED}.": "Invalid value",
        "nvidia.com/GPU": granted,
        "kubernetes.io/gpu": granted,
        "a.kubernetes.io/gpu": granted,
        "nvidia.com/gpu-0": granted,
        f"{CLAIMED}.deviceclass.resource.k8s.io/devices": granted,
    }.items():
        yield Way(f"a pod of {resource}", gpu_pod(CLAIM, _probe(), {resource: 1}), reason)
    whole = gpu_pod(RUN, _probe())
    whole["spec"]["resources"] = {"limits": {GPU: "1"}, "requests": {GPU: "1"}}
    yield Way("devices of the pod, and of no container", whole, "Unsupported value")
    sidecar = gpu_pod(MIX, _probe(), {MIXED_RESOURCE: 1})
    first = {**sidecar["spec"]["containers"][0], "name": "first", "restartPolicy": "Always"}
    amounts = {k: {**v, MIXED_RESOURCE: "2"} for k, v in first["resources"].items()}
    sidecar["spec"]["initContainers"] = [{**first, "resources": amounts}]
    yield Way("a sidecar beside a container", sidecar, "may request at most")
    started = gpu_pod(MIX, _probe(), {MIXED_RESOURCE: 1})
    amounts = {k: {**v, MIXED_RESOURCE: "3"} for k, v in first["resources"].items()}
    last = {k: v for k, v in first.items() if k != "restartPolicy"}
    started["spec"]["initContainers"] = [{**last, "resources": amounts}]
    yield Way("an init container larger than the container", started, "may request at most")
    yield Way(
        "the priority class of a pool that is not granted",
        gpu_pod(RUN, _probe(), {GPU: 1}, priorityClassName="gpu-a100"),
        "priority class gpu-a100 is not granted",
    )
    yield Way(
        "more than a pod may have, of one of two pools",
        gpu_pod(PAIR, _probe(), {GPU: 9}, priorityClassName="gpu-h100"),
        "may request at most",
    )
    yield Way("a pod of MIG", gpu_pod(RUN, _probe(), {"nvidia.com/mig-7g.80gb": 1}), granted)
    yield Way("a node by name", gpu_pod(RUN, _probe(), {GPU: 1}, nodeName="dra-0"), "nodeName")


def changed_later(world: World) -> Iterator[tuple[str, Answer, str]]:
    """Yield what is refused of a claim, a template and a pod that are there, and the reason."""
    root, tenant = world.root, world.tenant
    mine = claim(CLAIM, "first-0", exactly(CLAIMED))
    used = with_claims(CLAIM, "first-0", "first-0")
    run = gpu_pod(RUN, "first-0", {GPU: 1})
    fits = template(claim(CLAIM, "later", exactly(CLAIMED)))
    tenant.create(fits).accepted()
    two = {"spec": {"devices": {"requests": [{"name": "gpu-0", **exactly(CLAIMED, 2)}]}}}
    yield "a claim of more devices", tenant.patch(mine, two), "field is immutable"
    yield "a template of more", tenant.patch(fits, {"spec": two}), "field is immutable"
    tenant.delete(fits).accepted()
    larger = template(claim(CLAIM, "later", exactly(CLAIMED, 2)))
    yield "another template of the name", tenant.create(larger), "may request at most 1"

    nothing: Mapping[str, object] = {"metadata": {"finalizers": None}}
    kept = "delete-protection stays on a claim that has devices"
    yield "a used claim without its finalizer", tenant.patch(mine, nothing), kept
    [made] = [c for c in world.claims(RUN) if c["metadata"]["name"].startswith("first-0")]
    made = {"apiVersion": "resource.k8s.io/v1", "kind": "ResourceClaim", **made}
    yield "the scheduler's claim without its finalizer", tenant.patch(made, nothing), kept
    other = root.get(gpu_pod(RUN, "first-1", {GPU: 1})).accepted().body["metadata"]
    owner = {"apiVersion": "v1", "kind": "Pod", "name": "first-1", "uid": other["uid"]}
    owned = {"metadata": {"ownerReferences": [{**owner, "controller": True}]}}
    yield "the scheduler's claim of another pod", tenant.patch(made, owned), "no other owner"

    free: Mapping[str, object] = {"status": {"allocation": None, "reservedFor": None}}
    for what, part, target in (
        ("devices of a claim", "/status", mine),
        ("the status of a pod", "/status", used),
        ("the size of a pod", "/resize", run),
        ("a container more", "/ephemeralcontainers", run),
    ):
        answer = tenant.patch(target, free, part=part)
        yield f"{what}, by {part}", answer, f'"{target["kind"].lower()}s{part}"'
    binding = {
        "apiVersion": "v1",
        "kind": "Binding",
        "metadata": {"name": "first-0", "namespace": RUN},
        "target": {"apiVersion": "v1", "kind": "Node", "name": "dra-0"},
    }
    path = f"/api/v1/namespaces/{RUN}/pods/first-0/binding"
    yield "a binding", tenant.request("POST", path, binding), '"pods/binding"'
    named = [{"name": "claim-0", "resourceClaimName": "first-1"}]
    claims = {"spec": {"resourceClaims": named}}
    yield "other claims of a pod", tenant.patch(used, claims), "pod updates may not change"
    amounts = {key: {GPU: "2"} for key in ("limits", "requests")}
    more = {"spec": {"containers": [{"name": "main", "resources": amounts}]}}
    strategic = "application/strategic-merge-patch+json"
    answer = root.patch(run, more, part="/resize", kind=strategic)
    yield "more devices of a running pod, by an operator", answer, "only cpu and memory"
    for plural in ("deviceclasses", "resourceslices", "devicetaintrules"):
        path = f"/apis/resource.k8s.io/v1/{plural}"
        answer = tenant.request("POST", path, {"metadata": {"name": "mine"}})
        yield f"an object of {plural}", answer, f'cannot create resource "{plural}"'
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": CLAIM}}
    label = {"metadata": {"labels": {"resource.kubernetes.io/admin-access": "true"}}}
    yield "admin access of the namespace", tenant.patch(namespace, label), '"namespaces"'
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "gpus", "namespace": CLAIM},
    }
    unlimited: Mapping[str, object] = {"spec": {"hard": {}}}
    yield "the quota", tenant.patch(quota, unlimited), '"resourcequotas"'
    scoped = {
        **quota,
        "metadata": {"name": "mine", "namespace": CLAIM},
        "spec": {"scopes": ["BestEffort"], "hard": {"pods": "1000"}},
    }
    yield "a quota with a scope", tenant.create(scoped), '"resourcequotas"'


def sharing(name: str) -> dict:
    """Return a pod that names the claim which another pod uses."""
    return with_claims(CLAIM, name, "first-0")

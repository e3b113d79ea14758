"""A cluster whose GPUs are fake devices: of a DRA driver, of a plugin, and of both."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import attrs
import yaml

from tenancy.kubernetes.labels import GPU_POOL
from tests.cluster.api import Api, until
from tests.cluster.gpu_campaign import GPU, manifests, pod

DRIVER, CLAIMED_DRIVER, MIXED_DRIVER = "gpu.example.com", "b200.example.com", "l40.example.com"
GRANTED, OTHER, IMPLICIT = DRIVER, "other.example.com", "bare.example.com"
CLAIMED, MIXED = CLAIMED_DRIVER, MIXED_DRIVER
TWIN = "twin.example.com"
"""A class that nobody is granted and that selects the devices of the pool b200."""
OTHER_RESOURCE = "other.example.com/gpu"
MIXED_RESOURCE = "example.com/l40"
IMPLICIT_PREFIX = "deviceclass.resource.kubernetes.io/"
IMPLICIT_RESOURCE = f"{IMPLICIT_PREFIX}{IMPLICIT}"
RUN, PLAIN, CLAIM, MIX = "acme-run", "acme-plain", "acme-claim", "acme-mix"
PAIR = "acme-pair"
"""It has grants of two pools with one resource."""
PARTS = "acme-parts"
"""It has a grant of MIG instances, which a DRA driver makes out of whole GPUs."""
PART_DRIVER, PART, WHOLE = "mig.example.com", "mig-1g.example.com", "mig-whole.example.com"
PARTED_GPUS, PARTS_OF_GPU, PART_GRANT = 4, 7, 3
DEVICE_TAINT = "example.com/reserved"
"""A key of device taints that the platform lists."""
URGENT = "urgent"
NODE, CLAIMED_NODE, MIXED_NODE, PLUGIN_NODE = "dra-0", "dra-1", "dra-2", "plugin-0"
PAIRED_NODE, PARTED_NODE = "dra-3", "dra-4"
RESOURCE_SLICES = "/apis/resource.k8s.io/v1/resourceslices"
GRANT, CLAIM_GRANT, MIX_GRANT, DEVICES = 2, 4, 2, 8
GRANTS = {
    "run": {"h100": GRANT},
    "claim": {"b200": CLAIM_GRANT},
    "mix": {"l40": MIX_GRANT},
    "pair": {"h100": GRANT, "a100": GRANT},
    "parts": {"mig": PART_GRANT},
    "plain": {},
}
"""The devices that a namespace is granted, by its id and by pool."""
DRIVERS = {
    "h100": DRIVER,
    "a100": DRIVER,
    "b200": CLAIMED_DRIVER,
    "l40": MIXED_DRIVER,
    "mig": PART_DRIVER,
}
WORKERS = 8

_LIMITS = {"container": {"default": {"cpu": "1", "memory": "1Gi"}}}


@attrs.frozen
class Scale:
    """
    How large the cluster is.

    Attributes:
        nodes: Those of each pool; l40 has as many again, whose devices a plugin serves.
        times: By what every grant is multiplied.
        parted: How many nodes of the pool `mig` have a driver that has published their devices.
            The scheduler of 1.36 reads the counters of all of them for each other node.
            Default: all of them.
    """

    organizations: tuple[str, ...] = ("acme",)
    nodes: int = 1
    times: int = 1
    parted: int | None = None


@attrs.frozen
class FakeNode:
    """A node of a pool; without a driver, a device plugin serves its devices."""

    name: str
    pool: str
    driver: str | None

    def manifest(self) -> dict:
        devices = {} if self.driver else {MIXED_RESOURCE: str(DEVICES)}
        amounts = {"cpu": "192", "memory": "2Ti", "pods": "100", **devices}
        return {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {
                "name": self.name,
                "annotations": {
                    "kwok.x-k8s.io/node": "fake",
                    "node.alpha.kubernetes.io/ttl": "0",
                },
                "labels": {"kubernetes.io/hostname": self.name, GPU_POOL: self.pool},
            },
            "spec": {"taints": [{"key": GPU_POOL, "value": self.pool, "effect": "NoSchedule"}]},
            "status": {"capacity": amounts, "allocatable": amounts},
        }


def nodes_of(scale: Scale) -> Iterator[FakeNode]:
    """Yield the nodes of every pool."""
    first = {
        "h100": NODE,
        "a100": PAIRED_NODE,
        "b200": CLAIMED_NODE,
        "l40": MIXED_NODE,
        "mig": PARTED_NODE,
    }
    for number in range(scale.nodes):
        for pool, name in first.items():
            yield FakeNode(name if not number else f"{pool}-{number}", pool, DRIVERS[pool])
        name = PLUGIN_NODE if not number else f"plugin-{number}"
        yield FakeNode(name, "l40", None)


def _published(scale: Scale) -> Iterator[FakeNode]:
    """Yield the nodes whose drivers have published their devices."""
    parted = 0
    for node in nodes_of(scale):
        parted += node.pool == "mig"
        if node.pool != "mig" or scale.parted is None or parted <= scale.parted:
            yield node


def written(scale: Scale = Scale()) -> dict[str, object]:
    """Return a project with a pool of each allocation, and namespaces for each pool."""
    return {
        "Pulumi.yaml": {"name": "tenancy", "runtime": "python"},
        "Pulumi.platform.yaml": {
            "config": {
                "tenancy:cluster": "sandbox",
                "tenancy:platform": {
                    "operators": [{"group": "platform-operators"}],
                    "allowed": {"deviceTaints": [DEVICE_TAINT]},
                    "priorityClasses": {URGENT: {"value": 1000}},
                    "gpuNodePools": list(_pools(scale)),
                },
            }
        },
        "Pulumi.dev.yaml": {
            "config": {
                "tenancy:environment": "dev",
                "tenancy:cluster": "sandbox",
                "tenancy:organizations": {
                    name: {
                        "prefix": name,
                        "defaultNamespace": "plain",
                        "members": [{"group": f"{name}-leads", "role": "admin"}],
                        "namespaces": [_namespace(kind, scale) for kind in GRANTS],
                    }
                    for name in scale.organizations
                },
            }
        },
    }


def _pools(scale: Scale) -> Iterator[dict[str, object]]:
    profile = {"profile": "1g.10gb", "perGpu": PARTS_OF_GPU, "deviceClass": PART}
    own: dict[str, dict[str, object]] = {
        # Both have the resource nvidia.com/gpu.
        "h100": {"priorityClasses": [URGENT]},
        "a100": {"priorityClasses": [URGENT]},
        "b200": {"allocation": "dra", "deviceClass": CLAIMED},
        "l40": {"resource": MIXED_RESOURCE, "allocation": "both", "deviceClass": MIXED},
        "mig": {"allocation": "dra", "sharing": {"type": "mig", "layout": [profile]}},
    }
    for name, keys in own.items():
        count = scale.nodes * (2 if name == "l40" else 1)
        gpus = PARTED_GPUS if name == "mig" else DEVICES
        size = {"gpusPerNode": gpus, "nodes": {"min": count, "max": count}}
        yield {"name": name, "model": name.upper(), **size, **keys}


def _namespace(kind: str, scale: Scale) -> dict[str, object]:
    if kind == "plain":
        # Copies: a file may have no aliases.
        limits = {"container": {"default": dict(_LIMITS["container"]["default"])}}
        return {"id": kind, "quota": {"requests.cpu": "1000"}, "limitRange": limits}
    own = {
        "claim": {"maxPerPod": 2, "maxPerClaim": 1},
        "mix": {"maxPerPod": 2},
        "parts": {"maxPerPod": 2, "maxPerClaim": 1},
    }
    gpus = [
        {"pool": pool, "gpus": count * scale.times, **own.get(kind, {})}
        for pool, count in GRANTS[kind].items()
    ]
    return {"id": kind, "priorityClasses": [URGENT], "gpus": gpus}


def device_class(
    name: str, resource: str | None, driver: str = DRIVER, profile: str | None = None
) -> dict:
    """Return a device class of every device of *driver*, or of those with *profile*."""
    expression = f"device.driver == '{driver}'"
    if profile is not None:
        expression += f" && device.attributes['{driver}'].profile == '{profile}'"
    selector = {"cel": {"expression": expression}}
    return {
        "apiVersion": "resource.k8s.io/v1",
        "kind": "DeviceClass",
        "metadata": {"name": name},
        "spec": {
            "selectors": [selector],
            **({"extendedResourceName": resource} if resource else {}),
        },
    }


def exactly(name: str, count: int = 1, **keys: object) -> dict:
    """Return a request of *count* devices of the class *name*."""
    return {"exactly": {"deviceClassName": name, "count": count, **keys}}


def claim(
    namespace: str,
    name: str,
    *requests: Mapping[str, object],
    annotations: Mapping[str, str] | None = None,
) -> dict:
    """Return a ResourceClaim with *requests*."""
    metadata = {"name": name, "namespace": namespace}
    if annotations:
        metadata["annotations"] = dict(annotations)
    listed = [{"name": f"gpu-{i}", **request} for i, request in enumerate(requests)]
    return {
        "apiVersion": "resource.k8s.io/v1",
        "kind": "ResourceClaim",
        "metadata": metadata,
        "spec": {"devices": {"requests": listed}},
    }


def template(of: Mapping, annotations: Mapping[str, str] | None = None) -> dict:
    """Return a ResourceClaimTemplate of the claim *of*, whose claims have *annotations*."""
    given = {"metadata": {"annotations": dict(annotations)}} if annotations else {}
    return {
        "apiVersion": "resource.k8s.io/v1",
        "kind": "ResourceClaimTemplate",
        "metadata": of["metadata"],
        "spec": {**given, "spec": of["spec"]},
    }


def gpu_pod(
    namespace: str,
    name: str,
    devices: Mapping[str, int] | None = None,
    pool: str | None = None,
    **spec,
) -> dict:
    """Return a pod that selects and tolerates *pool*, or else that of its namespace."""
    fields = {}
    chosen = pool or next(iter(GRANTS[namespace.partition("-")[2]]), None)
    if chosen is not None:
        toleration = {"key": GPU_POOL, "operator": "Equal", "value": chosen}
        fields = {"nodeSelector": {GPU_POOL: chosen}, "tolerations": [toleration]}
    return pod(namespace, name, devices, **{**fields, **spec})


def with_claims(
    namespace: str, name: str, *claims: str, devices=None, templates=(), **spec
) -> dict:
    """Return a pod that names *claims*, and *templates* from which claims are made."""
    named = [{"name": f"claim-{i}", "resourceClaimName": c} for i, c in enumerate(claims)]
    named += [
        {"name": f"template-{i}", "resourceClaimTemplateName": t}
        for i, t in enumerate(templates)
    ]
    found = gpu_pod(namespace, name, devices, resourceClaims=named, **spec)
    found["spec"]["containers"][0]["resources"]["claims"] = [
        {"name": entry["name"]} for entry in named
    ]
    return found


def resource_slice(node: str, driver: str) -> dict:
    """Return the slice by which *driver* lists the devices of *node*."""
    devices = [{"name": f"gpu-{number}"} for number in range(DEVICES)]
    return _slice(node, driver, "gpus", 1, devices=devices)


def parted_slices(node: str) -> list[dict]:
    """Return the slices of *node*, whose GPUs are used whole or in parts, but never both."""
    counters, devices = [], []
    for number in range(PARTED_GPUS):
        gpu = f"gpu-{number}"
        counters.append({"name": gpu, "counters": {"slices": {"value": str(PARTS_OF_GPU)}}})
        devices.append(_part(gpu, gpu, "whole", PARTS_OF_GPU))
        devices += [
            _part(f"{gpu}-part-{part}", gpu, "1g.10gb", 1) for part in range(PARTS_OF_GPU)
        ]
    return [
        _slice(node, PART_DRIVER, "counters", 2, sharedCounters=counters),
        _slice(node, PART_DRIVER, "gpus", 2, devices=devices),
    ]


def _part(name: str, gpu: str, profile: str, slices: int) -> dict:
    consumed = {"counterSet": gpu, "counters": {"slices": {"value": str(slices)}}}
    return {
        "name": name,
        "attributes": {"profile": {"string": profile}},
        "consumesCounters": [consumed],
    }


def _slice(node: str, driver: str, suffix: str, count: int, **content: object) -> dict:
    return {
        "apiVersion": "resource.k8s.io/v1",
        "kind": "ResourceSlice",
        "metadata": {"name": f"{node}-{suffix}"},
        "spec": {
            "driver": driver,
            "nodeName": node,
            "pool": {"name": node, "generation": 1, "resourceSliceCount": count},
            **content,
        },
    }


def devices_of(claims: Iterable[Mapping], pods: Iterable[Mapping]) -> Counter[str]:
    """Return by node the devices of *claims*, and those that *pods* have of a plugin."""
    found: Counter[str] = Counter()
    for claimed in claims:
        for result in allocated(claimed):
            # The slices of a node are a pool of the node's name.
            found[result["pool"]] += 1
    for bound in pods:
        node = bound["spec"].get("nodeName", "")
        if node.startswith("plugin-"):
            for container in bound["spec"]["containers"]:
                limits = container["resources"].get("limits", {})
                found[node] += int(limits.get(MIXED_RESOURCE, "0"))
    return found


def allocated(claim: Mapping) -> Sequence[Mapping]:
    """Return the devices that the scheduler allocated to *claim*."""
    allocation = claim.get("status", {}).get("allocation") or {}
    return allocation.get("devices", {}).get("results", ())


class World:
    """That cluster, with the project applied, and one tenant for each organization."""

    def __init__(self, root: Api, folder, scale: Scale = Scale()) -> None:
        self.root, self.scale = root, scale
        self.tenant = self.tenant_of(scale.organizations[0])
        for name, content in written(scale).items():
            (folder / name).write_text(yaml.safe_dump(content, sort_keys=False))
        for own in (
            device_class(GRANTED, GPU),
            device_class(OTHER, OTHER_RESOURCE),
            device_class(IMPLICIT, None),
            device_class(CLAIMED, None, CLAIMED_DRIVER),
            device_class(TWIN, None, CLAIMED_DRIVER),
            device_class(MIXED, MIXED_RESOURCE, MIXED_DRIVER),
            device_class(PART, None, PART_DRIVER, "1g.10gb"),
            device_class(WHOLE, None, PART_DRIVER, "whole"),
        ):
            root.create(own).accepted()
        rendered = manifests(folder)
        late = [m for m in rendered if m["kind"].endswith("PolicyBinding")]
        first = [m for m in rendered if m["kind"] == "Namespace"]
        rest = [m for m in rendered if m not in late and m not in first]
        with ThreadPoolExecutor(WORKERS) as several:
            list(several.map(self._create_node, nodes_of(scale)))
            list(several.map(self._publish, _published(scale)))
            for stage in (first, rest, late):
                list(several.map(self._create, stage))
        until(self._quotas_bind, "every quota binds", seconds=300)
        run, plain = (f"{scale.organizations[0]}-{kind}" for kind in ("run", "plain"))
        probes = (
            (claim(run, "probe", exactly(OTHER)), "tenancy-device-classes"),
            (gpu_pod(plain, "probe", {"unknown.example.com/gpu": 1}), "tenancy-pod-names"),
            (gpu_pod(run, "probe", {GPU: 9}), "tenancy-gpus-per-pod"),
        )
        for probe, policy in probes:
            until(
                lambda p=probe, name=policy: name in self.tenant.create(p, dry=True).message,
                f"{policy} binds",
                seconds=60,
            )

    def _create(self, manifest: dict) -> None:
        """Create *manifest*: an apply takes the API server twice as long."""
        answer = self.root.create(manifest)
        if not answer.ok:
            self.root.apply(manifest).accepted()

    def _create_node(self, own: FakeNode) -> None:
        self.root.create(own.manifest()).accepted()

    def _publish(self, own: FakeNode) -> None:
        slices = [] if own.driver is None else [resource_slice(own.name, own.driver)]
        for found in parted_slices(own.name) if own.pool == "mig" else slices:
            self.root.request("POST", RESOURCE_SLICES, found).accepted()

    def tenant_of(self, namespace: str) -> Api:
        """Return the API as an admin of the organization that has *namespace*."""
        organization = namespace.partition("-")[0]
        return self.root.as_user(
            f"oidc:ada@{organization}.example", f"oidc:{organization}-leads"
        )

    def _quotas_bind(self) -> bool:
        items = self.root.request("GET", "/api/v1/resourcequotas").accepted().body["items"]
        return all(
            item.get("status", {}).get("hard", {}).keys() == item["spec"]["hard"].keys()
            for item in items
        )

    def claim(self, namespace: str, name: str, count: int = 1, *, dry: bool = False):
        return self.root.create(claim(namespace, "probe", exactly(name, count)), dry=dry)

    def state(self, wanted: dict) -> dict:
        return self.root.get(wanted).accepted().body

    def claims(self, namespace: str) -> list[dict]:
        path = f"/apis/resource.k8s.io/v1/namespaces/{namespace}/resourceclaims"
        return self.root.request("GET", path).accepted().body["items"]

    def pods(self, namespace: str) -> list[dict]:
        path = f"/api/v1/namespaces/{namespace}/pods"
        return self.root.request("GET", path).accepted().body["items"]

    def devices(self, namespace: str) -> int:
        """Return the devices that *namespace* has: allocated ones, and those of a plugin."""
        return devices_of(self.claims(namespace), self.pods(namespace)).total()

    def events(self, namespace: str) -> str:
        path = f"/api/v1/namespaces/{namespace}/events"
        items = self.root.request("GET", path).accepted().body["items"]
        return "\n".join(str(item.get("message", item.get("note", ""))) for item in items)

    def clear(self, *namespaces: str) -> None:
        """Delete what tests left: pods, claims and templates."""
        for namespace in namespaces:
            for path in (
                f"/api/v1/namespaces/{namespace}/pods",
                f"/apis/resource.k8s.io/v1/namespaces/{namespace}/resourceclaims",
                f"/apis/resource.k8s.io/v1/namespaces/{namespace}/resourceclaimtemplates",
            ):
                self.root.request("DELETE", path, gracePeriodSeconds="0").accepted()
            until(
                lambda n=namespace: not self.pods(n) and not self.claims(n),
                f"{namespace} is empty",
                seconds=60,
            )

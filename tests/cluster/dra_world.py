"""A cluster whose GPUs are fake devices: of a DRA driver, of a plugin, and of both."""

from collections.abc import Mapping

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
NODE, CLAIMED_NODE, MIXED_NODE, PLUGIN_NODE = "dra-0", "dra-1", "dra-2", "plugin-0"
RESOURCE_SLICES = "/apis/resource.k8s.io/v1/resourceslices"
GRANT, CLAIM_GRANT, MIX_GRANT, DEVICES = 2, 4, 2, 8
POOLS = {RUN: "h100", CLAIM: "b200", MIX: "l40"}
DRIVERS = {NODE: DRIVER, CLAIMED_NODE: CLAIMED_DRIVER, MIXED_NODE: MIXED_DRIVER}

_LIMITS = {"container": {"default": {"cpu": "1", "memory": "1Gi"}}}


def written() -> dict[str, object]:
    """Return a project with a pool of each allocation, and a namespace for each pool."""
    quota = {"requests.cpu": "100"}
    return {
        "Pulumi.yaml": {"name": "tenancy", "runtime": "python"},
        "Pulumi.platform.yaml": {
            "config": {
                "tenancy:cluster": "sandbox",
                "tenancy:platform": {
                    "operators": [{"group": "platform-operators"}],
                    "gpuNodePools": [
                        {"name": "h100", "model": "H100", **_size(1)},
                        {
                            "name": "b200",
                            "model": "B200",
                            "allocation": "dra",
                            "deviceClass": CLAIMED,
                            **_size(1),
                        },
                        {
                            "name": "l40",
                            "model": "L40",
                            "resource": MIXED_RESOURCE,
                            "allocation": "both",
                            "deviceClass": MIXED,
                            **_size(2),
                        },
                    ],
                },
            }
        },
        "Pulumi.dev.yaml": {
            "config": {
                "tenancy:environment": "dev",
                "tenancy:cluster": "sandbox",
                "tenancy:organizations": {
                    "acme": {
                        "prefix": "acme",
                        "defaultNamespace": "plain",
                        "members": [{"group": "acme-leads", "role": "admin"}],
                        "namespaces": [
                            {"id": "plain", "quota": quota, "limitRange": _LIMITS},
                            {"id": "run", "gpus": [{"pool": "h100", "gpus": GRANT}]},
                            {
                                "id": "claim",
                                "gpus": [
                                    {
                                        "pool": "b200",
                                        "gpus": CLAIM_GRANT,
                                        "maxPerPod": 2,
                                        "maxPerClaim": 1,
                                    }
                                ],
                            },
                            {
                                "id": "mix",
                                "gpus": [{"pool": "l40", "gpus": MIX_GRANT, "maxPerPod": 2}],
                            },
                        ],
                    }
                },
            }
        },
    }


def _size(nodes: int) -> dict[str, object]:
    return {"gpusPerNode": DEVICES, "nodes": {"min": nodes, "max": nodes}}


def device_class(name: str, resource: str | None, driver: str = DRIVER) -> dict:
    """Return a device class of every device of *driver*."""
    selector = {"cel": {"expression": f"device.driver == '{driver}'"}}
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
    namespace: str, name: str, devices: Mapping[str, int] | None = None, **spec
) -> dict:
    """Return a pod that selects and tolerates the pool of its namespace."""
    fields = {}
    if (pool := POOLS.get(namespace)) is not None:
        toleration = {"key": GPU_POOL, "operator": "Equal", "value": pool}
        fields = {"nodeSelector": {GPU_POOL: pool}, "tolerations": [toleration]}
    return pod(namespace, name, devices, **{**fields, **spec})


def with_claims(namespace: str, name: str, *claims: str, devices=None, templates=()) -> dict:
    """Return a pod that names *claims*, and *templates* from which claims are made."""
    named = [{"name": f"claim-{i}", "resourceClaimName": c} for i, c in enumerate(claims)]
    named += [
        {"name": f"template-{i}", "resourceClaimTemplateName": t}
        for i, t in enumerate(templates)
    ]
    found = gpu_pod(namespace, name, devices, resourceClaims=named)
    found["spec"]["containers"][0]["resources"]["claims"] = [
        {"name": entry["name"]} for entry in named
    ]
    return found


def _node(name: str, pool: str, devices: Mapping[str, str] | None = None) -> dict:
    amounts = {"cpu": "192", "memory": "2Ti", "pods": "100", **(devices or {})}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "annotations": {"kwok.x-k8s.io/node": "fake", "node.alpha.kubernetes.io/ttl": "0"},
            "labels": {"kubernetes.io/hostname": name, GPU_POOL: pool},
        },
        "spec": {"taints": [{"key": GPU_POOL, "value": pool, "effect": "NoSchedule"}]},
        "status": {"capacity": amounts, "allocatable": amounts},
    }


def resource_slice(node: str, driver: str) -> dict:
    """Return the slice by which *driver* lists the devices of *node*."""
    return {
        "apiVersion": "resource.k8s.io/v1",
        "kind": "ResourceSlice",
        "metadata": {"name": f"{node}-gpus"},
        "spec": {
            "driver": driver,
            "nodeName": node,
            "pool": {"name": node, "generation": 1, "resourceSliceCount": 1},
            "devices": [{"name": f"gpu-{number}"} for number in range(DEVICES)],
        },
    }


class World:
    """That cluster, with the project applied, and one tenant."""

    def __init__(self, root: Api, folder) -> None:
        self.root = root
        self.tenant = root.as_user("oidc:ada@acme.example", "oidc:acme-leads")
        for name, content in written().items():
            (folder / name).write_text(yaml.safe_dump(content, sort_keys=False))
        for own in (
            _node(NODE, "h100"),
            _node(CLAIMED_NODE, "b200"),
            _node(MIXED_NODE, "l40"),
            _node(PLUGIN_NODE, "l40", {MIXED_RESOURCE: str(DEVICES)}),
            device_class(GRANTED, GPU),
            device_class(OTHER, OTHER_RESOURCE),
            device_class(IMPLICIT, None),
            device_class(CLAIMED, None, CLAIMED_DRIVER),
            device_class(TWIN, None, CLAIMED_DRIVER),
            device_class(MIXED, MIXED_RESOURCE, MIXED_DRIVER),
        ):
            root.create(own).accepted()
        for node, driver in DRIVERS.items():
            root.request("POST", RESOURCE_SLICES, resource_slice(node, driver)).accepted()
        rendered = manifests(folder)
        late = [m for m in rendered if m["kind"].endswith("PolicyBinding")]
        first = [m for m in rendered if m["kind"] == "Namespace"]
        rest = [m for m in rendered if m not in late and m not in first]
        for manifest in (*first, *rest, *late):
            root.apply(manifest).accepted()
        until(self._quotas_bind, "every quota binds", seconds=120)
        probes = (
            (claim(RUN, "probe", exactly(OTHER)), "tenancy-device-classes"),
            (gpu_pod(PLAIN, "probe", {"unknown.example.com/gpu": 1}), "tenancy-pod-names"),
            (gpu_pod(RUN, "probe", {GPU: 9}), "tenancy-gpus-per-pod"),
        )
        for probe, policy in probes:
            until(
                lambda p=probe, name=policy: name in self.tenant.create(p, dry=True).message,
                f"{policy} binds",
                seconds=60,
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
        allocated = sum(
            len(found["status"]["allocation"]["devices"]["results"])
            for found in self.claims(namespace)
            if found.get("status", {}).get("allocation")
        )
        of_plugin = sum(
            int(container["resources"].get("limits", {}).get(MIXED_RESOURCE, "0"))
            for found in self.pods(namespace)
            if found["spec"].get("nodeName") == PLUGIN_NODE
            for container in found["spec"]["containers"]
        )
        return allocated + of_plugin

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

"""GPUs that DRA serves: claims that the scheduler makes, inside the grant and nowhere else."""

import pytest
import yaml

from tenancy.kubernetes.labels import GPU_POOL
from tests.cluster.api import Api, until
from tests.cluster.gpu_campaign import GPU, manifests, pod

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("dra")]

DRIVER = "gpu.example.com"
GRANTED, OTHER, IMPLICIT = "gpu.example.com", "other.example.com", "bare.example.com"
OTHER_RESOURCE = "other.example.com/gpu"
IMPLICIT_RESOURCE = f"deviceclass.resource.kubernetes.io/{IMPLICIT}"
RUN, PLAIN = "acme-run", "acme-plain"
NODE = "dra-0"
GRANT, DEVICES = 2, 8
LIMITS = {"default": {"cpu": "1", "memory": "1Gi"}}


def written() -> dict[str, object]:
    quota = {"requests.cpu": "100"}
    limits = {"container": LIMITS}
    return {
        "Pulumi.yaml": {"name": "tenancy", "runtime": "python"},
        "Pulumi.platform.yaml": {
            "config": {
                "tenancy:cluster": "sandbox",
                "tenancy:platform": {
                    "operators": [{"group": "platform-operators"}],
                    "gpuNodePools": [
                        {
                            "name": "h100",
                            "model": "H100",
                            "gpusPerNode": DEVICES,
                            "nodes": {"min": 1, "max": 1},
                        }
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
                        "namespaces": [
                            {"id": "plain", "quota": quota, "limitRange": limits},
                            {"id": "run", "gpus": [{"pool": "h100", "gpus": GRANT}]},
                        ],
                    }
                },
            }
        },
    }


def device_class(name: str, resource: str | None) -> dict:
    selector = {"cel": {"expression": f"device.driver == '{DRIVER}'"}}
    return {
        "apiVersion": "resource.k8s.io/v1",
        "kind": "DeviceClass",
        "metadata": {"name": name},
        "spec": {
            "selectors": [selector],
            **({"extendedResourceName": resource} if resource else {}),
        },
    }


def claim(namespace: str, name: str, device_class_name: str, count: int = 1) -> dict:
    exactly = {"deviceClassName": device_class_name, "count": count}
    return {
        "apiVersion": "resource.k8s.io/v1",
        "kind": "ResourceClaim",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"devices": {"requests": [{"name": "gpu", "exactly": exactly}]}},
    }


NODE_OBJECT = {
    "apiVersion": "v1",
    "kind": "Node",
    "metadata": {
        "name": NODE,
        "annotations": {"kwok.x-k8s.io/node": "fake", "node.alpha.kubernetes.io/ttl": "0"},
        "labels": {"kubernetes.io/hostname": NODE, GPU_POOL: "h100"},
    },
    "spec": {"taints": [{"key": GPU_POOL, "value": "h100", "effect": "NoSchedule"}]},
    "status": {
        kind: {"cpu": "192", "memory": "2Ti", "pods": "100"}
        for kind in ("capacity", "allocatable")
    },
}
SLICE = {
    "apiVersion": "resource.k8s.io/v1",
    "kind": "ResourceSlice",
    "metadata": {"name": f"{NODE}-gpus"},
    "spec": {
        "driver": DRIVER,
        "nodeName": NODE,
        "pool": {"name": NODE, "generation": 1, "resourceSliceCount": 1},
        "devices": [{"name": f"gpu-{number}"} for number in range(DEVICES)],
    },
}


class World:
    """A cluster whose only GPUs are devices of a DRA driver, and a tenant with a grant of 2."""

    def __init__(self, root: Api, folder) -> None:
        self.root = root
        for name, content in written().items():
            (folder / name).write_text(yaml.safe_dump(content, sort_keys=False))
        for own in (
            NODE_OBJECT,
            device_class(GRANTED, GPU),
            device_class(OTHER, OTHER_RESOURCE),
            device_class(IMPLICIT, None),
        ):
            root.create(own).accepted()
        root.request("POST", "/apis/resource.k8s.io/v1/resourceslices", SLICE).accepted()
        rendered = manifests(folder)
        late = [m for m in rendered if m["kind"].endswith("PolicyBinding")]
        first = [m for m in rendered if m["kind"] == "Namespace"]
        rest = [m for m in rendered if m not in late and m not in first]
        for manifest in (*first, *rest, *late):
            root.apply(manifest).accepted()
        until(self._quotas_bind, "every quota binds", seconds=120)
        until(
            lambda: "tenancy-device-classes" in self.claim(RUN, OTHER, dry=True).message,
            "the guard of claims binds",
            seconds=60,
        )

    def _quotas_bind(self) -> bool:
        items = self.root.request("GET", "/api/v1/resourcequotas").accepted().body["items"]
        return all(
            item.get("status", {}).get("hard", {}).keys() == item["spec"]["hard"].keys()
            for item in items
        )

    def claim(self, namespace: str, name: str, count: int = 1, *, dry: bool = False):
        return self.root.create(claim(namespace, "probe", name, count), dry=dry)

    def pod(self, namespace: str, name: str, resource: str = GPU, count: int = 1, **spec):
        toleration = {"key": GPU_POOL, "operator": "Exists"}
        fields = {"nodeSelector": {GPU_POOL: "h100"}} if namespace == RUN else {}
        if namespace == RUN:
            fields["tolerations"] = [{**toleration, "operator": "Equal", "value": "h100"}]
        wanted = pod(namespace, name, {resource: count}, **fields, **spec)
        return wanted, self.root.create(wanted)

    def state(self, wanted: dict) -> dict:
        return self.root.get(wanted).accepted().body

    def claims(self, namespace: str) -> list[dict]:
        path = f"/apis/resource.k8s.io/v1/namespaces/{namespace}/resourceclaims"
        return self.root.request("GET", path).accepted().body["items"]

    def events(self, namespace: str) -> str:
        path = f"/api/v1/namespaces/{namespace}/events"
        items = self.root.request("GET", path).accepted().body["items"]
        return "\n".join(str(item.get("message", item.get("note", ""))) for item in items)


@pytest.fixture(scope="module")
def world(own_sandbox, tmp_path_factory) -> World:
    return World(Api.of(own_sandbox.kubeconfig), tmp_path_factory.mktemp("dra"))


@pytest.fixture
def pods(world):
    """Return what makes a pod that is deleted, with its claim, when the test ends."""
    made = []

    def make(*args, **spec):
        wanted, answer = world.pod(*args, **spec)
        if answer.ok:
            made.append(wanted)
        return wanted, answer

    yield make
    for wanted in made:
        world.root.delete(wanted, gracePeriodSeconds="0")
    until(lambda: not world.claims(RUN) and not world.claims(PLAIN), "claims are deleted")


def test_pods_inside_the_grant_get_devices_and_the_next_is_refused(world, pods):
    inside = [pods(RUN, f"inside-{number}") for number in range(GRANT)]

    for wanted, answer in inside:
        answer.accepted()
        until(lambda w=wanted: world.state(w)["spec"].get("nodeName") == NODE, "it is bound")
    allocated = [c["status"]["allocation"]["devices"]["results"] for c in world.claims(RUN)]
    assert GRANT == sum(len(results) for results in allocated)
    assert GRANT == len({r["device"] for results in allocated for r in results})
    _, above = pods(RUN, "above")
    above.refused("exceeded quota: gpus", f"limited: requests.{GPU}={GRANT}")


def test_a_claim_by_hand_is_refused_for_a_class_that_no_granted_pool_names(world):
    for name in (GRANTED, OTHER, IMPLICIT, "nobody.example.com"):
        world.claim(RUN, name, dry=True).refused("tenancy-device-classes")
    world.claim("default", OTHER, dry=True).accepted()


def test_a_namespace_without_a_grant_gets_no_device(world, pods):
    _, asked = pods(PLAIN, "plain")
    asked.refused("exceeded quota: gpus", f"limited: requests.{GPU}=0")
    for name in (GRANTED, OTHER, IMPLICIT):
        world.claim(PLAIN, name, dry=True).refused()


@pytest.mark.parametrize("resource", [OTHER_RESOURCE, IMPLICIT_RESOURCE])
def test_another_class_of_the_same_driver_is_closed(world, pods, resource):
    wanted, answer = pods(RUN, f"other-{resource.partition('.')[0]}", resource)
    answer.accepted()

    until(
        lambda: (
            "is not of a GPU node pool" in world.events(RUN)
            or "is not of a GPU node pool" in str(world.state(wanted).get("status"))
        ),
        "the pod waits, and its reason is told",
    )
    assert "nodeName" not in world.state(wanted)["spec"]
    assert [] == world.claims(RUN)

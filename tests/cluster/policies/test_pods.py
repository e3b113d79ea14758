"""What a pod may be, in the namespaces of organizations."""

import copy

import pytest

from tenancy.kubernetes import labels
from tenancy.manifests.policies.images import image_pull
from tests.cluster.api import (
    JSON_PATCH,
    MERGE_PATCH,
    STRATEGIC_PATCH,
    Api,
    until,
)
from tests.cluster.policies.conftest import rendered_policies
from tests.cluster.policies.objects import LAB, TRAIN, WEB, pod, restricted

pytestmark = pytest.mark.cluster


def _settled(api: Api, running: dict) -> dict:
    """Return a pod that nobody will change any more, so that a write of it is not too late."""
    until(
        lambda: api.get(running).accepted().body["status"].get("phase") == "Running",
        "the pod runs",
    )
    found = api.get(running).accepted().body
    del found["metadata"]["resourceVersion"]
    return found


def test_the_api_server_finds_no_fault_with_any_expression(root):
    path = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies"
    items = root.request("GET", path).accepted().body["items"]

    faults = {
        item["metadata"]["name"]: item["status"].get("typeChecking", {}) for item in items
    }

    assert rendered_policies() == set(faults)
    assert {} == {name: found for name, found in faults.items() if found}


class TestPods:
    POLICY = "tenancy-pods"

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            pytest.param(
                {"tolerations": [{"operator": "Exists"}]},
                "a toleration must name a key",
                id="wildcard toleration",
            ),
            pytest.param(
                {"tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}]},
                "only taints of granted GPU node pools: this namespace has none",
                id="toleration of GPUs without a grant",
            ),
            pytest.param(
                {"tolerations": [{"key": labels.GPU_POOL, "value": "l40s"}]},
                "tolerations may name only taints of granted GPU node pools",
                id="toleration of another organization's pool",
            ),
            pytest.param(
                {
                    "tolerations": [
                        {"key": "node.kubernetes.io/unschedulable", "operator": "Exists"}
                    ]
                },
                "tolerations may name only taints",
                id="toleration of a cordon",
            ),
            pytest.param(
                {"nodeName": "sandbox-cpu-1"}, "spec.nodeName may not be set", id="nodeName"
            ),
            pytest.param(
                {
                    "affinity": {
                        "nodeAffinity": {
                            "requiredDuringSchedulingIgnoredDuringExecution": {
                                "nodeSelectorTerms": [
                                    {
                                        "matchFields": [
                                            {
                                                "key": "metadata.name",
                                                "operator": "In",
                                                "values": ["sandbox-gpu-1"],
                                            }
                                        ]
                                    }
                                ]
                            }
                        }
                    }
                },
                "node affinity may not match fields",
                id="affinity to a node's name",
            ),
            pytest.param(
                {
                    "affinity": {
                        "nodeAffinity": {
                            "preferredDuringSchedulingIgnoredDuringExecution": [
                                {
                                    "weight": 1,
                                    "preference": {
                                        "matchFields": [
                                            {
                                                "key": "metadata.name",
                                                "operator": "In",
                                                "values": ["sandbox-gpu-1"],
                                            }
                                        ]
                                    },
                                }
                            ]
                        }
                    }
                },
                "node affinity may not match fields",
                id="preferred affinity to a node's name",
            ),
            pytest.param(
                {"priorityClassName": "system-node-critical"},
                "priority class system-node-critical is reserved for the cluster",
                id="system class",
            ),
            pytest.param(
                {"priorityClassName": "urgent"},
                "priority class urgent is not granted to this namespace: none",
                id="class that is not granted",
            ),
            pytest.param(
                {"container": {"env": [{"name": "NVIDIA_VISIBLE_DEVICES", "value": "all"}]}},
                "env may not set NVIDIA_VISIBLE_DEVICES",
                id="devices by env",
            ),
            pytest.param(
                {
                    "container": {
                        "env": [
                            {
                                "name": "NVIDIA_VISIBLE_DEVICES",
                                "valueFrom": {"configMapKeyRef": {"name": "a", "key": "b"}},
                            }
                        ]
                    }
                },
                "env may not set NVIDIA_VISIBLE_DEVICES",
                id="devices by valueFrom",
            ),
            pytest.param(
                {
                    "initContainers": [
                        restricted("first", env=[{"name": "HIP_VISIBLE_DEVICES", "value": "0"}])
                    ]
                },
                "env may not set NVIDIA_VISIBLE_DEVICES",
                id="devices by an init container",
            ),
            pytest.param(
                {
                    "container": {
                        "envFrom": [{"prefix": "NVIDIA_", "configMapRef": {"name": "a"}}]
                    }
                },
                "an envFrom prefix may not begin a variable",
                id="devices by a prefix",
            ),
            pytest.param(
                {
                    "volumes": [{"name": "a", "emptyDir": {}}],
                    "container": {
                        "volumeMounts": [
                            {"name": "a", "mountPath": "/var/run/nvidia-container-devices/all"}
                        ]
                    },
                },
                "nothing may be mounted under /nvidia-container-devices",
                id="devices by a mount",
            ),
        ],
    )
    def test_is_refused_at_creation(self, developer, change, reason):
        developer.create(pod(), dry=True).accepted()

        developer.create(pod(**change), dry=True).refused_by(self.POLICY, reason)

    @pytest.mark.parametrize(
        ("where", "change"),
        [
            pytest.param(
                TRAIN,
                {"tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}]},
                id="toleration of a granted resource",
            ),
            pytest.param(
                LAB,
                {"tolerations": [{"key": labels.GPU_POOL, "value": "l40s"}]},
                id="toleration of one's own pool",
            ),
            pytest.param(
                LAB,
                {"tolerations": [{"key": "example.com/interactive", "value": "yes"}]},
                id="toleration of a granted pool's taint",
            ),
            pytest.param(TRAIN, {"priorityClassName": "urgent"}, id="granted class"),
            pytest.param(
                WEB,
                {
                    "tolerations": [
                        {
                            "key": "node.kubernetes.io/not-ready",
                            "operator": "Exists",
                            "effect": "NoExecute",
                            "tolerationSeconds": 5,
                        }
                    ]
                },
                id="toleration that every pod has",
            ),
            pytest.param(
                WEB,
                {"container": {"envFrom": [{"prefix": "APP_", "configMapRef": {"name": "a"}}]}},
                id="harmless prefix",
            ),
        ],
    )
    def test_what_was_granted_is_accepted(self, root, where, change):
        root.create(pod(namespace=where, **change), dry=True).accepted()

    @pytest.mark.parametrize(
        ("toleration", "reason"),
        [
            pytest.param(
                {"key": labels.GPU_POOL, "operator": "Exists"},
                "tolerations may name only taints of granted GPU node pools: example.com/",
                id="every pool",
            ),
            pytest.param(
                {"key": labels.GPU_POOL, "value": "h100"},
                "tolerations may name only taints",
                id="another pool",
            ),
            pytest.param(
                {"key": "example.com/interactive", "value": "y"},
                "tolerations may name only taints",
                id="another value",
            ),
            pytest.param(
                {"key": "example.com", "operator": "Exists"},
                "tolerations may name only taints",
                id="beginning of a key",
            ),
        ],
    )
    def test_an_owner_tolerates_exactly_what_is_theirs(self, root, toleration, reason):
        root.create(pod(namespace=LAB, tolerations=[toleration]), dry=True).refused_by(
            self.POLICY, reason
        )

    def test_a_toleration_may_not_be_added_later(self, root, developer):
        running = pod(name="later")
        developer.create(running).accepted()
        grown = copy.deepcopy(_settled(root, running))
        grown["spec"].setdefault("tolerations", []).append({"operator": "Exists"})
        reason = "a toleration must name a key"

        developer.replace(grown, dry=True).refused_by(self.POLICY, reason)
        for kind in (MERGE_PATCH, STRATEGIC_PATCH):
            change = {"spec": {"tolerations": grown["spec"]["tolerations"]}}
            developer.patch(running, change, kind=kind, dry=True).refused_by(
                self.POLICY, reason
            )
        step = {"op": "add", "path": "/spec/tolerations/-", "value": {"operator": "Exists"}}
        developer.patch(running, [step], kind=JSON_PATCH, dry=True).refused_by(
            self.POLICY, reason
        )
        developer.patch(running, {"metadata": {"labels": {"a": "b"}}}).accepted()
        image = {"spec": {"containers": [{"name": "main", "image": "example.com/image:2"}]}}
        developer.patch(running, image, kind=STRATEGIC_PATCH).accepted()
        developer.delete(running, gracePeriodSeconds="0").accepted()

    def test_an_ephemeral_container_gets_no_devices(self, root):
        running = pod(name="debugged")
        root.create(running).accepted()
        found = _settled(root, running)
        ephemeral = {
            "name": "debug",
            "image": "example.com/image:1",
            "securityContext": restricted("a")["securityContext"],
        }
        found["spec"]["ephemeralContainers"] = [ephemeral]
        root.replace(found, part="/ephemeralcontainers", dry=True).accepted()

        ephemeral["env"] = [{"name": "NVIDIA_VISIBLE_DEVICES", "value": "all"}]

        root.replace(found, part="/ephemeralcontainers", dry=True).refused_by(
            self.POLICY, "env may not set NVIDIA_VISIBLE_DEVICES"
        )
        root.delete(running, gracePeriodSeconds="0").accepted()

    @pytest.mark.parametrize("namespace", [WEB, TRAIN])
    def test_the_largest_pods_are_admitted(self, root, namespace):
        """What an expression costs is bounded; beyond, a pod is refused without a reason."""
        large = pod(namespace=namespace)
        [first] = large["spec"]["containers"]
        small = {"cpu": "1m", "memory": "1Mi"}
        first["resources"] = {"limits": small, "requests": small}
        large["spec"]["containers"] = [{**first, "name": f"c{i}"} for i in range(300)]
        first["env"] = [{"name": f"E{i}", "value": "a"} for i in range(5_000)]
        first["envFrom"] = [{"secretRef": {"name": f"e{i}"}} for i in range(1_000)]
        large["spec"]["containers"].append(first)

        root.create(large, dry=True).accepted()
        first["env"].append({"name": "NVIDIA_VISIBLE_DEVICES", "value": "all"})
        root.create(large, dry=True).refused_by(self.POLICY, "env may not set NVIDIA_VISIBLE")

    def test_nobody_else_is_looked_at(self, root):
        outside = pod(namespace="kube-system", nodeName="sandbox-cpu-1")
        outside["spec"]["tolerations"] = [{"operator": "Exists"}]

        root.create(outside, dry=True).accepted()


class TestImagePull:
    POLICY = "tenancy-image-pull"

    def test_where_asked_for_every_image_is_pulled_at_every_start(self, root):
        guard = image_pull()
        for manifest in (guard.policy, *guard.bindings):
            root.apply(manifest).accepted()
        never = pod(container={"imagePullPolicy": "Never"})
        always = pod(container={"imagePullPolicy": "Always"})
        reason = "imagePullPolicy must be Always in every container"
        try:
            until(lambda: not root.create(never, dry=True).ok, "the policy answers")

            root.create(never, dry=True).refused_by(self.POLICY, reason)
            root.create(always, dry=True).accepted()
            mixed = copy.deepcopy(always)
            mixed["spec"]["initContainers"] = [restricted("a", imagePullPolicy="IfNotPresent")]
            root.create(mixed, dry=True).refused_by(self.POLICY, reason)
        finally:
            for manifest in (*guard.bindings, guard.policy):
                root.delete(manifest).accepted()
        until(lambda: root.create(never, dry=True).ok, "the policy is gone")

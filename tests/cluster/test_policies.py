"""
The admission policies on a real API server.

Each refusal is told by the policy that refuses and by what it says, and stands beside a request
that differs in that one thing and is accepted.
"""

import copy
from pathlib import Path

import pytest

from tenancy import manifests
from tenancy.config.project import load
from tenancy.kubernetes import labels
from tenancy.manifests.policies.images import image_pull
from tenancy.model import resolve
from tests.cluster.api import (
    JSON_PATCH,
    MERGE_PATCH,
    STRATEGIC_PATCH,
    Api,
    until,
)

pytestmark = pytest.mark.cluster

SAMPLE = Path(__file__).parents[1] / "unit" / "manifests" / "sample"
WEB, TRAIN, LAB = "acme-web", "acme-train", "globex-lab"


@pytest.fixture(scope="module")
def root(own_sandbox) -> Api:
    """Return the API server as its administrator, with the sample's walls and doors."""
    api = Api.of(own_sandbox.kubeconfig)
    project, _ = load(SAMPLE)
    tenancy, _ = resolve(project)
    environment = tenancy.environments["dev"]
    platform = tenancy.platform_of(environment)
    for manifest in (
        *manifests.platform(platform),
        *manifests.environment(environment, platform),
    ):
        api.apply(manifest).accepted()
    helpers = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "metadata": {"name": "namespace-writers"},
    }
    everything = ["namespaces", "namespaces/status", "namespaces/finalize"]
    api.apply(
        {
            **helpers,
            "kind": "ClusterRole",
            "rules": [
                {"apiGroups": [""], "resources": everything, "verbs": ["*"]},
                {
                    "apiGroups": ["networking.k8s.io", "", "rbac.authorization.k8s.io"],
                    "resources": ["networkpolicies", "services", "endpoints", "configmaps"],
                    "verbs": ["*"],
                },
            ],
        }
    ).accepted()
    api.apply(
        {
            **helpers,
            "kind": "ClusterRoleBinding",
            "roleRef": {
                "apiGroup": "rbac.authorization.k8s.io",
                "kind": "ClusterRole",
                "name": "namespace-writers",
            },
            "subjects": [
                {
                    "apiGroup": "rbac.authorization.k8s.io",
                    "kind": "Group",
                    "name": "namespace-writers",
                }
            ],
        }
    ).accepted()
    _wait_for_policies(api)
    _wait_for_quotas(api)
    return api


def _wait_for_policies(api: Api) -> None:
    path = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies"

    def checked() -> bool:
        items = api.request("GET", path).accepted().body["items"]
        return bool(items) and all(
            item.get("status", {}).get("observedGeneration") == item["metadata"]["generation"]
            for item in items
        )

    until(checked, "the API server has checked the types of every policy")
    admin = api.as_user("ada", "oidc:acme-leads")
    until(
        lambda: (
            "tenancy-pods" in api.create(pod(nodeName="cpu-0"), dry=True).message
            and "tenancy-services" in admin.create(service(type="NodePort"), dry=True).message
            and "tenancy-objects" in admin.delete(policy("default-deny"), dry=True).message
            and "tenancy-gpus-per-pod" in api.create(gpu_pod(5), dry=True).message
            and "nodeSelector" in api.create(gpu_pod(1), dry=True).body.get("spec", {})
        ),
        "the policies answer",
    )


def _wait_for_quotas(api: Api) -> None:
    def filled() -> bool:
        items = api.request("GET", "/api/v1/resourcequotas").accepted().body["items"]
        return all(
            item.get("status", {}).get("hard", {}).keys() == item["spec"]["hard"].keys()
            for item in items
        )

    until(filled, "every quota binds")


@pytest.fixture
def admin(root) -> Api:
    return root.as_user("ada", "oidc:acme-leads")


@pytest.fixture
def developer(root) -> Api:
    return root.as_user("dan", "oidc:acme-developers")


@pytest.fixture
def helper(root) -> Api:
    """Return somebody who may write every namespace, but is no operator."""
    return root.as_user("mallory", "namespace-writers")


@pytest.fixture
def operator(root) -> Api:
    """Return somebody with the same rights who is an operator."""
    return root.as_user("olga", "namespace-writers", "oidc:platform-operators")


def pod(*, namespace=WEB, name="probe", container=None, metadata=None, **spec) -> dict:
    """Return a pod that every wall lets through, but for what is given."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, **(metadata or {})},
        "spec": {
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": 1000,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [restricted("main", **(container or {}))],
            **spec,
        },
    }


def restricted(name: str, **more) -> dict:
    return {
        "name": name,
        "image": "example.com/image:1",
        "resources": {
            "limits": {"cpu": "200m", "memory": "64Mi"},
            "requests": {"cpu": "100m", "memory": "64Mi"},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
        },
        **more,
    }


def with_gpus(name: str, gpus: int, resource: str = "nvidia.com/gpu", **more) -> dict:
    container = restricted(name, **more)
    container["resources"] = copy.deepcopy(container["resources"])
    container["resources"]["limits"][resource] = str(gpus)
    container["resources"]["requests"][resource] = str(gpus)
    return container


def gpu_pod(gpus: int, *, resource="nvidia.com/gpu", namespace=TRAIN, init=(), **more) -> dict:
    found = pod(namespace=namespace, **more)
    found["spec"]["containers"] = [with_gpus("main", gpus, resource)]
    if init:
        found["spec"]["initContainers"] = list(init)
    return found


def _settled(api: Api, running: dict) -> dict:
    """Return a pod that nobody will change any more, so that a write of it is not too late."""
    until(
        lambda: api.get(running).accepted().body["status"].get("phase") == "Running",
        "the pod runs",
    )
    found = api.get(running).accepted().body
    del found["metadata"]["resourceVersion"]
    return found


def service(*, namespace=WEB, name="probe", **spec) -> dict:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"ports": [{"port": 80}], "selector": {"app": "probe"}, **spec},
    }


def policy(name="probe", *, namespace=WEB, **spec) -> dict:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"podSelector": {}, **spec},
    }


def role_binding(*subjects, role=("ClusterRole", "tenancy:viewer"), name="probe") -> dict:
    kind, target = role
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": name, "namespace": WEB},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": target},
        "subjects": list(subjects),
    }


def group(name: str) -> dict:
    return {"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": name}


def user(name: str) -> dict:
    return {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": name}


def account(namespace: str, name: str) -> dict:
    return {"kind": "ServiceAccount", "name": name, "namespace": namespace}


def config_map(*, namespace=WEB, kind="ConfigMap", name="probe", **data) -> dict:
    return {
        "apiVersion": "v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": namespace},
        **data,
    }


def namespace(name: str, **metadata) -> dict:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, **metadata}}


def test_the_api_server_finds_no_fault_with_any_expression(root):
    path = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies"
    items = root.request("GET", path).accepted().body["items"]

    faults = {
        item["metadata"]["name"]: item["status"].get("typeChecking", {}) for item in items
    }

    assert 17 == len(faults)
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
                "priority class system-node-critical is for the cluster alone",
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

    def test_nobody_else_is_looked_at(self, root):
        outside = pod(namespace="kube-system", nodeName="sandbox-cpu-1")
        outside["spec"]["tolerations"] = [{"operator": "Exists"}]

        root.create(outside, dry=True).accepted()


class TestTemplates:
    def deployment(self, **spec):
        template = pod(**spec)
        template["metadata"] = {"labels": {"app": "probe"}}
        return {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "probe", "namespace": WEB},
            "spec": {
                "selector": {"matchLabels": {"app": "probe"}},
                "template": {"metadata": template["metadata"], "spec": template["spec"]},
            },
        }

    def test_whoever_writes_a_template_is_warned(self, developer):
        assert () == developer.create(self.deployment(), dry=True).accepted().warnings

        (warning,) = (
            developer.create(self.deployment(nodeName="sandbox-cpu-1"), dry=True)
            .accepted()
            .warnings
        )

        assert "tenancy-workloads" in warning
        assert "spec.nodeName may not be set" in warning

    def test_a_cron_jobs_template_is_looked_at_too(self, developer):
        def cron_job(**spec):
            template = pod(restartPolicy="Never", **spec)["spec"]
            return {
                "apiVersion": "batch/v1",
                "kind": "CronJob",
                "metadata": {"name": "probe", "namespace": WEB},
                "spec": {
                    "schedule": "0 0 * * *",
                    "jobTemplate": {"spec": {"template": {"spec": template}}},
                },
            }

        assert () == developer.create(cron_job(), dry=True).accepted().warnings
        (warning,) = (
            developer.create(cron_job(tolerations=[{"operator": "Exists"}]), dry=True)
            .accepted()
            .warnings
        )

        assert "tenancy-cron-jobs" in warning


class TestDeviceEnvironment:
    POLICY = "tenancy-device-environment"

    @pytest.mark.parametrize("kind", ["ConfigMap", "Secret"])
    def test_no_map_or_secret_holds_a_device_variable(self, developer, kind):
        value = "YWxs"
        developer.create(config_map(kind=kind, data={"OTHER": value}), dry=True).accepted()

        developer.create(
            config_map(kind=kind, data={"NVIDIA_VISIBLE_DEVICES": value}), dry=True
        ).refused_by(self.POLICY, "data may not hold NVIDIA_VISIBLE_DEVICES")

    def test_a_secret_is_not_written_as_text_either(self, developer):
        secret = config_map(kind="Secret", stringData={"NVIDIA_VISIBLE_DEVICES": "all"})

        developer.create(secret, dry=True).refused_by(self.POLICY, "data may not hold")

    def test_it_may_not_be_added_later(self, developer):
        mine = config_map(name="mine", data={"A": "1"})
        developer.create(mine).accepted()

        developer.patch(mine, {"data": {"NVIDIA_VISIBLE_DEVICES": "all"}}).refused_by(
            self.POLICY, "data may not hold"
        )
        developer.patch(mine, {"data": {"B": "2"}}).accepted()
        developer.delete(mine).accepted()


class TestDeviceAnnotations:
    POLICY = "tenancy-device-annotations"

    def forged(self):
        return {"annotations": {"cdi.k8s.io/gpus": "nvidia.com/gpu=all"}}

    def test_no_pod_names_devices_in_an_annotation(self, developer):
        harmless = {"annotations": {"example.com/gpus": "all"}}
        developer.create(pod(metadata=harmless), dry=True).accepted()

        developer.create(pod(metadata=self.forged()), dry=True).refused_by(
            self.POLICY, "a pod may have no annotation cdi.k8s.io/"
        )

    def test_it_may_not_be_added_later(self, developer):
        mine = pod(name="annotated")
        developer.create(mine).accepted()

        developer.patch(mine, {"metadata": self.forged()}).refused_by(
            self.POLICY, "a pod may have no annotation cdi.k8s.io/"
        )
        developer.delete(mine, gracePeriodSeconds="0").accepted()


class TestTokenSecrets:
    def test_no_token_is_made_that_never_expires(self, developer, root):
        def secret(kind, **metadata):
            made = config_map(kind="Secret", type=kind)
            made["metadata"].update(metadata)
            return made

        bound = {"annotations": {"kubernetes.io/service-account.name": "default"}}
        developer.create(secret("Opaque", **bound), dry=True).accepted()
        token = secret("kubernetes.io/service-account-token", **bound)

        developer.create(token, dry=True).refused_by(
            "tenancy-token-secrets", "for they never expire"
        )
        root.create(token, dry=True).accepted()


class TestStorageClaims:
    POLICY = "tenancy-storage-claims"

    def claim(self, **spec):
        return {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": "probe", "namespace": WEB},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "storageClassName": "standard",
                "resources": {"requests": {"storage": "1Gi"}},
                **spec,
            },
        }

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            pytest.param(
                {"volumeName": "theirs"}, "a claim may not name its volume", id="a volume"
            ),
            pytest.param(
                {"storageClassName": ""}, "a claim must name a storage class", id="no class"
            ),
            pytest.param(
                {"storageClassName": None}, "a claim must name a storage class", id="none said"
            ),
        ],
    )
    def test_a_claim_gets_new_storage(self, developer, change, reason):
        developer.create(self.claim(), dry=True).accepted()

        developer.create(self.claim(**change), dry=True).refused_by(self.POLICY, reason)

    def test_a_claim_does_not_name_its_volume_later(self, developer):
        mine = self.claim()
        mine["metadata"]["name"] = "mine"
        developer.create(mine).accepted()

        developer.patch(mine, {"spec": {"volumeName": "theirs"}}).refused_by(
            self.POLICY, "a claim may not name its volume"
        )
        developer.patch(mine, {"metadata": {"labels": {"a": "b"}}}).accepted()
        developer.delete(mine).accepted()

    def test_kubernetes_binds_it_all_the_same(self, root, developer):
        """A claim and a volume of one class are bound by the controller, which names it."""
        volume = {
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {"name": "fresh"},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "capacity": {"storage": "1Gi"},
                "storageClassName": "standard",
                "hostPath": {"path": "/none"},
            },
        }
        path = "/api/v1/persistentvolumes"
        root.request("POST", path, volume).accepted()
        mine = self.claim()
        mine["metadata"]["name"] = "bound"
        developer.create(mine).accepted()

        until(
            lambda: root.get(mine).body["spec"].get("volumeName") == "fresh",
            "the controller binds the claim",
        )
        developer.delete(mine).accepted()
        root.request("DELETE", f"{path}/fresh").accepted()


class TestGpusPerPod:
    POLICY = "tenancy-gpus-per-pod"

    @pytest.mark.parametrize(
        ("found", "accepted"),
        [
            pytest.param(gpu_pod(4), True, id="as many as allowed"),
            pytest.param(gpu_pod(5), False, id="one more"),
            pytest.param(gpu_pod(1, init=[with_gpus("a", 4)]), True, id="init at the bound"),
            pytest.param(gpu_pod(1, init=[with_gpus("a", 5)]), False, id="init above it"),
            pytest.param(
                gpu_pod(4, init=[with_gpus("a", 4)]), True, id="init and containers take turns"
            ),
            pytest.param(
                gpu_pod(2, init=[with_gpus("a", 2, restartPolicy="Always")]),
                True,
                id="sidecar within",
            ),
            pytest.param(
                gpu_pod(3, init=[with_gpus("a", 2, restartPolicy="Always")]),
                False,
                id="sidecar on top",
            ),
            pytest.param(
                gpu_pod(56, resource="nvidia.com/mig-1g.10gb"),
                "quota",
                id="a node's MIG devices",
            ),
            pytest.param(
                gpu_pod(57, resource="nvidia.com/mig-1g.10gb"),
                False,
                id="more MIG devices than a node has",
            ),
        ],
    )
    def test_a_pod_asks_for_at_most_its_bound(self, root, found, accepted):
        answer = root.create(found, dry=True)

        if accepted is True:
            answer.accepted()
        elif accepted == "quota":
            answer.refused("exceeded quota: gpus")
        else:
            answer.refused_by(
                self.POLICY,
                "a pod of this namespace may ask for at most nvidia.com/gpu=4,"
                " nvidia.com/mig-1g.10gb=56",
            )

    def test_two_containers_are_added_up(self, root):
        found = gpu_pod(3)
        found["spec"]["containers"].append(with_gpus("second", 2))

        root.create(found, dry=True).refused_by(self.POLICY, "at most nvidia.com/gpu=4")

    def test_a_namespace_without_a_grant_is_refused_by_its_quota(self, root):
        root.create(gpu_pod(1, namespace=WEB), dry=True).refused(
            "exceeded quota: gpus, requested: requests.nvidia.com/gpu=1"
        )


def pool_affinity(*, preferred=False, **expression) -> dict:
    term = {"matchExpressions": [{"key": labels.GPU_POOL, **expression}]}
    if preferred:
        found = {
            "preferredDuringSchedulingIgnoredDuringExecution": [
                {"weight": 1, "preference": term}
            ]
        }
    else:
        found = {
            "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}
        }
    return {"affinity": {"nodeAffinity": found}}


MIG = "nvidia.com/mig-1g.10gb"


class TestPlacement:
    POLICY = "tenancy-placement"

    def written(self, api, found):
        """Return what the API server wrote: the selector, and the taints of pools tolerated."""
        spec = api.create(found, dry=True).accepted().body["spec"]
        ours = [
            (t["key"], t.get("value"), t["effect"])
            for t in spec["tolerations"]
            if not t["key"].startswith("node.kubernetes.io/")
        ]
        return spec.get("nodeSelector", {}), ours

    @pytest.mark.parametrize(
        ("found", "pool", "tolerated"),
        [
            pytest.param(
                gpu_pod(1),
                "h100",
                [(labels.GPU_POOL, "h100", "NoSchedule")],
                id="the one pool that has it",
            ),
            pytest.param(
                gpu_pod(1, resource=MIG),
                "a100",
                [(labels.GPU_POOL, "a100", "NoSchedule")],
                id="by resource",
            ),
            pytest.param(
                gpu_pod(1, namespace=LAB),
                "l40s",
                [
                    (labels.GPU_POOL, "l40s", "NoSchedule"),
                    ("example.com/interactive", "yes", "NoSchedule"),
                ],
                id="with all of its taints",
            ),
            pytest.param(
                gpu_pod(1, init=[with_gpus("a", 1)]),
                "h100",
                [(labels.GPU_POOL, "h100", "NoSchedule")],
                id="once",
            ),
        ],
    )
    def test_a_gpu_pod_is_drawn_to_its_pool(self, root, found, pool, tolerated):
        assert ({labels.GPU_POOL: pool}, tolerated) == self.written(root, found)

    def test_a_pod_that_waits_does_not_select_another_pool_later(self, root):
        waiting = pod(namespace=TRAIN, name="gated", schedulingGates=[{"name": "a/b"}])
        root.create(waiting).accepted()

        def select(pool):
            return {"spec": {"nodeSelector": {labels.GPU_POOL: pool}}}

        root.patch(waiting, select("l40s"), dry=True).refused_by(
            self.POLICY, "the GPU node pool l40s is not granted"
        )
        root.patch(waiting, select("h100"), dry=True).accepted()
        root.delete(waiting, gracePeriodSeconds="0").accepted()

    def test_what_people_wrote_stays(self, root):
        theirs = {"key": labels.GPU_POOL, "value": "h100", "effect": "NoSchedule"}
        found = gpu_pod(1, nodeSelector={"zone": "a"}, tolerations=[theirs])

        assert (
            {"zone": "a", labels.GPU_POOL: "h100"},
            [(labels.GPU_POOL, "h100", "NoSchedule")],
        ) == self.written(root, found)

    def test_a_pod_without_gpus_is_left_alone(self, root):
        assert ({}, []) == self.written(root, pod(namespace=TRAIN))

    def test_without_a_grant_nothing_is_written(self, root):
        root.create(gpu_pod(1, namespace=WEB), dry=True).refused("exceeded quota: gpus")

    def test_where_two_pools_fit_people_say_which(self, root):
        both = gpu_pod(1)
        both["spec"]["containers"].append(with_gpus("second", 1, MIG))

        root.create(both, dry=True).refused_by(
            self.POLICY,
            "several pools have nvidia.com/gpu: nodeSelector must have tenancy.dev/gpu-pool:"
            " one of h100",
        )
        both["spec"]["nodeSelector"] = {labels.GPU_POOL: "h100"}
        root.create(both, dry=True).accepted()

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            pytest.param(
                {"nodeSelector": {labels.GPU_POOL: "l40s"}},
                "the GPU node pool l40s is not granted to this namespace; granted: a100, h100",
                id="selector",
            ),
            *(
                pytest.param(
                    pool_affinity(preferred=preferred, **expression),
                    "node affinity may name tenancy.dev/gpu-pool only with the operator In and"
                    " granted pools: a100, h100",
                    id=f"{'preferred ' if preferred else ''}{expression['operator']}"
                    f" {' '.join(expression.get('values', ()))}",
                )
                for preferred in (False, True)
                for expression in (
                    {"operator": "In", "values": ["l40s"]},
                    {"operator": "In", "values": ["h100", "l40s"]},
                    {"operator": "NotIn", "values": ["h100"]},
                    {"operator": "Exists"},
                )
            ),
        ],
    )
    def test_another_pool_is_not_selected(self, root, change, reason):
        root.create(pod(namespace=TRAIN, **change), dry=True).refused_by(self.POLICY, reason)

    @pytest.mark.parametrize(
        "change",
        [
            pytest.param({"nodeSelector": {labels.GPU_POOL: "h100"}}, id="selector"),
            pytest.param(pool_affinity(operator="In", values=["h100"]), id="affinity"),
            pytest.param(
                pool_affinity(operator="In", values=["a100"], preferred=True), id="preferred"
            ),
        ],
    )
    def test_a_granted_pool_is_selected(self, root, change):
        root.create(pod(namespace=TRAIN, **change), dry=True).accepted()

    def test_the_scheduler_puts_it_on_a_node_of_its_pool(self, root):
        pools = {"sandbox-gpu-1": "h100", "sandbox-gpu-2": "l40s"}
        for name, pool in pools.items():
            taint = {"key": labels.GPU_POOL, "value": pool, "effect": "NoSchedule"}
            root.patch(
                {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}},
                {
                    "metadata": {"labels": {labels.GPU_POOL: pool}},
                    "spec": {"taints": [taint]},
                },
            ).accepted()
        acme, globex = gpu_pod(4, name="acme"), gpu_pod(4, name="globex", namespace=LAB)
        plain = pod(namespace=TRAIN, name="plain")
        for made in (acme, globex, plain):
            root.create(made).accepted()

        def node(made):
            return root.get(made).accepted().body["spec"].get("nodeName", "")

        until(lambda: node(acme) and node(globex) and node(plain), "all are scheduled")

        assert ("sandbox-gpu-1", "l40s") == (node(acme), pools.get(node(globex), ""))
        assert node(plain).startswith("sandbox-cpu-")
        for made in (acme, globex, plain):
            root.delete(made, gracePeriodSeconds="0").accepted()


class TestNamespaces:
    POLICY = "tenancy-namespaces"
    CHANGES = (
        pytest.param({labels.ORGANIZATION: "globex"}, "labels", id="move"),
        pytest.param({labels.MANAGED: None}, "labels", id="unmanage"),
        pytest.param(
            {"pod-security.kubernetes.io/enforce": "privileged"}, "labels", id="privileged"
        ),
        pytest.param({"resource.kubernetes.io/admin-access": "true"}, "labels", id="every GPU"),
        pytest.param({"anything": "else"}, "labels", id="a new label"),
    )

    @pytest.mark.parametrize("part", ["", "/status", "/finalize"])
    @pytest.mark.parametrize(("change", "what"), CHANGES)
    def test_labels_are_changed_by_operators_alone(self, helper, operator, part, change, what):
        held = helper.get(namespace(WEB)).accepted().body
        held["metadata"]["labels"] = {
            key: value
            for key, value in {**held["metadata"]["labels"], **change}.items()
            if value is not None
        }

        helper.replace(held, part=part, dry=True).refused_by(
            self.POLICY,
            "namespace acme-web may be given other labels only by who may manage"
            " tenancy.tenancy.dev; you are mallory",
        )
        operator.replace(held, part=part, dry=True).accepted()

    @pytest.mark.parametrize("kind", [MERGE_PATCH, STRATEGIC_PATCH])
    @pytest.mark.parametrize("part", ["", "/status"])
    @pytest.mark.parametrize(("change", "what"), CHANGES)
    def test_labels_are_patched_by_operators_alone(
        self, helper, operator, part, kind, change, what
    ):
        patch = {"metadata": {"labels": change}}

        helper.patch(namespace(WEB), patch, part=part, kind=kind, dry=True).refused_by(
            self.POLICY, "may be given other labels"
        )
        operator.patch(namespace(WEB), patch, part=part, kind=kind, dry=True).accepted()

    def test_labels_are_not_patched_step_by_step(self, helper):
        step = {"op": "remove", "path": "/metadata/labels"}

        helper.patch(namespace(WEB), [step], kind=JSON_PATCH, dry=True).refused_by(
            self.POLICY, "may be given other labels"
        )

    def test_labels_are_not_applied(self, helper):
        forged = namespace(WEB, labels={labels.ORGANIZATION: "globex"})

        helper.apply(forged, dry=True).refused_by(self.POLICY, "may be given other labels")

    @pytest.mark.parametrize(
        "key",
        [
            labels.EGRESS_CIDRS,
            labels.PRIORITY_CLASSES,
            labels.TOLERATIONS,
            labels.MAX_PER_POD,
            labels.SHARED_SERVICES,
            labels.LOAD_BALANCERS,
            "scheduler.alpha.kubernetes.io/node-selector",
        ],
    )
    def test_annotations_that_guards_read_are_guarded(self, helper, operator, key):
        patch = {"metadata": {"annotations": {key: "0.0.0.0/0"}}}
        reason = "may be given other annotations"

        helper.patch(namespace(LAB), patch, dry=True).refused_by(self.POLICY, reason)
        operator.patch(namespace(LAB), patch, dry=True).accepted()

    def test_an_annotation_of_ours_is_not_taken_away(self, helper):
        patch = {"metadata": {"annotations": {labels.MAX_PER_POD: None}}}

        helper.patch(namespace(TRAIN), patch, dry=True).refused_by(
            self.POLICY, "may be given other annotations"
        )

    def test_other_annotations_are_everybodys_who_may_write(self, helper):
        patch = {"metadata": {"annotations": {"example.com/note": "seen"}}}

        helper.patch(namespace(WEB), patch, dry=True).accepted()

    @pytest.mark.parametrize(
        "metadata",
        [
            pytest.param({"finalizers": ["example.com/stuck"]}, id="finalizer"),
            pytest.param(
                {
                    "ownerReferences": [
                        {"apiVersion": "v1", "kind": "Node", "name": "a", "uid": "a"}
                    ]
                },
                id="owner",
            ),
        ],
    )
    def test_owners_and_finalizers_are_guarded(self, helper, operator, metadata):
        patch = {"metadata": metadata}

        helper.patch(namespace(WEB), patch, dry=True).refused_by(
            self.POLICY, "may be given other owners or finalizers"
        )
        operator.patch(namespace(WEB), patch, dry=True).accepted()

    @pytest.mark.parametrize("name", [WEB, "observability", "llmos-public"])
    def test_none_is_deleted_but_by_operators(self, helper, operator, name):
        helper.delete(namespace(name), dry=True).refused_by(
            self.POLICY, f"namespace {name} may be deleted only by"
        )
        operator.delete(namespace(name), dry=True).accepted()

    @pytest.mark.parametrize(
        "metadata",
        [
            pytest.param({"labels": {labels.MANAGED: "true"}}, id="managed"),
            pytest.param({"labels": {labels.ORGANIZATION: "acme"}}, id="organization"),
            pytest.param({"labels": {labels.SHARED: "observability"}}, id="shared"),
            pytest.param({"annotations": {labels.EGRESS_CIDRS: "0.0.0.0/0"}}, id="grant"),
        ],
    )
    def test_no_namespace_is_forged(self, helper, operator, metadata):
        helper.create(namespace("forged"), dry=True).accepted()

        helper.create(namespace("forged", **metadata), dry=True).refused_by(
            self.POLICY, "namespace forged may be created with labels of tenancy.dev only by"
        )
        operator.create(namespace("forged", **metadata), dry=True).accepted()

    @pytest.mark.parametrize("name", ["kube-system", "default"])
    @pytest.mark.parametrize("part", ["", "/status"])
    def test_no_other_namespace_joins_an_organization(self, helper, name, part):
        patch = {"metadata": {"labels": {labels.ORGANIZATION: "acme"}}}

        helper.patch(namespace(name), patch, part=part, dry=True).refused_by(
            self.POLICY, f"namespace {name} may be given other labels"
        )
        other = {"metadata": {"labels": {"example.com/team": "a"}}}
        helper.patch(namespace(name), other, part=part, dry=True).accepted()


class TestManagedObjects:
    POLICY = "tenancy-objects"

    def managed(self, root):
        found = root.get(policy("default-deny")).accepted().body
        return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", **found}

    def test_a_tenant_neither_deletes_nor_changes_them(self, root, admin):
        wall = self.managed(root)
        reason = "networkpolicies default-deny is managed by tenancy"

        admin.delete(wall, dry=True).refused_by(self.POLICY, reason, "DELETE", "ada")
        open_up = {"spec": {"policyTypes": ["Ingress"]}}
        for kind in (MERGE_PATCH, STRATEGIC_PATCH):
            admin.patch(wall, open_up, kind=kind, dry=True).refused_by(self.POLICY, reason)
        admin.replace(
            {**wall, "spec": {"podSelector": {}, "policyTypes": ["Ingress"]}}, dry=True
        ).refused_by(self.POLICY, reason)
        admin.apply(policy("default-deny", policyTypes=["Ingress"]), dry=True).refused_by(
            self.POLICY, reason
        )

    def test_a_tenant_does_not_take_the_label_off(self, admin):
        patch = {"metadata": {"labels": {labels.MANAGED: None}}}

        admin.patch(policy("default-deny"), patch, dry=True).refused_by(
            self.POLICY, "networkpolicies default-deny is managed by tenancy"
        )

    def test_a_tenant_does_not_delete_them_as_a_collection(self, admin):
        admin.delete_collection(policy(), dry=True).refused_by(
            self.POLICY, "is managed by tenancy (label tenancy.dev/managed): DELETE refused"
        )

    def test_a_tenants_own_are_their_own(self, admin):
        mine = policy("mine", policyTypes=["Ingress"])
        admin.create(mine).accepted()
        forged = {"metadata": {"labels": {labels.MANAGED: "true"}}}

        admin.patch(mine, forged).refused_by(self.POLICY, "mine is managed by tenancy")
        admin.patch(mine, {"metadata": {"labels": {"a": "b"}}}).accepted()
        admin.delete(mine).accepted()

    @pytest.mark.parametrize(
        "made",
        [
            pytest.param(policy(policyTypes=["Ingress"]), id="NetworkPolicy"),
            pytest.param(role_binding(group("oidc:friends")), id="RoleBinding"),
            pytest.param(service(), id="Service"),
            pytest.param(config_map(data={}), id="ConfigMap"),
        ],
    )
    def test_the_label_is_not_forged(self, admin, made):
        admin.create(made, dry=True).accepted()
        forged = copy.deepcopy(made)
        forged["metadata"]["labels"] = {labels.MANAGED: "true"}

        admin.create(forged, dry=True).refused_by(self.POLICY, "probe is managed by tenancy")

    def test_a_name_that_the_server_makes_does_not_help(self, admin):
        forged = policy(policyTypes=["Ingress"])
        forged["metadata"] = {
            "namespace": WEB,
            "generateName": "wall-",
            "labels": {labels.MANAGED: "true"},
        }

        admin.create(forged, dry=True).refused_by(self.POLICY, "managed by tenancy")

    def test_a_tenant_does_not_delete_bindings_that_operators_made(self, admin):
        theirs = role_binding(name="tenancy:developer")

        admin.delete(theirs, dry=True).refused_by(
            self.POLICY, "rolebindings tenancy:developer is managed by tenancy"
        )

    def test_an_operator_changes_them(self, operator):
        operator.delete(policy("default-deny"), dry=True).accepted()


class TestServiceAccounts:
    POLICY = "tenancy-service-accounts"

    def default(self):
        return {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": "default", "namespace": WEB},
        }

    @pytest.mark.parametrize(
        "change",
        [
            pytest.param({"automountServiceAccountToken": True}, id="mount"),
            pytest.param({"automountServiceAccountToken": None}, id="mount by default"),
            pytest.param({"metadata": {"labels": {labels.MANAGED: None}}}, id="unmanage"),
        ],
    )
    def test_the_token_stays_unmounted(self, developer, change):
        developer.patch(self.default(), change, dry=True).refused_by(
            self.POLICY, "serviceaccounts default is managed by tenancy"
        )

    def test_it_is_not_deleted(self, developer):
        developer.delete(self.default(), dry=True).refused_by(
            self.POLICY, "serviceaccounts default is managed by tenancy"
        )

    def test_a_member_gives_it_secrets_to_pull_images_with(self, developer):
        change = {"imagePullSecrets": [{"name": "registry"}]}

        developer.patch(self.default(), change, dry=True).accepted()


class TestRoleBindings:
    POLICY = "tenancy-role-bindings"

    @pytest.mark.parametrize(
        ("made", "reason"),
        [
            pytest.param(
                role_binding(group("system:authenticated")),
                "subjects may not be named system:",
                id="everybody",
            ),
            pytest.param(
                role_binding(group("system:serviceaccounts")),
                "subjects may not be named system:",
                id="every service account",
            ),
            pytest.param(
                role_binding(user("system:anonymous")),
                "subjects may not be named system:",
                id="nobody in particular",
            ),
            pytest.param(
                role_binding(user("system:serviceaccount:globex-lab:default")),
                "subjects may not be named system:",
                id="a service account as a user",
            ),
            pytest.param(
                role_binding(account(LAB, "default")),
                "service accounts of other namespaces may not be bound here",
                id="a foreign service account",
            ),
            pytest.param(role_binding(group("*")), "a subject may not be *", id="wildcard"),
            pytest.param(
                role_binding(group("oidc:friends"), account(LAB, "default")),
                "service accounts of other namespaces",
                id="one among good ones",
            ),
        ],
    )
    def test_nobody_foreign_is_bound(self, admin, made, reason):
        admin.create(role_binding(group("oidc:friends")), dry=True).accepted()

        admin.create(made, dry=True).refused_by(self.POLICY, reason)

    @pytest.mark.parametrize("name", ["view", "edit", "admin", "cluster-admin"])
    def test_no_role_is_bound_that_others_may_widen(self, root, admin, name):
        made = role_binding(group("oidc:friends"), role=("ClusterRole", name))
        somebody = root.as_user("kim", "bind-everything", "oidc:acme-leads")

        answer = somebody.create(made, dry=True)

        # Kubernetes refuses what the admin does not hold; the policy, whatever they hold.
        if "ValidatingAdmissionPolicy" in answer.message:
            answer.refused_by(
                self.POLICY, "of ClusterRoles only tenancy:admin, tenancy:auditor"
            )
        else:
            answer.refused("is attempting to grant RBAC permissions not currently held")

    def test_even_who_holds_everything_binds_none_of_kubernetes(self, root):
        # `bind` on all ClusterRoles, and writing of bindings, but not the operators' verb.
        role = {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": {"name": "binders"},
            "rules": [
                {
                    "apiGroups": ["rbac.authorization.k8s.io"],
                    "resources": ["clusterroles", "rolebindings"],
                    "verbs": ["bind", "create"],
                }
            ],
        }
        root.apply(role).accepted()
        root.apply(
            {
                "apiVersion": "rbac.authorization.k8s.io/v1",
                "kind": "ClusterRoleBinding",
                "metadata": {"name": "binders"},
                "roleRef": {
                    "apiGroup": "rbac.authorization.k8s.io",
                    "kind": "ClusterRole",
                    "name": "binders",
                },
                "subjects": [group("binders")],
            }
        ).accepted()
        binder = root.as_user("kim", "binders")
        friends = group("oidc:friends")
        until(lambda: binder.create(role_binding(friends), dry=True).ok, "the binder may bind")

        for name in ("view", "edit", "admin", "cluster-admin"):
            made = role_binding(friends, role=("ClusterRole", name))
            binder.create(made, dry=True).refused_by(
                self.POLICY, "of ClusterRoles only tenancy:admin, tenancy:auditor"
            )

    @pytest.mark.parametrize(
        "made",
        [
            pytest.param(role_binding(user("oidc:bob")), id="a person"),
            pytest.param(role_binding(account(WEB, "deployer")), id="an own service account"),
            pytest.param(
                role_binding(group("oidc:a"), role=("ClusterRole", "tenancy:admin")), id="admin"
            ),
        ],
    )
    def test_an_admin_hands_out_what_they_hold(self, admin, made):
        admin.create(made, dry=True).accepted()

    def test_a_good_binding_does_not_turn_bad(self, admin):
        mine = role_binding(group("oidc:friends"), name="mine")
        admin.create(mine).accepted()

        admin.patch(mine, {"subjects": [group("system:authenticated")]}).refused_by(
            self.POLICY, "subjects may not be named system:"
        )
        admin.delete(mine).accepted()


class TestRoles:
    POLICY = "tenancy-roles"

    def role(self, *, groups=("",), resources=("pods",), verbs=("get",)):
        return {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "Role",
            "metadata": {"name": "probe", "namespace": WEB},
            "rules": [
                {"apiGroups": list(groups), "resources": list(resources), "verbs": list(verbs)}
            ],
        }

    def test_an_admin_makes_roles_of_what_they_hold(self, admin):
        admin.create(self.role(), dry=True).accepted()

    @pytest.mark.parametrize(
        "change",
        [
            {"groups": ["*"]},
            {"resources": ["*"]},
            {"verbs": ["*"]},
            {"verbs": ["impersonate"], "resources": ["serviceaccounts"]},
            {"verbs": ["escalate"], "resources": ["roles"]},
            {"resources": ["resourcequotas"], "verbs": ["update"]},
        ],
        ids=str,
    )
    def test_kubernetes_lets_nobody_give_more(self, admin, change):
        admin.create(self.role(**change), dry=True).refused(
            "is attempting to grant RBAC permissions not currently held"
        )

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"groups": ["*"]}, "a role may have no wildcards"),
            ({"resources": ["*"]}, "a role may have no wildcards"),
            ({"verbs": ["*"]}, "a role may have no wildcards"),
            ({"verbs": ["impersonate"]}, "a role may not have the verbs escalate, bind"),
            ({"verbs": ["bind"]}, "a role may not have the verbs escalate, bind"),
        ],
        ids=str,
    )
    def test_the_policy_lets_nobody_either_who_may_escalate(self, root, change, reason):
        root.apply(
            {
                "apiVersion": "rbac.authorization.k8s.io/v1",
                "kind": "ClusterRole",
                "metadata": {"name": "escalators"},
                "rules": [
                    {
                        "apiGroups": ["rbac.authorization.k8s.io"],
                        "resources": ["roles"],
                        "verbs": ["create", "escalate"],
                    }
                ],
            }
        ).accepted()
        root.apply(
            {
                "apiVersion": "rbac.authorization.k8s.io/v1",
                "kind": "ClusterRoleBinding",
                "metadata": {"name": "escalators"},
                "roleRef": {
                    "apiGroup": "rbac.authorization.k8s.io",
                    "kind": "ClusterRole",
                    "name": "escalators",
                },
                "subjects": [group("escalators")],
            }
        ).accepted()
        escalator = root.as_user("kim", "escalators")
        until(lambda: escalator.create(self.role(), dry=True).ok, "they may create roles")

        escalator.create(self.role(**change), dry=True).refused_by(self.POLICY, reason)


class TestServices:
    POLICY = "tenancy-services"

    @pytest.mark.parametrize(
        ("where", "spec", "reason"),
        [
            pytest.param(
                WEB, {"type": "NodePort"}, "of type NodePort are refused", id="NodePort"
            ),
            pytest.param(
                WEB,
                {"type": "ExternalName", "externalName": "example.com"},
                "of type ExternalName are refused",
                id="ExternalName",
            ),
            pytest.param(
                WEB,
                {"externalIPs": ["198.51.100.7"]},
                "spec.externalIPs may not be set",
                id="externalIPs",
            ),
            pytest.param(
                LAB,
                {"type": "LoadBalancer", "allocateLoadBalancerNodePorts": False},
                "of type LoadBalancer are not granted to this namespace",
                id="LoadBalancer",
            ),
        ],
    )
    def test_is_refused(self, root, where, spec, reason):
        organization = where.split("-", maxsplit=1)[0]
        admin = root.as_user("ada", f"oidc:{organization}-leads")
        admin.create(service(namespace=where), dry=True).accepted()

        admin.create(service(namespace=where, **spec), dry=True).refused_by(self.POLICY, reason)

    def test_a_granted_load_balancer_is_accepted_without_node_ports(self, admin):
        granted = {"type": "LoadBalancer", "allocateLoadBalancerNodePorts": False}

        admin.create(service(**granted), dry=True).accepted()
        admin.create(service(type="LoadBalancer"), dry=True).refused(
            "exceeded quota: object-counts, requested: services.nodeports=1"
        )

    def test_a_service_does_not_turn_into_one(self, admin):
        mine = service(name="mine")
        admin.create(mine).accepted()

        admin.patch(mine, {"spec": {"type": "NodePort"}}).refused_by(self.POLICY, "NodePort")
        admin.patch(mine, {"spec": {"externalIPs": ["198.51.100.7"]}}).refused_by(
            self.POLICY, "externalIPs"
        )
        admin.delete(mine).accepted()

    def test_endpoints_are_not_written_by_hand(self, helper, operator):
        made = {
            "apiVersion": "v1",
            "kind": "Endpoints",
            "metadata": {"name": "probe", "namespace": WEB},
            "subsets": [{"addresses": [{"ip": "10.0.0.9"}], "ports": [{"port": 80}]}],
        }

        helper.create(made, dry=True).refused_by(
            "tenancy-endpoints", "endpoints are written by Kubernetes alone"
        )
        operator.create(made, dry=True).accepted()

    def test_kubernetes_writes_endpoints_all_the_same(self, root, admin):
        mine = service(name="served")
        admin.create(mine).accepted()
        slices = f"/apis/discovery.k8s.io/v1/namespaces/{WEB}/endpointslices"

        until(
            lambda: [
                item
                for item in root.request("GET", slices).body["items"]
                if item["metadata"]["labels"]["kubernetes.io/service-name"] == "served"
            ],
            "the controller makes an EndpointSlice",
        )
        admin.delete(mine).accepted()


def peer_in(**peer) -> dict:
    return {"policyTypes": ["Ingress"], "ingress": [{"from": [peer]}]}


def peer_out(**peer) -> dict:
    return {"policyTypes": ["Egress"], "egress": [{"to": [peer]}]}


def selected(**wanted) -> dict:
    return {"namespaceSelector": {"matchLabels": wanted}}


def by(key: str, value: str) -> dict:
    return {"namespaceSelector": {"matchLabels": {key: value}}}


NAME = "kubernetes.io/metadata.name"


class TestNetworkPolicies:
    POLICY = "tenancy-network-policies"

    @pytest.mark.parametrize("towards", [peer_in, peer_out], ids=["ingress", "egress"])
    @pytest.mark.parametrize(
        "peer",
        [
            pytest.param({"podSelector": {}}, id="own namespace"),
            pytest.param(by(labels.ORGANIZATION, "acme"), id="own organization"),
            pytest.param(by(NAME, WEB), id="own namespace by name"),
            pytest.param(by(NAME, "vault"), id="granted shared namespace"),
            pytest.param(by(NAME, "observability"), id="observability"),
            pytest.param(
                {**by(labels.ORGANIZATION, "acme"), "podSelector": {"matchLabels": {"a": "b"}}},
                id="some pods of the own organization",
            ),
            pytest.param({"ipBlock": {"cidr": "198.51.100.7/32"}}, id="granted address"),
            pytest.param({"ipBlock": {"cidr": "2001:db8::/48"}}, id="granted v6 addresses"),
            pytest.param(
                {"ipBlock": {"cidr": "0.0.0.0/0", "except": ["169.254.0.0/16"]}},
                id="everything but link-local",
            ),
        ],
    )
    def test_peers_that_were_granted_are_accepted(self, admin, towards, peer):
        admin.create(policy(**towards(**peer)), dry=True).accepted()

    @pytest.mark.parametrize("towards", [peer_in, peer_out], ids=["ingress", "egress"])
    @pytest.mark.parametrize(
        ("peer", "reason"),
        [
            pytest.param(
                {"namespaceSelector": {}}, "a namespaceSelector must have", id="every namespace"
            ),
            pytest.param(
                by(labels.ORGANIZATION, "globex"),
                "tenancy.dev/organization: acme or kubernetes.io/metadata.name: one of"
                " acme-web, observability, vault",
                id="another organization",
            ),
            pytest.param(by(NAME, LAB), "a namespaceSelector must have", id="its namespace"),
            pytest.param(
                by(NAME, "registry"), "a namespaceSelector must have", id="shared, not granted"
            ),
            pytest.param(
                by(NAME, "kube-system"), "a namespaceSelector must have", id="kube-system"
            ),
            pytest.param(by("team", "web"), "a namespaceSelector must have", id="other label"),
            pytest.param(
                {
                    "namespaceSelector": {
                        "matchExpressions": [{"key": labels.ORGANIZATION, "operator": "Exists"}]
                    }
                },
                "a namespaceSelector must have",
                id="every organization",
            ),
            pytest.param(
                {
                    "namespaceSelector": {
                        "matchExpressions": [
                            {
                                "key": labels.ORGANIZATION,
                                "operator": "In",
                                "values": ["acme", "globex"],
                            }
                        ]
                    }
                },
                "a namespaceSelector must have",
                id="its own and another",
            ),
            pytest.param(
                {"ipBlock": {"cidr": "::/0"}},
                "an ipBlock must lie inside of the granted egressCidrs",
                id="more v6 than granted",
            ),
            pytest.param(
                {"ipBlock": {"cidr": "169.254.169.254/32"}},
                "an ipBlock may not reach 169.254.0.0/16",
                id="metadata address",
            ),
            pytest.param(
                {"ipBlock": {"cidr": "0.0.0.0/0"}},
                "an ipBlock may not reach 169.254.0.0/16",
                id="everything",
            ),
            pytest.param(
                {"ipBlock": {"cidr": "0.0.0.0/0", "except": ["169.254.169.0/25"]}},
                "an ipBlock may not reach 169.254.0.0/16",
                id="everything but too little",
            ),
            pytest.param(
                {"ipBlock": {"cidr": "168.0.0.0/7"}},
                "an ipBlock may not reach 169.254.0.0/16",
                id="a block around it",
            ),
        ],
    )
    def test_other_peers_are_refused(self, admin, towards, peer, reason):
        admin.create(policy(**towards(**peer)), dry=True).refused_by(self.POLICY, reason)

    @pytest.mark.parametrize("towards", [peer_in, peer_out], ids=["ingress", "egress"])
    def test_one_bad_peer_among_good_ones_is_found(self, admin, towards):
        found = towards(podSelector={})
        rules = found["ingress" if "ingress" in found else "egress"]
        rules.append(
            {("from" if "ingress" in found else "to"): [{"podSelector": {}}, by(NAME, LAB)]}
        )

        admin.create(policy(**found), dry=True).refused_by(
            self.POLICY, "a namespaceSelector must have"
        )

    @pytest.mark.parametrize(
        ("spec", "reason"),
        [
            ({"ingress": [{}]}, "an ingress rule must say from where"),
            ({"ingress": [{"from": []}]}, "an ingress rule must say from where"),
            ({"ingress": [{"ports": [{"port": 80}]}]}, "an ingress rule must say from where"),
            (
                {"policyTypes": ["Egress"], "egress": [{}]},
                "an egress rule must say to where",
            ),
            (
                {"policyTypes": ["Egress"], "egress": [{"ports": [{"port": 443}]}]},
                "an egress rule must say to where",
            ),
        ],
        ids=str,
    )
    def test_a_rule_for_everybody_is_refused(self, admin, spec, reason):
        admin.create(policy(**spec), dry=True).refused_by(self.POLICY, reason)

    def test_addresses_are_refused_where_none_are_granted(self, root):
        admin = root.as_user("gil", "oidc:globex-leads")
        admin.create(policy(namespace=LAB, **peer_out(podSelector={})), dry=True).accepted()
        found = policy(namespace=LAB, **peer_out(ipBlock={"cidr": "198.51.100.7/32"}))

        admin.create(found, dry=True).refused_by(self.POLICY, "egressCidrs: there are none")

    def test_a_policy_does_not_open_later(self, admin):
        mine = policy("opens", **peer_in(podSelector={}))
        admin.create(mine).accepted()

        admin.patch(mine, {"spec": peer_in(namespaceSelector={})}).refused_by(
            self.POLICY, "a namespaceSelector must have"
        )
        admin.delete(mine).accepted()

    def test_operators_open_what_they_must(self, operator):
        operator.create(policy(**peer_in(namespaceSelector={})), dry=True).accepted()


class TestImagePull:
    POLICY = "tenancy-image-pull"

    def test_where_asked_for_every_image_is_pulled_at_every_start(self, root):
        guard = image_pull()
        for manifest in (guard.policy, guard.binding):
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
            for manifest in (guard.binding, guard.policy):
                root.delete(manifest).accepted()
        until(lambda: root.create(never, dry=True).ok, "the policy is gone")


class TestTheClusterGoesOn:
    def test_quotas_still_count(self, root):
        made = pod(name="counted", namespace=LAB)
        made["spec"]["containers"] = [restricted("main")]
        quota = {
            "apiVersion": "v1",
            "kind": "ResourceQuota",
            "metadata": {"name": "quota", "namespace": LAB},
        }

        def used():
            return root.get(quota).accepted().body["status"]["used"]["requests.cpu"]

        assert "0" == used()
        root.create(made).accepted()
        until(lambda: used() == "100m", "the pod is counted")
        root.delete(made, gracePeriodSeconds="0").accepted()
        until(lambda: used() == "0", "it is no longer counted")

    def test_a_pod_over_its_quota_is_refused(self, root):
        root.create(gpu_pod(2, namespace=LAB), dry=True).accepted()

        big = gpu_pod(2, namespace=LAB)
        big["spec"]["containers"][0]["resources"]["limits"]["memory"] = "3Gi"
        big["spec"]["containers"][0]["resources"]["requests"]["memory"] = "3Gi"

        root.create(big, dry=True).refused(
            "exceeded quota: quota, requested: limits.memory=3Gi"
        )

    def test_affinity_to_other_namespaces_is_refused(self, root):
        term = {"topologyKey": "kubernetes.io/hostname", "labelSelector": {}}

        def spread(**more):
            rule = {"requiredDuringSchedulingIgnoredDuringExecution": [{**term, **more}]}
            return pod(affinity={"podAntiAffinity": rule})

        root.create(spread(), dry=True).accepted()

        root.create(spread(namespaces=[LAB]), dry=True).refused(
            "exceeded quota: cross-namespace-affinity"
        )
        root.create(spread(namespaceSelector={}), dry=True).refused(
            "exceeded quota: cross-namespace-affinity"
        )

    def test_a_claim_of_devices_is_refused_without_a_grant(self, root):
        def claim(namespace):
            return {
                "apiVersion": "resource.k8s.io/v1",
                "kind": "ResourceClaim",
                "metadata": {"name": "probe", "namespace": namespace},
                "spec": {
                    "devices": {
                        "requests": [
                            {
                                "name": "one",
                                "exactly": {"deviceClassName": "gpu.nvidia.com", "count": 1},
                            }
                        ]
                    }
                },
            }

        root.create(claim(LAB), dry=True).accepted()
        root.create(claim(TRAIN), dry=True).refused("exceeded quota: gpus")

    def test_a_claim_of_a_closed_storage_class_is_refused(self, root):
        def claim(name):
            return {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "metadata": {"name": "probe", "namespace": WEB},
                "spec": {
                    "accessModes": ["ReadWriteOnce"],
                    "storageClassName": name,
                    "resources": {"requests": {"storage": "1Gi"}},
                },
            }

        root.create(claim("standard"), dry=True).accepted()
        root.create(claim("fast"), dry=True).refused("exceeded quota: storage-classes")

    def test_an_operator_deletes_a_namespace_with_all_its_walls(self, root, operator):
        doomed = namespace("acme-doomed", labels={labels.ORGANIZATION: "acme"})
        operator.create(doomed).accepted()
        for wall in ("NetworkPolicy", "RoleBinding"):
            made = policy("wall") if wall == "NetworkPolicy" else role_binding(group("a"))
            made["metadata"] = {
                "name": "wall",
                "namespace": "acme-doomed",
                "labels": {labels.MANAGED: "true"},
            }
            root.create(made).accepted()

        operator.delete(doomed).accepted()

        until(
            lambda: root.get(doomed).status == 404,
            "the namespace is gone, its guarded objects too",
            seconds=60,
        )

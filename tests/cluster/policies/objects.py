"""Objects that people write into the sample's namespaces, each harmless as it is."""

import copy

from tenancy.kubernetes import labels

WEB = "acme-web"
TRAIN = "acme-train"
LAB = "globex-lab"


def pod(*, namespace=WEB, name="probe", container=None, metadata=None, **spec) -> dict:
    """Return a pod that every guardrail allows, except for the given fields."""
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


def peer_in(**peer) -> dict:
    return {"policyTypes": ["Ingress"], "ingress": [{"from": [peer]}]}


def peer_out(**peer) -> dict:
    return {"policyTypes": ["Egress"], "egress": [{"to": [peer]}]}


def selected(**wanted) -> dict:
    return {"namespaceSelector": {"matchLabels": wanted}}


def by(key: str, value: str) -> dict:
    return {"namespaceSelector": {"matchLabels": {key: value}}}


NAME = "kubernetes.io/metadata.name"

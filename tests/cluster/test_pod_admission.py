"""The evaluator of Pod Security and of limit ranges agrees with the API server."""

import random
import re

import pytest

from tenancy.diagnostics import Origin
from tenancy.kubernetes.pods import pod_security_violations
from tenancy.kubernetes.quantity import Quantity
from tenancy.model import Limit, LimitRange, LimitRangeItem, Quota
from tenancy.planning.pod_limits import limit_range_violations, quota_violations

pytestmark = pytest.mark.cluster

PLACE = Origin("test")
FORBIDDEN = re.compile(r'pods "(p\d+)" is forbidden')
SECURE = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}
CONTEXTS: list[dict] = [
    {},
    {"allowPrivilegeEscalation": True},
    {"privileged": True, "allowPrivilegeEscalation": True},
    {"capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}},
    {"capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]}},
    {"capabilities": {"drop": ["ALL"], "add": ["CHOWN"]}},
    {"capabilities": {"drop": ["CHOWN"]}},
    {"runAsNonRoot": False},
    {"runAsUser": 0},
    {"runAsUser": 1000},
    {"seccompProfile": {"type": "Unconfined"}},
    {"seccompProfile": {"type": "Localhost", "localhostProfile": "x.json"}},
    {"seLinuxOptions": {"type": "container_t"}},
    {"seLinuxOptions": {"type": "spc_t"}},
    {"seLinuxOptions": {"user": "u"}},
    {"appArmorProfile": {"type": "Unconfined"}},
    {"appArmorProfile": {"type": "RuntimeDefault"}},
]
POD_CONTEXTS: list[dict] = [
    {},
    {"runAsNonRoot": True},
    {"runAsNonRoot": False},
    {"runAsUser": 0},
    {"seccompProfile": {"type": "RuntimeDefault"}},
    {"seccompProfile": {"type": "Unconfined"}},
    {"sysctls": [{"name": "net.ipv4.tcp_syncookies", "value": "1"}]},
    {"sysctls": [{"name": "kernel.msgmax", "value": "1"}]},
    {"seLinuxOptions": {"type": "container_init_t"}},
]
VOLUMES: list[dict] = [
    {"emptyDir": {}},
    {"hostPath": {"path": "/var"}},
    {"configMap": {"name": "c"}},
    {"nfs": {"server": "s", "path": "/"}},
    {"projected": {"sources": []}},
]
PARTS: list[dict] = [
    {},
    {"ports": [{"containerPort": 80, "hostPort": 80}]},
    {"livenessProbe": {"httpGet": {"port": 80, "host": "10.0.0.1"}}},
    {"livenessProbe": {"tcpSocket": {"port": 80}}},
    {"lifecycle": {"preStop": {"httpGet": {"port": 80, "host": "example.org"}}}},
]
SPECS: list[dict] = [{}, {}, {}, {"hostNetwork": True}, {"hostPID": True}, {"hostIPC": True}]
AMOUNTS = ["10m", "100m", "250m", "500m", "1", "2"]


def a_container(rng: random.Random, name: str) -> dict:
    secure = SECURE if rng.random() < 0.85 else {}
    context = {**secure, **(rng.choice(CONTEXTS) if rng.random() < 0.4 else {})}
    part = rng.choice(PARTS) if rng.random() < 0.2 else {}
    return {"name": name, "image": "i", "securityContext": context, **part}


def a_pod(rng: random.Random, index: int, namespace: str) -> dict:
    spec: dict = {
        "containers": [a_container(rng, f"c{i}") for i in range(rng.choice([1, 1, 2]))],
        "securityContext": rng.choice(POD_CONTEXTS) if rng.random() < 0.5 else {},
        **(rng.choice(SPECS) if rng.random() < 0.2 else {}),
    }
    if rng.random() < 0.3:
        init = a_container(rng, "init")
        # Only sidecars may have them.
        spec["initContainers"] = [
            {k: v for k, v in init.items() if k not in ("livenessProbe", "lifecycle")}
        ]
    if rng.random() < 0.3:
        spec["volumes"] = [{"name": "v", **rng.choice(VOLUMES)}]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": f"p{index}", "namespace": namespace},
        "spec": spec,
    }


def answers(kube, pods: list[dict]) -> tuple[set[str], set[str]]:
    """Return the names of *pods* that a dry run admits, and of those that it forbids."""
    done = kube.run("create", "--dry-run=server", "-f", "-", manifest=pods)
    admitted = {line.split()[0].removeprefix("pod/") for line in done.stdout.splitlines()}
    others = [line for line in done.stderr.splitlines() if line.startswith(("Error", "The "))]
    forbidden = {match[1] for line in others if (match := re.search(FORBIDDEN, line))}
    # The rest is not a valid pod, so no answer about it is expected.
    invalid = [line for line in others if " is invalid:" in line]
    assert len(pods) == len(admitted) + len(forbidden) + len(invalid), done.stderr
    return admitted, forbidden


def require_same(kube, pods: list[dict], judged: set[str]) -> None:
    """Assert that *judged*, the names that the evaluator admits, are those of the server."""
    admitted, forbidden = answers(kube, pods)
    assert admitted == judged - ({p["metadata"]["name"] for p in pods} - admitted - forbidden)
    # Both happen, so the comparison can fail.
    assert min(len(admitted), len(forbidden)) > len(pods) / 20


def in_namespace(kube, name: str, **labels: str) -> str:
    kube.apply(
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": name, "labels": labels},
        }
    )
    account = {"apiVersion": "v1", "kind": "ServiceAccount"}
    kube.apply({**account, "metadata": {"name": "default", "namespace": name}})
    return name


@pytest.mark.parametrize("level", ["baseline", "restricted"])
@pytest.mark.parametrize(
    "count", [60, pytest.param(600, marks=pytest.mark.nightly)], ids=["sixty", "many"]
)
def test_pod_security_is_judged_as_the_api_server_does(kube, level: str, count: int) -> None:
    domain = "pod-security.kubernetes.io/enforce"
    namespace = in_namespace(kube, f"judged-{level}", **{domain: level})
    rng = random.Random(f"{level} {count}")
    pods = [a_pod(rng, index, namespace) for index in range(count)]

    expected = {
        pod["metadata"]["name"]
        for pod in pods
        if not pod_security_violations(level, pod["metadata"], pod["spec"])
    }

    require_same(kube, pods, expected)


def amounts(rng: random.Random) -> dict:
    resources: dict = {}
    for kind in ("requests", "limits"):
        if rng.random() < 0.6:
            resources[kind] = {"cpu": rng.choice(AMOUNTS)}
    if {"requests", "limits"} <= resources.keys():
        both = sorted(AMOUNTS.index(resources[k]["cpu"]) for k in ("requests", "limits"))
        resources = {
            "requests": {"cpu": AMOUNTS[both[0]]},
            "limits": {"cpu": AMOUNTS[both[1]]},
        }
    return resources


def limits(**written: str) -> dict[str, Limit]:
    return {
        key: Limit(quantity=Quantity.parse(text), origin=PLACE) for key, text in written.items()
    }


RANGES = {
    "bounds": LimitRangeItem(
        type="Container", origin=PLACE, min=limits(cpu="50m"), max=limits(cpu="1")
    ),
    "defaults": LimitRangeItem(
        type="Container",
        origin=PLACE,
        default=limits(cpu="500m"),
        default_request=limits(cpu="100m"),
        max_limit_request_ratio=limits(cpu="5"),
    ),
    "pod": LimitRangeItem(type="Pod", origin=PLACE, max=limits(cpu="1500m")),
}


@pytest.mark.parametrize("name", RANGES)
def test_limit_ranges_are_judged_as_the_api_server_does(kube, name: str) -> None:
    item = RANGES[name]
    namespace = in_namespace(kube, f"judged-by-{name}")
    written = {
        key: {k: str(v) for k, v in found.items()}
        for key, found in (
            ("default", item.default),
            ("defaultRequest", item.default_request),
            ("min", item.min),
            ("max", item.max),
            ("maxLimitRequestRatio", item.max_limit_request_ratio),
        )
        if found
    }
    kube.apply(
        {
            "apiVersion": "v1",
            "kind": "LimitRange",
            "metadata": {"name": "limits", "namespace": namespace},
            "spec": {"limits": [{"type": item.type, **written}]},
        }
    )
    rng = random.Random(name)
    pods = [a_pod(rng, index, namespace) for index in range(60)]
    for pod in pods:
        for kind in ("containers", "initContainers"):
            for container in pod["spec"].get(kind, []):
                container["resources"] = amounts(rng)
    ranges = (LimitRange(name="limits", items=(item,), origin=PLACE),)

    expected = {
        pod["metadata"]["name"]
        for pod in pods
        if not limit_range_violations(pod["spec"], ranges)
    }

    require_same(kube, pods, expected)


def test_keys_that_a_quota_needs_are_judged_as_the_api_server_does(kube) -> None:
    namespace = in_namespace(kube, "judged-by-quota")
    hard = {"requests.cpu": "100", "limits.cpu": "100"}
    kube(
        "create",
        "quota",
        "main",
        "-n",
        namespace,
        "--hard=" + ",".join(f"{k}={v}" for k, v in hard.items()),
    )
    rng = random.Random("quota")
    pods = [a_pod(rng, index, namespace) for index in range(40)]
    for pod in pods:
        for kind in ("containers", "initContainers"):
            for container in pod["spec"].get(kind, []):
                container["resources"] = amounts(rng)
    quota = Quota(name="main", hard=limits(**hard), origin=PLACE)

    expected = {
        pod["metadata"]["name"]
        for pod in pods
        if not quota_violations(pod["spec"], [quota], ())
    }

    require_same(kube, pods, expected)

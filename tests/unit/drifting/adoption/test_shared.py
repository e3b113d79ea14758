"""A namespace that becomes a shared one: its services and the level that its pods meet."""

from datetime import date

import pytest

from tenancy.config.spec import SharedNamespaceSpec
from tenancy.drifting import Identity
from tenancy.drifting.adoption import propose_shared

LABEL = "pod-security.kubernetes.io/enforce"
HARDENED = {
    "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
    "containers": [
        {
            "name": "c",
            "ports": [{"name": "web", "containerPort": 9090}],
            "securityContext": {
                "allowPrivilegeEscalation": False,
                "capabilities": {"drop": ["ALL"]},
            },
        }
    ],
}


def a_pod(name: str, phase: str = "Running", **spec: object) -> dict:
    metadata = {"name": name, "namespace": "monitoring", "labels": {"app": name}}
    status = {"phase": phase}
    return {"kind": "Pod", "metadata": metadata, "spec": {**HARDENED, **spec}, "status": status}


def a_service(name: str, *ports: dict, **spec: object) -> dict:
    metadata = {"name": name, "namespace": "monitoring"}
    selector = {"app": "prometheus"}
    spec = {"selector": selector, "ports": list(ports), **spec}
    return {"kind": "Service", "metadata": metadata, "spec": spec}


def proposed(*objects: dict, level: str | None = None) -> dict:
    labels = {LABEL: level} if level else {}
    namespace = {"kind": "Namespace", "metadata": {"name": "monitoring", "labels": labels}}
    live = {Identity.of(one): one for one in (namespace, *objects)}
    found = propose_shared(
        "monitoring",
        live,
        purpose="observability",
        reason="adopted",
        until=date(2027, 1, 31),
    )
    SharedNamespaceSpec.model_validate(found)
    return found


def test_services_are_listed_by_the_ports_of_their_pods() -> None:
    found = proposed(
        a_pod("prometheus"),
        a_service("named", {"port": 80, "targetPort": "web"}),
        a_service("number", {"port": 80, "targetPort": 8080}, {"port": 81}, {"port": 81}),
        a_service("datagrams", {"port": 53, "protocol": "UDP"}),
        a_service("by-hand", {"port": 80}, selector={}),
    )["services"]

    labels = {"app": "prometheus"}
    assert [
        {"name": "named", "ports": [9090], "podLabels": labels},
        {"name": "number", "ports": [8080, 81], "podLabels": labels},
    ] == found


@pytest.mark.parametrize(
    ("pods", "kept", "expected"),
    [
        pytest.param([a_pod("a")], None, None, id="all-are-restricted"),
        pytest.param([a_pod("a"), a_pod("b", securityContext={})], None, "baseline", id="one"),
        pytest.param([a_pod("a", hostNetwork=True)], None, "privileged", id="host-network"),
        pytest.param([a_pod("a", "Succeeded", hostNetwork=True)], None, None, id="it-ended"),
        pytest.param(
            [a_pod("a", hostNetwork=True)], "baseline", "baseline", id="it-is-not-weakened"
        ),
        pytest.param([a_pod("a")], "privileged", None, id="stricter-than-it-was"),
    ],
)
def test_the_level_is_the_strictest_that_its_pods_meet(
    pods: list, kept: str | None, expected: str | None
) -> None:
    found = proposed(*pods, level=kept)

    assert expected == found.get("podSecurity", {}).get("enforce")
    assert kept == found["enforcement"].get("podSecurity")
    assert "2027-01-31" == found["enforcement"]["until"]

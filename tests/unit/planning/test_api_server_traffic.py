"""Connections from pods to the API server and back, and ports by their names."""

import attrs
import pytest

from tenancy.model import LiveAccess, LiveBinding, ServiceClient
from tenancy.planning.build import Plan
from tests.unit.planning.changing import a_plan, a_record
from tests.unit.planning.test_enforcement import AUDIT, a_workload, errors, live_with, with_

ENDS = {"default": {"kubernetes": (("10.0.0.1", "TCP", 6443),)}}
BINDING = LiveBinding(
    namespace="acme-dev",
    name="web",
    role_kind="Role",
    role="web",
    subjects=("ServiceAccount acme-dev/web",),
)
CLUSTER_WIDE = attrs.evolve(
    BINDING, namespace="", subjects=("ServiceAccount acme-dev/default",)
)
SERVICE = {
    "metadata": {"name": "hook"},
    "spec": {"selector": {"app": "web"}, "ports": [{"port": 443, "targetPort": "https"}]},
}
NAMED = {"ports": [{"name": "https", "containerPort": 8443}]}


def enforcing(network: dict | None = None, **parts: object) -> Plan:
    keys = {} if network is None else {"network": network}
    workload = parts.pop("workload", a_workload(container=NAMED))
    bindings = parts.pop("bindings", ())
    record = a_record(**with_(AUDIT, **keys))
    live = live_with(record, workload, endpoints=ENDS, **parts)
    live = attrs.evolve(live, access=LiveAccess(role_bindings=bindings))
    return a_plan(record, live, **with_(None, **keys))


def stopped(**keys: object) -> list[str]:
    return [found.partition(": ")[2] for _, found in errors(enforcing(**keys))]


TO_IT = (
    "Deployment/web to the API server, in which its service account {} has rights, will stop"
    " (named by Deployment/web)"
)


@pytest.mark.parametrize(
    ("bindings", "spec", "expected"),
    [
        pytest.param((BINDING,), {}, [TO_IT.format("web")], id="a-role"),
        pytest.param((), {}, [], id="no-rights"),
        pytest.param(
            (CLUSTER_WIDE,),
            {"serviceAccountName": "default"},
            [TO_IT.format("default")],
            id="the-account-default",
        ),
        pytest.param(
            (BINDING,), {"automountServiceAccountToken": False}, [], id="without-a-token"
        ),
        pytest.param(
            (BINDING,),
            {
                "automountServiceAccountToken": False,
                "volumes": [
                    {
                        "name": "token",
                        "projected": {"sources": [{"serviceAccountToken": {"path": "t"}}]},
                    }
                ],
            },
            [TO_IT.format("web")],
            id="with-a-token-of-its-own",
        ),
    ],
)
def test_pods_whose_account_has_rights_lose_the_api_server(bindings, spec, expected) -> None:
    workload = a_workload(**spec)

    assert expected == stopped(workload=workload, bindings=bindings)
    rule = {"egress": [{"cidrs": ["10.0.0.1/32"], "ports": [6443]}]}
    assert [] == stopped(workload=workload, bindings=bindings, network=rule)


CLIENT = ServiceClient(
    object="ValidatingWebhookConfiguration/hook",
    namespace="acme-dev",
    service="hook",
    port=443,
)


def test_a_webhook_that_the_api_server_would_no_longer_reach_is_refused_with_the_rule() -> None:
    served = {"services": {"acme-dev": (SERVICE,)}}

    plan = enforcing(service_clients=(CLIENT,), **served)
    [finding] = [f for f in plan.findings if f.code == "connection-stopped"]
    assert (
        "acme-dev: the API server to hook on TCP 8443 will stop (named by"
        " ValidatingWebhookConfiguration/hook)"
    ) == finding.found
    assert "{cidrs: [10.0.0.1/32], ports: [8443]} under network.ingress" in finding.remedy
    rule = {"ingress": [{"cidrs": ["10.0.0.1/32"], "ports": [8443]}]}
    assert [] == stopped(service_clients=(CLIENT,), network=rule, **served)
    other = attrs.evolve(CLIENT, port=8080)
    assert [] == stopped(service_clients=(other,), **served)


def a_policy(*ports: dict) -> dict:
    return {
        "kind": "NetworkPolicy",
        "metadata": {"name": "in", "namespace": "acme-dev"},
        "spec": {
            "podSelector": {},
            "policyTypes": ["Ingress"],
            "ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}], "ports": list(ports)}],
        },
    }


DENIES = {
    "kind": "NetworkPolicy",
    "metadata": {"name": "deny", "namespace": "acme-dev"},
    "spec": {"podSelector": {}, "policyTypes": ["Ingress"]},
}


@pytest.mark.parametrize(
    ("port", "is_there"),
    [
        pytest.param({"port": "https"}, True, id="by-name"),
        pytest.param({"port": 8443}, True, id="by-number"),
        pytest.param({"port": 8000, "endPort": 9000}, True, id="in-a-range"),
        pytest.param({"port": "http"}, False, id="another-name"),
    ],
)
def test_a_policy_that_names_a_port_allows_the_connection_now(
    port: dict, is_there: bool
) -> None:
    """It is replaced by one of Tenancy of the same name, so that it is lost."""
    allows = a_policy(port)
    allows["metadata"]["name"] = "allow-dns"
    found = stopped(
        service_clients=(CLIENT,),
        services={"acme-dev": (SERVICE,)},
        network_policies=(DENIES, allows),
    )
    assert is_there is any("the API server to hook" in one for one in found)


def test_a_named_port_of_a_sidecar_is_resolved() -> None:
    sidecar = {"name": "s", "restartPolicy": "Always", **NAMED}
    workload = a_workload(initContainers=[sidecar])
    served = {"services": {"acme-dev": (SERVICE,)}}

    [found] = stopped(workload=workload, service_clients=(CLIENT,), **served)
    assert "on TCP 8443" in found


def test_a_slice_of_names_is_outside_of_the_cluster() -> None:
    by_name = {"acme-dev": {"db": (("db.example.com", "TCP", 5432),)}}
    service = {"metadata": {"name": "db"}, "spec": {"ports": [{"port": 5432}]}}
    record = a_record(**with_(AUDIT))
    live = live_with(record, a_workload(), endpoints=by_name, services={"acme-dev": (service,)})
    [(_, found)] = errors(a_plan(record, live, **with_(None)))

    assert "pods to db.example.com on TCP 5432 through db will stop" in found

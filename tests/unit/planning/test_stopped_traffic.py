"""Connections that Services and addresses name, and that enforcement would stop."""

import pytest

from tests.unit.planning.test_enforcement import a_workload, enforcing, errors

PORTS = [{"port": 443, "targetPort": 8443}]


def a_service(name: str = "web", **spec: object) -> dict:
    return {"metadata": {"name": name}, "spec": {"ports": PORTS, **spec}}


def stopped(*services: dict, **parts: object) -> list[str]:
    """What is refused because a connection would stop."""
    workload = parts.pop("workload", a_workload())
    plan = enforcing(workload, services={"acme-dev": services}, **parts)
    assert {"connection-stopped"} >= {code for code, _ in errors(plan)}
    return [found.partition(": ")[2] for _, found in errors(plan)]


def out(*rules: dict) -> dict:
    return {"network": {"egress": list(rules)}}


def test_endpoints_outside_of_the_cluster_are_refused_with_the_rule() -> None:
    by_hand = a_service("legacy-db")
    ends = {"acme-dev": {"legacy-db": (("10.9.9.9", "TCP", 5432), ("fd00::9", "TCP", 5432))}}

    assert [
        "pods to 10.9.9.9 on TCP 5432 through legacy-db will stop (named by Service/legacy-db)",
        "pods to fd00::9 on TCP 5432 through legacy-db will stop (named by Service/legacy-db)",
    ] == stopped(by_hand, endpoints=ends)
    allowed = out({"cidrs": ["10.9.9.9/32", "fd00::9/128"], "ports": [5432]})
    assert [] == stopped(by_hand, endpoints=ends, **allowed)
    # A Service with a selector has only pods of the namespace behind it.
    assert [] == stopped(a_service("legacy-db", selector={"app": "web"}), endpoints=ends)


def test_an_external_name_is_refused_with_the_rule() -> None:
    named = a_service("db", type="ExternalName", externalName="db.example.com")

    assert [
        "pods to db.example.com on TCP 443 through db will stop (named by Service/db)"
    ] == stopped(named)
    assert [] == stopped(named, **out({"internet": True, "ports": [443]}))
    inside = a_service("db", type="ExternalName", externalName="db.acme-dev.svc.cluster.local")
    assert [] == stopped(inside)


@pytest.mark.parametrize("kind", ["LoadBalancer", "NodePort"])
def test_a_load_balancer_that_hides_its_clients_stops_where_addresses_are_listed(
    kind: str,
) -> None:
    rule = {"cidrs": ["203.0.113.0/24"], "ports": [8443]}
    listed = {"network": {"ingress": [rule]}}
    ranges = {"loadBalancerSourceRanges": ["203.0.113.0/24"]}
    hiding = a_service(type=kind, selector={"app": "web"}, **ranges)

    assert [
        "203.0.113.0/24 to web on TCP 8443, because pods see the address of a node (type"
        f" {kind}) will stop (named by Service/web)"
    ] == stopped(hiding, **listed)
    local = {**hiding, "spec": {**hiding["spec"], "externalTrafficPolicy": "Local"}}
    assert [] == stopped(local, **listed)
    everywhere = {"network": {"ingress": [{**rule, "cidrs": ["0.0.0.0/0"]}]}}
    assert [] == stopped(hiding, **everywhere)


def test_an_address_of_version_6_in_a_variable_is_refused_with_the_rule() -> None:
    url = {"env": [{"name": "DB", "value": "postgres://u:p@[2001:db8::7]:5433/x"}]}
    workload = a_workload(container=url)

    assert [
        "Deployment/web to 2001:db8::7 on TCP 5433 will stop (named by Deployment/web)"
    ] == stopped(workload=workload)
    allowed = out({"cidrs": ["2001:db8::/64"], "ports": [5433]})
    assert [] == stopped(workload=workload, **allowed)

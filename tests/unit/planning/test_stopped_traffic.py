"""Connections that Services and addresses name, and that enforcement would stop."""

import pytest

from tenancy.model import KindOfObject
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


KAFKA = {
    "metadata": {"name": "brokers"},
    "spec": {
        "clusterIP": "None",
        "selector": {"app": "kafka"},
        "ports": [{"name": "tcp", "port": 9092}],
    },
}


@pytest.mark.parametrize(
    "host",
    [
        "kafka-0.brokers.streams.svc.cluster.local",
        "kafka-0.brokers.streams.svc",
        "kafka-0.brokers.streams",
        "brokers.streams.svc",
        "brokers.streams",
    ],
)
def test_a_pod_of_a_stateful_set_is_found_by_its_name(host: str) -> None:
    kafka = a_workload("StatefulSet/kafka", "streams")
    caller = a_workload(container={"args": [f"--brokers={host}:9092"]})

    plan = enforcing(caller, kafka, services={"streams": (KAFKA,)})
    assert [
        "acme-dev: Deployment/web of acme-dev to brokers of streams on TCP 9092 will stop"
        " (named by Deployment/web)"
    ] == [found for _, found in errors(plan)]


def test_scraping_that_annotations_of_a_service_ask_for_is_noticed() -> None:
    notes = {"prometheus.io/scrape": "true", "prometheus.io/port": "9102"}
    service = a_service(selector={"app": "web"})
    service["metadata"]["annotations"] = notes

    assert [
        "Prometheus to Service/web on TCP 9102, by its annotations will stop (named by"
        " Service/web)"
    ] == stopped(service)
    assert [] == stopped(service, network={"metricsPorts": [9102]}, platform=OBSERVED)
    del notes["prometheus.io/port"]
    [found] = stopped(service)
    assert "on TCP 8443" in found


OBSERVED = {"shared": [{"name": "monitoring", "purpose": "observability", "services": []}]}


def test_a_route_whose_controller_would_not_get_in_is_refused_with_the_rule() -> None:
    route = {
        "metadata": {"name": "shop"},
        "spec": {"rules": [{"backendRefs": [{"name": "web", "port": 443}]}]},
    }
    kind = KindOfObject(group="gateway.networking.k8s.io", plural="httproutes")
    platform = {"ingress": {"edge": {"namespace": "edge", "podLabels": {"app": "envoy"}}}}
    service = a_service(selector={"app": "web"})
    routed = {"judged": {kind: {"acme-dev": (route,)}}, "platform": platform}

    assert [
        "an ingress controller to web on TCP 8443 will stop (named by HTTPRoute/shop)"
    ] == stopped(service, **routed)
    rule = {"ingress": [{"controller": "edge", "ports": [8443]}]}
    assert [] == stopped(service, network=rule, **routed)

"""Shared namespaces that were adopted: what enforcement refuses, stops and weakens there."""

import attrs

from tenancy.diagnostics import Severity
from tenancy.model import LiveWorkloads, Workload
from tenancy.planning import compared_with, recorded
from tenancy.planning.build import Plan
from tests.unit.builders import a_platform, a_pool
from tests.unit.planning.changing import a_cluster, a_plan, a_record

AUDIT = {"mode": "audit", "reason": "adopted"}
PLACE = "monitoring"


def with_(mode: dict | None = None, **keys: object) -> dict[str, object]:
    shared = {
        "name": PLACE,
        "services": [],
        **({"enforcement": mode} if mode else {}),
        **keys,
    }
    return {"platform": a_platform(shared=[shared], gpuNodePools=[a_pool()])}


def a_pod(name: str, namespace: str = PLACE, **spec: object) -> Workload:
    env = spec.pop("env", [])
    container = {"name": "c", "image": "i", "env": env, **spec.pop("container", {})}  # type: ignore[dict-item]
    return Workload(
        namespace=namespace,
        name=f"Deployment/{name}",
        metadata={"labels": {"app": name}},
        spec={"containers": [container], "serviceAccountName": name, **spec},
    )


def enforcing(*pods: Workload, mode: dict | None = None, **keys: object) -> Plan:
    """Return the plan of a change of the platform from audit to enforcement."""
    live_keys = {k: keys.pop(k) for k in ("services", "network_policies") if k in keys}
    record = a_record(stack="platform", **with_(AUDIT, **keys))
    grouped: dict[str, tuple[Workload, ...]] = {}
    for one in pods:
        grouped[one.namespace] = (*grouped.get(one.namespace, ()), one)
    live = a_cluster(record)
    others = {
        name: attrs.evolve(live.namespaces[PLACE], name=name, labels={})
        for name in grouped
        if name != PLACE
    }
    live = attrs.evolve(
        live,
        namespaces={**live.namespaces, **others},
        workloads=LiveWorkloads(workloads=grouped, **live_keys),
    )
    return a_plan(record, live, stack="platform", **with_(mode, **keys))


def errors(plan: Plan) -> list[tuple[str, str]]:
    return [(f.code, f.found) for f in plan.findings if f.severity is Severity.ERROR]


BASELINE = {"enforce": "baseline", "reason": "older"}


def test_pods_that_the_level_refuses_are_refused_and_a_looser_level_admits_them() -> None:
    agent = a_pod("agent", hostNetwork=True)

    [(code, found)] = errors(enforcing(agent, podSecurity=BASELINE))
    assert ("pods-refused", True) == (code, "host namespaces (hostNetwork=true)" in found)
    privileged = {"enforce": "privileged", "reason": "node agents"}
    assert [] == errors(enforcing(agent, podSecurity=privileged))
    assert [] == errors(enforcing(agent, podSecurity=BASELINE, mode=AUDIT))
    may = {"mode": "enforce", "mayStop": ["Deployment/agent"]}
    assert [] == errors(enforcing(agent, podSecurity=BASELINE, mode=may))


def test_the_quota_without_gpus_refuses_pods_that_request_some() -> None:
    asks = {"resources": {"limits": {"nvidia.com/gpu": "1"}}}
    [(code, found)] = errors(enforcing(a_pod("exporter", container=asks), podSecurity=BASELINE))

    assert "pods-refused" == code
    assert "its pods request nvidia.com/gpu, and shared namespaces have no GPUs" in found


SERVED = {
    PLACE: (
        {
            "metadata": {"name": "prometheus"},
            "spec": {"selector": {"app": "prometheus"}, "ports": [{"port": 9090}]},
        },
    )
}
CALLS = {"name": "URL", "value": "http://prometheus.monitoring.svc:9090"}


def test_who_can_no_longer_reach_a_service_is_refused_with_what_allows_it() -> None:
    plan = enforcing(
        a_pod("prometheus"),
        a_pod("grafana", "tools", env=[CALLS]),
        services=SERVED,
        podSecurity=BASELINE,
    )
    [finding] = [f for f in plan.findings if f.severity is Severity.ERROR]

    assert "connection-stopped" == finding.code
    assert (
        "monitoring: Deployment/grafana of tools to prometheus of monitoring on TCP 9090 will"
        " stop (named by Deployment/grafana)"
    ) == finding.found
    assert "list the service under services of the shared namespace" in finding.remedy


def test_a_network_policy_of_the_namespace_itself_keeps_a_connection() -> None:
    everyone = {
        "kind": "NetworkPolicy",
        "metadata": {"name": "in", "namespace": PLACE},
        "spec": {
            "podSelector": {},
            "policyTypes": ["Ingress"],
            "ingress": [{"from": [{"namespaceSelector": {}}]}],
        },
    }
    plan = enforcing(
        a_pod("prometheus"),
        a_pod("grafana", "tools", env=[CALLS]),
        services=SERVED,
        network_policies=(everyone,),
        podSecurity=BASELINE,
    )
    assert "connection-stopped" not in [code for code, _ in errors(plan)]


def test_a_stricter_level_that_the_cluster_has_is_not_lost_without_a_word() -> None:
    record = a_record(stack="platform", **with_(AUDIT, podSecurity=BASELINE))
    live = a_cluster(record)
    label = {"pod-security.kubernetes.io/enforce": "restricted"}
    there = live.namespaces[PLACE]
    live = attrs.evolve(
        live,
        namespaces={PLACE: attrs.evolve(there, labels={**there.labels, **label})},
    )
    [(code, found)] = errors(
        a_plan(record, live, stack="platform", **with_(None, podSecurity=BASELINE))
    )
    assert "weakened" == code
    assert "Namespace/monitoring is weakened: Pod Security restricted becomes baseline" in found


def test_only_the_adopted_namespace_is_compared_and_recorded() -> None:
    before = a_record(stack="platform", platform=a_platform(shared=[]))
    now = a_record(stack="platform", **with_(AUDIT))

    compared = compared_with(now, before, [PLACE])
    assert PLACE not in compared["settings"]["shared"]
    kept = recorded(now, before, [PLACE])
    assert now["settings"]["shared"] == kept["settings"]["shared"]
    assert [PLACE] == kept["namespaces"]
    assert before["pools"] == kept["pools"] != now["pools"]

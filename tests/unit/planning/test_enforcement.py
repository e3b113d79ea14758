"""What is refused and stops where a namespace begins to be enforced."""

import attrs
import pytest

from tenancy.diagnostics import Severity
from tenancy.kubernetes.quantity import Quantity
from tenancy.model import Live, LiveWorkloads, Workload
from tenancy.planning.build import Plan
from tenancy.planning.sections import Enforced
from tests.unit.builders import a_namespace, a_platform, an_organization
from tests.unit.planning.changing import a_cluster, a_plan, a_record, here

AUDIT = {"mode": "audit", "reason": "adopted"}


def with_(mode: dict | None, platform: dict | None = None, **keys: object) -> dict[str, object]:
    baseline = {"enforce": "baseline", "reason": "older"}
    namespace = a_namespace(enforcement=mode, **{"podSecurity": baseline, **keys})
    return {
        **here(),
        "organizations": {"acme": an_organization(namespace)},
        "platform": a_platform(**(platform or {})),
    }


def a_workload(
    name: str = "Deployment/web", namespace: str = "acme-dev", **spec: object
) -> Workload:
    container = {"name": "c", "image": "i", **spec.pop("container", {})}  # type: ignore[dict-item]
    spec.setdefault("serviceAccountName", "web")
    return Workload(
        namespace=namespace,
        name=name,
        metadata={
            "labels": {"app": name.partition("/")[2]},
            "annotations": spec.pop("annotations", {}),
        },
        spec={"containers": [container], **spec},
        pods=2,
    )


def live_with(
    record: object, *workloads: Workload, is_asked: bool = True, **parts: object
) -> Live:
    names = {"acme-dev"} if is_asked else set()
    by_namespace: dict[str, tuple[Workload, ...]] = {}
    for one in workloads:
        by_namespace[one.namespace] = (*by_namespace.get(one.namespace, ()), one)
    asked = {name: {w.name: () for w in by_namespace.get(name, ())} for name in names}
    found = LiveWorkloads(workloads=by_namespace, **{"policy_answers": asked, **parts})
    live = a_cluster(record)  # type: ignore[arg-type]
    others = {
        name: attrs.evolve(live.namespaces["acme-dev"], name=name, labels={})
        for name in by_namespace
        if name not in live.namespaces
    }
    return attrs.evolve(live, namespaces={**live.namespaces, **others}, workloads=found)


def enforcing(*workloads: Workload, mode: dict | None = None, **parts: object) -> Plan:
    """Return the plan of a change from audit to enforcement."""
    keys = {key: parts.pop(key) for key in ("platform", "network") if key in parts}
    record = a_record(**with_(AUDIT, **keys))
    return a_plan(record, live_with(record, *workloads, **parts), **with_(mode, **keys))


def errors(plan: Plan) -> list[tuple[str, str]]:
    return [(f.code, f.found) for f in plan.findings if f.severity is Severity.ERROR]


def test_pods_that_the_level_refuses_are_refused_before_they_are_lost() -> None:
    plan = enforcing(a_workload(hostNetwork=True))

    [(code, found)] = errors(plan)
    assert "pods-refused" == code
    assert "Deployment/web will be refused at its next start: Pod Security baseline" in found
    # The control: a pod that the level admits.
    assert [] == errors(enforcing(a_workload()))


def test_what_may_stop_is_named_exactly_and_only_warned_of() -> None:
    mode = {"mode": "enforce", "mayStop": ["Deployment/web"]}

    assert [] == errors(enforcing(a_workload(hostNetwork=True), mode=mode))
    plan = enforcing(a_workload("Deployment/other", hostNetwork=True), mode=mode)
    assert ["pods-refused"] == [code for code, _ in errors(plan)]


def test_in_audit_the_same_is_listed_and_refuses_nothing() -> None:
    record = a_record(**with_(AUDIT))
    live = live_with(record, a_workload(hostNetwork=True))
    plan = a_plan(record, live, **with_(AUDIT))

    assert [] == errors(plan)
    assert plan.is_empty
    assert ["acme-dev: Deployment/web would be refused at its next start"] == [
        fact.text.partition(": Pod Sec")[0] for fact in plan.section(Enforced).facts()
    ]


def test_a_namespace_that_is_enforced_already_is_not_judged_again() -> None:
    record = a_record(**with_(None))
    plan = a_plan(record, live_with(record, a_workload(hostNetwork=True)), **with_(None))

    assert [] == errors(plan)


def test_a_stricter_level_is_judged_in_an_enforced_namespace_too() -> None:
    record = a_record(**with_(None))
    stricter = {"enforce": "restricted", "reason": "older"}
    restricted = with_(None, podSecurity=stricter)
    plan = a_plan(record, live_with(record, a_workload()), **restricted)

    assert {"pods-refused"} == {code for code, _ in errors(plan)}
    plan = a_plan(record, live_with(record, a_workload()), **with_(None))
    assert [] == errors(plan)


@pytest.mark.parametrize(
    ("resources", "is_refused"),
    [
        ({"limits": {"cpu": "2", "memory": "64Mi"}}, True),
        ({"limits": {"cpu": "100m", "memory": "64Mi"}}, False),
        ({"requests": {"cpu": "1m"}}, True),
        ({}, False),
    ],
)
def test_the_limit_range_is_judged_with_its_defaults(resources: dict, is_refused: bool) -> None:
    found = errors(enforcing(a_workload(container={"resources": resources})))

    assert is_refused is any("limit range: container" in text for _, text in found)
    assert is_refused is bool(found)


def test_what_the_policies_answer_in_audit_is_refused() -> None:
    answer = (
        "Validation failed for ValidatingAdmissionPolicy 'tenancy-pods' with binding"
        " 'tenancy-pods-audit': spec.nodeName may not be set"
    )
    answers = {"acme-dev": {"Deployment/web": (answer,)}}
    plan = enforcing(a_workload(), policy_answers=answers)

    assert "policy tenancy-pods: spec.nodeName may not be set" in errors(plan)[0][1]


def test_policies_that_were_not_asked_are_not_checked() -> None:
    record = a_record(**with_(AUDIT))
    live = live_with(record, a_workload(), is_asked=False)
    plan = a_plan(record, live, **with_(None))

    assert ["pods-not-checked"] == [
        f.code for f in plan.findings if f.severity is Severity.NOT_CHECKED
    ]


def test_pods_that_lose_the_token_of_default_are_warned_of() -> None:
    using = a_workload(serviceAccountName="default")
    plan = enforcing(using)
    assert [Severity.WARNING] == [f.severity for f in plan.findings if "token" in f.found]

    plan = enforcing(using, token_unmounted=frozenset({"acme-dev"}))
    assert not [f for f in plan.findings if "token" in f.found]


def test_more_objects_than_our_counts_allow_are_refused() -> None:
    used = {"acme-dev": {"count/daemonsets.apps": Quantity.parse(1)}}

    assert ["quota-below-usage"] == [code for code, _ in errors(enforcing(used=used))]
    used = {"acme-dev": {"count/deployments.apps": Quantity.parse(1)}}
    assert [] == errors(enforcing(used=used))


SERVICE = {
    "metadata": {"name": "web", "namespace": "acme-dev"},
    "spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}]},
}
INGRESS = {
    "metadata": {"name": "web", "namespace": "acme-dev"},
    "spec": {"defaultBackend": {"service": {"name": "web", "port": {"number": 80}}}},
}
NGINX = {"ingress": {"nginx": {"namespace": "ingress-nginx", "podLabels": {"app": "nginx"}}}}


def test_an_ingress_whose_controller_would_not_get_in_is_refused_with_the_rule() -> None:
    parts = {
        "services": {"acme-dev": (SERVICE,)},
        "ingresses": {"acme-dev": (INGRESS,)},
        "platform": NGINX,
    }
    others = a_workload("Deployment/nginx", "ingress-nginx")
    plan = enforcing(a_workload(), others, **parts)

    [finding] = [f for f in plan.findings if f.severity is Severity.ERROR]
    assert "connection-stopped" == finding.code
    assert "{controller: nginx, ports: [8080]}" in finding.remedy
    # The control: what the remedy asks for.
    network = {"ingress": [{"controller": "nginx", "ports": [8080]}]}
    assert [] == errors(enforcing(a_workload(), others, network=network, **parts))


def test_a_load_balancer_that_nothing_would_reach_is_refused() -> None:
    service = {**SERVICE, "spec": {**SERVICE["spec"], "type": "LoadBalancer"}}
    plan = enforcing(a_workload(), services={"acme-dev": (service,)})

    [(code, found)] = errors(plan)
    assert ("connection-stopped", True) == (code, "the internet to web on TCP 8080" in found)
    allowed = {"ingress": [{"cidrs": ["0.0.0.0/0"], "ports": [8080]}]}
    plan = enforcing(a_workload(), services={"acme-dev": (service,)}, network=allowed)
    assert [] == errors(plan)


def test_a_service_of_the_namespace_inside_is_not_cut_off() -> None:
    variables = {"env": [{"name": "DB", "value": "postgres://db.acme-dev:5432/x"}]}
    service = {**SERVICE, "metadata": {"name": "db", "namespace": "acme-dev"}}
    plan = enforcing(a_workload(container=variables), services={"acme-dev": (service,)})

    assert [] == errors(plan)


def test_a_database_that_a_variable_names_is_refused_with_the_rule() -> None:
    variables = {"env": [{"name": "DB", "value": "postgres://u:p@10.1.2.3/x"}]}
    plan = enforcing(a_workload(container=variables))

    [finding] = [f for f in plan.findings if f.severity is Severity.ERROR]
    assert "{cidrs: [10.1.2.3/32], ports: [5432]}" in finding.remedy
    assert "u:p" not in finding.found
    network = {"egress": [{"cidrs": ["10.1.2.3/32"], "ports": [5432]}]}
    assert [] == errors(enforcing(a_workload(container=variables), network=network))


def test_downloads_from_the_internet_are_refused_with_the_rule() -> None:
    command = {"args": ["curl https://pypi.org/simple"]}
    plan = enforcing(a_workload(container=command))

    [finding] = [f for f in plan.findings if f.severity is Severity.ERROR]
    assert "{internet: true, ports: [443]}" in finding.remedy
    network = {"egress": [{"internet": True, "ports": [443]}]}
    assert [] == errors(enforcing(a_workload(container=command), network=network))


def test_another_namespace_that_calls_a_service_of_ours_is_noticed() -> None:
    caller = a_workload(
        "Deployment/front", "elsewhere", container={"args": ["http://web.acme-dev.svc:80"]}
    )
    plan = enforcing(a_workload(), caller, services={"acme-dev": (SERVICE,)})

    assert "Deployment/front of elsewhere to web of acme-dev" in errors(plan)[0][1]


def test_scraping_that_annotations_ask_for_is_noticed() -> None:
    notes = {"prometheus.io/scrape": "true", "prometheus.io/port": "9090"}
    plan = enforcing(a_workload(annotations=notes))

    assert "Prometheus to Deployment/web on TCP 9090" in errors(plan)[0][1]


def test_what_a_policy_of_the_namespace_stops_already_is_not_reported() -> None:
    denied = {
        "kind": "NetworkPolicy",
        "metadata": {"name": "none", "namespace": "acme-dev"},
        "spec": {"podSelector": {}, "policyTypes": ["Egress"]},
    }
    command = {"args": ["curl https://pypi.org/simple"]}
    plan = enforcing(a_workload(container=command), network_policies=(denied,))

    assert [] == errors(plan)

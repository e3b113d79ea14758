"""What a change of an adopted namespace would allow beyond what is there is refused."""

import json

import attrs
import pytest

from tenancy.diagnostics import Severity
from tenancy.model import Live, LiveQuota, LiveWorkloads
from tenancy.planning.build import Plan
from tenancy.planning.sections import Enforced, WeakenedSection
from tests.unit.builders import a_namespace, a_platform, an_organization
from tests.unit.planning.changing import a_cluster, a_plan, a_record, here

LEVEL = "pod-security.kubernetes.io/enforce"
ADOPTED = {"origin": "adopt", "reason": "older"}
BASELINE = {"enforce": "baseline", "reason": "older"}
RESTRICTED = {"enforce": "restricted", "reason": "older"}
AUDIT = {"mode": "audit", "reason": "adopted", "podSecurity": "restricted"}
LIMITS = {"limits": {"container": {"max": {"cpu": "1"}}}}


def written(mode: dict | None, **keys: object) -> dict[str, object]:
    keys = {"podSecurity": BASELINE, "adopted": ADOPTED, **keys}
    namespace = a_namespace(enforcement=mode, **keys)
    organizations = {"acme": an_organization(namespace)}
    return {**here(), "organizations": organizations, "platform": a_platform()}


def a_limit_range(**limits: object) -> dict:
    spec = {"limits": [{"type": "Container", **limits}]}
    return {"kind": "LimitRange", "metadata": {"name": "own", "namespace": "acme-dev"}} | {
        "spec": spec
    }


def a_policy(**spec: object) -> dict:
    metadata = {"name": "own", "namespace": "acme-dev"}
    return {
        "kind": "NetworkPolicy",
        "metadata": metadata,
        "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"], **spec},
    }


def cluster(record: object, level: str | None = None, **parts: object) -> Live:
    live = a_cluster(record)  # type: ignore[arg-type]
    marks = {**live.namespaces["acme-dev"].labels, **({LEVEL: level} if level else {})}
    there = attrs.evolve(live.namespaces["acme-dev"], labels=marks)
    names = {**live.namespaces, "acme-dev": there}
    return attrs.evolve(live, namespaces=names, **parts)


def planned(before: dict, after: dict, level: str | None = None, **parts: object) -> Plan:
    record = a_record(**before)
    return a_plan(record, cluster(record, level, **parts), **after)


def weakened(plan: Plan) -> list[str]:
    return [
        f.found for f in plan.findings if f.code == "weakened" and f.severity is Severity.ERROR
    ]


def test_a_stricter_level_that_audit_kept_is_not_replaced_without_a_word() -> None:
    text = "acme-dev: Namespace/acme-dev is weakened: Pod Security restricted becomes baseline"

    assert [text] == weakened(planned(written(AUDIT), written(None), "restricted"))
    # The controls: the same level, one that becomes stricter, and an object that is named.
    kept = written(None, podSecurity=RESTRICTED)
    assert [] == weakened(planned(written(AUDIT), kept, "restricted"))
    assert [] == weakened(planned(written(AUDIT), written(None), "privileged"))
    mode = {"mode": "enforce", "mayWeaken": ["Namespace/acme-dev"]}
    plan = planned(written(AUDIT), written(mode), "restricted")
    assert [] == weakened(plan)
    assert ["weakened"] == [f.code for f in plan.findings if f.found == text]


def test_audit_announces_what_enforcement_would_weaken() -> None:
    plan = planned(written(AUDIT), written(AUDIT), "restricted")

    assert [] == weakened(plan)
    assert plan.is_empty
    assert [
        "acme-dev: Namespace/acme-dev would be weakened by enforcement: Pod Security restricted"
        " becomes baseline"
    ] == [fact.text for fact in plan.section(WeakenedSection).facts()]


def test_a_level_kept_in_audit_that_the_file_lowers_is_a_change_of_the_file() -> None:
    lower = {**AUDIT, "podSecurity": "baseline"}

    assert [] == weakened(planned(written(AUDIT), written(lower), "restricted"))
    # A level that people made stricter on the cluster is not.
    stricter = planned(written(lower), written({**lower, "reason": "x"}), "restricted")
    assert [] == weakened(stricter)
    changed = planned(written(lower), written(lower, labels={"a": "b"}), "restricted")
    assert 1 == len(weakened(changed))


def test_a_level_that_people_made_stricter_is_not_replaced_by_another_change() -> None:
    changed = written(None, labels={"team": "x"})

    assert 1 == len(weakened(planned(written(None), changed, "restricted")))
    assert [] == weakened(planned(written(None), changed, "baseline"))
    assert [] == weakened(planned(written(None), written(None), "restricted"))
    # What the file states is reviewed there.
    lower = planned(written(None, podSecurity=RESTRICTED), written(None), "restricted")
    assert [] == weakened(lower)


@pytest.mark.parametrize(
    ("hard", "expected"),
    [
        ({"pods": "5"}, ["pods 5 becomes 9"]),
        ({"pods": "7"}, []),
        ({"pods": "9"}, []),
        ({"pods": "20"}, []),
        ({"pods": "7", "configmaps": "3"}, ["configmaps 3 is no longer limited"]),
    ],
)
@pytest.mark.parametrize("modes", [(None, None), (AUDIT, AUDIT), (AUDIT, None)])
def test_a_quota_that_people_made_stricter_is_not_loosened_without_a_word(
    hard, expected, modes
) -> None:
    before = written(modes[0], podSecurity=RESTRICTED, quotas={"own": {"hard": {"pods": "7"}}})
    after = written(modes[1], podSecurity=RESTRICTED, quotas={"own": {"hard": {"pods": "9"}}})
    record = a_record(**before)
    quotas = {**a_cluster(record).quotas["acme-dev"], "own": LiveQuota(hard=hard, used={})}
    parts = {"quotas": {"acme-dev": quotas}}

    found = weakened(a_plan(record, cluster(record, "restricted", **parts), **after))
    assert [f"acme-dev: ResourceQuota/own is weakened: {one}" for one in expected] == found
    # A quota that the change leaves alone is left alone on the cluster too.
    same = written(
        modes[1],
        podSecurity=RESTRICTED,
        quotas={"own": {"hard": {"pods": "7"}}},
        labels={"a": "b"},
    )
    assert [] == weakened(a_plan(record, cluster(record, "restricted", **parts), **same))


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ({"cpu": "500m"}, ["max cpu of each Container 500m becomes 2"]),
        ({"cpu": "1"}, []),
        ({}, []),
    ],
)
def test_a_limit_range_that_people_made_stricter_is_not_loosened_without_a_word(
    there, expected
) -> None:
    ranges = {"own": {"container": {"max": {"cpu": "1"}}}}
    wider = {"own": {"container": {"max": {"cpu": "2"}}}}
    limits = {"acme-dev": {"own": a_limit_range(max=there)}}
    plan = planned(
        written(None, limitRanges=ranges),
        written(None, limitRanges=wider),
        "baseline",
        limit_ranges=limits,
    )

    assert [f"acme-dev: LimitRange/own is weakened: {one}" for one in expected] == weakened(
        plan
    )


def test_a_limit_range_that_does_not_change_is_left_alone_whatever_the_order_of_its_types() -> (
    None
):
    # The engine gives the record back with its keys sorted.
    ranges = {"own": {"pod": {"max": {"cpu": "2"}}, "container": {"max": {"cpu": "1"}}}}
    limits = {"acme-dev": {"own": a_limit_range(max={"cpu": "500m"})}}
    record = json.loads(
        json.dumps(a_record(**written(None, limitRanges=ranges)), sort_keys=True)
    )
    after = written(None, limitRanges=ranges, labels={"a": "b"})
    live = cluster(record, "baseline", limit_ranges=limits)

    assert [] == weakened(a_plan(record, live, **after))


def test_our_limit_range_does_not_replace_a_stricter_one_of_its_name() -> None:
    theirs = a_limit_range(max={"cpu": "100m"})
    limits = {"acme-dev": {"limits": theirs}}
    plan = planned(written(AUDIT), written(None), "baseline", limit_ranges=limits)

    assert (
        "LimitRange/limits is weakened: max cpu of each Container 100m becomes 500m"
        in (weakened(plan)[0])
    )
    assert [] == weakened(planned(written(AUDIT), written(None), "baseline", limit_ranges={}))


def test_policies_beside_those_that_deny_by_default_are_named() -> None:
    def with_policies(*policies: dict) -> dict:
        return {"workloads": LiveWorkloads(network_policies=policies)}

    plan = planned(written(AUDIT), written(None), "baseline", **with_policies(a_policy()))
    found = weakened(plan)
    assert found
    assert all("NetworkPolicy/allow-" in one for one in found)
    assert [] == weakened(
        planned(
            written(AUDIT),
            written(None),
            "baseline",
            **with_policies(a_policy(ingress=[{}], egress=[{}])),
        )
    )
    names = [one.split()[1] for one in found]
    named = {"mode": "enforce", "mayWeaken": names}
    plan = planned(written(AUDIT), written(named), "baseline", **with_policies(a_policy()))
    assert [] == weakened(plan)
    # In audit it is announced.
    plan = planned(written(AUDIT), written(AUDIT), "baseline", **with_policies(a_policy()))
    texts = [fact.text for fact in plan.section(WeakenedSection).facts()]
    assert len(found) == len(texts)


def test_a_namespace_that_was_not_adopted_is_put_right_as_ever() -> None:
    before, after = (written(None, adopted=None, labels=marks) for marks in ({}, {"a": "b"}))

    assert [] == weakened(planned(before, after, "restricted"))


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ({"maxUnavailable": 0}, "spec.maxUnavailable is 0"),
        ({"maxUnavailable": "00%"}, "spec.maxUnavailable is 00%"),
        ({"minAvailable": "100%"}, "spec.minAvailable is 100%"),
        ({"minAvailable": 2}, None),
        ({"maxUnavailable": 1}, None),
        ({"maxUnavailable": "10%"}, None),
        ({}, None),
    ],
)
def test_budgets_that_the_guards_will_refuse_are_announced_and_stay(spec, reason) -> None:
    budget = {"metadata": {"name": "web", "namespace": "acme-dev"}, "spec": spec}
    found = LiveWorkloads(disruption_budgets={"acme-dev": (budget,)})

    for mode in (AUDIT, None):
        plan = planned(written(AUDIT), written(mode), "baseline", workloads=found)
        texts = [fact.text for fact in plan.section(Enforced).facts()]
        expected = [
            "acme-dev: PodDisruptionBudget/web: it stays, and once the namespace is enforced,"
            f" changes to it are refused while {reason}"
        ]
        assert (expected if reason else []) == texts
        is_warned = reason is not None and mode is None
        assert [Severity.WARNING] * is_warned == [
            f.severity for f in plan.findings if f.code == "change-refused"
        ]

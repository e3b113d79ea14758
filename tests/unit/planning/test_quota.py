"""Quotas before and after, the sums, and limits below what is used."""

import pytest

from tenancy.model.live import Live, LiveQuota, Unread
from tenancy.planning.sections.quotas import Quotas
from tenancy.planning.sections.totals import Totals
from tenancy.planning.usage import grant_limits
from tests.unit.builders import (
    a_namespace,
    a_platform,
    a_pool,
    a_profile,
    a_tenancy,
    an_environment,
    an_organization,
)
from tests.unit.planning.changing import a_cluster, a_plan, a_record, here

KEY = "requests.nvidia.com/gpu"
POOLS = ("h100", "l40s", "b200")


def with_pods(pods: str, **environment: object) -> dict[str, object]:
    """A tenancy whose one namespace may have *pods*."""
    return here(profiles={"standard": a_profile({"pods": pods})}, **environment)


def test_a_key_that_is_raised_is_said_with_both_amounts() -> None:
    plan = a_plan(a_record(**with_pods("20")), **with_pods("30"))

    assert [("acme-dev", "pods", "20", "30")] == [
        (c.namespace, c.key, str(c.before), str(c.after)) for c in plan.section(Quotas).changes
    ]


def test_quantities_that_are_spelled_anew_are_no_change() -> None:
    before = here(profiles={"standard": a_profile({"requests.cpu": "2000m"})})
    after = here(profiles={"standard": a_profile({"requests.cpu": "2"})})

    assert a_plan(a_record(**before), **after).is_empty


def test_a_key_that_goes_is_unlimited_afterwards() -> None:
    plan = a_plan(
        a_record(**here(profiles={"standard": a_profile({"requests.storage": "1Gi"})})),
        **here(profiles={"standard": a_profile()}),
    )

    assert [("requests.storage", None)] == [
        (c.key, c.after) for c in plan.section(Quotas).changes
    ]


def test_the_sum_is_written_out_with_what_is_left_under_the_ceiling() -> None:
    ceiling = {"pods": "60"}
    two = an_organization(
        a_namespace(), a_namespace("lab"), ceiling=ceiling, defaultNamespace="dev"
    )
    before = {**with_pods("20"), "organizations": {"acme": two}}
    after = {**with_pods("25"), "organizations": {"acme": two}}

    plan = a_plan(a_record(**before), **after)
    [change] = plan.section(Totals).rows

    assert "pods: acme-dev 20 + acme-lab 20 = 40 of 60" == str(change.before)
    assert "pods: acme-dev 25 + acme-lab 25 = 50 of 60" == str(change.after)
    assert "10" == str(change.headroom)


def test_other_environments_count_in_the_sum_as_their_files_have_them() -> None:
    acme = an_organization(
        a_namespace(environments=["dev"]),
        a_namespace("prod", environments=["prod"]),
        ceiling={"pods": "60"},
        defaultNamespace="dev",
    )
    both = {"organizations": {"acme": acme}}

    def environments(pods: str) -> dict[str, object]:
        dev = an_environment(profiles={"standard": a_profile({"pods": pods})})
        return {**both, "environments": {"dev": dev, "prod": an_environment("prod")}}

    plan = a_plan(a_record(**environments("10")), **environments("15"))
    [change] = plan.section(Totals).rows

    assert "pods: acme-dev 15 + acme-prod 20 = 35 of 60" == str(change.after)


def using(pods: str) -> tuple[dict[str, object], Live]:
    """A record of 20 pods, and a cluster where *pods* of them are used."""
    record = a_record(**with_pods("20"))
    return record, a_cluster(record, {"pods": pods})


def test_a_new_limit_below_what_is_used_is_refused_and_names_the_way_out() -> None:
    plan = a_plan(*using("5"), **with_pods("3"))

    [found] = plan.findings
    assert "quota-below-usage" == found.code
    assert "pods of acme-dev would become 3, below the 5 used now" == found.found
    assert "acme-dev/pods" in found.remedy
    assert ("profiles", "standard", "quota", "pods") == found.origin.path
    assert plan.is_refused
    assert [True] == [c.is_below_usage for c in plan.section(Quotas).changes]


@pytest.mark.parametrize(
    ("pods", "used", "environment"),
    [
        pytest.param("5", "5", {}, id="exactly what is used"),
        pytest.param("3", "5", {"allowBelowUsage": ["acme-dev/pods"]}, id="named exactly"),
        pytest.param("20", "25", {}, id="a limit that stays as it is"),
    ],
)
def test_a_limit_is_accepted(pods: str, used: str, environment: dict[str, object]) -> None:
    plan = a_plan(*using(used), **with_pods(pods, **environment))

    assert () == plan.findings


def test_another_namespace_that_is_named_does_not_excuse_this_one() -> None:
    plan = a_plan(*using("5"), **with_pods("3", allowBelowUsage=["acme-lab/pods"]))

    assert ["quota-below-usage"] == [v.code for v in plan.findings]


def test_fewer_gpus_than_pods_hold_are_refused_at_the_grant() -> None:
    def granting(gpus: int) -> dict[str, object]:
        namespace = {"gpus": [{"pool": "h100", "gpus": gpus}]}
        return {"namespace": namespace, "platform": a_platform(gpuNodePools=[a_pool()])}

    record = a_record(**granting(8))
    held = {"gpus": LiveQuota(hard={KEY: "8"}, used={KEY: "6"})}
    there = a_cluster(record)
    live = a_cluster(record, quotas={"acme-dev": {**there.quotas["acme-dev"], **held}})

    plan = a_plan(record, live, **granting(4))

    assert [f"{KEY} of acme-dev would become 4, below the 6 used now"] == [
        v.found for v in plan.findings
    ]


@pytest.mark.parametrize(
    ("pool", "quota", "key"),
    [
        pytest.param("b200", "gpus", "b200.deviceclass.resource.k8s.io/devices", id="claims"),
        pytest.param("l40s", "gpu-l40s", KEY, id="one of two pools of a resource"),
    ],
)
def test_fewer_devices_than_are_used_are_refused_at_the_grant_of_that_pool(
    pool, quota, key
) -> None:
    pools = [
        a_pool(),
        a_pool(name="l40s", model="L40S"),
        a_pool(name="b200", model="B200", allocation="dra", deviceClass="b200"),
    ]

    def granting(gpus: int) -> dict[str, object]:
        grants = [{"pool": name, "gpus": 8 if name != pool else gpus} for name in POOLS]
        return {"namespace": {"gpus": grants}, "platform": a_platform(gpuNodePools=pools)}

    record = a_record(**granting(8))
    there = a_cluster(record)
    held = {quota: LiveQuota(hard={key: "8"}, used={key: "6"})}
    live = a_cluster(record, quotas={"acme-dev": {**there.quotas["acme-dev"], **held}})

    plan = a_plan(record, live, **granting(4))

    [found] = [v for v in plan.findings if v.code == "quota-below-usage"]
    assert f"{key} of acme-dev would become 4, below the 6 used now" == found.found
    assert str(found.origin).endswith(f"namespaces[0].gpus[{POOLS.index(pool)}]")


def test_a_quota_with_a_scope_is_not_compared_with_all_use() -> None:
    """The quota of cross-namespace affinity lets 0 pods of a kind through, not 0 pods."""
    record, live = using("5")

    assert () == a_plan(record, live, **with_pods("20")).findings


def test_a_quota_that_the_cluster_has_not_counted_is_not_checked() -> None:
    record, live = using("5")
    uncounted = LiveQuota(hard=live.quotas["acme-dev"]["quota"].hard)
    live = a_cluster(record, quotas={"acme-dev": {"quota": uncounted}})

    plan = a_plan(record, live, **with_pods("3"))

    assert ["usage-not-checked"] == [v.code for v in plan.findings]
    assert not plan.is_refused


def test_without_the_cluster_use_is_not_checked_rather_than_passed() -> None:
    plan = a_plan(a_record(**with_pods("20")), None, **with_pods("3"))

    assert ["cluster-not-asked"] == [v.code for v in plan.findings]
    assert [None] == [c.used for c in plan.section(Quotas).changes]


def test_quotas_that_could_not_be_listed_are_not_checked() -> None:
    record, _ = using("5")
    live = a_cluster(record, quotas=None, unread=(Unread(part="quotas", why="403 Forbidden"),))

    plan = a_plan(record, live, **with_pods("3"))

    assert ["the quotas of the cluster could not be listed: 403 Forbidden"] == [
        v.found for v in plan.findings
    ]


@pytest.mark.parametrize(("limit", "is_refused"), [("2", True), ("3", False)])
def test_a_key_is_compared_with_the_use_of_its_other_spelling(
    limit: str, is_refused: bool
) -> None:
    record = a_record(**here())
    counted = {"quota": LiveQuota(), "object-counts": LiveQuota(used={"configmaps": "3"})}
    live = a_cluster(record, quotas={"acme-dev": counted})
    own = an_organization(a_namespace(quota={"count/configmaps": limit}, profile=None))

    plan = a_plan(record, live, **here(), organizations={"acme": own})

    refused = [v.found for v in plan.findings if v.code == "quota-below-usage"]
    below = "count/configmaps of acme-dev would become 2, below the 3 used now"
    assert [below] * is_refused == refused


def test_every_count_of_granted_devices_is_known_for_the_use() -> None:
    """Two pools of one resource have a quota each, and one for their sum."""
    pools = [
        a_pool(),
        a_pool(name="a100"),
        a_pool(name="b200", allocation="dra", deviceClass="b200.example.com"),
    ]
    tenancy = a_tenancy(
        platform=a_platform(gpuNodePools=pools),
        namespace={"gpus": [{"pool": name, "gpus": 2} for name in ("h100", "a100", "b200")]},
    )
    environment = tenancy.environments["dev"]
    [namespace] = environment.namespaces

    found = sorted(grant_limits(namespace, tenancy.platform_of(environment)))

    assert [
        ("gpu-a100", KEY, "2"),
        ("gpu-h100", KEY, "2"),
        ("gpus", "b200.example.com.deviceclass.resource.k8s.io/devices", "2"),
        ("gpus", KEY, "4"),
    ] == [(quota, key, str(limit)) for quota, key, limit in found]

"""The smaller sections: pools, the environment order, names, networks, settings, …."""

import attrs
import pytest

from tenancy.diagnostics.errors import TenancyError
from tenancy.model.gpu_catalog import snapshot_source
from tenancy.model.live import LiveNamespace
from tenancy.output.plan_as_text import plan_text
from tenancy.planning.sections.environment_order import EnvironmentOrder
from tenancy.planning.sections.gpu_grants import GpuGrants
from tenancy.planning.sections.gpu_node_pools import GpuNodePools
from tenancy.planning.sections.incomplete_update import IncompleteUpdate
from tenancy.planning.sections.inherited import Inherited
from tenancy.planning.sections.network import MOST_PAIRS, Connections
from tenancy.planning.sections.settings import Settings
from tests.unit.builders import (
    a_namespace,
    a_platform,
    a_pool,
    a_profile,
    a_tenancy,
    an_environment,
    an_organization,
)
from tests.unit.planning.changing import a_cluster, a_plan, a_record, here, recorded

# Capacity


def granted(gpus: int, *, nodes: int = 2) -> dict[str, object]:
    """A tenancy whose namespace is granted GPUs of a pool of eight per node."""
    pool = a_pool(nodes={"min": nodes, "max": nodes})
    namespace = {"gpus": [{"pool": "h100", "gpus": gpus}]} if gpus else {}
    return {"namespace": namespace, "platform": a_platform(gpuNodePools=[pool])}


def test_a_larger_grant_is_set_against_the_pool() -> None:
    plan = a_plan(a_record(**granted(8)), **granted(12))

    assert [(8, 12)] == [(g.before, g.after) for g in plan.section(GpuGrants).changes]
    assert [(8, 12, 16, 4)] == [
        (p.granted_before, p.granted_after, p.capacity_after, p.left)
        for p in plan.section(GpuNodePools).changes
    ]


def test_a_smaller_pool_is_set_against_its_grants() -> None:
    plan = a_plan(
        a_record(stack="platform", **granted(12)), stack="platform", **granted(12, nodes=1)
    )

    assert [(16, 8, 12, -4)] == [
        (p.capacity_before, p.capacity_after, p.granted_after, p.left)
        for p in plan.section(GpuNodePools).changes
    ]


def test_a_pool_says_who_knows_its_gpus_unless_config_does() -> None:
    known = a_pool(gpusPerNode=None, instanceTypes=["p5.48xlarge"])
    namespace = {"gpus": [{"pool": "h100", "gpus": 8}]}
    looked_up = {"namespace": namespace, "platform": a_platform(gpuNodePools=[known])}

    written, found = a_plan({}, **granted(8)), a_plan({}, **looked_up)

    assert "GPUs per node from" not in plan_text(written)
    assert f"GPUs per node from {snapshot_source()}" in " ".join(plan_text(found).split())


def test_the_largest_pods_are_shown_on_the_nodes_of_a_pool() -> None:
    fitting = a_plan({}, **granted(16))
    alone = a_plan({}, **granted(6))

    assert "with the largest pods: 2 nodes [8]" in " ".join(plan_text(fitting).split())
    shown = " ".join(plan_text(alone).split())
    assert "with the largest pods: 1 node [6, 2 free], 1 node [8 free]" in shown


# Environments


def ordered(pods: str, **dev: object) -> dict[str, object]:
    """Dev with *pods* and prod with 50, each with a namespace of the same workload."""
    acme = an_organization(
        a_namespace(environments=["dev"], workload="agents"),
        a_namespace("prod", environments=["prod"], workload="agents"),
        defaultNamespace="dev",
        ceiling={"pods": "200"},
    )
    return {
        "environments": {
            "dev": an_environment(profiles={"standard": a_profile({"pods": pods})}, **dev),
            "prod": an_environment("prod", profiles={"standard": a_profile({"pods": "50"})}),
        },
        "organizations": {"acme": acme},
    }


@pytest.mark.parametrize(
    ("pods", "is_kept"),
    [pytest.param("50", True, id="up to prod"), pytest.param("60", False, id="above prod")],
)
def test_a_changed_resource_is_shown_in_every_environment(pods: str, is_kept: bool) -> None:
    plan = a_plan(a_record(**ordered("20")), **ordered(pods))
    [row] = plan.section(EnvironmentOrder).rows

    assert ("agents", "pods") == (row.workload, row.key)
    assert [("dev", "20", pods), ("prod", "50", "50")] == [
        (r.environment, str(r.before), str(r.after)) for r in row.environments
    ]
    assert is_kept is row.is_kept


def test_an_exception_is_named_with_its_reason() -> None:
    excuse = {
        "organization": "acme",
        "resource": "pods",
        "workload": "agents",
        "reason": "tests",
    }

    plan = a_plan(
        a_record(**ordered("20")), **ordered("60", environmentOrderExceptions=[excuse])
    )

    assert ["tests"] == [row.exception for row in plan.section(EnvironmentOrder).rows]


def test_gpus_are_shown_as_devices_of_each_environment() -> None:
    def of(dev: int) -> dict[str, object]:
        acme = an_organization(
            a_namespace(environments=["dev"], gpus=[{"pool": "h100", "gpus": dev}]),
            a_namespace("prod", environments=["prod"], gpus=[{"pool": "h100", "gpus": 2}]),
            defaultNamespace="dev",
        )
        return {
            "environments": {"dev": an_environment(), "prod": an_environment("prod")},
            "organizations": {"acme": acme},
            "platform": a_platform(gpuNodePools=[a_pool()]),
        }

    assert "GPU devices: dev 1 → 2 ≤ prod 2" in plan_text(a_plan(a_record(**of(1)), **of(2)))
    assert "GPU devices: dev 1 → 3 ≤ prod 2; ORDER VIOLATED" in plan_text(
        a_plan(a_record(**of(1)), **of(3))
    )


# Names


def test_a_namespace_that_somebody_made_by_hand_is_refused() -> None:
    record = a_record(**here())
    live = a_cluster(record, namespaces={"acme-dev": LiveNamespace(name="acme-dev")})

    plan = a_plan({}, live, **here())

    [found] = plan.findings
    assert "name-taken" == found.code
    assert (
        "acme-dev, which exists on the cluster and which this stack did not create"
        in found.found
    )


def test_the_name_of_another_stack_is_taken() -> None:
    labels = {"tenancy.dev/managed": "true", "tenancy.dev/stack": "east"}
    there = LiveNamespace(name="acme-dev", labels=labels)
    live = a_cluster(a_record(**here()), namespaces={"acme-dev": there})

    [found] = a_plan({}, live, **here()).findings

    assert "name-taken" == found.code
    assert "stack east created" in found.found


@pytest.mark.parametrize(
    ("is_recorded", "made", "is_ours"),
    [
        pytest.param(True, (), False, id="recorded by the last update"),
        pytest.param(False, ("acme-dev",), False, id="imported into the state"),
        pytest.param(False, (), True, id="made by an update that was cut off"),
    ],
)
def test_a_name_is_our_own(is_recorded: bool, made: tuple[str, ...], is_ours: bool) -> None:
    record = a_record(**here())
    live = a_cluster(record)
    if not is_ours:
        live = a_cluster(record, namespaces={"acme-dev": LiveNamespace(name="acme-dev")})

    plan = a_plan(record if is_recorded else {}, live, in_state=made, **here())

    assert [] == [v for v in plan.findings if v.code == "name-taken"]


# Network


def networked(**network: object) -> dict[str, object]:
    """Two namespaces of which lab has these rules, beside another organization."""
    acme = an_organization(
        a_namespace(), a_namespace("lab", network=network or None), defaultNamespace="dev"
    )
    return {
        **here("acme", "beta"),
        "organizations": {"acme": acme, "beta": an_organization(prefix="beta")},
        "platform": a_platform(
            shared=[
                {
                    "name": "tools",
                    "purpose": "services",
                    "services": [{"name": "s", "ports": [443], "podLabels": {"app": "s"}}],
                }
            ]
        ),
    }


def test_a_namespace_that_is_closed_is_reached_by_no_other_any_more() -> None:
    plan = a_plan(a_record(**networked()), **networked(sameOrganization=False))

    assert {
        ("acme-dev", "acme-lab", ("any port",), ()),
        ("acme-lab", "acme-dev", ("any port",), ()),
    } == {(r.source, r.target, r.before, r.after) for r in plan.section(Connections).changes}


def test_a_shared_service_that_is_asked_for_is_reached_on_its_port_alone() -> None:
    plan = a_plan(a_record(**networked()), **networked(sharedServices=["tools"]))

    assert [("acme-lab", "tools", (), ("TCP 443",))] == [
        (r.source, r.target, r.before, r.after) for r in plan.section(Connections).changes
    ]


def test_rules_that_stay_change_nothing() -> None:
    plan = a_plan(a_record(**networked()), **networked())

    assert () == plan.section(Connections).changes


def test_pairs_that_are_too_many_are_not_checked_rather_than_passed() -> None:
    names = [f"o{index}" for index in range(30)]
    many = {
        **here(*names),
        "organizations": {name: an_organization(prefix=name) for name in names},
    }
    assert len(names) ** 2 > MOST_PAIRS

    plan = a_plan({}, **many)

    assert "network-not-checked" in {v.code for v in plan.findings}


# Inherited changes


def inheriting(pods: str) -> dict[str, object]:
    """Dev with a quota of its own, lab that inherits it, and one that does not."""
    acme = an_organization(
        a_namespace(
            environments=["dev"], profile=None, quota={**a_profile()["quota"], "pods": pods}
        ),
        a_namespace("lab", environments=["dev"], profile=None, inheritFrom="dev"),
        a_namespace("alone", environments=["dev"]),
        defaultNamespace="dev",
    )
    return {**here(), "organizations": {"acme": acme}}


def test_every_namespace_that_inherits_a_change_is_listed() -> None:
    plan = a_plan(a_record(**inheriting("20")), **inheriting("25"))

    assert [
        ("acme-lab", "dev", ("quotas",), "dev"),
    ] == [(h.namespace, h.inherits_from, h.what, h.stack) for h in plan.section(Inherited).rows]


def test_a_namespace_with_a_quota_of_its_own_does_not_inherit_that_quota() -> None:
    def own(pods: str, of_lab: str) -> dict[str, object]:
        written = inheriting(pods)
        [dev, lab, alone] = written["organizations"]["acme"]["namespaces"]
        lab = {**lab, "quota": {**a_profile()["quota"], "pods": of_lab}}
        acme = {**written["organizations"]["acme"], "namespaces": [dev, lab, alone]}
        return {**written, "organizations": {"acme": acme}}

    plan = a_plan(a_record(**own("20", "5")), **own("25", "6"))

    assert () == plan.section(Inherited).rows


def test_a_change_that_nobody_inherits_lists_nobody() -> None:
    plan = a_plan(a_record(**ordered("20")), **ordered("25"))

    assert () == plan.section(Inherited).rows


# Settings


def test_other_settings_are_said_with_their_path() -> None:
    plan = a_plan(
        a_record(**here()), **here(podSecurity={"enforce": "baseline", "reason": "a lesson"})
    )

    assert [("acme-dev", "podSecurity", "restricted", "baseline")] == [
        (s.namespace, s.setting, s.before, s.after) for s in plan.section(Settings).changes
    ]


def test_what_a_platform_changes_for_all_is_said() -> None:
    def shared(*ports: int) -> dict[str, object]:
        service = {"name": "web", "ports": list(ports), "podLabels": {"app": "web"}}
        tools = {"name": "tools", "purpose": "services", "services": [service]}
        return {"platform": a_platform(shared=[tools])}

    before = a_record(stack="platform", **shared(80))

    assert a_plan(before, a_cluster(before), stack="platform", **shared(80)).is_empty
    plan = a_plan(before, stack="platform", **shared(80, 443))
    assert [("shared.tools.services.web.ports", "80", "80, 443")] == [
        (s.setting, s.before, s.after) for s in plan.section(Settings).changes
    ]


# The last update


def test_what_the_cluster_does_not_have_is_never_counted_as_done() -> None:
    record = a_record(**here())
    there = a_cluster(record)
    quota = there.quotas["acme-dev"]["quota"]
    live = a_cluster(
        record,
        quotas={"acme-dev": {"quota": attrs.evolve(quota, hard={**quota.hard, "pods": "5"})}},
    )

    plan = a_plan(record, live, **here())

    assert ("pods of acme-dev is 5 instead of 20",) == plan.section(IncompleteUpdate).changes
    assert ["last-update-unfinished"] == [v.code for v in plan.findings]
    assert not plan.is_refused
    assert not plan.is_empty


def managed_by(manager: str) -> dict[str, object]:
    entry = {
        "manager": manager,
        "operation": "Apply",
        "time": "2026-11-29T11:33:38Z",
        "fieldsV1": {"f:spec": {"f:hard": {"f:pods": {}}}},
    }
    return {"managedFields": [entry]}


@pytest.mark.parametrize(
    ("manager", "change", "cause"),
    [
        (
            "deployer",
            "pods of acme-dev is 5 instead of 20 (deployer wrote it at 2026-11-29T11:33:38Z)",
            "the result of the last update was changed by others since: 1 difference",
        ),
        (
            "tenancy/shop/dev/cluster-east",
            "pods of acme-dev is 5 instead of 20",
            "the last update did not complete, or its result was changed since: 1 difference",
        ),
    ],
    ids=["another manager", "the stack's own"],
)
def test_a_limit_that_was_changed_since_names_its_writer_and_the_command(
    manager: str, change: str, cause: str
) -> None:
    record = a_record(**here())
    quota = a_cluster(record).quotas["acme-dev"]["quota"]
    hard = {**quota.hard, "pods": "5"}
    changed = attrs.evolve(quota, hard=hard, managed=managed_by(manager))

    plan = a_plan(record, a_cluster(record, quotas={"acme-dev": {"quota": changed}}), **here())

    section = plan.section(IncompleteUpdate)
    assert (change,) == section.changes
    [finding] = plan.findings
    assert cause == finding.found
    assert "run `tenancy drift --stack dev --repair`, which restores" in finding.remedy
    assert "`tenancy drift --stack dev --repair` restores what the files describe" in [
        fact.text for fact in section.facts()
    ]


def with_pods(count: str) -> dict:
    profile = a_profile()
    return {**profile, "quota": {**profile["quota"], "pods": count}}


def test_a_limit_that_is_as_the_files_want_it_now_is_not_named() -> None:
    record = a_record(**here())
    quota = a_cluster(record).quotas["acme-dev"]["quota"]
    changed = attrs.evolve(quota, hard={**quota.hard, "pods": "25"})
    live = a_cluster(record, quotas={"acme-dev": {"quota": changed}})

    as_before, as_wanted = (
        a_plan(record, live, **here(profiles={"standard": with_pods(pods)}))
        for pods in ("20", "25")
    )

    assert ("pods of acme-dev is 25 instead of 20",) == (
        as_before.section(IncompleteUpdate).changes
    )
    assert () == as_wanted.section(IncompleteUpdate).changes


def test_a_namespace_and_a_member_that_are_missing_are_said() -> None:
    members = {"organization": {"members": [{"user": "dana", "role": "viewer"}]}}
    record = a_record(**members)

    no_namespace = a_plan(record, a_cluster(record, namespaces={}), **members)
    no_binding = a_plan(record, a_cluster(record, bindings={}), **members)

    assert ("the namespace acme-dev does not exist",) == (
        no_namespace.section(IncompleteUpdate).changes
    )
    assert ("User oidc:dana does not have the role viewer in acme-dev",) == (
        no_binding.section(IncompleteUpdate).changes
    )


def test_a_cluster_that_is_as_it_was_left_changes_nothing() -> None:
    record = a_record(**here())

    plan = a_plan(record, a_cluster(record), **here())

    assert plan.is_empty
    assert () == plan.findings


def test_a_record_of_a_newer_version_is_refused() -> None:
    with pytest.raises(TenancyError, match=r"a record of version 99.*nothing was changed"):
        a_plan({"version": 99}, **here())


def test_everything_of_the_shipped_kind_is_restored_as_it_was() -> None:
    tenancy = a_tenancy(**inheriting("20"))
    record = recorded(tenancy, "dev")

    assert a_plan(record, a_cluster(record), **inheriting("20")).is_empty

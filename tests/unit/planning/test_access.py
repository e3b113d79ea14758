"""Who gains and loses what, expanded through roles."""

import pytest

from tenancy.model.roles import ALL_VERBS
from tenancy.planning.permissions import Allowed
from tenancy.planning.sections.access import Access
from tests.unit.builders import a_namespace, a_platform, an_environment, an_organization
from tests.unit.planning.changing import a_plan, a_record

DANA = {"user": "dana", "role": "viewer"}


def members(
    *entries: dict[str, object], name: str = "dev", **keys: object
) -> dict[str, object]:
    """A tenancy of one environment whose organization has these members."""
    return {
        "environments": {"dev": an_environment(name)},
        "organizations": {"acme": an_organization(a_namespace(), members=list(entries))},
        **keys,
    }


def verbs(allowed: tuple[Allowed, ...], resource: str) -> tuple[str, ...]:
    return next((a.verbs for a in allowed if a.resource == resource), ())


def test_a_new_developer_gains_what_the_role_may_do_and_loses_nothing() -> None:
    plan = a_plan(a_record(**members()), **members({"group": "devs", "role": "developer"}))

    [change] = plan.section(Access).changes
    assert "Group oidc:devs" == change.subject
    assert ("acme-dev",) == change.namespaces
    assert ((), ("developer",)) == (change.roles_before, change.roles_after)
    assert ("create", "delete") == tuple(
        v for v in verbs(change.gained, "secrets") if v in {"create", "delete"}
    )
    assert ("get", "create") == verbs(change.gained, "pods/exec")
    assert () == change.lost


def test_a_larger_role_gains_only_what_the_smaller_one_did_not_give() -> None:
    plan = a_plan(a_record(**members(DANA)), **members({"user": "dana", "role": "developer"}))

    [change] = plan.section(Access).changes
    assert ("create", "update", "patch", "delete", "deletecollection") == verbs(
        change.gained, "pods"
    )
    assert () == verbs(change.gained, "pods/log")
    assert () == change.lost


def test_a_member_who_goes_loses_everything() -> None:
    plan = a_plan(a_record(**members(DANA)), **members())

    [change] = plan.section(Access).changes
    assert () == change.gained
    assert ("get", "list", "watch") == verbs(change.lost, "pods/log")


def test_secrets_shells_rights_and_deletion_come_first() -> None:
    plan = a_plan(a_record(**members()), **members({"user": "dana", "role": "admin"}))

    [change] = plan.section(Access).changes
    weights = [allowed.weight for allowed in change.gained]
    assert sorted(weights) == weights
    assert "secrets" == change.gained[0].resource
    assert {0, 1, 2, 3, 4} == set(weights)


def test_production_comes_first() -> None:
    acme = an_organization(
        a_namespace(environments=["dev"]),
        a_namespace("prod", environments=["prod"]),
        defaultNamespace="dev",
    )
    both = {"dev": an_environment(), "prod": an_environment("prod")}
    before = {"environments": both, "organizations": {"acme": acme}}
    after = {**before, "organizations": {"acme": {**acme, "members": [DANA]}}}

    plans = {s: a_plan(a_record(stack=s, **before), stack=s, **after) for s in both}

    assert {"dev": [False], "prod": [True]} == {
        stack: [c.is_production for c in plan.section(Access).changes]
        for stack, plan in plans.items()
    }


def test_namespaces_where_the_same_changes_are_said_together() -> None:
    def acme(*entries: dict[str, object]) -> dict[str, object]:
        two = an_organization(
            a_namespace(), a_namespace("lab"), defaultNamespace="dev", members=list(entries)
        )
        return {"organizations": {"acme": two}}

    plan = a_plan(a_record(**acme()), **acme(DANA))

    assert [("acme-dev", "acme-lab")] == [c.namespaces for c in plan.section(Access).changes]


def test_rules_that_only_the_cluster_knows_are_not_made_up() -> None:
    plan = a_plan(a_record(**members()), **members({"user": "dana", "role": "kubernetes:edit"}))

    [change] = plan.section(Access).changes
    assert ("kubernetes:edit",) == change.unknown
    assert () == change.gained


def test_a_rule_that_a_platform_takes_from_a_role_is_lost_by_all_who_hold_it() -> None:
    def roles(*verbs: str) -> dict[str, object]:
        rule = {"apiGroups": ["batch"], "resources": ["jobs"], "verbs": list(verbs)}
        platform = a_platform(roles={"runner": {"rules": [rule]}})
        return members({"user": "dana", "role": "runner"}, platform=platform)

    plan = a_plan(
        a_record(stack="platform", **roles("get", "delete")), stack="platform", **roles("get")
    )

    [change] = plan.section(Access).changes
    assert ("User oidc:dana", ("acme-dev",)) == (change.subject, change.namespaces)
    assert (Allowed(api_group="batch", resource="jobs", verbs=("delete",)),) == change.lost


def test_kinds_of_gang_jobs_are_gained_and_lost_by_all_with_a_built_in_role() -> None:
    def listed(*kinds: str) -> dict[str, object]:
        return members(
            {"user": "dana", "role": "developer"}, platform=a_platform(gangJobs=list(kinds))
        )

    none, some = listed(), listed("jobsets.jobset.x-k8s.io")

    for before, after, is_gained in ((none, some, True), (some, none, False)):
        plan = a_plan(a_record(stack="platform", **before), stack="platform", **after)
        [change] = plan.section(Access).changes
        [kind] = change.gained if is_gained else change.lost
        assert ("jobset.x-k8s.io", "jobsets") == (kind.api_group, kind.resource)
        assert set(ALL_VERBS) == set(kind.verbs)
        assert () == (change.lost if is_gained else change.gained)


def test_operators_who_come_and_go_are_said() -> None:
    def operated(*groups: str) -> dict[str, object]:
        return {"platform": a_platform(operators=[{"group": g} for g in groups])}

    plan = a_plan(
        a_record(stack="platform", **operated("old", "both")),
        stack="platform",
        **operated("both", "new"),
    )

    assert [("Group oidc:new", ("operator",)), ("Group oidc:old", ())] == [
        (c.subject, c.roles_after) for c in plan.section(Access).changes
    ]


@pytest.mark.parametrize("entries", [(), (DANA,)], ids=["nobody", "somebody"])
def test_members_who_stay_are_not_said(entries: tuple[dict[str, object], ...]) -> None:
    plan = a_plan(a_record(**members(*entries)), **members(*entries))

    assert () == plan.section(Access).changes

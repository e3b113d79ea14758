"""What still gives access to who loses a role: foreign bindings, token Secrets, accounts."""

from collections.abc import Mapping

import attrs
import pytest

from tenancy.model.live import Live, Unread
from tenancy.model.live_access import (
    LiveAccess,
    LiveBinding,
    ServiceAccountPods,
    TokenSecret,
)
from tenancy.model.roles import BUILT_IN
from tenancy.planning.build import Plan, removes_members
from tenancy.planning.sections.remaining_access import RemainingAccessSection
from tests.unit.builders import a_namespace, a_tenancy, an_environment, an_organization
from tests.unit.planning.changing import a_cluster, a_plan, a_record

DANA, LEADS = {"user": "dana", "role": "admin"}, {"group": "leads", "role": "admin"}
ROLES = {
    **{("", f"tenancy:{name}"): role.rules for name, role in BUILT_IN.items()},
    ("acme-dev", "peek"): BUILT_IN["viewer"].rules,
}


def members(*entries: Mapping[str, str], ids: tuple[str, ...] = ("dev",)) -> dict[str, object]:
    """A tenancy of one environment whose organization has these members."""
    return {
        "environments": {"dev": an_environment("dev")},
        "organizations": {
            "acme": an_organization(
                *(a_namespace(i) for i in ids), members=list(entries), defaultNamespace=ids[0]
            )
        },
    }


def a_binding(*subjects: str, **keys: object) -> LiveBinding:
    given = {
        "namespace": "acme-dev",
        "name": "backdoor",
        "role_kind": "ClusterRole",
        "role": "tenancy:admin",
        **keys,
    }
    return LiveBinding(subjects=subjects, **given)  # type: ignore[arg-type]


def removing(
    *bindings: LiveBinding,
    before: tuple[Mapping[str, str], ...] = (DANA, LEADS),
    after: tuple[Mapping[str, str], ...] = (LEADS,),
    ids: tuple[str, ...] = ("dev",),
    **parts: object,
) -> Plan:
    """Return the plan from *before* to *after* on a cluster with *bindings*."""
    record = a_record(**members(*before, ids=ids))
    access = LiveAccess(
        role_bindings=tuple(b for b in bindings if b.namespace),
        cluster_role_bindings=tuple(b for b in bindings if not b.namespace),
        roles=ROLES,
    )
    live = attrs.evolve(a_cluster(record), access=attrs.evolve(access, **parts))
    return a_plan(record, live, **members(*after, ids=ids))


def section(plan: Plan) -> RemainingAccessSection:
    return plan.section(RemainingAccessSection)


def facts(plan: Plan) -> list[str]:
    return [fact.text for fact in section(plan).facts()]


def test_a_removed_member_is_taken_out_of_a_binding_and_others_stay_in_it() -> None:
    plan = removing(a_binding("User oidc:dana", "Group oidc:leads"))

    [removal] = section(plan).remaining.removals
    assert ("User oidc:dana",) == removal.subjects
    assert not removal.is_deleted
    assert not plan.is_empty
    assert (
        "User oidc:dana is removed from RoleBinding acme-dev/backdoor (tenancy:admin), which is"
        " not in the files"
    ) in facts(plan)


def test_a_binding_that_names_nobody_else_is_deleted() -> None:
    [removal] = section(removing(a_binding("User oidc:dana"))).remaining.removals

    assert removal.is_deleted


@pytest.mark.parametrize(
    "subject",
    ["User oidc:dan", "User dana", "User oidc:dana2", "Group oidc:dana", "Group oidc:leads"],
)
def test_names_are_compared_whole(subject: str) -> None:
    assert () == section(removing(a_binding(subject))).remaining.removals


def test_who_leaves_the_organization_is_taken_out_of_each_of_its_namespaces() -> None:
    dana = {**DANA, "namespaces": ["dev"]}
    other = a_binding("User oidc:dana", namespace="acme-ops")

    plan = removing(other, before=(dana, LEADS), ids=("dev", "ops"))

    assert ["acme-ops"] == [one.namespace for one in section(plan).remaining.removals]


def test_who_keeps_a_role_elsewhere_keeps_bindings_there() -> None:
    there = a_binding("User oidc:dana", namespace="acme-ops")
    here = a_binding("User oidc:dana")

    plan = removing(
        here,
        there,
        after=({**DANA, "namespaces": ["ops"]}, LEADS),
        ids=("dev", "ops"),
    )

    assert ["acme-dev"] == [one.namespace for one in section(plan).remaining.removals]


def test_of_a_smaller_role_only_what_gives_back_the_larger_is_taken_away() -> None:
    viewer = {"user": "dana", "role": "viewer"}
    back = a_binding("User oidc:dana")
    less = a_binding("User oidc:dana", name="peek", role="peek", role_kind="Role")

    plan = removing(back, less, after=(viewer, LEADS))

    assert ["backdoor"] == [one.name for one in section(plan).remaining.removals]
    assert ["it does not give the access that they lose"] == [
        one.reason for one in section(plan).remaining.kept
    ]


def test_a_cluster_wide_binding_is_named_and_kept() -> None:
    plan = removing(
        a_binding("User oidc:dana", namespace="", name="wide"),
        a_binding("Group system:authenticated", namespace="", name="everybody"),
        a_binding("Group system:masters", namespace="", name="masters"),
    )

    assert () == section(plan).remaining.removals
    assert ["wide", "everybody"] == [one.binding.name for one in section(plan).remaining.kept]
    assert any(
        "User oidc:dana still has secrets (every verb)" in text
        and "by ClusterRoleBinding wide (tenancy:admin); kept: it is cluster-wide" in text
        for text in facts(plan)
    )
    assert any(
        "by ClusterRoleBinding everybody for Group system:authenticated (tenancy:admin)" in text
        for text in facts(plan)
    )


def test_what_kubernetes_itself_binds_is_not_repeated() -> None:
    plan = removing(a_binding("Group system:authenticated", namespace="", is_built_in=True))

    assert () == section(plan).remaining.kept


def test_bindings_elsewhere_that_name_who_leaves_are_listed_and_kept() -> None:
    plan = removing(a_binding("User oidc:dana", namespace="other"))

    assert () == section(plan).remaining.removals
    [kept] = section(plan).remaining.kept
    assert "they lose no role in that namespace" == kept.reason


def test_a_service_account_is_known_by_its_user_name_too() -> None:
    runner = {"serviceAccount": "dev/runner", "role": "viewer"}
    plan = removing(
        a_binding("User system:serviceaccount:acme-dev:runner"),
        a_binding("ServiceAccount acme-dev/runner", name="second"),
        before=(runner, LEADS),
    )

    assert {"backdoor", "second"} == {one.name for one in section(plan).remaining.removals}


def test_token_secrets_that_could_be_read_are_deleted() -> None:
    secret = TokenSecret(namespace="acme-dev", name="forever", service_account="runner")
    elsewhere = attrs.evolve(secret, namespace="other")

    plan = removing(token_secrets=(secret, elsewhere))

    assert (secret,) == section(plan).remaining.token_secrets
    viewer = ({"user": "dana", "role": "viewer"}, LEADS)
    assert (
        () == section(removing(token_secrets=(secret,), before=viewer)).remaining.token_secrets
    )


def test_accounts_whose_tokens_could_be_had_are_named_with_their_longest_life() -> None:
    account = ServiceAccountPods(namespace="acme-dev", name="runner", pods=("job-1",))

    plan = removing(service_accounts=(account,), tokens_bounded_since="2026-01-01T00:00:00Z")

    assert [
        "User oidc:dana may have tokens of the service accounts runner in acme-dev: a "
        "requested token lasts up to 24 hours; one requested before 2026-01-01T00:00:00Z may"
        " last longer; a token from a pod lasts while the pod exists, at most a year;"
        " --renew-service-accounts invalidates all of them; their pods: job-1"
    ] == [text for text in facts(plan) if "tokens of" in text]


@pytest.mark.parametrize(
    ("since", "said"),
    [
        ("", "for the requested time, because the policy tenancy-token-requests is not on"),
        (None, "if the policy tenancy-token-requests was active, which was not checked"),
    ],
)
def test_without_the_policy_the_life_of_a_token_is_not_promised(
    since: str | None, said: str
) -> None:
    account = ServiceAccountPods(namespace="acme-dev", name="runner", pods=())

    plan = removing(service_accounts=(account,), tokens_bounded_since=since)

    assert any(said in text for text in facts(plan))


def test_a_viewer_could_have_no_token() -> None:
    account = ServiceAccountPods(namespace="acme-dev", name="runner", pods=())
    viewer = ({"user": "dana", "role": "viewer"}, LEADS)

    plan = removing(service_accounts=(account,), before=viewer)

    assert () == section(plan).remaining.accounts
    by_hand = removing(a_binding("User oidc:dana"), service_accounts=(account,), before=viewer)
    assert ("User oidc:dana",) == section(by_hand).remaining.accounts[0].subjects


def test_kept_bindings_are_shown_before_and_after() -> None:
    plan = removing(a_binding("User oidc:dana", "Group oidc:ci", role="peek", role_kind="Role"))

    [kept] = section(plan).data()["keptBindings"]
    assert ["User oidc:dana", "Group oidc:ci"] == kept["before"]
    assert ["Group oidc:ci"] == kept["after"]
    assert any(
        text.startswith("Group oidc:ci has read ") and text.endswith("no longer User oidc:dana")
        for text in facts(plan)
    )


def test_who_is_in_a_group_is_not_checked() -> None:
    plan = removing(before=(DANA, LEADS), after=())

    [finding] = [f for f in plan.findings if f.code == "group-members-not-checked"]
    assert (
        "who is in Group oidc:leads and in which groups User oidc:dana is: this is known only "
        "to the identity provider"
    ) == finding.found


def test_what_could_not_be_listed_is_not_checked() -> None:
    record = a_record(**members(DANA, LEADS))
    unread = Unread(part="cluster role bindings", why="was refused: 403")
    live: Live = attrs.evolve(a_cluster(record), unread=(unread,))

    plan = a_plan(record, live, **members(LEADS))

    assert ["live-not-read"] == [f.code for f in plan.findings if "cluster role" in f.found]


def test_nothing_is_said_without_a_change() -> None:
    plan = removing(a_binding("User oidc:dana"), after=(DANA, LEADS))

    assert [] == facts(plan)
    assert () == section(plan).changes
    assert plan.is_empty


def test_tokens_are_looked_for_only_where_somebody_loses_a_role() -> None:
    record = a_record(**members(DANA, LEADS))

    assert {"acme-dev"} == removes_members(record, a_tenancy(**members(LEADS)), "dev")
    assert frozenset() == removes_members(record, a_tenancy(**members(DANA, LEADS)), "dev")

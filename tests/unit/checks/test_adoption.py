"""Names that are kept: each is needed, can be a name, and is given once."""

import pytest

from tests.unit.builders import findings

OLDER = {"origin": "adopt", "reason": "older than the organization"}
PLACE = "organizations/acme.yaml: namespaces[0].adopted"
MEMBERS = [
    {"group": "devs", "role": "kubernetes:edit"},
    {"group": "ops", "role": "developer"},
]


def found_in(**kept: object) -> list[str]:
    namespace = {"adopted": {**OLDER, **kept}, "members": MEMBERS}
    said = findings(namespace=namespace)
    return [text for text in said if "[adopted" in text or "[namespace-name-" in text]


@pytest.mark.parametrize(
    "kept",
    [
        pytest.param({"limitRange": "old.defaults"}, id="a limit range"),
        pytest.param({"roleBindings": {"kubernetes:edit": "Devs:1"}}, id="a role binding"),
        pytest.param({"name": "legacy"}, id="the namespace"),
    ],
)
def test_a_name_that_something_older_has_is_kept(kept):
    assert [] == found_in(**kept)


def test_a_reserved_name_cannot_be_kept_and_says_what_can_be_done():
    [found] = found_in(name="argocd")

    assert found.startswith(f"{PLACE}.name [namespace-name-reserved]")
    assert found.endswith(
        "leave it out of the adoption; if organizations are to reach it, list it under shared"
        " of the platform with `managed: false`"
    )


def test_moved_without_any_name_is_refused():
    assert [] == found_in()
    assert [
        f"{PLACE} [adopted-nothing] adopted without the name of an existing object;"
        " allowed: name, limitRange or roleBindings, with names of existing objects; write"
        " one of these keys, or remove the key adopted"
    ] == found_in(origin="move")


def test_what_cannot_be_a_name_is_refused():
    [limits, binding] = found_in(limitRange="Old", roleBindings={"kubernetes:edit": "a/b"})

    assert limits.startswith(
        f"{PLACE}.limitRange [adopted-name] the limit range's name 'Old'; allowed: "
    )
    assert limits.endswith("write it in lower case")
    assert binding.startswith(
        f"{PLACE}.roleBindings.kubernetes:edit [adopted-name] the role binding's name 'a/b'"
    )


def test_a_name_for_a_role_that_nobody_holds_is_warned_of():
    assert [
        f"warning: {PLACE}.roleBindings.kubernetes:view [adopted-binding-unused] a name for "
        "the role binding of 'kubernetes:view', a role that no member has here; allowed: "
        "developer, kubernetes:edit; remove the entry, or name a role that a member holds"
    ] == found_in(roleBindings={"kubernetes:view": "readers"})


def test_two_roles_have_no_binding_of_one_name():
    """A binding gives one role, and which one cannot be changed."""
    assert [
        f"{PLACE}.roleBindings.kubernetes:edit [adopted-binding-taken] the name "
        "'tenancy:developer', which another role's binding has too; allowed: one binding for "
        "each role, each with a name of its own; remove the entry; Tenancy then names the"
        " binding"
    ] == found_in(roleBindings={"kubernetes:edit": "tenancy:developer"})


def adopted(**keys: object) -> dict:
    return {"adopted": {**OLDER, "name": "legacy"}, **keys}


def test_an_adopted_namespace_keeps_its_id_uncut_and_others_do_not():
    assert "[namespace-id]" in findings(namespace={"identifier": "court-probation-dev"})[0]
    assert [] == findings(namespace=adopted(identifier="court-probation-dev"))


@pytest.mark.parametrize(
    ("profile", "code"),
    [
        pytest.param(
            {"quota": {"limits.nvidia.com/gpu": "8"}}, "quota-key", id="never enforced"
        ),
        pytest.param({"quota": {"limits.cpu": "8"}}, "quota-needs-default", id="no defaults"),
        pytest.param(
            {"quota": {"requests.nvidia.com/gpu": "4"}}, "quota-gpus-by-hand", id="gpus"
        ),
    ],
)
def test_what_the_api_server_took_is_reported_and_left_where_it_was_adopted(profile, code):
    [refused] = findings(profile=profile)
    [left] = findings(profile=profile, namespace=adopted())

    assert f"[{code}]" in refused
    assert left == f"warning: {refused}".replace("acme-dev", "legacy")


def test_an_adopted_quota_may_have_a_name_of_ours():
    profile = {"quotas": {"gpus": {"hard": {"pods": "4"}}}}
    assert "[quota-name-reserved]" in findings(profile=profile)[0]
    assert [] == findings(profile=profile, namespace=adopted())


def test_all_limit_ranges_of_a_namespace_count():
    """Two halves make one whole: `limits.cpu` is from one, `limits.memory` from the other."""
    quota = {"limits.cpu": "8", "limits.memory": "8Gi"}
    cpu = {"container": {"default": {"cpu": "1"}}}
    memory = {"container": {"default": {"memory": "1Gi"}}}

    [missing] = findings(profile={"quota": quota, "limitRange": cpu})
    assert "[quota-needs-default]" in missing
    assert "limits.memory" in missing
    assert [] == findings(
        profile={"quota": quota, "limitRange": cpu, "limitRanges": {"more": memory}}
    )

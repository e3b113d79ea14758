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
    return [text for text in said if "[adopted" in text]


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


def test_adopted_without_any_name_is_refused():
    assert [
        f"{PLACE} [adopted-nothing] adopted, which keeps no name; allowed: name, limitRange or "
        "roleBindings with the name that something has; write one of them, or remove adopted"
    ] == found_in()


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
        "the role binding of 'kubernetes:view', without a member here; allowed: "
        "developer, kubernetes:edit; remove the entry, or name a role that a member holds"
    ] == found_in(roleBindings={"kubernetes:view": "readers"})


def test_two_roles_have_no_binding_of_one_name():
    """A binding gives one role, and which one cannot be changed."""
    assert [
        f"{PLACE}.roleBindings.kubernetes:edit [adopted-binding-taken] the name "
        "'tenancy:developer', which another role's binding has too; allowed: one binding for "
        "each role, each with a name of its own; remove the entry: the rule gives a name that "
        "is free"
    ] == found_in(roleBindings={"kubernetes:edit": "tenancy:developer"})

"""What a destroy clears in a state, and how it is set again."""

import copy
from pathlib import Path

import pytest

from tenancy.engine.operations.destroying import kept_namespaces
from tenancy.engine.protection import RECORD, cleared, protected_again
from tests.unit.engine.stacks import assessed, resources

GUARD = {
    "urn": "urn:pulumi:dev::tenancy::tenancy:index:DestroyGuard::acme-destroy-guard",
    "type": "tenancy:index:DestroyGuard",
    "protect": True,
}


@pytest.fixture
def state(project: Path) -> list[dict]:
    return [*resources(assessed(project)), dict(GUARD)]


def of_kind(found: list[dict], kind: str) -> list[dict]:
    return [one for one in found if one["type"].endswith(kind)]


def test_a_namespace_is_deleted_with_its_guardrails_after_its_role_bindings(
    state: list[dict],
) -> None:
    assert ["acme-dev"] == list(kept_namespaces(state))

    after = cleared(state, ["acme-dev"])

    [namespace] = of_kind(after, ":Namespace")
    assert not list(kept_namespaces(after))
    assert not any(one.get("protect") for one in after)
    for kind in (":ResourceQuota", ":LimitRange", ":NetworkPolicy", ":ServiceAccountPatch"):
        assert {namespace["urn"]} == {one["deletedWith"] for one in of_kind(after, kind)}
    assert not any("deletedWith" in one for one in of_kind(after, ":RoleBinding"))


def test_another_namespace_stays_as_it_is(state: list[dict]) -> None:
    after = cleared(state, ["other"])

    assert ["acme-dev"] == list(kept_namespaces(after))
    assert not any("deletedWith" in one for one in after)


def test_what_was_cleared_is_recorded_and_set_again(state: list[dict]) -> None:
    before = copy.deepcopy(state)

    after = cleared(state, ["acme-dev"])

    assert before == state
    assert RECORD in of_kind(after, ":Stack")[0]["outputs"]
    assert before == protected_again(after)
    assert before == protected_again(before)


def test_what_is_deleted_meanwhile_stays_deleted(state: list[dict]) -> None:
    after = cleared(state, ["acme-dev"])
    quota = of_kind(after, ":ResourceQuota")[0]
    after.remove(quota)

    again = protected_again(after)

    assert quota["urn"] not in {one["urn"] for one in again}
    assert ["acme-dev"] == list(kept_namespaces(again))


def test_a_destroy_that_is_tried_twice_restores_what_was_there_first(state: list[dict]) -> None:
    once = cleared(state, ["acme-dev"])

    assert once == cleared(once, ["acme-dev"])
    assert state == protected_again(cleared(once, ["acme-dev"]))

"""Which field managers make the next update fail, and what they give up."""

import pytest

from tenancy.drifting.difference import Change, Difference, Identity, Weight
from tenancy.drifting.field_conflicts import (
    conflicting_managers,
    is_refused_to,
    is_taken_over,
    without_conflicts,
    without_random_managers,
)
from tenancy.drifting.field_managers import Writer

OURS = "tenancy/shop/dev/cluster-east"
HARD = {"f:spec": {"f:hard": {".": {}, "f:pods": {}}}}
BOTH = {"f:spec": {"f:hard": {".": {}, "f:pods": {}, "f:cpu": {}}}}
LABEL = {"f:metadata": {"f:labels": {".": {}, "f:team": {}}}}


def entry(manager: str, owned: dict, operation: str = "Apply", **more: str) -> dict:
    return {"manager": manager, "operation": operation, "fieldsV1": owned, **more}


def live(*entries: dict) -> dict:
    return {"metadata": {"managedFields": list(entries)}}


@pytest.mark.parametrize(
    ("other", "conflicts"),
    [
        pytest.param(entry("argo", HARD), True, id="an applier of our field"),
        pytest.param(entry("edit", HARD, "Update"), True, id="a writer of our field"),
        pytest.param(entry("tenancy/shop/prod/east", HARD), True, id="another stack"),
        pytest.param(entry("pulumi-kubernetes-1a2b3c4d", LABEL), True, id="made up before"),
        pytest.param(entry("argo", LABEL), False, id="another field"),
        pytest.param(
            entry("kubectl-edit", HARD, "Update"), False, id="taken over from kubectl"
        ),
        pytest.param(entry("pulumi-kubernetes", HARD, "Update"), False, id="a create by POST"),
        pytest.param(
            entry("kube-controller-manager", HARD, "Update"), False, id="a controller"
        ),
        pytest.param(entry("argo", HARD, subresource="status"), False, id="the status"),
    ],
)
def test_a_manager_conflicts_where_the_next_apply_would_fail(other, conflicts: bool) -> None:
    found = conflicting_managers(live(entry(OURS, BOTH), other), OURS)
    assert ((other["manager"],) if conflicts else ()) == found


@pytest.mark.parametrize(
    ("entries", "is_refused"),
    [
        pytest.param([entry(OURS, HARD), entry("argo", HARD)], True, id="both own it"),
        pytest.param([entry(OURS, LABEL), entry("argo", HARD)], True, id="only the other does"),
        pytest.param([entry(OURS, HARD), entry("argo", LABEL)], False, id="only we do"),
        pytest.param([entry("kubectl-edit", HARD, "Update")], False, id="taken over"),
        pytest.param([], False, id="no manager"),
    ],
)
@pytest.mark.parametrize("change", list(Change))
def test_an_update_of_a_field_is_refused_where_another_owns_it(
    entries: list[dict], is_refused: bool, change: Change
) -> None:
    difference = Difference(
        object=Identity(kind="ResourceQuota", namespace="a", name="quota"),
        field=("spec", "hard", "pods"),
        change=change,
        weight=Weight.USAGE,
        desired="20",
        live="5",
    )

    # What is missing on the cluster, and what the files do not have, is owned by no other.
    expected = is_refused and change is Change.CHANGED
    assert expected == is_refused_to(OURS, difference, live(*entries))


@pytest.mark.parametrize(
    ("manager", "applies", "is_taken"),
    [
        ("kubectl-edit", False, True),
        ("kubectl", True, True),
        ("deployer", True, False),
        ("deployer", False, False),
    ],
)
def test_the_provider_takes_over_what_kubectl_wrote(manager, applies, is_taken) -> None:
    assert is_taken == is_taken_over(Writer(manager=manager, applies=applies, since=""))


def test_others_give_up_our_fields_and_keep_their_own() -> None:
    theirs = {**HARD, **LABEL}
    before = live(entry(OURS, BOTH), entry("argo", theirs), entry("edit", HARD, "Update"))

    after = without_conflicts(before, OURS)

    assert [entry(OURS, BOTH), entry("argo", LABEL)] == after
    assert () == conflicting_managers(live(*after), OURS)
    assert without_conflicts(live(*after), OURS) is None


def test_managers_that_were_made_up_become_one_and_no_other_changes() -> None:
    other = entry("argo", HARD)
    status = entry("pulumi-kubernetes-1", HARD, subresource="status")
    before = live(
        entry("pulumi-kubernetes-1", HARD), entry("pulumi-kubernetes-2", LABEL), other, status
    )

    after = without_random_managers(before, OURS)

    assert [entry(OURS, {**HARD, **LABEL}), other, status] == after
    assert without_random_managers(live(*after), OURS) is None

"""The field manager of a stack: accepted by an API server, and of no other stack."""

import pytest

from tenancy.kubernetes.field_managers import field_manager

LONG = "x" * 100


def test_a_manager_reads_as_project_stack_and_provider() -> None:
    assert "tenancy/shop/dev/cluster-east" == field_manager("shop", "dev", "cluster-east")


def test_a_part_that_is_not_known_is_left_out() -> None:
    assert "tenancy/shop/dev" == field_manager("shop", "dev", "")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("a", "b/c"), ("a/b", "c")),
        (("a", "b", "c"), ("a", "b/c")),
        ((LONG, LONG, "east"), (LONG, LONG, "west")),
        ((LONG, f"{LONG}1"), (LONG, f"{LONG}2")),
        (("a", "b~c"), ("a", "b-c")),
    ],
)
def test_two_stacks_never_share_a_manager(one, other) -> None:
    managers = [field_manager(*one), field_manager(*other)]
    assert 2 == len(set(managers))
    assert all(len(manager) <= 128 and manager.isprintable() for manager in managers)

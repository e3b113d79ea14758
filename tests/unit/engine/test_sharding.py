"""A fleet in parts: every environment in exactly one, the same on every machine."""

from pathlib import Path

import pytest

from tenancy.assessment import assess
from tenancy.diagnostics import NotFoundError, UsageError
from tenancy.engine.sharding import Shard, read_shard, shards, stacks_of
from tests.bench.fleet import write_fleet

NAMES = [f"dev-{index:04d}" for index in range(1000)]


@pytest.mark.parametrize("of", [1, 2, 5, 37])
def test_every_stack_is_in_exactly_one_part(of: int) -> None:
    parts = [Shard(number, of) for number in range(1, of + 1)]

    assert all(1 == sum(name in part for part in parts) for name in NAMES)


def test_parts_have_nearly_the_same_size() -> None:
    sizes = [sum(name in Shard(number, 5) for name in NAMES) for number in range(1, 6)]

    assert 1000 == sum(sizes)
    assert 160 <= min(sizes)
    assert max(sizes) <= 240


def test_which_part_a_stack_is_in_never_changes() -> None:
    """Jobs that run again after an interruption have to find the same stacks."""
    assert [2, 2, 5] == [
        next(number for number in range(1, 6) if name in Shard(number, 5))
        for name in ("dev", "staging", "prod")
    ]


@pytest.mark.parametrize("text", ["0/5", "6/5", "5", "1/0", "a/b", "1/5 ", "-1/5", "1/99999"])
def test_what_is_no_part_is_refused(text: str) -> None:
    assert Shard(5, 5) == read_shard("5/5")
    with pytest.raises(UsageError, match="not a part"):
        read_shard(text)


def test_platforms_are_in_no_part(project: Path) -> None:
    found = assess(project)
    parts = shards(found, 2)

    assert {"dev", "staging", "prod"} == {stack for _, stacks in parts for stack in stacks}
    with pytest.raises(UsageError, match="platform is a platform, which is in no shard"):
        stacks_of(found, Shard(1, 2), ["platform", "dev"])
    with pytest.raises(NotFoundError):
        stacks_of(found, Shard(1, 2), ["deev"])


def test_empty_parts_are_left_out(tmp_path: Path) -> None:
    write_fleet(tmp_path, namespaces=30)
    parts = shards(assess(tmp_path), 50)

    assert 3 == sum(len(stacks) for _, stacks in parts)
    assert all(stacks for _, stacks in parts)

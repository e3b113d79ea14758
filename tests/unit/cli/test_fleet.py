"""`tenancy fleet matrix`, and `--shard` of the commands that its jobs run."""

import json
from collections.abc import Callable

from typer.testing import Result

from tenancy.diagnostics import Exit

Run = Callable[..., Result]


def test_the_matrix_has_every_environment_and_the_platforms_apart(run: Run) -> None:
    done = run("fleet", "matrix", "--shards", "5")

    assert Exit.DONE == done.exit_code
    written = json.loads(done.stdout)
    assert ["platform"] == written["platforms"]
    assert 3 == sum(job["stacks"] for job in written["include"])
    assert all(job["shard"].endswith("/5") for job in written["include"])


def test_a_shard_is_refused_where_it_is_none(run: Run) -> None:
    for command in ("plan", "preview", "up", "drift"):
        done = run(command, "--shard", "6/5")
        assert Exit.USAGE == done.exit_code
        assert "not a part" in done.output

    done = run("plan", "--offline", "--shard", "1/5")
    assert Exit.USAGE == done.exit_code
    assert "cannot be combined" in done.output


def test_a_platform_is_in_no_shard(run: Run) -> None:
    done = run("up", "--shard", "1/5", "--stack", "platform")

    assert Exit.USAGE == done.exit_code
    assert "platform is a platform, which is in no shard" in " ".join(done.output.split())


def test_a_command_that_changes_something_needs_a_stack_or_a_shard(run: Run) -> None:
    for command in ("preview", "up"):
        done = run(command)
        assert Exit.USAGE == done.exit_code
        assert "no stack is named" in done.output


def test_an_empty_shard_has_nothing_to_do(run: Run) -> None:
    """Of five shards, three environments fill two."""
    done = run("preview", "--shard", "1/5")

    assert Exit.DONE == done.exit_code

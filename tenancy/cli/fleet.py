"""`tenancy fleet`: many stacks on several machines, as jobs of CI."""

import json
from collections.abc import Sequence
from typing import Annotated

import typer

from tenancy.assessment import Assessment, assess
from tenancy.cli.options import ProjectFolder
from tenancy.cli.terminal import terminal
from tenancy.diagnostics import UsageError
from tenancy.engine import read_shard, shards, stacks_of

__all__ = ["MATRIX_EPILOG", "chosen", "matrix", "required"]


MATRIX_EPILOG = """
Examples:

  tenancy fleet matrix --shards 5        a matrix for CI, as JSON

  tenancy up --yes --shard 2/5           what one of its jobs runs

Platforms are in no shard: apply them in a job before the matrix. If a job fails or is
cancelled, run it again without changes: stacks that it has applied have no changes then.
"""


def matrix(
    *,
    count: Annotated[
        int,
        typer.Option("--shards", min=1, max=999, metavar="N", help="The number of jobs."),
    ],
    project: ProjectFolder = None,
) -> None:
    """Run `tenancy fleet matrix`."""
    assessment = assess(project)
    platforms = [
        stack for stack in assessment.in_order() if stack in assessment.project.platforms
    ]
    parts = shards(assessment, count)
    include = [{"shard": str(shard), "stacks": len(stacks)} for shard, stacks in parts]
    written = {"platforms": platforms, "include": include}
    terminal(color=False).write(json.dumps(written) + "\n")


def chosen(
    assessment: Assessment, stacks: Sequence[str] | None, part: str | None
) -> Sequence[str] | None:
    """
    Return the stacks of a command: those that are named, or those of one shard.

    Args:
        assessment: The project.
        stacks: The names of `--stack`; None or empty if not given.
        part: What `--shard` names.

    Raises:
        UsageError: The shard is not valid, or a platform is named with it.
        NotFoundError: No file describes one of the stacks.
    """
    if part is None:
        return stacks or None
    return stacks_of(assessment, read_shard(part), stacks or None)


def required(
    assessment: Assessment, stacks: Sequence[str] | None, part: str | None
) -> Sequence[str]:
    """
    Return the same for a command that requires the stacks to be named.

    Raises:
        UsageError: Neither `--stack` nor `--shard` is given.
    """
    if not stacks and part is None:
        raise UsageError("no stack is named; give --stack NAME, or --shard N/OF for one part")
    return chosen(assessment, stacks, part) or ()

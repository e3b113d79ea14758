"""`tenancy plan --since`: what the files of two revisions change."""

import contextlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import typer

from tenancy.assessment import Assessment, assess
from tenancy.cli.plan_options import Form, Revisions
from tenancy.cli.terminal import Terminal
from tenancy.config import files_at, is_stack_file, merged
from tenancy.diagnostics import Exit
from tenancy.output import LINES, revisions_markdown, rich_revisions
from tenancy.planning import RevisionsPlan, compare_revisions, revisions_data

__all__ = ["show_revisions"]


def show_revisions(
    root: Path,
    revisions: Revisions,
    stacks: Sequence[str] | None,
    shell: Terminal,
    *,
    form: Form,
    strict: bool,
    everything: bool,
) -> None:
    """
    Write what changes between two revisions.

    Args:
        everything: Whether to write long lists in full.

    Raises:
        Exit: With the code of the result, unless nothing changes.
        UsageError: git knows no such revision.
        RefusedError: Two revisions that are to be merged change the same lines.
        NotFoundError: No file describes one of *stacks*.
    """
    compared = _compared(root, revisions, stacks, strict=strict)
    if form == "json":
        shell.write(json.dumps(revisions_data(compared), indent=2) + "\n")
    elif form == "markdown":
        shell.write(revisions_markdown(compared, stacks or ()))
    else:
        most = None if everything else LINES
        for text in rich_revisions(compared, width=min(shell.out.width, 100), most=most):
            shell.out.print(text, soft_wrap=True)
            shell.say()
    if compared.exit is not Exit.DONE:
        raise typer.Exit(compared.exit)


def _compared(
    root: Path, revisions: Revisions, stacks: Sequence[str] | None, *, strict: bool
) -> RevisionsPlan:
    assert revisions.since is not None
    until = revisions.until
    alone: list[Assessment] = []
    newer = until
    if revisions.together is not None:
        until = until or "HEAD"
        newer = merged(root, until, revisions.together)
        for side in (until, revisions.together):
            with _folder(root, side) as folder:
                alone.append(assess(folder, offline=True))
    with _folder(root, newer) as folder:
        after = assess(folder, offline=True)
        if stacks is not None:
            after.in_order(stacks)
        return compare_revisions(
            _before(root, revisions.since),
            after,
            since=revisions.since,
            until=until,
            together=revisions.together,
            alone=alone,
            stacks=stacks,
            strict=strict,
        )


@contextlib.contextmanager
def _folder(root: Path, revision: str | None) -> Iterator[Path]:
    if revision is None:
        yield root
    else:
        with files_at(root, revision) as folder:
            yield folder


def _before(root: Path, since: str) -> Assessment | None:
    with files_at(root, since) as folder:
        has_stacks = any(is_stack_file(path.name) for path in folder.iterdir())
        return assess(folder, offline=True) if has_stacks else None

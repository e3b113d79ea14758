"""`tenancy plan`: what an update would change for people, or a summary of the files."""

from collections.abc import Sequence

import typer

from tenancy.assessment import assess, find_root
from tenancy.cli.options import AnyStacks, Json, NoColor, Offline, Part, ProjectFolder, Strict
from tenancy.cli.plan_options import (
    Form,
    Kubernetes,
    OneKubeconfig,
    Revisions,
    Since,
    Together,
    Until,
)
from tenancy.cli.terminal import terminal
from tenancy.diagnostics import UsageError
from tenancy.kubernetes.releases import Release

__all__ = ["EPILOG", "command"]

EPILOG = """
Examples:

  tenancy plan --stack dev               what an update would change for people

  tenancy plan --stack dev --markdown    the same as Markdown, for a pull request

  tenancy plan --stack dev --save FILE   save it for `tenancy up --plan FILE`

  tenancy plan --offline                 a summary of all files, without a cluster

  tenancy plan --json                    as docs/schema/plan.json describes

  tenancy plan --kubernetes 1.37         what an upgrade changes for guardrails

  tenancy plan --since origin/main       what the files change; no engine, state or cluster

  tenancy plan --since main --with REV   also errors that only HEAD and REV together have

A saved plan contains digests of the files, the state and the cluster: `tenancy up --plan`
refuses it if any of them changed. A refused plan is not saved. With several stacks, write
{stack} in FILE, such as plan-{stack}.json.

What could not be read is listed as "not checked", never as passed.

With --since, git reads the files of the older revision, and nothing of that revision is run.
Everything that depends on the cluster is listed as not checked. --json then has the shape of
docs/schema/revisions.json.

Exit code: 0 if nothing changes for any organization, 2 if something does, 3 if the update is
refused, 1 if the plan failed. With --offline nothing is compared: 0 or 3.
"""


def command(
    *,
    project: ProjectFolder = None,
    stack: AnyStacks = None,
    shard: Part = None,
    is_offline: Offline = False,
    as_json: Json = False,
    as_markdown: bool = typer.Option(
        False, "--markdown", help="Write Markdown, such as for a pull request."
    ),
    save: str | None = typer.Option(
        None,
        "--save",
        metavar="FILE",
        help="Also save the plan to this file, for `tenancy up --plan`.",
        show_default=False,
    ),
    since: Since = None,
    until: Until = None,
    together: Together = None,
    kubernetes: Kubernetes = None,
    kubeconfig: OneKubeconfig = None,
    strict: Strict = False,
    everything: bool = typer.Option(
        False, "--all", help="Write every fact in full; on a terminal, in a pager."
    ),
    no_color: NoColor = False,
) -> None:
    """Run `tenancy plan`."""
    if as_markdown and (as_json or is_offline):
        raise UsageError("--markdown cannot be combined with --json or --offline")
    _require_one_kind(is_offline, save, stack, Revisions(since, until, together))
    _require_no_shard(shard, is_offline=is_offline, since=since)
    upgraded = _release(kubernetes, is_compared=since is not None, is_saved=save is not None)
    shell = terminal(color=not no_color)
    form: Form = "json" if as_json else "markdown" if as_markdown else "text"
    # Each kind of plan imports what it needs: that of the files needs no engine.
    if since is not None:
        from tenancy.cli.plan_since import show_revisions  # noqa: PLC0415

        show_revisions(
            find_root(project),
            Revisions(since, until, together),
            stack or None,
            shell,
            form=form,
            strict=strict,
            everything=everything,
        )
        return
    if is_offline:
        from tenancy.cli.plan_of_files import show_summary  # noqa: PLC0415

        only = stack[0] if stack else None
        found = assess(project, only, offline=True)
        show_summary(found, only, shell, as_json=as_json, strict=strict, kubernetes=upgraded)
        return
    from tenancy.cli.plan_of_stacks import show_plans  # noqa: PLC0415

    show_plans(
        assess(project),
        stack,
        shard,
        shell,
        form=form,
        save=save,
        strict=strict,
        kubernetes=upgraded,
        kubeconfig=kubeconfig,
        everything=everything,
    )


def _require_one_kind(
    is_offline: bool, save: str | None, stacks: Sequence[str] | None, revisions: Revisions
) -> None:
    """
    Refuse options of different kinds of plans.

    Raises:
        UsageError: They exclude each other.
    """
    if save is not None and is_offline:
        raise UsageError(
            "--save cannot be combined with --offline: a summary of the files cannot be applied"
        )
    if is_offline and stacks and len(stacks) > 1:
        raise UsageError("--offline takes one --stack, or none for all stacks")
    if revisions.since is None and (revisions.until or revisions.together):
        raise UsageError("--until and --with need --since")
    if revisions.since is not None and (is_offline or save is not None):
        raise UsageError("--since cannot be combined with --offline or --save")


def _release(text: str | None, *, is_compared: bool, is_saved: bool) -> Release | None:
    """
    Return the release of Kubernetes in *text*.

    Raises:
        UsageError: It is not a release, or another option excludes it.
    """
    if text is None:
        return None
    if is_compared or is_saved:
        raise UsageError("--kubernetes cannot be combined with --since or --save")
    found = Release.parse(text)
    if found is None:
        raise UsageError(f"--kubernetes {text}: write a minor release, such as 1.37")
    return found


def _require_no_shard(shard: str | None, *, is_offline: bool, since: str | None) -> None:
    """Refuse `--shard` for a plan that does not use a cluster."""
    if shard is not None and (is_offline or since is not None):
        raise UsageError("--shard cannot be combined with --offline or --since")

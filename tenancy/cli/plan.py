"""`tenancy plan`: what an update would change for people, or a summary of the files."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import attrs
import typer
from rich.text import Text

from tenancy import engine
from tenancy.assessment import Assessment, assess, find_root
from tenancy.checks import upgrade_findings
from tenancy.cli.fleet import chosen
from tenancy.cli.interaction import TerminalInteraction
from tenancy.cli.options import AnyStacks, Json, NoColor, Offline, Part, ProjectFolder, Strict
from tenancy.cli.plan_since import Revisions, Since, Together, Until, show_revisions
from tenancy.cli.terminal import Terminal, terminal
from tenancy.diagnostics import Exit, RefusedError, UsageError, quoted, refusals, report
from tenancy.engine import Outcomes, PlanToSave, StackPlan, write_plan
from tenancy.kubernetes.releases import Release
from tenancy.output import LINES, markdown, rich_report, rich_text, summary_text
from tenancy.planning import summarize, summary_data

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

  tenancy plan --since main --with REV   also what HEAD and REV break only together

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


Kubernetes = Annotated[
    str | None,
    typer.Option(
        metavar="RELEASE",
        help="Also list what an upgrade of Kubernetes to this release changes for guardrails,"
        " such as 1.37.",
        show_default=False,
    ),
]

OneKubeconfig = Annotated[
    str | None,
    typer.Option(
        "--require-kubeconfig",
        metavar="PATH",
        help="Refuse stacks whose files name another kubeconfig, such as those of a pull"
        " request: a kubeconfig can run commands.",
        show_default=False,
    ),
]

_STACK = "{stack}"
"""The placeholder for a stack's name in the names of files."""


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
    """Show what an update would change for people, or why it is refused."""
    if as_markdown and (as_json or is_offline):
        raise UsageError("--markdown cannot be combined with --json or --offline")
    _require_one_kind(is_offline, save, stack, Revisions(since, until, together))
    _require_no_shard(shard, is_offline=is_offline, since=since)
    upgraded = _release(kubernetes, is_compared=since is not None, is_saved=save is not None)
    shell = terminal(color=not no_color)
    most = None if everything else LINES
    if since is not None:
        show_revisions(
            find_root(project),
            Revisions(since, until, together),
            stack or None,
            shell,
            form="json" if as_json else "markdown" if as_markdown else "text",
            strict=strict,
            most=most,
        )
        return
    only = stack[0] if stack and len(stack) == 1 else None
    found = assess(project, only if is_offline else None, offline=is_offline)
    if is_offline:
        if upgraded is not None:
            more = upgrade_findings(found.tenancy, only, upgraded)
            found = attrs.evolve(found, findings=(*found.findings, *more))
        _offline(found, only, shell, as_json=as_json, strict=strict)
        return
    stacks = chosen(found, stack, shard)
    _require_kubeconfig(found, found.in_order(stacks), kubeconfig)
    outcomes = _planned(found, stacks, save, shell, strict=strict, kubernetes=upgraded)
    plans = outcomes.results
    if as_json:
        written = [plan.data() for plan in plans]
        if only is None or written:
            shell.write(json.dumps(written if only is None else written[0], indent=2) + "\n")
    elif as_markdown and plans:
        shell.write(
            "\n".join(
                markdown(p.plan, p.findings, p.documents, strict=p.is_strict) for p in plans
            )
            + "\n"
        )
    elif plans:
        _show(plans, found, shell, most=most)
    if outcomes.exit is not Exit.DONE:
        raise typer.Exit(outcomes.exit)


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


def _require_kubeconfig(found: Assessment, stacks: Sequence[str], path: str | None) -> None:
    """
    Refuse *stacks* that name another kubeconfig than *path*, before any is read.

    Raises:
        RefusedError: Some do.
    """
    # A stack whose file has errors is refused for these, and its kubeconfig is not read.
    named = {one: found.cluster(one).kubeconfig or "" for one in stacks if one in found.stacks}
    others = [
        f"stack {stack}: tenancy:kubeconfig is {quoted(other)}; --require-kubeconfig allows"
        f" {quoted(path)} only; write that, or plan this stack where its kubeconfig is trusted"
        for stack, other in named.items()
        if path is not None and other != path
    ]
    if others:
        raise RefusedError(reason="\n".join(others))


def _release(text: str | None, *, is_compared: bool, is_saved: bool) -> Release | None:
    """
    Return the release of Kubernetes in *text*.

    Raises:
        UsageError: It is none, or another option excludes it.
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
    """Refuse a shard of what is not planned against a cluster."""
    if shard is not None and (is_offline or since is not None):
        raise UsageError("--shard cannot be combined with --offline or --since")


def _planned(
    found: Assessment,
    stacks: Sequence[str] | None,
    save: str | None,
    shell: Terminal,
    *,
    strict: bool,
    kubernetes: Release | None,
) -> Outcomes[StackPlan]:
    """Return the plans, after saving those that can be applied."""
    interaction = TerminalInteraction(Terminal(out=shell.err, err=shell.err))
    if save is None:
        return engine.plan(
            found, stacks, strict=strict, kubernetes=kubernetes, interaction=interaction
        )
    names = found.in_order(stacks)
    if len(names) > 1 and _STACK not in save:
        raise UsageError(f"--save {save}: several stacks need {_STACK} in its name")
    outcomes = engine.save_plans(found, names, strict=strict, interaction=interaction)
    for outcome in outcomes:
        if outcome.result is not None:
            _write(outcome.stack, outcome.result, save, shell)
    return outcomes.of_results(lambda result: result.planned)


def _write(stack: str, plan: PlanToSave, pattern: str, shell: Terminal) -> None:
    if plan.saved is None:
        shell.note(f"stack {stack}: refused, so no plan was saved")
        return
    path = Path(pattern.replace(_STACK, stack))
    write_plan(plan.saved, path)
    shell.note(f"stack {stack}: saved to {path}; `tenancy up --plan {path}` applies it")


def _show(
    plans: Sequence[StackPlan], found: Assessment, shell: Terminal, most: int | None
) -> None:
    """Write the reasons of a refusal, the plans, the other findings, and a count of them."""
    width = min(shell.out.width, 100)
    findings = tuple(dict.fromkeys(finding for one in plans for finding in one.findings))
    refusing = refusals(findings, strict=any(one.is_strict for one in plans))
    others = [finding for finding in findings if finding not in refusing]
    if refusing:
        _print(rich_report(refusing, found.documents, width=width, with_summary=False), shell)
    texts = [rich_text(one.plan, findings=(), width=width, most=most) for one in plans]
    lines = sum(text.plain.count("\n") + 2 for text in texts) if most is None else 0
    with shell.paged(lines):
        for text in texts:
            _print(text, shell)
            shell.say()
    if others:
        _print(rich_report(others, found.documents, width=width, with_summary=False), shell)
    if findings:
        shell.say(report.summary(findings), style="bold")


def _offline(
    found: Assessment, stack: str | None, shell: Terminal, *, as_json: bool, strict: bool
) -> None:
    summary = summarize(found.tenancy, found.findings, stack=stack)
    is_refused = bool(refusals(found.findings, strict=strict))
    if as_json:
        data = {**summary_data(summary, found.documents), "refused": is_refused}
        shell.write(json.dumps(data, indent=2) + "\n")
    else:
        width = min(shell.out.width, 100)
        refusing = refusals(summary.findings, strict=strict)
        others = [finding for finding in summary.findings if finding not in refusing]
        if refusing:
            _print(
                rich_report(refusing, found.documents, width=width, with_summary=False), shell
            )
        for line in summary_text(summary, width=width).splitlines():
            is_heading = bool(line) and not line.startswith(" ")
            shell.say(line, style="bold" if is_heading else None)
        _print(rich_report(others, found.documents, width=width, with_summary=False), shell)
        shell.say(report.summary(summary.findings), style="bold")
    if is_refused:
        raise typer.Exit(Exit.REFUSED)


def _print(styled: Text, shell: Terminal) -> None:
    shell.out.print(styled, soft_wrap=True)

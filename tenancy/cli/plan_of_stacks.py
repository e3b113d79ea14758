"""`tenancy plan` of stacks: the files, the last update and the cluster compared."""

import json
from collections.abc import Sequence
from pathlib import Path

import typer
from rich.text import Text

from tenancy import engine
from tenancy.assessment import Assessment
from tenancy.cli.fleet import chosen
from tenancy.cli.interaction import TerminalInteraction
from tenancy.cli.plan_options import Form
from tenancy.cli.terminal import Terminal
from tenancy.diagnostics import Exit, RefusedError, UsageError, quoted, refusals, report
from tenancy.engine import Outcomes, PlanToSave, StackPlan, write_plan
from tenancy.kubernetes.releases import Release
from tenancy.output import LINES, markdown, rich_report, rich_text

__all__ = ["show_plans"]

_STACK = "{stack}"
"""The placeholder for a stack's name in the names of files."""


def show_plans(
    found: Assessment,
    stack: Sequence[str] | None,
    shard: str | None,
    shell: Terminal,
    *,
    form: Form,
    save: str | None,
    strict: bool,
    kubernetes: Release | None,
    kubeconfig: str | None,
    everything: bool,
) -> None:
    """
    Plan stacks, and write the plans.

    Args:
        stack: The names of `--stack`; None or empty for all.
        shard: What `--shard` names.
        save: The file to which the plans are also saved.
        kubernetes: Also plan an upgrade to this release.
        kubeconfig: The only kubeconfig that the files may name. Default: any.
        everything: Whether to write every fact in full.

    Raises:
        RefusedError: A stack names another kubeconfig.
        typer.Exit: Something changes, or is refused.
    """
    only = stack[0] if stack and len(stack) == 1 else None
    stacks = chosen(found, stack, shard)
    _require_kubeconfig(found, found.in_order(stacks), kubeconfig)
    outcomes = _planned(found, stacks, save, shell, strict=strict, kubernetes=kubernetes)
    plans = outcomes.results
    if form == "json":
        written = [plan.data() for plan in plans]
        if only is None or written:
            shell.write(json.dumps(written if only is None else written[0], indent=2) + "\n")
    elif form == "markdown" and plans:
        shell.write(
            "\n".join(
                markdown(p.plan, p.findings, p.documents, strict=p.is_strict) for p in plans
            )
            + "\n"
        )
    elif plans:
        _show(plans, found, shell, most=None if everything else LINES)
    if outcomes.exit is not Exit.DONE:
        raise typer.Exit(outcomes.exit)


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


def _print(styled: Text, shell: Terminal) -> None:
    shell.out.print(styled, soft_wrap=True)

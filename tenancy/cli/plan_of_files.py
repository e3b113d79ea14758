"""`tenancy plan --offline`: a summary of the files, without an engine or a cluster."""

import json

import attrs
import typer

from tenancy.assessment import Assessment
from tenancy.checks import upgrade_findings
from tenancy.cli.terminal import Terminal
from tenancy.diagnostics import Exit, refusals, report
from tenancy.kubernetes.releases import Release
from tenancy.output import rich_report, summary_text
from tenancy.planning import summarize, summary_data

__all__ = ["show_summary"]


def show_summary(
    found: Assessment,
    stack: str | None,
    shell: Terminal,
    *,
    as_json: bool,
    strict: bool,
    kubernetes: Release | None,
) -> None:
    """
    Write a summary of the files, of *stack* or of all stacks.

    Args:
        kubernetes: Also write what an upgrade to this release changes.

    Raises:
        typer.Exit: The files are refused.
    """
    if kubernetes is not None:
        more = upgrade_findings(found.tenancy, stack, kubernetes)
        found = attrs.evolve(found, findings=(*found.findings, *more))
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
            shell.out.print(
                rich_report(refusing, found.documents, width=width, with_summary=False),
                soft_wrap=True,
            )
        for line in summary_text(summary, width=width).splitlines():
            is_heading = bool(line) and not line.startswith(" ")
            shell.say(line, style="bold" if is_heading else None)
        shell.out.print(
            rich_report(others, found.documents, width=width, with_summary=False),
            soft_wrap=True,
        )
        shell.say(report.summary(summary.findings), style="bold")
    if is_refused:
        raise typer.Exit(Exit.REFUSED)

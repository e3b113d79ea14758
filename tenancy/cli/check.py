"""`tenancy check`: every error in the files in one run, without a cluster."""

import json

import typer

from tenancy.assessment import Assessment, assess
from tenancy.cli.options import Json, NoColor, Offline, ProjectFolder, Stack, Strict
from tenancy.cli.terminal import Terminal, terminal
from tenancy.diagnostics import Exit, refusals
from tenancy.output import check_data, rich_report

__all__ = ["EPILOG", "command", "show_findings"]

EPILOG = """
Examples:

  tenancy check                 all stacks and organizations of this project

  tenancy check --stack dev     one stack only

  tenancy check --strict        also refuse what could not be checked; for CI

  tenancy check --offline       without asking a cloud for instance types

  tenancy check --json          for programs; the exit code is the same

Exit code: 0 without errors (there may be warnings), 3 with errors.
"""


def command(
    *,
    project: ProjectFolder = None,
    stack: Stack = None,
    is_offline: Offline = False,
    strict: Strict = False,
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Check every file and list all findings, each with its line and what to do."""
    found = assess(project, stack, offline=is_offline)
    shell = terminal(color=not no_color)
    if as_json:
        written = check_data(found.findings, found.documents)
        refused = bool(refusals(found.findings, strict=strict))
        shell.write(json.dumps({**written, "refused": refused}, indent=2) + "\n")
    else:
        show_findings(found, shell)
    if refusals(found.findings, strict=strict):
        raise typer.Exit(Exit.REFUSED)


def show_findings(found: Assessment, shell: Terminal) -> None:
    """Write all findings of *found*, and what was checked, to standard output."""
    shell.out.print(
        rich_report(found.findings, found.documents, width=min(shell.out.width, 100)),
        soft_wrap=True,
    )
    shell.say(_scope(found))


def _scope(found: Assessment) -> str:
    environments = [
        one for one in found.tenancy.environments.values() if found.stack in (None, one.stack)
    ]
    stacks = found.stacks if found.stack is None else (found.stack,)
    counts = (
        (len(stacks), "stack"),
        (len({o.name for one in environments for o in one.organizations}), "organization"),
        (sum(len(tuple(one.namespaces)) for one in environments), "namespace"),
    )
    return "checked " + ", ".join(
        f"{count} {noun}{'' if count == 1 else 's'}" for count, noun in counts
    )

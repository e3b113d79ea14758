"""`tenancy check`: every error in the files in one run, without a cluster."""

import json
from pathlib import Path
from typing import Annotated

import typer

from tenancy.assessment import Assessment, assess
from tenancy.cli.options import Json, NoColor, Offline, ProjectFolder, Stack, Strict
from tenancy.cli.terminal import Terminal, terminal
from tenancy.diagnostics import Exit, UsageError, refusals
from tenancy.output import CiForm, FindingsForCi, check_data, rich_report

__all__ = ["EPILOG", "command", "show_findings"]

EPILOG = """
Examples:

  tenancy check                 all stacks and organizations of this project

  tenancy check --stack dev     one stack only

  tenancy check --strict        also refuse what could not be checked; for CI

  tenancy check --offline       without asking a cloud for instance types

  tenancy check --json          for programs; the exit code is the same

  tenancy check --format sarif  for code scanning; also github (annotations) and junit

Exit code: 0 without errors (there may be warnings), 3 with errors.
"""


Form = Annotated[
    CiForm | None,
    typer.Option(
        "--format", help="Write the findings in a format for CI systems.", show_default=False
    ),
]


def command(
    *,
    project: ProjectFolder = None,
    stack: Stack = None,
    is_offline: Offline = False,
    strict: Strict = False,
    as_json: Json = False,
    form: Form = None,
    no_color: NoColor = False,
) -> None:
    """Run `tenancy check`."""
    if as_json and form is not None:
        raise UsageError("--format cannot be combined with --json")
    found = assess(project, stack, offline=is_offline)
    shell = terminal(color=not no_color)
    if as_json:
        written = check_data(found.findings, found.documents)
        refused = bool(refusals(found.findings, strict=strict))
        shell.write(json.dumps({**written, "refused": refused}, indent=2) + "\n")
    elif form is not None:
        written_for = FindingsForCi(
            findings=found.findings,
            documents=found.documents,
            folder=_folder_in_repository(found.root),
            strict=strict,
        )
        shell.write(written_for.text(form))
    else:
        show_findings(found, shell)
    if refusals(found.findings, strict=strict):
        raise typer.Exit(Exit.REFUSED)


def _folder_in_repository(root: Path) -> str:
    """Return the path of *root* in its repository; empty at its top, or without one."""
    for folder in (root, *root.parents):
        if (folder / ".git").exists():
            relative = root.relative_to(folder).as_posix()
            return "" if relative == "." else relative
    return ""


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

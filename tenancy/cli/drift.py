"""`tenancy drift`: how the cluster differs from the files."""

import typer

from tenancy import engine
from tenancy.assessment import assess
from tenancy.cli.fleet import chosen
from tenancy.cli.interaction import TerminalInteraction
from tenancy.cli.options import AnyStacks, Json, NoColor, Part, ProjectFolder, Strict, Yes
from tenancy.cli.outcome_report import finish
from tenancy.cli.terminal import Terminal, terminal
from tenancy.diagnostics import UsageError
from tenancy.drifting import data, lines
from tenancy.engine import StackDrift

__all__ = ["EPILOG", "command"]

EPILOG = """
Examples:

  tenancy drift --stack dev            what differs, and which client wrote it

  tenancy drift --stack dev --json     for programs; the exit code is the same

  tenancy drift --stack dev --accept   write it into the config

  tenancy drift --stack dev --repair   make the cluster match the files again

The cluster is compared with the files as they are now, so a change that is not yet applied is
a difference too.

An update does not remove what was added by hand, even with a refresh: the engine compares only
the fields that it wrote. --repair removes it, field by field, after a question. Objects that no
file describes and that do not carry Tenancy's label are deleted only with --delete-foreign.
--repair ends with a refresh and an update, which create missing objects.

Exit code: 0 if nothing differs (after a repair too), 2 if something does, 3 if it was refused,
1 if the comparison failed.
"""


def command(
    *,
    project: ProjectFolder = None,
    stack: AnyStacks = None,
    shard: Part = None,
    as_json: Json = False,
    accept: bool = typer.Option(
        False,
        "--accept",
        help="Write into the config every difference that the config can express.",
    ),
    repair: bool = typer.Option(
        False, "--repair", help="Make the cluster match the files again."
    ),
    delete_foreign: bool = typer.Option(
        False,
        "--delete-foreign",
        help="With --repair: also delete objects that others created and no file describes.",
    ),
    strict: Strict = False,
    yes: Yes = False,
    no_color: NoColor = False,
) -> None:
    """Run `tenancy drift`."""
    if accept and repair:
        raise UsageError("--accept and --repair cannot be combined; run one, then the other")
    if delete_foreign and not repair:
        raise UsageError("--delete-foreign needs --repair; give both")
    shell = terminal(color=not no_color)
    assessment = assess(project)
    messages = Terminal(out=shell.err, err=shell.err)
    interaction = TerminalInteraction(messages, asks=repair and not yes)
    stacks = chosen(assessment, stack, shard)
    if accept:
        outcomes = engine.accept_drift(
            assessment, stacks, strict=strict, interaction=interaction
        )
    elif repair:
        outcomes = engine.repair_drift(
            assessment,
            stacks,
            delete_foreign=delete_foreign,
            strict=strict,
            interaction=interaction,
        )
    else:
        outcomes = engine.drift(assessment, stacks, strict=strict, interaction=interaction)
    if not as_json:
        for one in outcomes.results:
            _write(one, shell)
    finish(
        "drift",
        outcomes,
        shell,
        as_json=as_json,
        of_result=lambda one: {"differences": data(one.differences)},
    )


def _write(drifted: StackDrift, shell: Terminal) -> None:
    for line in lines(drifted.stack, drifted.differences):
        is_heading = bool(line) and not line.startswith("  ")
        shell.say(line, style="bold" if is_heading else None)

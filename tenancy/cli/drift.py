"""`tenancy drift`: what the cluster holds against what the files say, exactly."""

from collections.abc import Sequence

import typer

from tenancy.assessment import Assessment, assess, require_valid
from tenancy.cli.options import AnyStacks, Json, NoColor, ProjectFolder, Yes
from tenancy.cli.progress import watching
from tenancy.cli.prompts import confirm
from tenancy.cli.results import conclude, saying
from tenancy.cli.terminal import Terminal, terminal
from tenancy.cluster import repair as repairing
from tenancy.cluster.identity import require_same
from tenancy.diagnostics.errors import TenancyError
from tenancy.diagnostics.exit_codes import Exit
from tenancy.drifting.report import data, lines
from tenancy.engine.drift import Drifted, accepted, compared, desired_of
from tenancy.engine.outcomes import AT_ONCE, Outcome, Outcomes, each
from tenancy.engine.stack_opener import session

__all__ = ["EPILOG", "command"]

EPILOG = """
Examples:

  tenancy drift --stack dev            what differs, and who wrote it

  tenancy drift --stack dev --json     for programs; the exit code is the same

  tenancy drift --stack dev --accept   write it into the config

  tenancy drift --stack dev --repair   make the cluster what the files say

Compared with what the files say now: what is written and not yet applied differs too.

An update, also one with a refresh, leaves alone what was added by hand: the engine compares
only the fields that it wrote. So --repair takes it away, field by field, after a question;
objects that no file has and that do not carry this tool's label go only with --delete-foreign.
What is missing altogether is made by an update with a refresh, which --repair ends with.

Exit code: 0 where nothing differs (any more), 2 where something does, 3 where it was refused,
1 where it cannot be said.
"""


class OptionsError(TenancyError):
    """Options were given that do not go together."""

    exit = Exit.USAGE


def command(
    *,
    project: ProjectFolder = None,
    stack: AnyStacks = None,
    as_json: Json = False,
    accept: bool = typer.Option(
        False, "--accept", help="Write into the config whatever has a place there."
    ),
    repair: bool = typer.Option(
        False, "--repair", help="Make the cluster again what the files say."
    ),
    delete_foreign: bool = typer.Option(
        False,
        "--delete-foreign",
        help="With --repair: also delete objects that no file has and others made.",
    ),
    yes: Yes = False,
    no_color: NoColor = False,
) -> None:
    """Compare the cluster with the files, additions included, which no refresh sees."""
    if accept and repair:
        raise OptionsError("--accept and --repair: one after the other, to look in between")
    if delete_foreign and not repair:
        raise OptionsError("--delete-foreign says what --repair does: give both")
    shell = terminal(color=not no_color)
    found = assess(project)
    names = found.in_order(stack or None)

    def work(name: str) -> Drifted:
        # For itself: a mistake in the file of one stack keeps no other from being compared.
        return compared(require_valid(assess(found.root, name)), name)

    def all_compared() -> Outcomes[Drifted]:
        return each(
            names,
            work,
            exit_of=lambda one: one.exit,
            at_once=AT_ONCE,
            on_error=saying(shell),
        )

    outcomes = all_compared()
    if accept:
        found = accepted(require_valid(found), outcomes.results, shell.note)
        outcomes = each(
            names, lambda name: _again(found, outcomes[name]), exit_of=lambda one: one.exit
        )
    elif repair and any(one.differences for one in outcomes.results):
        _repair(found, outcomes.results, shell, ask=not yes, delete_foreign=delete_foreign)
        outcomes = all_compared()
    if not as_json:
        for one in outcomes.results:
            _say(one, shell)
    conclude(
        "drift",
        outcomes,
        shell,
        as_json=as_json,
        of_result=lambda one: {"differences": data(one.differences)},
    )


def _again(found: Assessment, outcome: Outcome[Drifted]) -> Drifted:
    """Return what was compared beside what the files say now."""
    if outcome.result is None:
        assert outcome.error is not None
        raise outcome.error
    one = outcome.result
    return one.against(desired_of(found, one.stack, one.connection))


def _repair(
    found: Assessment,
    drifted: Sequence[Drifted],
    shell: Terminal,
    *,
    ask: bool,
    delete_foreign: bool,
) -> None:
    for one in drifted:
        if not one.differences:
            continue
        for line in lines(one.stack, one.differences):
            shell.note(line)
        opened = session(found, one.stack, shell.note)
        require_same(one.connection, opened.outputs().get("clusterUid"))
        if ask:
            confirm(f"repair all of this on stack {one.stack}?", shell)
        done = repairing.repair(
            one.connection,
            one.desired,
            one.live,
            one.differences,
            delete_foreign=delete_foreign,
        )
        for verb, objects_ in (("repaired", done.patched), ("deleted", done.deleted)):
            for identity in objects_:
                shell.note(f"  {verb:<8} {identity}")
        for identity in done.left:
            shell.note(f"  left     {identity}: no file has it, and others made it")
        if done.missing:
            with watching(f"applying stack {one.stack}", shell) as on_step:
                opened.up(on_step=on_step, refresh=True)


def _say(drifted: Drifted, shell: Terminal) -> None:
    for line in lines(drifted.stack, drifted.differences):
        is_heading = bool(line) and not line.startswith("  ")
        shell.say(line, style="bold" if is_heading else None)

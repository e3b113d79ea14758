"""`tenancy drift`: what the cluster holds against what the files say, exactly."""

import json
from collections.abc import Sequence

import attrs
import typer

from tenancy import render, report
from tenancy.cli.drifted import Drifted, accepted, same_cluster
from tenancy.cli.engine import session
from tenancy.cli.options import Json, NoColor, ProjectFolder, Stack, Yes
from tenancy.cli.progress import watching
from tenancy.cli.terminal import Terminal, terminal
from tenancy.cli.update import confirm
from tenancy.cluster import Connection, connect, repairing
from tenancy.cluster.objects import objects
from tenancy.drift.comparison import KINDS
from tenancy.drift.report import data, lines
from tenancy.errors import TenancyError
from tenancy.exits import Exit
from tenancy.reading import Checked, checked
from tenancy.render import Manifest
from tenancy.violation import errors

__all__ = ["EPILOG", "command"]

EPILOG = """
Examples:

  tenancy drift --stack dev            what differs, who wrote it, and how bad it is

  tenancy drift --stack dev --json     for programs; the exit code is the same

  tenancy drift --stack dev --accept   write into the config what has a place there

  tenancy drift --stack dev --repair   make the cluster again what the files say

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
    stack: Stack = None,
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
    found = checked(project, stack)
    if found.is_refused:
        shell.note(report.text(errors(found.violations), found.documents))
        raise typer.Exit(Exit.REFUSED)
    stacks = found.stacks if stack is None else (found.require(stack),)
    drifted = [compared(found, name) for name in stacks]
    if accept:
        found = accepted(found, drifted, shell)
        drifted = [one.against(_desired(found, one.stack, one.connection)) for one in drifted]
    elif repair and any(one.differences for one in drifted):
        _repair(found, drifted, shell, ask=not yes, delete_foreign=delete_foreign)
        drifted = [compared(found, name) for name in stacks]
    if as_json:
        body = [data(one.stack, one.differences) for one in drifted]
        shell.say(json.dumps({"version": 1, "kind": "drift", "stacks": body}, indent=2))
    else:
        for one in drifted:
            _say(one, shell)
    if any(one.differences for one in drifted):
        raise typer.Exit(Exit.CHANGES)


def _repair(
    found: Checked,
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
        opened = session(found, one.stack, shell)
        same_cluster(one.connection, opened)
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


def compared(found: Checked, stack: str) -> Drifted:
    """
    Return what differs between the files of *stack* and its cluster.

    Raises:
        ClusterError: The cluster cannot be reached or read.
    """
    connection = connect(found.cluster(stack), found.root)
    desired = _desired(found, stack, connection)
    kinds = (*KINDS, *(str(manifest["kind"]) for manifest in desired))
    return Drifted(
        stack=stack,
        connection=connection,
        desired=desired,
        live=objects(connection, kinds),
    )


def _desired(found: Checked, stack: str, connection: Connection) -> tuple[Manifest, ...]:
    environment = found.tenancy.environments.get(stack)
    if environment is not None:
        return tuple(render.environment(environment, found.tenancy.platform_of(environment)))
    rendered = render.platform(found.tenancy.platforms[stack])
    if not connection.serves("admissionregistration.k8s.io", "v1", "MutatingAdmissionPolicy"):
        rendered = attrs.evolve(rendered, mutations=(), mutation_bindings=())
    return tuple(rendered)


def _say(drifted: Drifted, shell: Terminal) -> None:
    for line in lines(drifted.stack, drifted.differences):
        is_heading = bool(line) and not line.startswith("  ")
        shell.say(line, style="bold" if is_heading else None)

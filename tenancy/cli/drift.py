"""`tenancy drift`: what the cluster holds against what the files say, exactly."""

import json

import attrs
import typer

from tenancy import render, report
from tenancy.cli.group import EXIT_REFUSED
from tenancy.cli.options import Json, NoColor, ProjectFolder, Stack
from tenancy.cli.reading import Checked, checked
from tenancy.cli.terminal import Terminal, terminal
from tenancy.cluster import Connection, connect
from tenancy.cluster.objects import objects
from tenancy.drift import Difference, differences
from tenancy.drift.comparison import KINDS
from tenancy.drift.report import data, lines
from tenancy.render import Manifest
from tenancy.violation import errors

__all__ = ["EPILOG", "EXIT_DRIFT", "command"]

EXIT_DRIFT = 2
"""There are differences."""

EPILOG = """
Examples:

  tenancy drift --stack dev            what differs, who wrote it, and how bad it is

  tenancy drift --stack dev --json     for programs; the exit code is the same

Compared with what the files say now: what is written and not yet applied differs too.

Exit code: 0 where nothing differs, 2 where something does, 1 where it cannot be said.
"""


@attrs.frozen(kw_only=True)
class Drifted:
    """A stack, what its files say, and what differs on its cluster."""

    stack: str
    connection: Connection
    desired: tuple[Manifest, ...]
    differences: tuple[Difference, ...]


def command(
    *,
    project: ProjectFolder = None,
    stack: Stack = None,
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Compare the cluster with the files, additions included, which no refresh sees."""
    shell = terminal(color=not no_color)
    found = checked(project, stack)
    if found.is_refused:
        shell.note(report.text(errors(found.violations), found.documents))
        raise typer.Exit(EXIT_REFUSED)
    stacks = found.stacks if stack is None else (found.require(stack),)
    drifted = [compared(found, name) for name in stacks]
    if as_json:
        body = [data(one.stack, one.differences) for one in drifted]
        shell.say(json.dumps({"version": 1, "kind": "drift", "stacks": body}, indent=2))
    else:
        for one in drifted:
            _say(one, shell)
    if any(one.differences for one in drifted):
        raise typer.Exit(EXIT_DRIFT)


def compared(found: Checked, stack: str) -> Drifted:
    """
    Return what differs between the files of *stack* and its cluster.

    Raises:
        ClusterError: The cluster cannot be reached or read.
    """
    connection = connect(found.cluster(stack), found.root)
    desired = _desired(found, stack, connection)
    kinds = (*KINDS, *(str(manifest["kind"]) for manifest in desired))
    live = objects(connection, kinds)
    return Drifted(
        stack=stack,
        connection=connection,
        desired=desired,
        differences=differences(desired, live),
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

"""`tenancy explain`: where each value of a namespace comes from, and what waits there."""

from typing import Annotated

import typer

from tenancy.assessment import Assessment, assess
from tenancy.cli.completion import complete_namespaces
from tenancy.cli.options import NoColor, ProjectFolder, Stack
from tenancy.cli.terminal import Terminal, terminal
from tenancy.cluster import connect, waiting_jobs, waiting_pods
from tenancy.model import queued_grants
from tenancy.planning import (
    ExplainedNamespace,
    ExplainedValue,
    explain,
    waiting_jobs_text,
    waiting_text,
)

__all__ = ["EPILOG", "command"]

EPILOG = """
Examples:

  tenancy explain acme-dev                 every value, with its file and line

  tenancy explain acme-dev requests.cpu    also what leads there, such as a profile

  tenancy explain acme-dev limitRange --stack dev

  tenancy explain acme-dev --live          also which of its pods and jobs wait, and why

A key is written as in the files: `quota.requests.cpu`, or a part of it.

Exit code: 0, or 64 if there is no such namespace or key. With --live, a cluster that does not
answer is an error.
"""

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAMESPACE",
        help="The namespace's name in the cluster.",
        autocompletion=complete_namespaces,
    ),
]
Key = Annotated[
    str | None,
    typer.Argument(
        metavar="KEY", help="Show only this key. Default: all keys.", show_default=False
    ),
]

Live = Annotated[
    bool,
    typer.Option("--live", help="Also show which pods and jobs wait on the cluster, and why."),
]


def command(
    *,
    namespace: Name,
    key: Key = None,
    stack: Stack = None,
    project: ProjectFolder = None,
    live: Live = False,
    no_color: NoColor = False,
) -> None:
    """Run `tenancy explain`."""
    shell = terminal(color=not no_color)
    assessment = assess(project, offline=True)
    for explained in explain(assessment, namespace, key=key, stack=stack):
        shell.say(_heading(explained), style="bold")
        if key is None:
            _show_table(explained, shell)
        else:
            _show_places(explained, shell)
        if live:
            _show_waiting(explained, assessment, shell)


def _show_waiting(one: ExplainedNamespace, assessment: Assessment, shell: Terminal) -> None:
    """Write which pods wait on the cluster, and why."""
    connection = connect(assessment.cluster(one.stack), assessment.root)
    lines = [waiting_text(pods) for pods in waiting_pods(connection, {one.name})]
    if _has_queue(one, assessment):
        lines += map(waiting_jobs_text, waiting_jobs(connection, {one.name}))
    for line in lines:
        shell.say(f"  on the cluster: {line}", style="yellow")
    if not lines:
        shell.say("  on the cluster: every pod has a node")


def _has_queue(one: ExplainedNamespace, assessment: Assessment) -> bool:
    environment = assessment.tenancy.environments[one.stack]
    platform = assessment.tenancy.platform_of(environment)
    return any(
        queued_grants(namespace, platform)
        for namespace in environment.namespaces
        if namespace.name == one.name
    )


def _heading(one: ExplainedNamespace) -> str:
    where = f"environment {one.environment}, stack {one.stack}, cluster {one.cluster}"
    return f"{one.name}: {where} ({one.place})"


def _show_table(one: ExplainedNamespace, shell: Terminal) -> None:
    """Write a line for each value; a value that is longer than its column has its own line."""
    keys = max(len(value.key) for value in one.values)
    values = max((len(v.value) for v in one.values if len(v.value) <= _VALUE), default=0)
    for value in one.values:
        shell.say(f"  {value.key:<{keys}}  {value.value:<{values}}  {_from(value)}")


def _show_places(one: ExplainedNamespace, shell: Terminal) -> None:
    for value in one.values:
        shell.say(f"  {value.key} = {value.value}")
        for place in value.places:
            found = "" if place.found is None else f": {place.found}"
            shell.say(f"    {place}  {place.path}{found}")
        if not value.places:
            shell.say(f"    {_DEFAULT}")


_VALUE = 30
"""The longest value that the column of values is wide for, in characters."""
_DEFAULT = "default"


def _from(value: ExplainedValue) -> str:
    return str(value.places[0]) if value.places else _DEFAULT

"""`tenancy who-can`, `what-can` and `usage`: questions that people ask about organizations."""

import json
from collections.abc import Iterator, Mapping

import typer
from rich.table import Table

from tenancy.assessment import Assessment, assess
from tenancy.cli.options import Json, NoColor, ProjectFolder, Stack
from tenancy.cli.terminal import Terminal, terminal
from tenancy.cluster import ClusterError, connect
from tenancy.cluster.live_reads import read
from tenancy.config.document import JSON
from tenancy.diagnostics.errors import TenancyError
from tenancy.diagnostics.exit_codes import Exit
from tenancy.diagnostics.suggestions import nearest
from tenancy.diagnostics.wording import joined, quoted
from tenancy.model import Environment, Namespace
from tenancy.model.live import Live
from tenancy.planning.access_queries import Right, resources_of, what_can, who_can

__all__ = [
    "USAGE_EPILOG",
    "WHAT_CAN_EPILOG",
    "WHO_CAN_EPILOG",
    "usage",
    "what_can_command",
    "who_can_command",
]

WHO_CAN_EPILOG = """
Examples:

  tenancy who-can get secrets -n acme-prod

  tenancy who-can create pods/exec -n acme-prod --json

It says what the files give. Exit code 3: nobody may.
"""
WHAT_CAN_EPILOG = """
Examples:

  tenancy what-can acme-developers

  tenancy what-can dana --group acme-leads

Who is in a group, the identity provider alone knows.
"""
USAGE_EPILOG = """
Examples:

  tenancy usage                    every stack

  tenancy usage --stack prod --json
"""


class UnknownError(TenancyError):
    """A namespace, a resource or a subject that nothing here names."""

    exit = Exit.USAGE

    def __init__(self, what: str, name: str, known: frozenset[str]) -> None:
        super().__init__(what, name, known)
        self.what = what
        self.name = name
        self.known = known

    def __str__(self) -> str:
        guess = nearest(self.name, sorted(self.known))
        remedy = f"did you mean {guess!r}?" if guess else "look at `tenancy plan --offline`"
        return f"no {self.what} {quoted(self.name)} is written here; {remedy}"


def who_can_command(
    verb: str = typer.Argument(help="As RBAC has it: get, create, delete, …"),
    resource: str = typer.Argument(help="Such as secrets, pods/exec, deployments.apps."),
    namespace: str = typer.Option(
        ..., "--namespace", "-n", metavar="NAME", help="The namespace's name in the cluster."
    ),
    project: ProjectFolder = None,
    as_json: Json = False,
) -> None:
    """Say who may do something in a namespace, and by which role."""
    shell = terminal()
    found = assess(project)
    names = frozenset(n.name for _, n in _namespaces(found, None))
    if namespace not in names:
        raise UnknownError("namespace", namespace, names)
    resources = resources_of(found.tenancy)
    plain = {r.partition(" (")[0] for r in resources}
    if resource.partition(".")[0] not in {r.partition(".")[0] for r in plain} | {"*"}:
        raise UnknownError("role that names the resource", resource, frozenset(plain))
    holders, unknown = who_can(verb, resource, namespace, found.tenancy)
    if as_json:
        written: dict[str, JSON] = {
            "version": 1,
            "verb": verb,
            "resource": resource,
            "namespace": namespace,
            "holders": [{"subject": h.subject, "role": h.role} for h in holders],
            "notChecked": [{"subject": u.subject, "role": u.role} for u in unknown],
        }
        shell.say(json.dumps(written, indent=2))
    else:
        for holder in holders:
            shell.say(f"{holder.subject}  ({holder.role})")
        for one in unknown:
            shell.say(f"not checked: {one.subject} holds {one.role}, which the cluster defines")
        if not holders:
            shell.say(f"nobody may {verb} {resource} in {namespace} by what is written here")
    if not holders:
        raise typer.Exit(Exit.REFUSED)


def what_can_command(
    subject: str = typer.Argument(help="A user, a group, or <namespace>/<service account>."),
    group: list[str] = typer.Option([], "--group", help="A group that the subject is in."),  # noqa: B008
    project: ProjectFolder = None,
    as_json: Json = False,
) -> None:
    """Say what somebody may do, namespace by namespace, the heaviest first."""
    shell = terminal()
    found = assess(project)
    rights = list(what_can(subject, found.tenancy, group))
    if not rights:
        known = frozenset(
            s.written or s.name
            for _, n in _namespaces(found, None)
            for b in n.bindings
            for s in b.subjects
        )
        raise UnknownError("member", subject, known)
    if as_json:
        shell.say(json.dumps({"version": 1, "rights": [_right(r) for r in rights]}, indent=2))
        return
    for right in rights:
        heading = f"{right.subject} in {right.namespace}: {joined(right.roles)}"
        shell.say(heading, style="bold")
        by_verbs: dict[tuple[str, ...], list[str]] = {}
        for allowed in right.allowed:
            by_verbs.setdefault(allowed.verbs, []).append(allowed.resource)
        for verbs, resources in by_verbs.items():
            shell.say(f"  {', '.join(resources)}: {', '.join(verbs)}")
        for role in right.unknown:
            shell.say(f"  not checked: {role}, which the cluster defines")


def usage(
    project: ProjectFolder = None,
    stack: Stack = None,
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Say what each namespace may use and what it uses now."""
    shell = terminal(color=not no_color)
    found = assess(project, stack)
    rows: list[dict[str, JSON]] = []
    for environment, namespaces in _by_environment(found, stack):
        live, why = _live(environment, found)
        rows += [row for n in namespaces for row in _rows(n, environment.stack, live)]
        if why:
            shell.note(f"stack {environment.stack}: what is used was not checked: {why}")
    if as_json:
        shell.say(json.dumps({"version": 1, "usage": rows}, indent=2))
    else:
        _table(rows, shell)


def _right(right: Right) -> dict[str, JSON]:
    return {
        "subject": right.subject,
        "namespace": right.namespace,
        "environment": right.environment,
        "roles": list(right.roles),
        "notChecked": list(right.unknown),
        "allowed": [
            {"apiGroup": a.api_group, "resource": a.resource, "verbs": list(a.verbs)}
            for a in right.allowed
        ],
    }


def _namespaces(
    found: Assessment, stack: str | None
) -> Iterator[tuple[Environment, Namespace]]:
    for environment, namespaces in _by_environment(found, stack):
        for namespace in namespaces:
            yield environment, namespace


def _by_environment(
    found: Assessment, stack: str | None
) -> Iterator[tuple[Environment, tuple[Namespace, ...]]]:
    for environment in found.tenancy.environments.values():
        if stack in (None, environment.stack):
            yield environment, tuple(environment.namespaces)


def _live(environment: Environment, found: Assessment) -> tuple[Live | None, str]:
    try:
        live = read(connect(environment.cluster, found.root))
    except ClusterError as error:
        return None, error.found
    return live, next((u.why for u in live.unread if u.part == "quotas"), "")


def _rows(namespace: Namespace, stack: str, live: Live | None) -> Iterator[dict[str, JSON]]:
    quotas = {} if live is None or live.quotas is None else live.quotas.get(namespace.name, {})
    for quota in namespace.quotas:
        there = quotas.get(quota.name)
        used: Mapping[str, str] = {} if there is None else there.used
        for key, limit in quota.hard.items():
            yield {
                "stack": stack,
                "organization": namespace.organization,
                "namespace": namespace.name,
                "quota": quota.name,
                "key": key,
                "limit": str(limit),
                "used": used.get(key),
            }


def _table(rows: list[dict[str, JSON]], shell: Terminal) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("namespace", "key"):
        table.add_column(heading)
    for heading in ("used", "limit"):
        table.add_column(heading, justify="right")
    last: JSON = None
    for row in rows:
        name = "" if row["namespace"] == last else str(row["namespace"])
        last = row["namespace"]
        used = "not checked" if row["used"] is None else str(row["used"])
        table.add_row(name, str(row["key"]), used, str(row["limit"]))
    shell.out.print(table)

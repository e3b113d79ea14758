"""`tenancy who-can`, `what-can` and `usage`: questions about access and quotas."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import typer

from tenancy.assessment import Assessment, assess
from tenancy.cli.options import Json, NoColor, ProjectFolder, Stack
from tenancy.cli.terminal import terminal
from tenancy.cluster import connect
from tenancy.cluster.live_reads import read
from tenancy.diagnostics.errors import ClusterError, NotFoundError
from tenancy.diagnostics.exit_codes import Exit
from tenancy.diagnostics.wording import joined, wrapped
from tenancy.kubernetes.quantity import InvalidQuantityError, Quantity
from tenancy.model import Environment, Namespace
from tenancy.model.live import Live
from tenancy.output.answers_data import usage_data, what_can_data, who_can_data
from tenancy.output.usage import QuotaUsage, usage_lines
from tenancy.planning.access_queries import Place, resources_of, what_can, who_can

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

  tenancy who-can create pods/exec -n acme --stack prod

  tenancy who-can create pods/exec -n acme-prod --json

The answer is what the files grant. One name may be on several clusters: without --stack, every
one of them is answered. Exit code 3: nobody may.
"""
WHAT_CAN_EPILOG = """
Examples:

  tenancy what-can acme-developers

  tenancy what-can dana --group acme-leads --stack prod

Only the identity provider knows who is in a group.
"""
USAGE_EPILOG = """
Examples:

  tenancy usage                    every stack

  tenancy usage --stack prod --all

  tenancy usage --stack prod --json

On a terminal, what does not fit a screen is shown in a pager ($PAGER); --all writes everything
at once.
"""


def who_can_command(
    *,
    verb: str = typer.Argument(help="As RBAC has it: get, create, delete, …"),
    resource: str = typer.Argument(help="Such as secrets, pods/exec, deployments.apps."),
    namespace: str = typer.Option(
        ..., "--namespace", "-n", metavar="NAME", help="The namespace's name in the cluster."
    ),
    project: ProjectFolder = None,
    stack: Stack = None,
    as_json: Json = False,
) -> None:
    """Show who may do something in a namespace, and by which role."""
    shell = terminal()
    found = _assessed(project, stack)
    names = frozenset(n.name for _, n in _namespaces(found, stack))
    if namespace not in names:
        raise NotFoundError("namespace", namespace, sorted(names))
    plain = {r.partition(" (")[0] for r in resources_of(found.tenancy)}
    if resource.partition(".")[0] not in {r.partition(".")[0] for r in plain} | {"*"}:
        raise NotFoundError("resource in any role", resource, sorted(plain))
    holders = who_can(verb, resource, namespace, found.tenancy, stack=stack)
    if as_json:
        data = who_can_data(verb, resource, namespace, holders)
        shell.write(json.dumps(data, indent=2) + "\n")
    else:
        places = [Place.of(n, e) for e, n in _namespaces(found, stack) if n.name == namespace]
        for place in places:
            shell.say(str(place), style="bold")
            here = [holder for holder in holders if holder.place == place]
            for holder in here:
                note = (
                    "" if holder.verbs is not None else "; not checked: the cluster defines it"
                )
                shell.say(f"  {holder.subject}  ({holder.role}{note})")
            if not any(holder.verbs is not None for holder in here):
                shell.say(f"  nobody may {verb} {resource} according to the files")
    if not any(holder.verbs is not None for holder in holders):
        raise typer.Exit(Exit.REFUSED)


def what_can_command(
    *,
    subject: str = typer.Argument(help="A user, a group, or <namespace>/<service account>."),
    group: list[str] = typer.Option([], "--group", help="A group that the subject is in."),  # noqa: B008
    project: ProjectFolder = None,
    stack: Stack = None,
    as_json: Json = False,
) -> None:
    """Show what a subject may do, namespace by namespace, the most powerful first."""
    shell = terminal()
    found = _assessed(project, stack)
    permissions = tuple(what_can(subject, found.tenancy, group, stack=stack))
    if not permissions:
        known = frozenset(
            s.written or s.name
            for _, n in _namespaces(found, stack)
            for b in n.bindings
            for s in b.subjects
        )
        raise NotFoundError("member", subject, sorted(known))
    if as_json:
        shell.write(json.dumps(what_can_data(permissions), indent=2) + "\n")
        return
    width = min(shell.out.width, 100)
    for one in permissions:
        shell.say(f"{one.subject} in {one.place}: {joined(one.roles)}", style="bold")
        by_verbs: dict[tuple[str, ...], list[str]] = {}
        for allowed in one.allowed:
            by_verbs.setdefault(allowed.verbs, []).append(allowed.resource)
        for verbs, resources in by_verbs.items():
            line = f"{', '.join(resources)}: {', '.join(verbs)}"
            shell.say("\n".join(wrapped(line, width, first="  ", rest="    ")))
        for role in one.unknown:
            shell.say(f"  not checked: {role}, which the cluster defines")


def usage(
    *,
    project: ProjectFolder = None,
    stack: Stack = None,
    as_json: Json = False,
    everything: bool = typer.Option(False, "--all", help="All at once, without a pager."),
    no_color: NoColor = False,
) -> None:
    """Show what each namespace may use and what it uses now; full quotas are marked."""
    shell = terminal(color=not no_color)
    found = _assessed(project, stack)
    rows: list[QuotaUsage] = []
    for environment in _environments(found, stack):
        live, why = _live(environment, found)
        for namespace in environment.namespaces:
            rows += _rows(namespace, environment, live)
        if why:
            shell.note(f"stack {environment.stack}: use not checked: {why}")
    if as_json:
        shell.write(json.dumps(usage_data(rows), indent=2) + "\n")
        return
    lines = list(usage_lines(rows))
    with shell.paged(len(lines), everything=everything):
        for line, style in lines:
            shell.say(line, style=style)


def _assessed(project: Path | None, stack: str | None) -> Assessment:
    found = assess(project, stack)
    known = frozenset(found.tenancy.environments)
    if stack is not None and stack not in known:
        raise NotFoundError("environment's stack", stack, sorted(known))
    return found


def _environments(found: Assessment, stack: str | None) -> Iterator[Environment]:
    for environment in found.tenancy.environments.values():
        if stack in (None, environment.stack):
            yield environment


def _namespaces(
    found: Assessment, stack: str | None
) -> Iterator[tuple[Environment, Namespace]]:
    for environment in _environments(found, stack):
        for namespace in environment.namespaces:
            yield environment, namespace


def _live(environment: Environment, found: Assessment) -> tuple[Live | None, str]:
    try:
        live = read(connect(environment.cluster, found.root))
    except ClusterError as error:
        return None, error.found
    return live, next((u.why for u in live.unread if u.part == "quotas"), "")


def _rows(
    namespace: Namespace, environment: Environment, live: Live | None
) -> Iterator[QuotaUsage]:
    quotas = {} if live is None or live.quotas is None else live.quotas.get(namespace.name, {})
    for quota in namespace.quotas:
        existing = quotas.get(quota.name)
        used: Mapping[str, str] = {} if existing is None else existing.used
        for key, limit in quota.hard.items():
            yield QuotaUsage(
                organization=namespace.organization,
                place=Place.of(namespace, environment),
                quota=quota.name,
                key=key,
                limit=limit.quantity,
                used=_quantity(used.get(key)),
            )


def _quantity(text: str | None) -> Quantity | None:
    if text is None:
        return None
    try:
        return Quantity.parse_stored(text)
    except InvalidQuantityError:
        return None

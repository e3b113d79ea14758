"""`tenancy who-can`, `what-can` and `usage`: questions about access and quotas."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, TypeVar

import typer

from tenancy.assessment import Assessment, assess
from tenancy.cli.completion import complete_namespaces
from tenancy.cli.options import Json, NoColor, OnTheCluster, ProjectFolder, Stack
from tenancy.cli.terminal import Terminal, terminal
from tenancy.cluster import with_waiting_jobs, with_waiting_pods
from tenancy.diagnostics import ClusterError, Exit, NotFoundError, joined, wrapped
from tenancy.engine import ClusterReadings
from tenancy.kubernetes.quantity import InvalidQuantityError, Quantity
from tenancy.model import (
    Environment,
    Live,
    LiveAccess,
    LiveBinding,
    Namespace,
    Platform,
    WaitingJobs,
    WaitingPods,
    queued_grants,
)
from tenancy.output import QuotaUsage, usage_data, usage_lines, what_can_data, who_can_data
from tenancy.planning import (
    Allowed,
    LiveHolder,
    LivePermission,
    Place,
    RoleHolder,
    grant_limits,
    live_what_can,
    live_who_can,
    possible_names,
    resources_of,
    what_can,
    who_can,
)

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

The answer is what the files grant; with --live also what all bindings on the cluster grant. One
name may be on several clusters: without --stack, the answer covers each. Exit code 3: no
subject may do it.
"""
WHAT_CAN_EPILOG = """
Examples:

  tenancy what-can acme-developers

  tenancy what-can dana --group acme-leads --stack prod --live

With --live also what all bindings on the cluster grant. Tenancy cannot read group memberships:
only the identity provider has them.
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
    verb: str = typer.Argument(metavar="VERB", help="The RBAC verb: get, create, delete, …"),
    resource: str = typer.Argument(
        metavar="RESOURCE", help="The resource, such as secrets, pods/exec or deployments.apps."
    ),
    namespace: str = typer.Option(
        ...,
        "--namespace",
        "-n",
        metavar="NAME",
        help="The namespace's name in the cluster.",
        autocompletion=complete_namespaces,
    ),
    project: ProjectFolder = None,
    stack: Stack = None,
    live: OnTheCluster = False,
    as_json: Json = False,
) -> None:
    """Run `tenancy who-can`."""
    shell = terminal()
    found = _assessed(project, stack)
    names = frozenset(n.name for _, n in _namespaces(found, stack))
    if namespace not in names:
        raise NotFoundError("namespace", namespace, sorted(names))
    plain = {r.partition(" (")[0] for r in resources_of(found.tenancy)}
    if resource.partition(".")[0] not in {r.partition(".")[0] for r in plain} | {"*"}:
        raise NotFoundError("resource in any role", resource, sorted(plain))
    holders = who_can(verb, resource, namespace, found.tenancy, stack=stack)
    there: list[LiveHolder] | None = None
    if live:
        there = [
            holder
            for place, access, _ in _accesses(found, stack, namespace)
            for holder in live_who_can(verb, resource, place, access)
        ]
    if as_json:
        data = who_can_data(verb, resource, namespace, holders, there)
        shell.write(json.dumps(data, indent=2) + "\n")
    else:
        for place in (Place.of(n, e) for e, n in _namespaces(found, stack)):
            if place.namespace == namespace:
                shell.say(str(place), style="bold")
                for line in _holders(verb, resource, place, holders, there or ()):
                    shell.say(f"  {line}")
        shell.say(f"not checked: {_unchecked(live=live)}")
    if not there and not any(holder.verbs is not None for holder in holders):
        raise typer.Exit(Exit.REFUSED)


def what_can_command(
    *,
    subject: str = typer.Argument(
        metavar="SUBJECT", help="A user, a group, or <namespace>/<service account>."
    ),
    group: list[str] = typer.Option(  # noqa: B008
        [], "--group", metavar="NAME", help="A group that the subject is in; repeatable."
    ),
    project: ProjectFolder = None,
    stack: Stack = None,
    live: OnTheCluster = False,
    as_json: Json = False,
) -> None:
    """Run `tenancy what-can`."""
    shell = terminal()
    found = _assessed(project, stack)
    permissions = tuple(what_can(subject, found.tenancy, group, stack=stack))
    there: list[LivePermission] | None = None
    if live:
        there = [
            permission
            for place, access, platform in _accesses(found, stack)
            for permission in live_what_can(
                possible_names(subject, group, platform), place, access
            )
        ]
    if not permissions and not there:
        known = frozenset(
            s.written or s.name
            for _, n in _namespaces(found, stack)
            for b in n.bindings
            for s in b.subjects
        )
        raise NotFoundError("member", subject, sorted(known))
    if as_json:
        shell.write(json.dumps(what_can_data(permissions, there), indent=2) + "\n")
        return
    width = min(shell.out.width, 100)
    for one in permissions:
        shell.say(f"{one.subject} in {one.place}: {joined(one.roles)}", style="bold")
        _say_allowed(one.allowed, shell, width)
        for role in one.unknown:
            shell.say(f"  not checked: {role}, a role that is defined on the cluster")
    for by in there or ():
        head = f"{by.subject} in {by.place}, on the cluster: {_by(by.binding)}"
        shell.say(head, style="bold")
        _say_allowed(by.allowed, shell, width)
    shell.say(f"not checked: {_unchecked(live=live)}")


def _holders(
    verb: str,
    resource: str,
    place: Place,
    holders: Iterable[RoleHolder],
    live: Iterable[LiveHolder],
) -> Iterator[str]:
    """Yield a line for each subject that may do it at *place*."""
    here = [holder for holder in holders if holder.place == place]
    for holder in here:
        known = holder.verbs is not None
        note = "" if known else "; not checked: this role is defined on the cluster"
        yield f"{holder.subject}  ({holder.role}{note})"
    if not any(holder.verbs is not None for holder in here):
        yield f"the files grant no subject {verb} on {resource}"
    for one in live:
        if one.place == place:
            yield f"on the cluster: {one.subject}  ({_by(one.binding)})"


def _say_allowed(some: Iterable[Allowed], shell: Terminal, width: int) -> None:
    by_verbs: dict[tuple[str, ...], list[str]] = {}
    for allowed in some:
        by_verbs.setdefault(allowed.verbs, []).append(allowed.resource)
    for verbs, resources in by_verbs.items():
        line = f"{', '.join(resources)}: {', '.join(verbs)}"
        shell.say("\n".join(wrapped(line, width, first="  ", rest="    ")))


def _by(binding: LiveBinding) -> str:
    return f"{binding.role_kind} {binding.role}, by {binding}"


def _unchecked(*, live: bool) -> str:
    if live:
        return "memberships of groups; only the identity provider has them"
    return "bindings on the cluster that are not in the files; add --live"


def _accesses(
    found: Assessment, stack: str | None, namespace: str | None = None
) -> Iterator[tuple[Place, LiveAccess, Platform]]:
    """
    Yield each namespace with what is on its cluster.

    Raises:
        ClusterError: A cluster does not answer, or refuses a list.
    """
    environments = tuple(_environments(found, stack))
    readings = ClusterReadings(len(environments))
    for environment in environments:
        wanted = [n for n in environment.namespaces if namespace in (None, n.name)]
        if not wanted:
            continue
        connection = readings.connect(environment.cluster, found.root)
        access = readings.access(connection, namespaces={one.name for one in wanted})
        for one in wanted:
            place = Place.of(one, environment)
            yield place, access, found.tenancy.platform_of(environment)


def usage(
    *,
    project: ProjectFolder = None,
    stack: Stack = None,
    as_json: Json = False,
    everything: bool = typer.Option(False, "--all", help="Write everything, without a pager."),
    no_color: NoColor = False,
) -> None:
    """Run `tenancy usage`."""
    shell = terminal(color=not no_color)
    found = _assessed(project, stack)
    rows: list[QuotaUsage] = []
    waiting: dict[Place, tuple[WaitingPods, ...]] = {}
    jobs: dict[Place, tuple[WaitingJobs, ...]] = {}
    environments = tuple(_environments(found, stack))
    readings = ClusterReadings(len(environments))
    for environment in environments:
        live, why = _live(environment, found, readings)
        for namespace in environment.namespaces:
            platform = found.tenancy.platform_of(environment)
            rows += _rows(namespace, environment, platform, live)
            if live is not None:
                waiting.update(_own(live.waiting, namespace, environment))
                jobs.update(_own(live.waiting_jobs, namespace, environment))
        if why:
            shell.note(f"stack {environment.stack}: use not checked: {why}")
    if as_json:
        shell.write(json.dumps(usage_data(rows, waiting, jobs), indent=2) + "\n")
        return
    lines = list(usage_lines(rows, waiting, jobs))
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


def _live(
    environment: Environment, found: Assessment, readings: ClusterReadings
) -> tuple[Live | None, str]:
    names = frozenset(namespace.name for namespace in environment.namespaces)
    try:
        connection = readings.connect(environment.cluster, found.root)
        live = readings.read(connection, contents=False, tokens_of=(), namespaces=names)
        live = with_waiting_pods(connection, live, names)
        platform = found.tenancy.platform_of(environment)
        queued = {n.name for n in environment.namespaces if queued_grants(n, platform)}
        live = with_waiting_jobs(connection, live, queued)
    except ClusterError as error:
        return None, error.found
    return live, "; ".join(u.why for u in live.unread if u.part in _PARTS)


_PARTS: Final = ("quotas", "waiting pods", "waiting jobs")
"""The data for `tenancy usage`."""


_Waits = TypeVar("_Waits", WaitingPods, WaitingJobs)


def _own(
    found: Sequence[_Waits] | None, namespace: Namespace, environment: Environment
) -> Iterator[tuple[Place, tuple[_Waits, ...]]]:
    """Yield what waits in *namespace*, if anything does; None was not read."""
    own = tuple(one for one in found or () if one.namespace == namespace.name)
    if own:
        yield Place.of(namespace, environment), own


def _rows(
    namespace: Namespace, environment: Environment, platform: Platform, live: Live | None
) -> Iterator[QuotaUsage]:
    """Yield the keys of the quotas that people wrote, then those that count granted devices."""
    quotas = {} if live is None or live.quotas is None else live.quotas.get(namespace.name, {})
    limits = [
        (quota.name, key, limit.quantity)
        for quota in namespace.quotas
        for key, limit in quota.hard.items()
    ]
    for quota, key, limit in (*limits, *grant_limits(namespace, platform)):
        existing = quotas.get(quota)
        yield QuotaUsage(
            organization=namespace.organization,
            place=Place.of(namespace, environment),
            quota=quota,
            key=key,
            limit=limit,
            used=_quantity(None if existing is None else existing.used.get(key)),
        )


def _quantity(text: str | None) -> Quantity | None:
    if text is None:
        return None
    try:
        return Quantity.parse_stored(text)
    except InvalidQuantityError:
        return None

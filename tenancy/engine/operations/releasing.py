"""Release namespaces: Tenancy stops managing them, and every object stays as it is."""

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import attrs

from tenancy.assessment import Assessment, assess
from tenancy.cluster import connect, require_same
from tenancy.config.document import write
from tenancy.diagnostics import Finding, RefusedError, errors_in, report
from tenancy.drifting import Identity
from tenancy.engine.adoption_files import copied
from tenancy.engine.interaction import AUTOMATIC, Interaction
from tenancy.engine.interrupted_updates import resumed
from tenancy.engine.operations.release_shared import shared_files, shared_lines, shared_names
from tenancy.engine.operations.released_objects import ReleasedObjects
from tenancy.engine.protection import write_resources
from tenancy.engine.release_files import files_without
from tenancy.engine.released_state import queued_namespaces, without_namespaces
from tenancy.engine.stack_opener import OpenStack, opener
from tenancy.manifests import carried_objects
from tenancy.model import Environment, Namespace, Organization, Platform
from tenancy.planning import snapshot

__all__ = ["release"]


@attrs.frozen(kw_only=True)
class _Leaving:
    """
    The namespaces and objects that a release removes from a stack.

    Attributes:
        names: The namespaces.
        carried: Further kinds of objects that they contain.
        files: The new content of each file that changes; None if it is deleted.
        lines: What no longer holds for the namespaces.
    """

    names: tuple[str, ...]
    files: Mapping[str, str | None]
    lines: tuple[str, ...]
    carried: tuple[str, ...] = ()


def release(
    assessment: Assessment,
    stack: str,
    namespaces: Sequence[str] = (),
    *,
    organization: str | None = None,
    keep_guardrails: bool = True,
    open_stack: OpenStack | None = None,
    interaction: Interaction = AUTOMATIC,
) -> tuple[Identity, ...]:
    """
    Stop managing *namespaces*, or all of *organization* in *stack*.

    In a platform's stack they are shared ones, which stay reachable: the file keeps them with
    `managed: false`.

    First they leave the engine's state, then their objects lose the labels, annotations and
    field ownership of Tenancy, the namespaces last, and at the end they leave the files. No
    value of an object changes. After an interruption the same call continues.

    Args:
        assessment: The project.
        stack: The environment's stack, or the platform's for shared namespaces.
        namespaces: Their names in the cluster, all of one organization or all shared.
        organization: All of its namespaces in the stack. Default: only *namespaces*.
        keep_guardrails: Whether the network policies and quotas that Tenancy added stay, and
            the service account `default` as it is. Default: they stay.
        open_stack: Returns a stack with an engine. Default: the engine of its cluster.
        interaction: Who confirms, and what is shown. Default: nobody is asked.

    Returns:
        The objects that were released.

    Raises:
        RefusedError: The stack has no such namespace, what stays in the files would be refused
            or change, or the answer was no.
        ClusterError: The cluster cannot be reached, or refused.
        EngineError: The state cannot be read or written.
        NotFoundError: No file describes the stack.
    """
    environment = assessment.tenancy.environments.get(assessment.require(stack))
    if environment is None:
        platform = assessment.tenancy.platforms[stack]
        leaving = _of_platform(assessment, platform, namespaces, organization)
    else:
        leaving = _of_environment(assessment, environment, namespaces, organization)
    _require_accepted(assessment, leaving.files, leaving.names)
    connection = connect(assessment.cluster(stack), assessment.root)
    released = ReleasedObjects.read(
        connection, leaving.names, leaving.carried, keep_guardrails=keep_guardrails
    )
    released.require_stack(stack)
    interaction.show_lines(tuple(released.lines()))
    interaction.show_lines(leaving.lines)
    opens = open_stack or opener(assessment, interaction.note)
    session = resumed(assessment, opens, interaction.note)(stack)
    require_same(connection, session.previous_update().cluster_uid)
    _require_unqueued(queued_namespaces(session.state(), released.names))
    interaction.confirm(f"release this from stack {stack}?")
    write_resources(session, lambda held: without_namespaces(held, released.names))
    released.release(connection)
    for file, text in leaving.files.items():
        if text is None:
            (assessment.root / file).unlink(missing_ok=True)
        else:
            write(assessment.root / file, text)
        interaction.note(f"wrote {file}" if text is not None else f"deleted {file}")
    return tuple(released.ours)


def _of_platform(
    assessment: Assessment,
    platform: Platform,
    namespaces: Sequence[str],
    organization: str | None,
) -> _Leaving:
    """Return shared namespaces of *platform*."""
    if organization is not None:
        raise RefusedError(
            reason=f"stack {platform.stack}: it is a platform, which has no organizations; name"
            " shared namespaces, or the stack of an environment"
        )
    shared = shared_names(platform, namespaces)
    return _Leaving(
        names=tuple(one.name for one in shared),
        files=shared_files(assessment, platform.stack, shared),
        lines=tuple(shared_lines(shared)),
    )


def _of_environment(
    assessment: Assessment,
    environment: Environment,
    namespaces: Sequence[str],
    organization: str | None,
) -> _Leaving:
    """Return namespaces of one organization in *environment*."""
    leaving = _leaving(environment, namespaces, organization)
    names = [namespace.name for namespace in leaving.namespaces]
    [whole] = [o for o in environment.organizations if o.name == leaving.name]
    platform = assessment.tenancy.platform_of(environment)
    return _Leaving(
        names=tuple(names),
        files=files_without(assessment, environment.stack, whole, names),
        lines=tuple(_stopped(environment, leaving, platform)),
        carried=tuple(
            Identity.of(manifest).listed_as
            for namespace in leaving.namespaces
            for manifest in carried_objects(namespace)
        ),
    )


def _leaving(
    environment: Environment, namespaces: Sequence[str], organization: str | None
) -> Organization:
    """Return the organization with only the namespaces that are released."""
    by_name = {found.name: found for found in environment.organizations}
    if organization is not None and organization not in by_name:
        raise RefusedError(
            reason=f"organization {organization}: stack {environment.stack} does not hold it"
        )
    owners = {n.name: n.organization for n in environment.namespaces}
    for name in namespaces:
        if name not in owners:
            raise RefusedError(
                reason=f"namespace {name}: stack {environment.stack} does not describe it"
            )
    of = {owners[name] for name in namespaces} | ({organization} - {None})
    if len(of) != 1:
        raise RefusedError(
            reason="name namespaces of one organization, or give --organization"
            + (f"; these are of {', '.join(sorted(map(str, of)))}" if of else "")
        )
    whole = by_name[str(of.pop())]
    if not namespaces:
        return whole
    some = tuple(n for n in whole.namespaces if n.name in namespaces)
    return attrs.evolve(whole, namespaces=some)


def _stopped(
    environment: Environment, leaving: Organization, platform: Platform
) -> Iterator[str]:
    """Yield what no longer holds for the namespaces, as far as the files tell."""
    names = {namespace.name for namespace in leaving.namespaces}
    shown = ", ".join(sorted(names))
    yield f"the admission policies of the platform no longer hold in {shown}"
    stays = [
        one.name
        for one in environment.namespaces
        if one.organization == leaving.name
        and one.name not in names
        and one.network.same_organization
    ]
    if stays:
        yield f"{shown} can no longer reach {', '.join(stays)}, nor be reached from there"
    for shared in platform.shared:
        if shared.is_managed and any(
            (namespace.network.observability and shared.purpose == "observability")
            or shared.name in namespace.network.shared_services
            for namespace in leaving.namespaces
        ):
            yield (
                f"{shown} can no longer reach {shared.name}, nor be reached from there: its"
                " network policies name namespaces of organizations only"
            )
    for other in environment.namespaces:
        peers = {
            *(rule.organization for rule in other.network.ingress),
            *(rule.organization for rule in other.network.egress),
        }
        if other.name not in names and leaving.name in peers:
            yield f"the rules of {other.name} for {leaving.name} no longer include {shown}"


def _require_unqueued(queued: Sequence[str]) -> None:
    """Refuse while Kueue holds jobs: its queue selects the namespace by a label of Tenancy."""
    if queued:
        raise RefusedError(
            reason=f"namespace {', '.join(queued)}: a queue of GPU jobs selects it by a label"
            " that a release removes, and no job would be admitted any more; write"
            " `enforcement: {mode: audit}` and apply it first, which removes the queue."
            " Nothing was changed."
        )


def _require_accepted(
    assessment: Assessment, files: Mapping[str, str | None], names: Sequence[str]
) -> None:
    """Refuse where what stays in the files has new errors, or would change."""
    before = {(n.stack, n.name): snapshot.namespace(n) for n in _all(assessment)}
    known = set(map(_key, assess(assessment.root).findings))
    with tempfile.TemporaryDirectory() as folder:
        there = copied(assessment, Path(folder))
        for file, text in files.items():
            if text is None:
                (there.root / file).unlink()
            else:
                write(there.root / file, text)
        after = assess(there.root)
    wrong = [one for one in errors_in(after.findings) if _key(one) not in known]
    if wrong:
        raise RefusedError(
            reason=report.text(wrong, after.documents)
            + "\nThe checks refuse the files without these namespaces. Nothing was changed."
        )
    for namespace in _all(after):
        if snapshot.namespace(namespace) != before.get((namespace.stack, namespace.name)):
            raise RefusedError(
                reason=f"namespace {namespace.name} of stack {namespace.stack} would change,"
                f" for example by what it inherits from {', '.join(names)}; give it a profile,"
                " `inheritFrom` or another defaultNamespace first. Nothing was changed."
            )


def _key(finding: Finding) -> tuple[str, str | None, str]:
    """Return what a finding is about, without positions in lists, which change."""
    return finding.code, finding.organization, re.sub(r"\[\d+\]", "[]", finding.found)


def _all(assessment: Assessment) -> Iterator[Namespace]:
    for environment in assessment.tenancy.environments.values():
        yield from environment.namespaces

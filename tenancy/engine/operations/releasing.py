"""Release namespaces: Tenancy stops managing them, and every object stays as it is."""

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import attrs

from tenancy.assessment import Assessment, assess
from tenancy.cluster import (
    Connection,
    add_released,
    connect,
    delete_released,
    objects,
    release_object,
    require_same,
)
from tenancy.config.document import JSON, mapping, texts, write
from tenancy.diagnostics import Finding, RefusedError, errors_in, report
from tenancy.drifting import KINDS, Identity, by_name, is_managed
from tenancy.engine.adoption_files import copied
from tenancy.engine.interaction import AUTOMATIC, Interaction
from tenancy.engine.interrupted_updates import resumed
from tenancy.engine.protection import write_resources
from tenancy.engine.release_files import files_without
from tenancy.engine.released_state import queued_namespaces, without_namespaces
from tenancy.engine.stack_opener import OpenStack, opener
from tenancy.kubernetes import labels
from tenancy.manifests import carried_objects
from tenancy.model import (
    MANAGED_QUOTAS,
    POOL_QUOTA_PREFIX,
    Environment,
    Namespace,
    Organization,
    Platform,
)
from tenancy.planning import snapshot

__all__ = ["release"]

_TOKEN = {"automountServiceAccountToken": None}
"""What the service account `default` has without us."""

Live = Mapping[Identity, Mapping[str, JSON]]


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

    First they leave the engine's state, then their objects lose the labels, annotations and
    field ownership of Tenancy, the namespaces last, and at the end they leave the files. No
    value of an object changes. After an interruption the same call continues.

    Args:
        assessment: The project.
        stack: The environment's stack.
        namespaces: Their names in the cluster, all of one organization.
        organization: All of its namespaces in the stack. Default: only *namespaces*.
        keep_guardrails: Whether the network policies and quotas that Tenancy added stay, and
            the service account `default` as it is. Default: they stay.
        open_stack: Returns a stack with an engine. Default: the engine of its cluster.
        interaction: Who confirms, and what is shown. Default: nobody is asked.

    Returns:
        The objects that were released.

    Raises:
        RefusedError: The stack has none of that name, what stays in the files would be refused
            or change, or the answer was no.
        ClusterError: The cluster cannot be reached, or refused.
        EngineError: The state cannot be read or written.
        NotFoundError: No file describes the stack.
    """
    environment = assessment.tenancy.environments.get(assessment.require(stack))
    if environment is None:
        raise RefusedError(reason=f"stack {stack}: it is a platform; name an environment")
    leaving = _leaving(environment, namespaces, organization)
    names = [namespace.name for namespace in leaving.namespaces]
    [whole] = [o for o in environment.organizations if o.name == leaving.name]
    files = files_without(assessment, stack, whole, names)
    _require_accepted(assessment, files, names)
    connection = connect(environment.cluster, assessment.root)
    released = _Released.read(connection, leaving, keep_guardrails=keep_guardrails)
    released.require_stack(stack)
    interaction.show_lines(tuple(released.lines()))
    platform = assessment.tenancy.platform_of(environment)
    interaction.show_lines(tuple(_stopped(environment, leaving, platform)))
    opens = open_stack or opener(assessment, interaction.note)
    session = resumed(assessment, opens, interaction.note)(stack)
    require_same(connection, session.previous_update().cluster_uid)
    _require_unqueued(queued_namespaces(session.state(), released.names))
    interaction.confirm(f"release this from stack {stack}?")
    write_resources(session, lambda held: without_namespaces(held, released.names))
    released.release(connection)
    for file, text in files.items():
        if text is None:
            (assessment.root / file).unlink(missing_ok=True)
        else:
            write(assessment.root / file, text)
        interaction.note(f"wrote {file}" if text is not None else f"deleted {file}")
    return tuple(released.ours)


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


@attrs.frozen(kw_only=True)
class _Released:
    """
    The objects of the namespaces that are released, as they were read.

    Attributes:
        ours: What Tenancy manages, the namespaces last: the guards of the other objects select
            by their labels.
        deleted: Those of *ours* that are deleted.
        added: Network policies that replace what others allow by labels of Tenancy.
    """

    names: tuple[str, ...]
    live: Live
    ours: tuple[Identity, ...]
    deleted: frozenset[Identity]
    added: tuple[Mapping[str, JSON], ...]
    keeps_guardrails: bool

    @classmethod
    def read(
        cls, connection: Connection, leaving: Organization, *, keep_guardrails: bool
    ) -> "_Released":
        names = tuple(namespace.name for namespace in leaving.namespaces)
        carried = (
            Identity.of(manifest).listed_as
            for namespace in leaving.namespaces
            for manifest in carried_objects(namespace)
        )
        everything = objects(connection, (*KINDS, "Role", "ServiceAccount", *carried))
        live = {
            i: found
            for i, found in everything.items()
            if i.namespace in names or (i.kind == "Namespace" and i.name in names)
        }
        ours = [identity for identity, found in live.items() if is_managed(found)]
        deleted = frozenset(() if keep_guardrails else (i for i in ours if _is_guardrail(i)))
        around = {i.name: _labels(live[i]) for i in live if i.kind == "Namespace"}
        added = (
            by_name(found, around)
            for identity, found in live.items()
            if identity.kind == "NetworkPolicy" and identity not in deleted
        )
        return cls(
            names=names,
            live=live,
            ours=tuple(sorted(ours, key=lambda i: (i.kind == "Namespace", i.namespace, i))),
            deleted=deleted,
            added=tuple(
                one for one in added if one is not None and Identity.of(one) not in live
            ),
            keeps_guardrails=keep_guardrails,
        )

    def require_stack(self, stack: str) -> None:
        """
        Refuse where another stack manages a namespace.

        Raises:
            RefusedError: Its label names another stack.
        """
        for identity, found in self.live.items():
            owner = _labels(found).get(labels.STACK, stack)
            if identity.kind == "Namespace" and owner != stack:
                raise RefusedError(
                    reason=f"namespace {identity.name}: stack {owner} manages it on this"
                    f" cluster, not {stack}; nothing was changed"
                )

    def lines(self) -> Iterator[str]:
        """Yield what becomes of each object."""
        for identity in self.ours:
            where = f" in {identity.namespace}" if identity.namespace else ""
            word = "delete" if identity in self.deleted else "keep"
            yield f"  {word:<8} {identity.kind} {identity.name}{where}"
        for manifest in self.added:
            identity = Identity.of(manifest)
            yield (
                f"  create   {identity.kind} {identity.name} in {identity.namespace}: the same"
                " traffic by names of namespaces, whose labels of Tenancy are removed"
            )
        if not self.ours:
            yield "nothing of these namespaces on the cluster is managed by Tenancy"

    def release(self, connection: Connection) -> None:
        """
        Change the objects on the cluster.

        Raises:
            ClusterError: The cluster refused; what was done before stays done.
        """
        for manifest in self.added:
            add_released(connection, manifest)
        for identity in self.ours:
            live = self.live[identity]
            if identity in self.deleted:
                delete_released(connection, identity, live)
            elif identity.kind == "ServiceAccount" and not self.keeps_guardrails:
                release_object(connection, identity, live, _TOKEN)
            else:
                release_object(connection, identity, live)


def _is_guardrail(identity: Identity) -> bool:
    """Return whether Tenancy added the object, and no file describes it."""
    is_quota = identity.kind == "ResourceQuota"
    return identity.kind == "NetworkPolicy" or (
        is_quota
        and (identity.name in MANAGED_QUOTAS or identity.name.startswith(POOL_QUOTA_PREFIX))
    )


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
            + "\nThe checks refuse what stays in the files. Nothing was changed."
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


def _labels(live: Mapping[str, JSON]) -> Mapping[str, str]:
    return texts(mapping(live.get("metadata")).get("labels"))

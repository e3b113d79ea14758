"""
Updates whose steps the engine does not write to the state one by one.

The engine writes the whole state at every step, which takes most of the time of an update of
many objects. With `PULUMI_SKIP_CHECKPOINTS` it writes the state once, when it ends, also after
a failure or an interrupt. So what the update intends is recorded before it begins, and
`tenancy.engine.interrupted_updates` puts the state right if it was killed.
"""

import contextlib
from collections.abc import Iterator, Mapping
from importlib import metadata
from typing import Final

import attrs

from tenancy.assessment import Assessment
from tenancy.config.document import JSON, mapping
from tenancy.diagnostics import EngineError, TenancyError
from tenancy.drifting import Identity
from tenancy.engine.intended_objects import IntendedObject, intended_objects, stack_urn
from tenancy.engine.interaction import Note
from tenancy.engine.interrupted_updates import resume, stack_outputs
from tenancy.engine.results import Result
from tenancy.engine.session import Session
from tenancy.engine.stored_state import Resources, files_of, read_stored, write_stored
from tenancy.engine.update_intent import UpdateIntent, new_intent, with_intent
from tenancy.manifests import (
    BUILT_IN_TOKENS,
    DESTROY_GUARD_TOKEN,
    NAMESPACE_COMPONENT_TOKEN,
    ORGANIZATION_TOKEN,
    STACK_TOKEN,
    is_kubernetes,
)
from tenancy.planning import INTENT_OUTPUT, UPDATE_VARIABLE

__all__ = [
    "FEWEST",
    "RecordedUpdate",
    "intent_of",
    "is_recordable",
    "recorded_update",
    "variables_of",
    "with_record",
]

FEWEST: Final = 20
"""Steps from which on the record, one more write of the state, costs less than it saves."""
_WITHOUT_CHECKPOINTS: Final = {"PULUMI_SKIP_CHECKPOINTS": "true"}
_CREATES_BY_POST: Final = (4, 29)
"""From this version on the provider creates objects under a manager of its own."""
_OTHERS: Final = BUILT_IN_TOKENS | {
    ORGANIZATION_TOKEN,
    NAMESPACE_COMPONENT_TOKEN,
    DESTROY_GUARD_TOKEN,
}


@attrs.frozen(kw_only=True)
class RecordedUpdate:
    """
    How the engine runs an update.

    Attributes:
        variables: Its further variables; none where it writes every step.
        is_first: Whether the record created the resource of the stack itself.
    """

    variables: Mapping[str, str] = attrs.field(factory=dict)
    is_first: bool = False

    def counted(self, result: Result) -> Result:
        """Return *result* with the stack itself counted as created, as without a record."""
        summary = dict(result.summary)
        if not self.is_first or not summary.get("same"):
            return result
        summary["create"] = summary.get("create", 0) + 1
        summary["same"] -= 1
        kept = {op: count for op, count in summary.items() if count}
        return attrs.evolve(result, summary=kept)


@contextlib.contextmanager
def recorded_update(
    assessment: Assessment, session: Session, cluster_uid: str, note: Note
) -> Iterator[RecordedUpdate]:
    """
    Record what an update of *session* intends, and yield how its engine is run.

    Nothing is recorded where the engine should write every step: in an update of few steps, and
    where a step is anything else than an object of ours on the cluster with a fixed name. If
    the update fails, the state is put right at once, if the cluster answers.

    Args:
        assessment: The project, checked for the stack.
        session: The stack; its program is the shipped one.
        cluster_uid: The UID of its cluster.
        note: Called with a line if the state was put right.

    Raises:
        EngineError: The state cannot be read or written, or another update runs.
    """
    recorded = _record(assessment, session, cluster_uid, note)
    if not recorded.variables:
        yield recorded
        return
    try:
        yield recorded
    except EngineError:
        with contextlib.suppress(TenancyError):
            resume(assessment, session, note)
        raise


def variables_of(intent: UpdateIntent) -> Mapping[str, str]:
    """Return the variables of the engine that runs the update of *intent*."""
    return {**_WITHOUT_CHECKPOINTS, UPDATE_VARIABLE: intent.id}


def is_recordable(assessment: Assessment, session: Session, resources: Resources) -> bool:
    """Return whether each of *resources* is ours, with a fixed name, in a file backend."""
    files = files_of(session)
    if session.name not in assessment.tenancy.environments or files is None:
        return False
    if next(files.locks, None) is not None or _provider_version() >= _CREATES_BY_POST:
        return False
    return all(_is_known(one) for one in resources)


def intent_of(
    intended: tuple[IntendedObject, ...],
    resources: Resources,
    cluster_uid: str,
    *,
    fewest: int = FEWEST,
) -> UpdateIntent | None:
    """
    Return what an update of *resources* to *intended* may do.

    None if these are less than *fewest* steps, or if the state has one of the objects under
    another name.
    """
    known = {str(one.get("urn")): one for one in resources}
    wanted = {one.urn: one for one in intended}
    names = {one.identity: one.urn for one in intended}
    created = tuple(one for one in intended if one.urn not in known)
    changed = [
        urn
        for urn, one in wanted.items()
        if urn in known and known[urn].get("inputs") != one.manifest
    ]
    objects = {urn for urn, one in known.items() if is_kubernetes(one.get("type"))}
    if any(_is_elsewhere(known[urn], urn, names) for urn in objects):
        return None
    if len(created) + len(changed) + len(objects - wanted.keys()) < fewest:
        return None
    return new_intent(cluster_uid, created, changed)


def with_record(resources: Resources, intent: UpdateIntent) -> Resources:
    """Return *resources* with the record of *intent* in the outputs of their stack."""
    return [
        {**one, "outputs": with_intent(mapping(one.get("outputs")), intent)}
        if one.get("type") == STACK_TOKEN
        else one
        for one in resources
    ]


def _record(
    assessment: Assessment, session: Session, cluster_uid: str, note: Note
) -> RecordedUpdate:
    before = read_stored(session)
    if stack_outputs(before.resources).get(INTENT_OUTPUT) is not None:
        resume(assessment, session, note)
        before = read_stored(session)
    if before.is_pending or not is_recordable(assessment, session, before.resources):
        return RecordedUpdate()
    intended = intended_objects(assessment, session.name)
    intent = intent_of(intended, before.resources, cluster_uid)
    if intent is None:
        return RecordedUpdate()
    resources = before.resources
    is_first = not any(one.get("type") == STACK_TOKEN for one in resources)
    if is_first:
        urn = stack_urn(assessment.name, session.name)
        resources = [{"urn": urn, "custom": False, "type": STACK_TOKEN}, *resources]
    # A plain `pulumi destroy` of a cut update would lose the record, so it is refused.
    protected = [
        {**one, "protect": True} if one.get("type") == STACK_TOKEN else one for one in resources
    ]
    write_stored(session, before, with_record(protected, intent))
    return RecordedUpdate(variables=variables_of(intent), is_first=is_first)


def _is_known(resource: Mapping[str, JSON]) -> bool:
    """Whether *resource* is an object or a component of ours, and nothing is left to do."""
    if resource.get("delete") or resource.get("external") or resource.get("initErrors"):
        return False
    return is_kubernetes(resource.get("type")) or resource.get("type") in _OTHERS


def _is_elsewhere(
    resource: Mapping[str, JSON], urn: str, names: Mapping[Identity, str]
) -> bool:
    return names.get(Identity.of(mapping(resource.get("inputs"))), urn) != urn


def _provider_version() -> tuple[int, ...]:
    return tuple(int(part) for part in metadata.version("pulumi-kubernetes").split(".")[:2])

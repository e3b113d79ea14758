"""Adopt namespaces that exist: they become an organization, and nothing is recreated."""

from collections.abc import Iterator, Mapping, Sequence

import attrs

from tenancy import manifests
from tenancy.assessment import Assessment, assess, require_valid
from tenancy.cluster import connect, hand_over, objects, require_same
from tenancy.config.document import JSON
from tenancy.diagnostics import RefusedError, errors_in, report
from tenancy.drifting import KINDS, Identity, adoption
from tenancy.drifting.adoption import Action, Step
from tenancy.engine.adoption_files import AdoptionFiles
from tenancy.engine.interaction import AUTOMATIC, Interaction
from tenancy.engine.results import Result
from tenancy.engine.stack_opener import OpenStack, opener
from tenancy.kubernetes import labels
from tenancy.manifests import Manifest
from tenancy.model import Environment

__all__ = ["adopt"]

_CREATE_EXISTING = {"PULUMI_K8S_UPSERT_EXISTING_OBJECTS": "true"}
"""From 4.29 on the provider refuses to create an object that exists; adopting means to."""

Live = Mapping[Identity, Mapping[str, JSON]]


def adopt(
    assessment: Assessment,
    stack: str,
    namespaces: Sequence[str],
    *,
    organization: str,
    prefix: str | None = None,
    open_stack: OpenStack | None = None,
    interaction: Interaction = AUTOMATIC,
) -> Result:
    """
    Take over *namespaces* with their quotas, limit ranges and role bindings, and apply them.

    `organizations/<organization>.yaml` is written and the organization is named in the stack's
    file. After a refusal or a no, both files are as before.

    Args:
        assessment: The project.
        stack: The environment's stack.
        namespaces: Their names in the cluster.
        organization: The name of the new organization.
        prefix: What the names of its further namespaces begin with. Default: *organization*.
        open_stack: Returns a stack with an engine. Default: the engine of its cluster.
        interaction: Who confirms, and what is shown. Default: nobody is asked.

    Raises:
        RefusedError: They cannot be adopted, or the answer was no.
        ClusterError: The cluster cannot be reached or read.
        EngineError: The engine refused or failed.
        UnknownStackError: No file describes the stack.
    """
    assessment = require_valid(assessment.of(stack))
    environment = _environment(assessment, stack, organization)
    names = list(dict.fromkeys(namespaces))
    connection = connect(environment.cluster, assessment.root)
    live = objects(connection, (*KINDS, "Role", "ServiceAccount"))
    _require_unmanaged(names, live)
    config = adoption.organization(
        names,
        live,
        assessment.tenancy.platform_of(environment),
        environment=environment.name,
        prefix=prefix or organization,
        reason=f"it is older than the organization {organization}",
    )
    files = AdoptionFiles.of(assessment, organization, stack)
    files.write(config)
    try:
        after = _require_accepted(assess(assessment.root, stack))
        desired = _desired(after, stack, organization)
        interaction.show_lines(tuple(_lines(tuple(adoption.steps(desired, live)))))
        opens = open_stack or opener(after, interaction.note, _CREATE_EXISTING)
        session = opens(stack)
        require_same(connection, session.outputs().get("clusterUid"))
        interaction.confirm(f"adopt this into stack {stack}?")
    except BaseException:
        files.restore()
        raise
    hand_over(connection, desired, live)
    with interaction.progress(f"applying stack {stack}") as on_step:
        result = session.up(on_step=on_step)
    interaction.show_result(result)
    return result


def _environment(assessment: Assessment, stack: str, organization: str) -> Environment:
    environment = assessment.tenancy.environments.get(assessment.require(stack))
    if environment is None:
        raise RefusedError(reason=f"stack {stack}: it is a platform; name an environment")
    file = assessment.root / "organizations" / f"{organization}.yaml"
    if file.exists() or any(o.name == organization for o in environment.organizations):
        raise RefusedError(
            reason=f"organization {organization}: it exists already; give a new name"
        )
    return environment


def _require_unmanaged(names: Sequence[str], live: Live) -> None:
    for name in names:
        namespace = live.get(Identity(kind="Namespace", name=name))
        if namespace is None:
            raise RefusedError(reason=f"namespace {name}: it does not exist on the cluster")
        if _labels(namespace).get(labels.MANAGED) == "true":
            raise RefusedError(
                reason=f"namespace {name}: a stack of Tenancy manages it already"
            )


def _labels(manifest: Mapping[str, JSON]) -> Mapping[str, JSON]:
    metadata = manifest.get("metadata")
    found = metadata.get("labels") if isinstance(metadata, dict) else None
    return found if isinstance(found, dict) else {}


def _require_accepted(after: Assessment) -> Assessment:
    if after.is_refused:
        raise RefusedError(
            reason=report.text(errors_in(after.findings), after.documents)
            + "\nThe checks refuse these namespaces as they are. Nothing was changed."
        )
    return after


def _desired(assessment: Assessment, stack: str, organization: str) -> tuple[Manifest, ...]:
    environment = assessment.tenancy.environments[stack]
    adopted = tuple(o for o in environment.organizations if o.name == organization)
    only = attrs.evolve(environment, organizations=adopted)
    return tuple(manifests.environment(only, assessment.tenancy.platform_of(environment)))


def _lines(steps: Sequence[Step]) -> Iterator[str]:
    for action in Action:
        for step in steps:
            if step.action is action:
                reasons = f": {'; '.join(step.reasons)}" if step.reasons else ""
                yield f"  {action.value:<8} {step.object}{reasons}"
    counts = {a: sum(step.action is a for step in steps) for a in Action}
    yield ", ".join(f"{count} {a.value}" for a, count in counts.items() if count)

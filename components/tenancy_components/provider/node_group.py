"""`tenancy:aws:NodeGroup`: the engine's requests, answered by `tenancy.aws`."""

import asyncio
import datetime
import threading
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.provider.experimental.provider import (
    CheckFailure,
    CheckRequest,
    CheckResponse,
    CreateRequest,
    CreateResponse,
    DeleteRequest,
    DiffRequest,
    DiffResponse,
    PropertyDiff,
    PropertyDiffKind,
    ReadRequest,
    ReadResponse,
    UpdateRequest,
    UpdateResponse,
)
from pydantic import ValidationError

from tenancy.aws import (
    AwsError,
    AwsFailure,
    EksNodeGroupState,
    NodeGroup,
    NodeGroupChange,
    NodeGroupPlan,
    NodeGroupPlanKind,
    WaitOptions,
    findings,
    inputs_as_written,
    node_group_lifecycle,
    plan_change,
)
from tenancy.aws.session import eks_client, environment_region, require_account
from tenancy.config.spec import findings_from
from tenancy.diagnostics import ARGUMENT, Finding, Origin, Severity
from tenancy_components.provider.log import EngineLog
from tenancy_components.provider.values import (
    UNKNOWN,
    Json,
    known,
    properties,
    secret_as,
    unknown_keys,
)

if TYPE_CHECKING:
    from mypy_boto3_eks import EKSClient

__all__ = ["NodeGroupResource"]

_OUTPUTS = ("arn", "autoScalingGroups")
_DECIDING = frozenset({"amiType", "capacityType", "instanceTypes", "launchTemplate"})
"""Inputs that are checked together."""

_PLACEHOLDERS: Mapping[str, object] = {
    "clusterName": "unknown",
    "nodegroupName": "unknown",
    "nodeRole": "arn:aws:iam::000000000000:role/unknown",
    "subnets": ["subnet-0"],
    "scalingConfig": {"minSize": 0, "maxSize": 1},
}
"""Replaces a required input that is not known yet, so that the others are still checked."""


class NodeGroupResource:
    """
    The operations of one resource type.

    Args:
        log: Sends messages to the user of the engine.
        stop: Set when the user interrupts.
    """

    def __init__(self, log: EngineLog, stop: threading.Event) -> None:
        self._log = log
        self._stop = stop

    async def check(self, request: CheckRequest) -> CheckResponse:
        """Complete the region, and return all errors of the inputs."""
        inputs = dict(request.new_inputs)
        if _absent(inputs.get("region")):
            # Kept from the first update on: another AWS_REGION must not lose the node group.
            kept = request.old_inputs.get("region")
            inputs["region"] = (
                PropertyValue(environment_region()) if kept is None or _absent(kept) else kept
            )
        failures = []
        for finding in _judge(known(inputs), unknown_keys(inputs)):
            if finding.severity is Severity.ERROR:
                failures.append(CheckFailure(finding.origin.dotted, finding.message))
            else:
                await self._log.warning(f"not checked: {finding.message}", request.urn)
        return CheckResponse(inputs=inputs, failures=failures)

    async def diff(self, request: DiffRequest) -> DiffResponse:
        """Return what the new inputs change, and why if it is a replacement."""
        hidden = unknown_keys(request.new_inputs)
        old = _group(known(request.old_state))
        new = _group(_completed(known(request.new_inputs), hidden))
        found = plan_change(old, new, hidden)
        if found.kind is NodeGroupPlanKind.REPLACE:
            await self._log.warning(_announcement(old, found), request.urn)
        # A node group of the same name cannot be created before the old one is deleted,
        # and reserved GPUs exist only once.
        is_same_name = not {"clusterName", "nodegroupName", "region"} & {
            str(change.path[0]) for change in found.changes
        }
        return DiffResponse(
            changes=found.kind is not NodeGroupPlanKind.NONE,
            replaces=sorted({str(c.path[0]) for c in found.changes if c.replaces}),
            stables=["clusterName", "nodegroupName", "region"] if is_same_name else [],
            delete_before_replace=is_same_name,
            diffs=sorted({str(change.path[0]) for change in found.changes}),
            detailed_diff={
                Origin(ARGUMENT, change.path).dotted: PropertyDiff(_kind(change), False)
                for change in found.changes
            },
        )

    async def create(self, request: CreateRequest) -> CreateResponse:
        """Create the node group, and delete what was created if that fails."""
        if request.preview:
            unmade = dict.fromkeys(_OUTPUTS, UNKNOWN)
            return CreateResponse(properties={**request.properties, **unmade})
        inputs = known(request.properties)
        group = _group(inputs)
        made = await asyncio.to_thread(
            node_group_lifecycle.create,
            _client(group),
            group,
            self._wait_options(request.timeout),
        )
        return CreateResponse(
            resource_id=f"{group.cluster_name}/{group.nodegroup_name}",
            properties=secret_as(properties(_state(inputs, made)), request.properties),
        )

    async def read(self, request: ReadRequest) -> ReadResponse:
        """Return the node group as in EKS, or nothing if it no longer exists in its account."""
        cluster, slash, name = request.resource_id.partition("/")
        where = f"node group {request.resource_id}"
        if not slash or not cluster or not name:
            raise AwsError(
                where,
                f"the id {request.resource_id!r}",
                "<cluster>/<node group>",
                "write the id in this form",
            )
        state, written = known(request.properties), known(request.inputs)
        region = str(written.get("region") or state.get("region") or environment_region())
        found = await asyncio.to_thread(_read, region, cluster, name)
        if found is None:
            arn = str(state.get("arn") or "")
            if arn:
                await asyncio.to_thread(require_account, arn, region, where)
            return ReadResponse(resource_id="")
        for issue in found.issues:
            await self._log.warning(f"{where} is {found.status}: {issue}", request.urn)
        inputs = inputs_as_written(found.group, written or None)
        return ReadResponse(
            resource_id=request.resource_id,
            properties=secret_as(properties(_state(inputs, found)), request.properties),
            inputs=secret_as(properties(inputs), request.inputs),
        )

    async def update(self, request: UpdateRequest) -> UpdateResponse:
        """Change the node group in place."""
        if request.preview:
            kept = {key: request.olds[key] for key in _OUTPUTS if key in request.olds}
            return UpdateResponse(properties={**request.news, **kept})
        inputs = known(request.news)
        old, new = _group(known(request.olds)), _group(inputs)
        changed = await asyncio.to_thread(
            node_group_lifecycle.update,
            _client(new),
            old,
            new,
            self._wait_options(request.timeout),
        )
        return UpdateResponse(
            properties=secret_as(properties(_state(inputs, changed)), request.news)
        )

    async def delete(self, request: DeleteRequest) -> None:
        """Delete the node group; only its own account can report that it no longer exists."""
        state = known(request.properties)
        cluster, _, name = request.resource_id.partition("/")
        region = str(state.get("region") or environment_region())
        if await asyncio.to_thread(_read, region, cluster, name) is None:
            arn = str(state.get("arn") or "")
            if arn:
                where = f"node group {request.resource_id}"
                await asyncio.to_thread(require_account, arn, region, where)
            return
        await asyncio.to_thread(
            node_group_lifecycle.delete,
            eks_client(region),
            cluster,
            name,
            self._wait_options(request.timeout),
        )

    def _wait_options(self, timeout: float) -> WaitOptions:
        if timeout > 0:
            return WaitOptions(timeout=datetime.timedelta(seconds=timeout), stop=self._stop)
        return WaitOptions(stop=self._stop)


def _absent(value: PropertyValue | None) -> bool:
    return value is None or value.value is None


def _client(group: NodeGroup) -> "EKSClient":
    return eks_client(group.region or environment_region())


def _read(region: str, cluster: str, name: str) -> EksNodeGroupState | None:
    try:
        return node_group_lifecycle.read(eks_client(region), cluster, name)
    except AwsError as error:
        if error.failure is AwsFailure.CLUSTER_MISSING:
            return None
        raise


def _judge(inputs: Mapping[str, Json], hidden: frozenset[str]) -> Iterator[Finding]:
    """Yield the errors of *inputs*, without those that are not known yet."""
    origin = Origin(ARGUMENT)
    try:
        group = _group(_completed(inputs, hidden))
    except ValidationError as error:
        for finding in findings_from(error, origin=origin, model=NodeGroup):
            if finding.origin.path[0] not in hidden:
                yield finding
        return
    for finding in findings(group, origin, is_partial=bool(hidden)):
        first = finding.origin.path[0]
        if first not in hidden and not (first in _DECIDING and hidden & _DECIDING):
            yield finding


def _completed(inputs: Mapping[str, Json], hidden: frozenset[str]) -> dict[str, object]:
    return {**inputs, **{key: _PLACEHOLDERS[key] for key in hidden & _PLACEHOLDERS.keys()}}


def _group(values: Mapping[str, object]) -> NodeGroup:
    return NodeGroup.model_validate({k: v for k, v in values.items() if k not in _OUTPUTS})


def _state(inputs: Mapping[str, object], live: EksNodeGroupState) -> dict[str, object]:
    """Return the outputs to keep: only those that do not change without an update."""
    return {**inputs, "arn": live.arn, "autoScalingGroups": list(live.auto_scaling_groups)}


def _kind(change: NodeGroupChange) -> PropertyDiffKind:
    if change.old is None:
        kinds = (PropertyDiffKind.ADD, PropertyDiffKind.ADD_REPLACE)
    elif change.new is None:
        kinds = (PropertyDiffKind.DELETE, PropertyDiffKind.DELETE_REPLACE)
    else:
        kinds = (PropertyDiffKind.UPDATE, PropertyDiffKind.UPDATE_REPLACE)
    return kinds[change.replaces]


def _announcement(old: NodeGroup, found: NodeGroupPlan) -> str:
    most = old.scaling_config.max_size
    nodes = "1 node is" if most == 1 else f"up to {most} nodes are"
    return "\n".join(
        [
            f"{old.where} will be REPLACED: {nodes} drained and deleted, with everything that"
            " runs there, before new ones are created",
            *(f"  {reason}" for reason in found.reasons),
        ]
    )

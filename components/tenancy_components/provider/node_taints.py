"""`tenancy:kubernetes:NodeTaints`: taints of ours on a node that others taint too."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Annotated

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
from pydantic import Field, ValidationError

from tenancy.cluster import ClusterError, Connection, connect_by, read_taints, write_taints
from tenancy.config.spec import Listed, Spec, TaintSpec, findings_from
from tenancy.diagnostics import ARGUMENT, Origin
from tenancy.gpu import merged
from tenancy_components.node_taints import CLUSTER_UID
from tenancy_components.provider.values import UNKNOWN, known, properties, unknown_keys

__all__ = ["NodeTaintsInputs", "NodeTaintsResource"]


class NodeTaintsInputs(Spec):
    """Our taints on one node. Other taints are never changed."""

    node: Annotated[str, Field(min_length=1)]
    """The node's name.

    A change removes our taints from the old node and sets them on the new one.
    """
    taints: Listed[TaintSpec]
    """Our taints, one for each key and effect."""
    kubeconfig: Annotated[str, Field(min_length=1)]
    """A path, or the content of a kubeconfig as a secret."""
    context: str | None = None
    """The context in that kubeconfig. Default: its current one."""


class NodeTaintsResource:
    """The operations of one resource type."""

    async def check(self, request: CheckRequest) -> CheckResponse:
        """Return all errors of the inputs."""
        hidden = unknown_keys(request.new_inputs)
        failures = []
        try:
            _inputs(_completed(known(request.new_inputs), hidden))
        except ValidationError as error:
            origin = Origin(ARGUMENT)
            failures = [
                CheckFailure(finding.origin.dotted, finding.message)
                for finding in findings_from(error, origin=origin, model=NodeTaintsInputs)
            ]
        return CheckResponse(inputs=dict(request.new_inputs), failures=failures)

    async def diff(self, request: DiffRequest) -> DiffResponse:
        """Return what the new inputs change."""
        hidden = unknown_keys(request.new_inputs)
        old = _inputs(known(request.old_state))
        new = _inputs(_completed(known(request.new_inputs), hidden))
        changed = {
            key
            for key, is_same in (
                ("node", old.node == new.node and "node" not in hidden),
                (
                    "taints",
                    set(map(_text, old.taints)) == set(map(_text, new.taints))
                    and "taints" not in hidden,
                ),
                # Another way to the same cluster is kept for the next run, unless it
                # is not known yet; a provider without a context does not report it before.
                ("kubeconfig", old.kubeconfig == new.kubeconfig or "kubeconfig" in hidden),
                ("context", old.context == new.context or "context" in hidden),
            )
            if not is_same
        }
        return DiffResponse(
            changes=bool(changed),
            replaces=sorted(changed & {"node"}),
            diffs=sorted(changed),
            detailed_diff={
                key: PropertyDiff(
                    PropertyDiffKind.UPDATE_REPLACE
                    if key == "node"
                    else PropertyDiffKind.UPDATE,
                    False,
                )
                for key in sorted(changed)
            },
        )

    async def create(self, request: CreateRequest) -> CreateResponse:
        """Add our taints to the existing ones."""
        if request.preview:
            return CreateResponse(properties={**request.properties, CLUSTER_UID: UNKNOWN})
        inputs = _inputs(known(request.properties))
        uid = await asyncio.to_thread(_write, inputs, (), None)
        return CreateResponse(
            resource_id=inputs.node, properties={**request.properties, CLUSTER_UID: uid}
        )

    async def update(self, request: UpdateRequest) -> UpdateResponse:
        """Add the new taints, and remove those of ours that are no longer wanted."""
        state = known(request.olds)
        if request.preview:
            return UpdateResponse(
                properties={**request.news, CLUSTER_UID: request.olds[CLUSTER_UID]}
            )
        inputs = _inputs(known(request.news))
        owned = _inputs(state).taints
        uid = await asyncio.to_thread(_write, inputs, owned, str(state[CLUSTER_UID]))
        return UpdateResponse(properties={**request.news, CLUSTER_UID: uid})

    async def read(self, request: ReadRequest) -> ReadResponse:
        """Return which of our taints exist; nothing if the node no longer exists."""
        if not request.inputs or not request.properties:
            raise ClusterError(
                request.resource_id,
                "taints of a node cannot be imported, because they do not show their owner",
                "write them in the program; those that exist already are kept",
            )
        state = known(request.properties)
        inputs = _inputs(known(request.inputs))
        found = await asyncio.to_thread(_read, inputs, str(state[CLUSTER_UID]))
        if found is None:
            return ReadResponse(resource_id="")
        taints = properties({"taints": [taint.model_dump(by_alias=True) for taint in found]})
        is_same = set(map(_text, found)) == set(map(_text, inputs.taints))
        drifted = {} if is_same else taints
        return ReadResponse(
            resource_id=request.resource_id,
            properties={**request.properties, **drifted},
            inputs={**request.inputs, **drifted},
        )

    async def delete(self, request: DeleteRequest) -> None:
        """Remove our taints; a node that no longer exists has none."""
        state = known(request.properties)
        inputs = _inputs(state)
        await asyncio.to_thread(_remove, inputs, str(state[CLUSTER_UID]))


def _completed(values: Mapping[str, object], hidden: frozenset[str]) -> dict[str, object]:
    placeholders: Mapping[str, object] = {
        "node": "unknown",
        "taints": [],
        "kubeconfig": "unknown",
    }
    return {**values, **{key: placeholders[key] for key in hidden & placeholders.keys()}}


def _inputs(values: Mapping[str, object]) -> NodeTaintsInputs:
    return NodeTaintsInputs.model_validate(
        {k: v for k, v in values.items() if k != CLUSTER_UID}
    )


def _text(taint: TaintSpec) -> str:
    return f"{taint.key}={taint.value}:{taint.effect}"


def _connect(inputs: NodeTaintsInputs, uid: str | None) -> Connection:
    connection = connect_by(inputs.kubeconfig, inputs.context)
    if uid is not None and connection.uid != uid:
        raise ClusterError(
            connection.cluster,
            f"it is not the cluster whose node {inputs.node} was tainted"
            f" (its UID is {connection.uid}, not {uid})",
            "pass the kubeconfig of that cluster",
        )
    return connection


def _write(
    inputs: NodeTaintsInputs, owned: Iterable[TaintSpec], uid: str | None
) -> PropertyValue:
    connection = _connect(inputs, uid)
    keys = [(taint.key, taint.effect) for taint in owned]
    write_taints(connection, inputs.node, lambda present: merged(present, inputs.taints, keys))
    return PropertyValue(connection.uid)


def _read(inputs: NodeTaintsInputs, uid: str) -> list[TaintSpec] | None:
    present = read_taints(_connect(inputs, uid), inputs.node)
    if present is None:
        return None
    keys = {(taint.key, taint.effect) for taint in inputs.taints}
    return [
        TaintSpec.model_validate(
            {k: taint[k] for k in ("key", "value", "effect") if k in taint}
        )
        for taint in present
        if (taint["key"], taint["effect"]) in keys
    ]


def _remove(inputs: NodeTaintsInputs, uid: str) -> None:
    connection = _connect(inputs, uid)
    if read_taints(connection, inputs.node) is None:
        return
    keys = [(taint.key, taint.effect) for taint in inputs.taints]
    write_taints(connection, inputs.node, lambda present: merged(present, (), keys))

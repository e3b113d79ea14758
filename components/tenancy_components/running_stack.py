"""What the state of the running stack has, read from the engine before anything is built."""

import asyncio
from collections.abc import Mapping

import pulumi

from tenancy.config.document import as_json, mapping
from tenancy.drifting import AppliedObject
from tenancy.manifests import NAMESPACE_TOKEN, is_kubernetes
from tenancy.planning import PreviousUpdate

__all__ = ["applied_objects", "namespaces_in_state", "previous_update"]

_ATTEMPTS = 20
_PAUSE_SECONDS = 0.1

_Resource = tuple[str, str, Mapping[str, object]]
"""The type, the name and the outputs of a resource."""


async def previous_update(project: str, stack: str) -> PreviousUpdate:
    """
    Return the record in the outputs of the running *stack*.

    It uses the engine's invoke, because a StackReference would leave a copy of the
    outputs in the state.
    """
    name = f"{pulumi.get_organization()}/{project}/{stack}"
    result = await _read(name, "pulumi:pulumi:readStackOutputs")
    outputs = result.get("outputs") if isinstance(result, Mapping) else None
    return PreviousUpdate.from_outputs(outputs if isinstance(outputs, Mapping) else {})


async def namespaces_in_state(project: str, stack: str) -> frozenset[str]:
    """Return the names in the cluster of the namespaces in the state of the running *stack*."""
    names = set()
    for kind, _, outputs in await _resource_outputs(project, stack):
        metadata = outputs.get("metadata")
        if kind == NAMESPACE_TOKEN and isinstance(metadata, Mapping):
            names.add(str(metadata.get("name")))
    return frozenset(names)


async def applied_objects(project: str, stack: str) -> tuple[AppliedObject, ...]:
    """Return each object in the state of the running *stack* as its last update applied it."""
    return tuple(
        AppliedObject(
            inputs=mapping(as_json(outputs.get("__inputs"))),
            manager=str(outputs.get("__fieldManager")),
            resource=name,
        )
        for kind, name, outputs in await _resource_outputs(project, stack)
        if is_kubernetes(kind)
    )


async def _resource_outputs(project: str, stack: str) -> list[_Resource]:
    name = f"{pulumi.get_organization()}/{project}/{stack}"
    result = await _read(name, "pulumi:pulumi:readStackResourceOutputs")
    resources = result.get("outputs") if isinstance(result, Mapping) else None
    found: list[_Resource] = []
    for urn, resource in (resources if isinstance(resources, Mapping) else {}).items():
        outputs = resource.get("outputs") if isinstance(resource, Mapping) else None
        if isinstance(outputs, Mapping):
            logical = str(urn).rpartition("::")[2]
            found.append((str(resource.get("type")), logical, outputs))
    return found


async def _read(name: str, invoke: str) -> object:
    """
    Read something of the running stack *name* from the engine by *invoke*.

    The file and bucket backends move the state away before they write the new one, so a read at
    that moment finds no stack; it is then repeated.
    """
    for attempt in range(_ATTEMPTS):
        try:
            return await pulumi.runtime.invoke_async(invoke, {"name": name, "stackName": name})
        except Exception as error:
            if attempt == _ATTEMPTS - 1:
                raise pulumi.RunError(
                    f"the outputs of {name} could not be read: {error};"
                    " the changes are not known, so nothing was changed"
                ) from error
            await asyncio.sleep(_PAUSE_SECONDS)
    return None

"""The record of the last update in the stack's outputs, read before anything is built."""

import asyncio
from collections.abc import Mapping

import pulumi

from tenancy.manifests import NAMESPACE_TOKEN
from tenancy.planning import PreviousUpdate

__all__ = ["namespaces_in_state", "previous_update"]

_ATTEMPTS = 20
_PAUSE_SECONDS = 0.1


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
    name = f"{pulumi.get_organization()}/{project}/{stack}"
    result = await _read(name, "pulumi:pulumi:readStackResourceOutputs")
    resources = result.get("outputs") if isinstance(result, Mapping) else None
    names = set()
    for resource in (resources if isinstance(resources, Mapping) else {}).values():
        if not isinstance(resource, Mapping) or resource.get("type") != NAMESPACE_TOKEN:
            continue
        outputs = resource.get("outputs")
        metadata = outputs.get("metadata") if isinstance(outputs, Mapping) else None
        if isinstance(metadata, Mapping):
            names.add(str(metadata.get("name")))
    return frozenset(names)


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

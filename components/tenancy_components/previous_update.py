"""What the last update left in the stack's outputs, read before the graph is built."""

import asyncio
from collections.abc import Mapping

import attrs
import pulumi

from tenancy.config.document import JSON

__all__ = ["PreviousUpdate", "namespaces_in_state", "remembered"]

_ATTEMPTS = 20
_PAUSE_SECONDS = 0.1
_NAMESPACE = "kubernetes:core/v1:Namespace"


@attrs.frozen(kw_only=True)
class PreviousUpdate:
    """
    What the last update set out to reach.

    Attributes:
        tenancy: Its snapshot; nothing where there was no update.
        cluster_uid: The UID of the cluster that it was for; None where there was no update.
    """

    tenancy: Mapping[str, JSON]
    cluster_uid: str | None


async def remembered(project: str, stack: str) -> PreviousUpdate:
    """
    Return what the stack's own outputs say.

    The engine's invoke is used rather than a StackReference, which would leave a copy of the
    outputs in the state.
    """
    name = f"{pulumi.get_organization()}/{project}/{stack}"
    result = await _read(name, "pulumi:pulumi:readStackOutputs")
    found = result.get("outputs") if isinstance(result, Mapping) else None
    outputs = found if isinstance(found, Mapping) else {}
    tenancy, uid = outputs.get("tenancy"), outputs.get("clusterUid")
    return PreviousUpdate(
        tenancy=tenancy if isinstance(tenancy, Mapping) else {},
        cluster_uid=uid if isinstance(uid, str) else None,
    )


async def namespaces_in_state(project: str, stack: str) -> frozenset[str]:
    """Return the names in the cluster of every namespace that is in the stack's own state."""
    name = f"{pulumi.get_organization()}/{project}/{stack}"
    result = await _read(name, "pulumi:pulumi:readStackResourceOutputs")
    found = result.get("outputs") if isinstance(result, Mapping) else None
    names = set()
    for resource in (found if isinstance(found, Mapping) else {}).values():
        if not isinstance(resource, Mapping) or resource.get("type") != _NAMESPACE:
            continue
        outputs = resource.get("outputs")
        metadata = outputs.get("metadata") if isinstance(outputs, Mapping) else None
        if isinstance(metadata, Mapping):
            names.add(str(metadata.get("name")))
    return frozenset(names)


async def _read(name: str, invoke: str) -> object:
    """
    Ask the engine by *invoke* for something of the stack *name*, the running one.

    The file and bucket backends move the state aside before they write it anew, so a read at
    that moment finds no stack, although there is one.
    """
    for attempt in range(_ATTEMPTS):
        try:
            return await pulumi.runtime.invoke_async(invoke, {"name": name, "stackName": name})
        except Exception as error:
            if attempt == _ATTEMPTS - 1:
                raise pulumi.RunError(
                    f"the outputs of {name} could not be read: {error};"
                    " what changes is not known, so nothing was changed"
                ) from error
            await asyncio.sleep(_PAUSE_SECONDS)
    return None

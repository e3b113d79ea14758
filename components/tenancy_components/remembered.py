"""What the last update left in the stack's outputs, read before the graph is built."""

from collections.abc import Mapping

import attrs
import pulumi

from tenancy.document import JSON

__all__ = ["Remembered", "remembered"]


@attrs.frozen(kw_only=True)
class Remembered:
    """
    What the last update set out to reach.

    Attributes:
        tenancy: Its snapshot; nothing where there was no update.
        cluster_uid: The UID of the cluster that it was for; None where there was no update.
    """

    tenancy: Mapping[str, JSON]
    cluster_uid: str | None


async def remembered(project: str, stack: str) -> Remembered:
    """
    Return what the stack's own outputs say.

    The engine's invoke is used rather than a StackReference, which would leave a copy of the
    outputs in the state.
    """
    name = f"{pulumi.get_organization()}/{project}/{stack}"
    result = await pulumi.runtime.invoke_async(
        "pulumi:pulumi:readStackOutputs", {"name": name}
    )
    found = result.get("outputs") if isinstance(result, Mapping) else None
    outputs = found if isinstance(found, Mapping) else {}
    tenancy, uid = outputs.get("tenancy"), outputs.get("clusterUid")
    return Remembered(
        tenancy=tenancy if isinstance(tenancy, Mapping) else {},
        cluster_uid=uid if isinstance(uid, str) else None,
    )

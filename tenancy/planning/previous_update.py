"""What the last update of a stack recorded in its outputs, and the names of those outputs."""

from collections.abc import Mapping
from typing import Final

import attrs

from tenancy.config.document import JSON

__all__ = [
    "FIELDS_VARIABLE",
    "INTENT_OUTPUT",
    "RECOVERED_OUTPUT",
    "REFRESH_VARIABLE",
    "UPDATE_VARIABLE",
    "PreviousUpdate",
]

INTENT_OUTPUT: Final = "tenancyUpdate"
"""The output with what an unfinished update of `tenancy` intends; a finished one removes it."""
RECOVERED_OUTPUT: Final = "tenancyRecovered"
"""The output that marks a state that was put right, until the next update has succeeded."""
UPDATE_VARIABLE: Final = "TENANCY_UPDATE"
REFRESH_VARIABLE: Final = "TENANCY_REFRESH"
"""Set for the program: "1" if the engine first reads the cluster into the state, else "0"."""
FIELDS_VARIABLE: Final = "TENANCY_FIELDS_COMPARED"
"""Set for the program if its command has just found no field that others own and it changes."""
"""The variable by which `tenancy` tells the program which recorded update it is."""

_TENANCY: Final = "tenancy"
_CLUSTER_UID: Final = "clusterUid"
_FIELD_MANAGER: Final = "fieldManager"


@attrs.frozen(kw_only=True)
class PreviousUpdate:
    """
    What the last update of a stack set out to reach.

    Attributes:
        tenancy: Its snapshot; empty where there was no update.
        cluster_uid: The UID of the cluster that it was for; None where there was no update.
        field_manager: The manager that applied its objects; None where each object had its own.
        unfinished: The id of a later update that has not finished; None where there is none.
        only: The only namespaces that the next update changes. Default: all of the stack.
    """

    tenancy: Mapping[str, JSON]
    cluster_uid: str | None
    field_manager: str | None = None
    unfinished: str | None = None
    only: frozenset[str] = frozenset()

    @property
    def is_recorded(self) -> bool:
        """Whether there was an update that recorded anything."""
        return bool(self.tenancy)

    @classmethod
    def from_outputs(cls, outputs: Mapping[str, object]) -> "PreviousUpdate":
        """Return what the outputs of the stack record."""
        tenancy, uid = outputs.get(_TENANCY), outputs.get(_CLUSTER_UID)
        manager, intent = outputs.get(_FIELD_MANAGER), outputs.get(INTENT_OUTPUT)
        unfinished = str(intent.get("id")) if isinstance(intent, Mapping) else None
        return cls(
            tenancy=tenancy if isinstance(tenancy, Mapping) else {},
            cluster_uid=uid if isinstance(uid, str) else None,
            field_manager=manager if isinstance(manager, str) else None,
            unfinished=unfinished,
        )

    def outputs(self) -> dict[str, object]:
        """Return the outputs that record this update, for `from_outputs` of the next one."""
        return {
            _TENANCY: self.tenancy,
            _CLUSTER_UID: self.cluster_uid,
            _FIELD_MANAGER: self.field_manager,
        }

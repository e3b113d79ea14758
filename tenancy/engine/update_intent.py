"""
What an update intends, recorded in the stack's outputs before it begins.

The engine replaces the outputs of a stack only when an update has succeeded, in the same write
as the state. So a state with a record is that of an update that was cut, and one without is
complete; no record can outlive its update, or be lost before it.
"""

import base64
import json
import socket
import uuid
import zlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

import attrs

from tenancy.config.document import JSON, mapping, text
from tenancy.diagnostics import EngineError
from tenancy.engine.intended_objects import IntendedObject
from tenancy.engine.leftover_processes import this_process
from tenancy.planning import INTENT_OUTPUT

__all__ = ["UpdateIntent", "new_intent", "read_intent", "with_intent"]

_VERSION: Final = 1


@attrs.frozen(kw_only=True)
class UpdateIntent:
    """
    One update or destroy whose steps the engine does not write down one by one.

    Attributes:
        id: Its own name.
        host: The machine that runs it.
        process: The process that runs it, as `this_process` names it.
        began: When it was recorded.
        cluster_uid: The UID of its cluster.
        created: The objects that it may create.
        changed: The URNs of the resources that it may change.
    """

    id: str
    host: str
    process: str
    began: datetime
    cluster_uid: str
    created: tuple[IntendedObject, ...]
    changed: frozenset[str]


def new_intent(
    cluster_uid: str,
    created: Iterable[IntendedObject] = (),
    changed: Iterable[str] = (),
) -> UpdateIntent:
    """Return the intent of an update that this process begins now."""
    return UpdateIntent(
        id=str(uuid.uuid4()),
        host=socket.gethostname(),
        process=this_process(),
        began=datetime.now(UTC),
        cluster_uid=cluster_uid,
        created=tuple(created),
        changed=frozenset(changed),
    )


def with_intent(outputs: Mapping[str, JSON], intent: UpdateIntent | None) -> dict[str, JSON]:
    """Return *outputs* of a stack with the record of *intent*; without one if it is None."""
    without = {name: value for name, value in outputs.items() if name != INTENT_OUTPUT}
    if intent is None:
        return without
    whole = {
        "created": [_written(one) for one in intent.created],
        "changed": sorted(intent.changed),
    }
    # One short text: the engine shows outputs, and copies them with each state.
    packed = zlib.compress(json.dumps(whole, separators=(",", ":")).encode(), 9)
    without[INTENT_OUTPUT] = {
        "version": _VERSION,
        "id": intent.id,
        "host": intent.host,
        "process": intent.process,
        "began": intent.began.isoformat(),
        "cluster": intent.cluster_uid,
        "objects": base64.b64encode(packed).decode(),
    }
    return without


def read_intent(outputs: Mapping[str, JSON], stack: str) -> UpdateIntent | None:
    """
    Return the intent that *outputs* record; None if the last update was completed.

    Raises:
        EngineError: The record is damaged, or of a newer version.
    """
    recorded = outputs.get(INTENT_OUTPUT)
    if recorded is None:
        return None
    record = mapping(recorded)
    try:
        if record["version"] != _VERSION:
            raise ValueError(f"version {record['version']}")
        packed = base64.b64decode(text(record, "objects"), validate=True)
        whole = json.loads(zlib.decompress(packed))
        return UpdateIntent(
            id=text(record, "id"),
            host=text(record, "host"),
            process=text(record, "process"),
            began=datetime.fromisoformat(text(record, "began")),
            cluster_uid=text(record, "cluster"),
            created=tuple(_read(one) for one in whole["created"]),
            changed=frozenset(whole["changed"]),
        )
    except (ValueError, KeyError, TypeError, zlib.error) as error:
        raise EngineError(
            stack,
            f"its output {INTENT_OUTPUT} records an interrupted update and cannot be read"
            f" ({error}); use the version of tenancy that began the update, or a newer one",
        ) from error


def _written(one: IntendedObject) -> JSON:
    about = mapping(one.manifest["metadata"])
    return {
        "urn": one.urn,
        "parents": list(one.parents),
        "apiVersion": one.manifest["apiVersion"],
        "kind": one.manifest["kind"],
        "namespace": about.get("namespace"),
        "name": about["name"],
        "manager": one.manager,
        "isPatch": one.is_patch,
        "protect": one.protect,
        "after": list(one.after),
    }


def _read(written: Mapping[str, JSON]) -> IntendedObject:
    after, parents = written["after"], written["parents"]
    assert isinstance(after, list)
    assert isinstance(parents, list)
    place = {} if written["namespace"] is None else {"namespace": written["namespace"]}
    return IntendedObject(
        urn=text(written, "urn"),
        parents=tuple(str(one) for one in parents),
        manifest={
            "apiVersion": written["apiVersion"],
            "kind": written["kind"],
            "metadata": {"name": written["name"], **place},
        },
        manager=text(written, "manager"),
        is_patch=written["isPatch"] is True,
        protect=written["protect"] is True,
        after=tuple(str(one) for one in after),
    )

"""
Events that the SDK does not know, made into ones that it does.

The SDK (3.255, `pulumi/automation/events.py`) raises at an operation or a kind of difference
that is not in its enums, and at a field more in two kinds of events. The event is lost then,
and with a file as event log all that follow, the summary among them: a newer engine would seem
to have done nothing. Here such an event is read once more without what is strange in it, and
the operation is put back as the engine wrote it.
"""

from collections.abc import Mapping
from typing import Final, cast

from pulumi.automation import events as sdk

from tenancy.config.document import JSON

__all__ = ["read_event", "understand_everything"]

_OPERATIONS: Final = frozenset(op.value for op in sdk.OpType)
_DIFFERENCES: Final = frozenset(kind.value for kind in sdk.DiffKind)
_STEPS: Final = {
    "resourcePreEvent": "resource_pre_event",
    "resOutputsEvent": "res_outputs_event",
    "resOpFailedEvent": "res_op_failed_event",
}
_FIELDS: Final[Mapping[str, Mapping[str, JSON]]] = {
    "preludeEvent": {"config": {}},
    "stdoutEvent": {"message": "", "color": ""},
}
"""Fields of the events that the SDK hands on as they come, with what they hold if left out."""

_own = sdk.EngineEvent.from_json


def understand_everything() -> None:
    """Have the SDK read events by `read_event` from now on, in this process."""
    if sdk.EngineEvent.from_json is not read_event:
        sdk.EngineEvent.from_json = read_event  # type: ignore[method-assign]


def read_event(data: object) -> sdk.EngineEvent:
    """
    Return the event that *data*, a line of the engine's event log, stands for.

    What cannot be understood at all is an event that says nothing.

    >>> data = {"resourcePreEvent": {"metadata": {"op": "frobnicate", "urn": "a::b"}}}
    >>> read_event(data).resource_pre_event.metadata.op
    'frobnicate'
    """
    whole = _mapping(data)
    try:
        return _own(dict(whole))
    except Exception:
        return _read_again(whole)


def _read_again(whole: Mapping[str, JSON]) -> sdk.EngineEvent:
    plain = {key: _plain(key, value) for key, value in whole.items()}
    try:
        event = _own(plain)
    except Exception:
        empty = {key: plain[key] for key in ("sequence", "timestamp") if key in plain}
        return _own({**empty, **({"cancelEvent": {}} if "cancelEvent" in whole else {})})
    for key, name in _STEPS.items():
        found = getattr(event, name)
        if found is not None:
            found.metadata.op = _text(_mapping(_mapping(whole[key]).get("metadata")).get("op"))
    return event


def _plain(key: str, value: JSON) -> JSON:
    """Return the part *key* of an event without what the SDK would stumble over."""
    if key in _FIELDS:
        given = _mapping(value)
        return {field: given.get(field, default) for field, default in _FIELDS[key].items()}
    if key in _STEPS:
        return {**_mapping(value), "metadata": _metadata(_mapping(value).get("metadata"))}
    return value if isinstance(value, dict | int | float) else {}


def _metadata(value: JSON) -> JSON:
    given = _mapping(value)
    found = {key: _text(given[key]) for key in ("urn", "type", "provider") if key in given}
    op = _text(given.get("op"))
    diffs = given.get("diffs")
    return {
        **found,
        "op": op if op in _OPERATIONS else sdk.OpType.SAME.value,
        "diffs": [_text(path) for path in diffs] if isinstance(diffs, list) else None,
        "detailedDiff": {
            path: {"diffKind": _difference(_mapping(detail).get("diffKind"))}
            for path, detail in _mapping(given.get("detailedDiff")).items()
        },
    }


def _difference(kind: JSON) -> JSON:
    return kind if _text(kind) in _DIFFERENCES else sdk.DiffKind.UPDATE.value


def _text(value: JSON) -> str:
    return value if isinstance(value, str) else ""


def _mapping(value: object) -> Mapping[str, JSON]:
    return cast("Mapping[str, JSON]", value) if isinstance(value, dict) else {}

"""
Read engine events that the SDK does not know.

The SDK (3.255, `pulumi/automation/events.py`) raises at an operation or a kind of difference
that is not in its enums, and at an additional field in two kinds of events. Then the event is
lost. With a file as event log all later events are lost too, including the summary: a newer
engine would seem to have done nothing. Here such an event is read a second time without its
unknown parts, and the operation is set to what the engine wrote.
"""

from collections.abc import Mapping
from typing import Final, cast

from pulumi.automation import events as sdk

from tenancy.config.document import JSON

__all__ = ["accept_unknown_events", "read_event"]

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
"""Fields of the events that the SDK passes through unchanged, with their defaults."""

_sdk_from_json = sdk.EngineEvent.from_json


def accept_unknown_events() -> None:
    """Make the SDK of this process read events with `read_event`."""
    if sdk.EngineEvent.from_json is not read_event:
        sdk.EngineEvent.from_json = read_event  # type: ignore[method-assign]


def read_event(data: object) -> sdk.EngineEvent:
    """
    Return the event in *data*, a line of the engine's event log.

    One that cannot be read at all becomes an event without content.

    >>> data = {"resourcePreEvent": {"metadata": {"op": "frobnicate", "urn": "a::b"}}}
    >>> read_event(data).resource_pre_event.metadata.op
    'frobnicate'
    """
    whole = _mapping(data)
    try:
        return _sdk_from_json(dict(whole))
    except Exception:
        return _read_again(whole)


def _read_again(whole: Mapping[str, JSON]) -> sdk.EngineEvent:
    plain = {key: _plain(key, value) for key, value in whole.items()}
    try:
        event = _sdk_from_json(plain)
    except Exception:
        empty = {key: plain[key] for key in ("sequence", "timestamp") if key in plain}
        return _sdk_from_json(
            {**empty, **({"cancelEvent": {}} if "cancelEvent" in whole else {})}
        )
    for key, name in _STEPS.items():
        step = getattr(event, name)
        if step is not None:
            step.metadata.op = _text(_mapping(_mapping(whole[key]).get("metadata")).get("op"))
    return event


def _plain(key: str, value: JSON) -> JSON:
    """Return the part *key* of an event without the fields that the SDK cannot read."""
    if key in _FIELDS:
        given = _mapping(value)
        return {field: given.get(field, default) for field, default in _FIELDS[key].items()}
    if key in _STEPS:
        return {**_mapping(value), "metadata": _metadata(_mapping(value).get("metadata"))}
    return value if isinstance(value, dict | int | float) else {}


def _metadata(value: JSON) -> JSON:
    given = _mapping(value)
    texts = {key: _text(given[key]) for key in ("urn", "type", "provider") if key in given}
    op = _text(given.get("op"))
    diffs = given.get("diffs")
    return {
        **texts,
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

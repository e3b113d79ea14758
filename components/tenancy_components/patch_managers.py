"""The objects in the state of the running stack, and which field managers applied them."""

import asyncio
from collections.abc import Mapping
from weakref import WeakKeyDictionary

import pulumi
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import get_monitor

from tenancy.drifting import AppliedObject, Identity
from tenancy_components.running_stack import applied_objects

__all__ = ["applied_before", "applied_by"]

_read: WeakKeyDictionary[object, "asyncio.Future[tuple[AppliedObject, ...]]"] = (
    WeakKeyDictionary()
)
"""The parts of the state that were read, once for each run of a program."""
_managers: WeakKeyDictionary[object, Mapping[Identity, frozenset[str]]] = WeakKeyDictionary()
"""The field managers of each object in it."""


def applied_before() -> "asyncio.Future[tuple[AppliedObject, ...]]":
    """Return each object in the state as the last update applied it, read once in a run."""
    monitor = get_monitor()
    if monitor not in _read:
        reading = applied_objects(pulumi.get_project(), pulumi.get_stack())
        _read[monitor] = asyncio.ensure_future(reading)
    return _read[monitor]


def applied_by(patched: Identity, own: str, of_stack: str) -> pulumi.Input[str]:
    """
    Return the field manager that patches *patched*: the one of the last update, else *own*.

    Args:
        patched: The object.
        own: The manager of a new patch.
        of_stack: The one of the stack on this cluster, with which those of its patches begin.
    """
    if isinstance(get_monitor(), MockMonitor):
        return own
    reading = applied_before()
    if reading.done() and reading.exception() is None:
        return _chosen(reading.result(), patched, own, of_stack)

    async def read() -> str:
        try:
            return _chosen(await reading, patched, own, of_stack)
        except pulumi.RunError:
            # The state cannot be read: the API server decides.
            return own

    return read()


def _chosen(
    applied: tuple[AppliedObject, ...], patched: Identity, own: str, of_stack: str
) -> str:
    monitor = get_monitor()
    if monitor not in _managers:
        found: dict[Identity, set[str]] = {}
        for one in applied:
            found.setdefault(Identity.of(one.inputs), set()).add(one.manager)
        _managers[monitor] = {key: frozenset(by) for key, by in found.items()}
    managers = _managers[monitor].get(patched, frozenset())
    if own in managers:
        return own
    ours = (by for by in managers if by.startswith(f"{of_stack}/"))
    return min(ours, default=own)

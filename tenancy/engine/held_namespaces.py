"""Namespaces that are being deleted: which of them do not end, and what holds them."""

import contextlib
import re
import threading
import time
from collections.abc import Callable, Collection, Iterator
from typing import Final

from tenancy.cluster import Connection, held_namespace, terminating_namespaces
from tenancy.diagnostics import ClusterError
from tenancy.engine.events import OnStep
from tenancy.engine.interaction import Note
from tenancy.engine.results import Step
from tenancy.manifests import NAMESPACE_TOKEN

__all__ = ["reporting_held_namespaces", "wait_for_deletions"]

_INTERVAL_SECONDS: Final = 4.0
"""A namespace that is being deleted in two readings is reported; most end within a second."""
_MOST: Final = 10
"""How many namespaces are looked at in one reading."""
_PAUSE_SECONDS: Final = 0.5


@contextlib.contextmanager
def reporting_held_namespaces(
    connect: Callable[[], Connection],
    note: Note,
    on_step: OnStep | None,
    *,
    interval: float = _INTERVAL_SECONDS,
) -> Iterator[OnStep]:
    """
    Open a block in which an engine works; namespaces that do not end are reported by *note*.

    The engine itself waits ten minutes for a namespace without a word. Nothing is read until it
    begins to delete one.

    Args:
        connect: Connects to the cluster.
        note: Called once for each namespace and each new reason.
        on_step: Called with every step too. Default: nothing is.
        interval: Seconds between two readings.

    Yields:
        What the engine's steps are passed to.
    """
    ended = threading.Event()
    watch = threading.Thread(target=_watch, args=(connect, note, ended, interval), daemon=True)

    def stepped(what: str, step: Step) -> None:
        is_deletion = "delete" in step.op and step.type == NAMESPACE_TOKEN
        if what == "started" and is_deletion and watch.ident is None:
            watch.start()
        if on_step is not None:
            on_step(what, step)

    try:
        yield stepped
    finally:
        ended.set()
        if watch.ident is not None:
            watch.join(interval)


def wait_for_deletions(
    connection: Connection,
    namespaces: Collection[str],
    note: Note,
    *,
    seconds: float,
) -> None:
    """
    Wait until none of *namespaces* is being deleted, as a killed destroy leaves them.

    Args:
        connection: To the cluster.
        namespaces: Their names; they need not exist.
        note: Called with a line if there is something to wait for.
        seconds: The longest wait.

    Raises:
        ClusterError: One is being deleted after that time; the message has what holds it.
    """
    until = time.monotonic() + seconds
    is_told = False
    while deleted := sorted(set(namespaces) & set(terminating_namespaces(connection))):
        are_deleted = f"{', '.join(deleted)} {'is' if len(deleted) == 1 else 'are'} deleted"
        if time.monotonic() >= until:
            raise ClusterError(
                connection.cluster,
                str(held_namespace(connection, deleted[0])),
                "finalizers are removed by their controllers, or by hand; run this again when"
                f" {are_deleted}",
            )
        if not is_told:
            note(f"waiting until {are_deleted}; an interrupted destroy began the deletion")
            is_told = True
        time.sleep(_PAUSE_SECONDS)


def _watch(
    connect: Callable[[], Connection], note: Note, ended: threading.Event, interval: float
) -> None:
    before: frozenset[str] = frozenset()
    reported: set[str] = set()
    try:
        connection = connect()
        while not ended.wait(interval):
            now = frozenset(terminating_namespaces(connection))
            for name in sorted(now & before)[:_MOST]:
                found = held_namespace(connection, name)
                # Counts of remaining objects change; this alone is not reported again.
                news = re.sub(r"\d+", "", f"{name} {found.conditions}")
                if found.is_held and news not in reported and not ended.is_set():
                    reported.add(news)
                    note(f"{found}; finalizers are removed by their controllers, or by hand")
            before = now
    except ClusterError as error:
        note(f"not checked: which namespaces are still being deleted: {error}")

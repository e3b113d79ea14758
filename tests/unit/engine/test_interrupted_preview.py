"""After an engine was cut in the middle of operations, the next one reads the cluster first."""

import contextlib
from types import SimpleNamespace

import pytest

from tenancy.engine.operations import previewing, updating
from tenancy.engine.results import Result
from tenancy.engine.state_reading import StateReading
from tenancy.engine.unchanged import Attempt

EMPTY = Result(stack="dev", kind="preview", summary={}, steps=(), outputs={}, text="")
TOLD = "stack dev: an update was interrupted (2 pending operations); the cluster is read first"


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """Return what the engine is asked for, and whether it refreshes, as the tests do it."""
    nothing = SimpleNamespace(variables={}, counted=lambda made: made)
    monkeypatch.setattr(Attempt, "unchanged", lambda *_, **__: None)
    monkeypatch.setattr(Attempt, "previewed", lambda *_: None)
    monkeypatch.setattr(Attempt, "updated", lambda *_: None)
    monkeypatch.setattr(Attempt, "changes", lambda _: contextlib.nullcontext())
    monkeypatch.setattr(Attempt, "recorded", lambda *_: contextlib.nullcontext(nothing))
    monkeypatch.setattr(previewing, "field_conflicts", lambda _: None)
    monkeypatch.setattr(
        updating, "reporting_held_namespaces", lambda *_: contextlib.nullcontext(None)
    )
    monkeypatch.setattr(
        updating, "update_and_remove_access", lambda _, __, update, *___, **____: update()
    )
    return []


def attempt(pending: int, calls: list[tuple[str, bool]]) -> Attempt:
    """Return an attempt that has read a state with so many pending operations."""

    def engine(kind):
        def run(*, refresh, **_):
            calls.append((kind, refresh))
            return EMPTY

        return run

    session = SimpleNamespace(name="dev", preview=engine("preview"), up=engine("up"))
    before = StateReading(checksum="", resources=(), is_settled=not pending, pending=pending)
    return Attempt(SimpleNamespace(), session, SimpleNamespace(), before=before)


def interaction(notes: list[str]) -> SimpleNamespace:
    return SimpleNamespace(
        asks=False,
        previews=False,
        note=notes.append,
        progress=lambda *_, **__: contextlib.nullcontext(None),
        show_preview=lambda _: None,
        show_result=lambda _: None,
    )


@pytest.mark.parametrize(("pending", "told"), [(0, []), (2, [TOLD])])
def test_a_preview_refreshes_only_after_an_interruption(calls, pending, told) -> None:
    notes: list[str] = []

    previewing.preview_stack(attempt(pending, calls), interaction(notes))

    assert [("preview", bool(pending))] == calls
    assert told == notes


@pytest.mark.parametrize(("pending", "told"), [(0, []), (2, [TOLD])])
def test_an_update_without_a_preview_does_too(calls, pending, told) -> None:
    notes: list[str] = []
    assessment = SimpleNamespace(cluster=lambda _: None, root=None)

    updating._update(
        assessment, attempt(pending, calls), interaction(notes), renew_service_accounts=False
    )

    assert [("up", bool(pending))] == calls
    assert told == notes

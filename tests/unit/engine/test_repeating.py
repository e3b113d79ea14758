"""An update that failed on a transient error is repeated, a few times and visibly."""

import contextlib
import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from pulumi.automation import CommandError, CommandResult

from tenancy.diagnostics import RefusedError
from tenancy.engine import EngineError, EngineFailure, Result
from tenancy.engine.errors import error_from
from tenancy.engine.operations import updating
from tenancy.engine.operations.repeating import repeated

BUSY = EngineError("dev", "the API server did not answer", EngineFailure.TRANSIENT)


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the pauses that were asked for, none of which is made."""
    made: list[float] = []
    monkeypatch.setattr(time, "sleep", made.append)
    return made


def after(*failures: Exception) -> tuple[Callable[[], str], list[int]]:
    """Return an update that fails so often and then succeeds, and its attempts."""
    left, attempts = list(failures), []

    def update() -> str:
        attempts.append(1)
        if left:
            raise left.pop(0)
        return "done"

    return update, attempts


@pytest.mark.parametrize("failures", [0, 1, 2])
def test_an_update_succeeds_after_transient_failures_that_are_shown(
    failures: int, pauses: list[float]
) -> None:
    update, attempts = after(*[BUSY] * failures)
    notes: list[str] = []

    assert "done" == repeated("dev", update, notes.append)

    assert failures + 1 == len(attempts)
    assert [5.0, 15.0][:failures] == pauses
    expected = [f"trying again in {int(s)} s (attempt {n} of 3)" for s, n in ((5, 2), (15, 3))]
    assert [f"{BUSY}\nstack dev: {line}" for line in expected[:failures]] == notes


def test_the_third_failure_is_the_last() -> None:
    update, attempts = after(BUSY, BUSY, BUSY)

    with pytest.raises(EngineError) as failed:
        repeated("dev", update, lambda _: None)

    assert failed.value is BUSY
    assert 3 == len(attempts)


@pytest.mark.parametrize(
    "failure", [one for one in EngineFailure if one is not EngineFailure.TRANSIENT]
)
def test_every_other_failure_is_final(failure: EngineFailure, pauses: list[float]) -> None:
    update, attempts = after(EngineError("dev", "no", failure))

    with pytest.raises(EngineError, match="no"):
        repeated("dev", update, lambda _: None)

    assert (1, []) == (len(attempts), pauses)


def test_an_update_that_must_not_be_repeated_fails_with_the_reason(
    pauses: list[float],
) -> None:
    update, attempts = after(BUSY)

    with pytest.raises(EngineError) as failed:
        repeated("dev", update, lambda _: None, not_again=lambda: "a part has been applied")

    assert f"{BUSY}\na part has been applied" == str(failed.value)
    assert EngineFailure.TRANSIENT is failed.value.failure
    assert (1, []) == (len(attempts), pauses)


def test_an_update_that_may_be_repeated_is_asked_about_each_time() -> None:
    update, attempts = after(BUSY, BUSY)
    asked: list[int] = []

    assert "done" == repeated(
        "dev", update, lambda _: None, not_again=lambda: asked.append(1) or ""
    )
    assert (3, 2) == (len(attempts), len(asked))


@pytest.mark.parametrize("moved", [False, True], ids=["nothing moved", "a part is applied"])
def test_a_saved_plan_is_applied_again_only_while_nothing_moved(
    moved: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Result(stack="dev", kind="up", summary={}, steps=(), outputs={}, text="")
    update, attempts = after(BUSY)
    comparisons: list[int] = []

    def require_fresh(*_: object) -> None:
        comparisons.append(1)
        if moved and len(comparisons) > 1:
            raise RefusedError(reason="the plan is stale")

    monkeypatch.setattr(updating, "require_fresh", require_fresh)
    monkeypatch.setattr(updating, "update_and_remove_access", lambda *given, **_: given[2]())
    notes: list[str] = []
    session = SimpleNamespace(name="dev", up=lambda **_: update() and made)
    saved = SimpleNamespace(engine_file=lambda: contextlib.nullcontext(None))
    interaction = SimpleNamespace(
        asks=False,
        note=notes.append,
        progress=lambda _: contextlib.nullcontext(None),
        show_result=lambda _: None,
    )

    def apply() -> Result:
        return updating.apply_saved_plan(
            SimpleNamespace(root=None), session, saved, interaction
        )

    if moved:
        with pytest.raises(EngineError, match="run `tenancy plan --stack dev --save FILE`"):
            apply()
        assert (1, []) == (len(attempts), notes)
    else:
        assert made is apply()
        assert (2, 1) == (len(attempts), len(notes))
    assert 2 == len(comparisons)


def printed(text: str) -> EngineError:
    return error_from("dev", CommandError(CommandResult(stdout="", stderr=text, code=255)))


@pytest.mark.parametrize(
    "text",
    [
        "error: resource acme-dev/quota was not successfully created by the Kubernetes API"
        " server: Internal error occurred: etcd is away",
        'error: Patch "https://10.0.0.1:6443/api/v1/namespaces/acme-dev": EOF',
        'error: Get "https://10.0.0.1:6443/api?timeout=32s": read tcp 10.0.0.2:41:'
        " connection reset by peer",
        'error: Get "https://10.0.0.1:6443/api": dial tcp 10.0.0.1:6443: connect:'
        " connection refused",
        "error: the server is currently unable to handle the request (get namespaces)",
        "error: etcdserver: leader changed",
        "error: configured Kubernetes cluster is unreachable: unable to load schema information"
        " from the API server: the server is currently unable to handle the request",
        "configured Kubernetes cluster is unreachable: unable to load schema information from"
        ' the API server: Get "https://10.0.0.1:6443/openapi/v2": EOF',
        "error: cluster prod: listing quotas was answered with 503 Service Unavailable",
    ],
)
def test_what_a_busy_server_answers_is_transient(text: str) -> None:
    found = printed(text)

    assert EngineFailure.TRANSIENT is found.failure
    assert "run this again; what was done is kept\nPulumi reported:\n" in str(found)


@pytest.mark.parametrize(
    "text",
    [
        "error: resource acme-dev/quota was not successfully created by the Kubernetes API"
        " server: quotas is forbidden",
        "error: configured Kubernetes cluster is unreachable: dial tcp 10.0.0.1:6443: connect:"
        " connection refused",
        "error: cluster prod: listing quotas was answered with 403 Forbidden",
        "error: the namespace EOFs is unknown",
        "Nothing was changed.\nInternal error occurred",
    ],
)
def test_a_refusal_and_a_cluster_that_is_down_are_not(text: str) -> None:
    assert EngineFailure.TRANSIENT is not printed(text).failure


def test_the_preview_of_an_update_is_repeated_too(
    monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    nothing = Result(stack="dev", kind="preview", summary={}, steps=(), outputs={}, text="")
    preview, attempts = after(BUSY)
    monkeypatch.setattr(updating, "preview_stack", lambda *_, **__: preview() and nothing)
    monkeypatch.setattr(updating, "_is_complete", lambda _: True)
    notes: list[str] = []
    session = SimpleNamespace(name="dev", outputs=dict)
    interaction = SimpleNamespace(previews=True, asks=False, note=notes.append)

    result = updating._update(
        None, SimpleNamespace(session=session), interaction, renew_service_accounts=False
    )

    assert nothing is result
    assert (2, [5.0]) == (len(attempts), pauses)
    assert [f"{BUSY}\nstack dev: trying again in 5 s (attempt 2 of 3)"] == notes

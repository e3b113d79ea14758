"""An update that failed on a transient error is repeated, a few times and visibly."""

import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from pulumi.automation import CommandError, CommandResult

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

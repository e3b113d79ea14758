"""Errors: what each carries, and the exit code that a command ends with."""

import pytest

from tenancy.diagnostics.errors import (
    AwsError,
    ClusterError,
    EngineError,
    EngineFailure,
    NotFoundError,
    RefusedError,
    SandboxError,
    TenancyError,
    ToolsError,
    UsageError,
)
from tenancy.diagnostics.exit_codes import Exit


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        pytest.param(TenancyError("x"), Exit.FAILED, id="root"),
        pytest.param(UsageError("x"), Exit.USAGE, id="usage"),
        pytest.param(NotFoundError("stack", "deev", ["dev"]), Exit.USAGE, id="not found"),
        pytest.param(RefusedError(reason="x"), Exit.REFUSED, id="refused"),
        pytest.param(EngineError("dev", "x"), Exit.FAILED, id="engine"),
        pytest.param(
            EngineError("dev", "x", EngineFailure.REFUSED), Exit.REFUSED, id="program refused"
        ),
        pytest.param(
            EngineError("dev", "x", EngineFailure.PLAN_VIOLATED),
            Exit.REFUSED,
            id="plan violated",
        ),
        pytest.param(EngineError("dev", "x", EngineFailure.LOCKED), Exit.FAILED, id="locked"),
        pytest.param(ClusterError("c", "x", "y"), Exit.FAILED, id="cluster"),
        pytest.param(
            ClusterError("c", "x", "y", exit_code=Exit.REFUSED), Exit.REFUSED, id="another one"
        ),
        pytest.param(SandboxError("x"), Exit.FAILED, id="sandbox"),
        pytest.param(ToolsError("x"), Exit.FAILED, id="tools"),
        pytest.param(AwsError("a", "b", "c", "d"), Exit.FAILED, id="aws"),
    ],
)
def test_each_error_has_an_exit_code(error: TenancyError, expected: Exit) -> None:
    assert expected is error.exit


def test_a_missing_name_is_reported_with_the_nearest_and_the_known_ones() -> None:
    near = NotFoundError("stack", "deev", ["dev", "prod"])
    far = NotFoundError("role", "zebra", ["viewer"], "run `tenancy who-can`")

    assert str(near) == "there is no stack 'deev', did you mean 'dev'?; known: dev, prod"
    assert str(far) == "there is no role 'zebra'; known: viewer; run `tenancy who-can`"


def test_a_refusal_of_another_cluster_ends_with_what_was_changed() -> None:
    refused = ClusterError("c", "another cluster answers", "x", exit_code=Exit.REFUSED)

    assert str(refused).endswith("\nNothing was changed.")
    assert "Nothing was changed" not in str(ClusterError("c", "no answer", "x"))

"""A failed command of Pulumi as one of our errors: the cause first, in words."""

from collections.abc import Sequence

from pulumi import automation as auto

from tenancy.diagnostics import EngineError, EngineFailure
from tenancy.engine.failures import diagnostics, explain

__all__ = ["engine_missing", "error_from", "failed"]


def engine_missing() -> EngineError:
    """Return the error for a missing `pulumi` on the engine's PATH."""
    return EngineError(
        None,
        "pulumi is not on PATH; install Pulumi 3.255 or newer, or run `tenancy sandbox tools`",
        EngineFailure.MISSING,
    )


def error_from(
    stack: str, error: auto.CommandError, reported: Sequence[str] = ()
) -> EngineError:
    """
    Return *error*, which a command of Pulumi for *stack* ended with, as one of ours.

    Args:
        stack: The stack's name.
        error: The SDK's error, which contains all output.
        reported: The messages that the engine reported as errors. Default: not known.
    """
    output = str(error)
    if isinstance(error, auto.ConcurrentUpdateError) or "currently locked by" in output:
        return EngineError(
            stack,
            "another update holds it; wait for that one, or, if it was interrupted, run"
            f" `pulumi cancel` in the same shell\n{diagnostics(output)}",
            EngineFailure.LOCKED,
        )
    if "violates plan" in output or "not allowed by the plan" in output:
        return EngineError(
            stack,
            "the engine stopped before a change that the saved plan does not contain; what was"
            f" done before that is kept\n{diagnostics(output)}\n"
            f"run `tenancy plan --stack {stack} --save FILE` again and review it",
            EngineFailure.PLAN_VIOLATED,
        )
    return failed(stack, output, reported)


def failed(stack: str, output: str, reported: Sequence[str] = ()) -> EngineError:
    """Return the error that *output* describes: a refusal of the program, or a failure."""
    text = diagnostics("\n".join(reported)) or diagnostics(output)
    if "Nothing was changed." in output:
        return EngineError(stack, f"refused\n{text}", EngineFailure.REFUSED)
    known = explain(output)
    if known is not None:
        failure = EngineFailure.TRANSIENT if known.is_transient else EngineFailure.FAILED
        message = f"{known.cause}; {known.remedy}\nPulumi reported:\n{text}"
        return EngineError(stack, message, failure)
    return EngineError(stack, f"the engine failed\n{text}")

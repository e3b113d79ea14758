"""The engine's errors, distinguished by what failed."""

from tenancy.engine import EngineError, EngineFailure

__all__ = ["is_refusal"]


def is_refusal(error: EngineError) -> bool:
    """Whether the program refused, so that nothing was changed."""
    return error.failure is EngineFailure.REFUSED

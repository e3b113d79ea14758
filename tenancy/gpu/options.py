"""Validate the options of a pool with the model of its backend."""

from collections.abc import Sequence
from typing import TypeVar

from pydantic import ValidationError

from tenancy.config.spec import Spec, findings_from
from tenancy.diagnostics import Finding, RefusedError
from tenancy.model import GpuNodePool

__all__ = ["NoOptions", "options", "parsed"]

S = TypeVar("S", bound=Spec)


class NoOptions(Spec):
    """The model of a backend without options."""


def parsed(pool: GpuNodePool, model: type[S]) -> S | Sequence[Finding]:
    """Return the options of *pool* as *model*, or all their problems."""
    try:
        return model.model_validate(dict(pool.options))
    except ValidationError as error:
        return findings_from(error, origin=pool.origin / "options", model=model)


def options(pool: GpuNodePool, model: type[S]) -> S:
    """
    Return the options of *pool* as *model*.

    Raises:
        RefusedError: They are invalid; `validate` of the backend reports the same without
            raising.
    """
    found = parsed(pool, model)
    if isinstance(found, Spec):
        return found
    raise RefusedError(found)

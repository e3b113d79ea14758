"""How a component and the program refuse: with every reason, and without a traceback."""

from collections.abc import Iterable, Mapping

import pulumi

from tenancy.diagnostics import Finding, RefusedError, Source, errors_in

__all__ = ["ComponentRefusedError", "refuse_errors"]


class ComponentRefusedError(RefusedError, pulumi.RunError):
    """The config or the arguments have errors; the engine prints them without a traceback."""


def refuse_errors(
    findings: Iterable[Finding], documents: Mapping[str, Source] | None = None
) -> tuple[Finding, ...]:
    """
    Return *findings* if none of them is an error.

    Raises:
        ComponentRefusedError: At least one of them is.
    """
    collected = tuple(findings)
    if errors_in(collected):
        raise ComponentRefusedError(collected, documents)
    return collected

"""
The table of codes: every finding has one of these.

To add a code, add a row to the module of its group and run `python -m
tenancy.diagnostics.codes`, which writes `docs/checks.md`.
"""

from collections.abc import Mapping
from typing import Final

from tenancy.diagnostics.codes import (
    access,
    adoption,
    backends,
    environment_order,
    files,
    gpus,
    limit_ranges,
    names,
    namespace_objects,
    network,
    organizations,
    plans,
    platforms,
    queues,
    quotas,
)
from tenancy.diagnostics.codes.code import Code, Group
from tenancy.diagnostics.severity import Severity

__all__ = ["CODES", "GROUPS", "Code", "Group", "require"]

GROUPS: Final[tuple[Group, ...]] = (
    files.GROUP,
    names.GROUP,
    organizations.GROUP,
    quotas.GROUP,
    limit_ranges.GROUP,
    environment_order.GROUP,
    access.GROUP,
    network.GROUP,
    platforms.GROUP,
    namespace_objects.GROUP,
    gpus.GROUP,
    queues.GROUP,
    backends.GROUP,
    adoption.GROUP,
    plans.GROUP,
)
"""The groups of codes, in the order of the reference."""

CODES: Final[Mapping[str, Code]] = {code.name: code for group in GROUPS for code in group.codes}
"""Every code by its name."""

_KNOWN: Final = frozenset(
    (code.name, severity) for code in CODES.values() for severity in code.severities
)


def require(code: str, severity: Severity) -> None:
    """
    Return if findings of *code* can have *severity*.

    A code with a slash (`acme/rack-missing`) belongs to a GPU backend of another package, which
    documents its own codes.

    Raises:
        LookupError: The table has no such code, or not with that severity.
    """
    if (code, severity) not in _KNOWN and "/" not in code:
        raise LookupError(
            f"the table of codes has no {code!r} with the severity {severity.value!r};"
            " add a row in tenancy/diagnostics/codes, or begin the code with `<package>/`"
        )

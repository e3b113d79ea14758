"""Leaves out findings that another finding causes, so that the cause is read first."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import attrs

from tenancy.diagnostics.finding import Finding, errors_in
from tenancy.diagnostics.severity import Severity

__all__ = ["only_causes"]


def _is_below(follow_up: Finding, cause: Finding) -> bool:
    """Return whether the cause is inside the value of the other finding."""
    inner, outer = cause.origin, follow_up.origin
    return inner.file == outer.file and inner.path[: len(outer.path)] == outer.path


def _is_of_organization(follow_up: Finding, cause: Finding) -> bool:
    return follow_up.organization is not None and cause.organization == follow_up.organization


def _is_anywhere(_follow_up: Finding, _cause: Finding) -> bool:
    return True


@attrs.frozen
class _Rule:
    causes: frozenset[str]
    applies: Callable[[Finding, Finding], bool]


_NO_QUOTA: Final = _Rule(
    frozenset(("namespace-without-quota", "quota-key", "quota-quantity", "unknown-profile")),
    _is_below,
)

_RULES: Final[Mapping[str, _Rule]] = {
    "environment-misspelt": _Rule(
        frozenset(("environment-name", "yaml-boolean-word")), _is_below
    ),
    "environment-order": _NO_QUOTA,
    "environment-unknown": _Rule(frozenset(("environment-name",)), _is_anywhere),
    "namespace-name": _Rule(frozenset(("prefix", "namespace-id")), _is_of_organization),
    "namespace-name-taken": _Rule(frozenset(("duplicate-id",)), _is_of_organization),
    "namespace-without-quota": _Rule(frozenset(("unknown-profile",)), _is_below),
    "platform-differs": _Rule(frozenset(("platform-unknown",)), _is_anywhere),
    "quota-unlimited": _NO_QUOTA,
}
"""By the code of a finding: the codes that can cause it. There are
no cycles, so one always remains."""

_UNKNOWN_NAMES: Final = frozenset(
    (
        *("class-unknown", "environment-unknown", "platform-not-written", "role-unknown"),
        "shared-service-unknown",
    )
)
"""Findings about a name that are left out if the file that would describe it has errors."""

_BY_FILE: Final = frozenset(
    ("file-not-read", "organization-unreadable", "platform-not-written")
)
"""Codes of findings that follow from an error anywhere in the file that they name."""


def only_causes(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """
    Return *findings* without those that an error among them causes.

    An error is left out only if its cause, another error, remains; so these findings refuse
    exactly what all findings would refuse. What could not be checked because of errors in files
    is one finding, which lists the files.
    """
    findings = tuple(dict.fromkeys(findings))
    refusing = errors_in(findings)
    files = {error.origin.file for error in refusing}
    kept = [finding for finding in findings if not _follows(finding, refusing, files)]
    return _summed(kept)


def _follows(finding: Finding, refusing: Sequence[Finding], files: set[str]) -> bool:
    if finding.needs is not None and finding.needs in files:
        return True
    rule = _RULES.get(finding.code)
    if rule is None:
        return False
    return any(
        cause.code in rule.causes and cause is not finding and rule.applies(finding, cause)
        for cause in refusing
    )


def _summed(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return *findings* with one line for all files that could not be read."""
    unread = [finding for finding in findings if finding.code == "file-not-read"]
    if not unread:
        return tuple(findings)
    first, *others = unread
    hidden = [
        finding
        for finding in findings
        if finding.severity is Severity.NOT_CHECKED and finding.code in _UNKNOWN_NAMES
    ]
    if others:
        sources = ", ".join(finding.origin.source for finding in unread)
        first = attrs.evolve(first, found=f"errors in {sources}", remedy="correct these files")
    if hidden:
        count = f"{len(hidden)} more value{'' if len(hidden) == 1 else 's'}"
        first = attrs.evolve(
            first, details=(*first.details, f"{count} could not be checked without this file")
        )
    rest = [f for f in findings if f not in unread and f not in hidden]
    return (*rest, first)

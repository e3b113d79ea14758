"""Namespaces in audit: each has a reason and an allowed last day."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

from tenancy.diagnostics import Finding, Severity, counted, reason_blank
from tenancy.model import Enforcement, Namespace, Organization, Platform

__all__ = ["enforcements"]


def enforcements(
    organizations: Iterable[Organization], platform: Platform, today: date | None = None
) -> Iterator[Finding]:
    """
    Yield findings about the audits of *organizations*.

    Args:
        today: The day to compare `until` with. Default: the date now, in UTC.
    """
    day = today or datetime.now(UTC).date()
    for organization in organizations:
        for namespace in organization.namespaces:
            if namespace.enforcement.is_audit:
                yield from _reason(namespace, namespace.enforcement)
                yield from _end(namespace, namespace.enforcement, platform.max_audit_days, day)
            yield from _kept_level(namespace, namespace.enforcement)


def _reason(namespace: Namespace, audit: Enforcement) -> Iterator[Finding]:
    origin = audit.origin or namespace.origin
    yield from reason_blank(audit.reason, origin / "reason", namespace.organization)
    if audit.reason is None:
        yield Finding(
            code="audit-without-reason",
            origin=origin,
            found=f"{namespace.name} in audit without a reason",
            allowed="a reason in words, because Tenancy refuses nothing in this namespace",
            remedy="write reason",
            organization=namespace.organization,
        )


def _end(
    namespace: Namespace, audit: Enforcement, most: int | None, today: date
) -> Iterator[Finding]:
    origin = (audit.origin or namespace.origin) / "until"
    if audit.until is None:
        if most is not None:
            yield Finding(
                code="audit-without-end",
                origin=origin,
                found=f"the audit of {namespace.name} without until",
                allowed=f"a last day within {counted(most, 'day')}, which limits.auditDays of"
                " the platform allows",
                remedy=f"write until: {today + timedelta(days=most)}, or an earlier day",
                organization=namespace.organization,
            )
        return
    if audit.until < today:
        yield Finding(
            code="audit-over",
            origin=origin,
            found=f"the audit of {namespace.name} until {audit.until}, which is in the past",
            allowed="a day from today on; enforcement does not start by itself",
            remedy="write mode: enforce, and review what the plan reports as refused then; or"
            " write a later day",
            organization=namespace.organization,
        )
    elif most is not None and audit.until > today + timedelta(days=most):
        yield Finding(
            code="audit-too-long",
            origin=origin,
            found=f"the audit of {namespace.name} until {audit.until}",
            allowed=f"at most {counted(most, 'day')} from today, {today + timedelta(days=most)}"
            " (limits.auditDays of the platform)",
            remedy="write an earlier day",
            organization=namespace.organization,
        )


def _kept_level(namespace: Namespace, written: Enforcement) -> Iterator[Finding]:
    if written.is_audit or written.pod_security is None:
        return
    yield Finding(
        code="audit-level-unused",
        origin=(written.origin or namespace.origin) / "podSecurity",
        found=f"a Pod Security level for the audit of {namespace.name}, which is over",
        allowed="podSecurity of the namespace, which is enforced now",
        remedy="remove it, unless the namespace will return to audit",
        severity=Severity.WARNING,
        organization=namespace.organization,
    )

"""Namespaces in audit: each has a reason and an allowed last day."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

import attrs

from tenancy.diagnostics import Finding, Origin, Severity, counted, reason_blank
from tenancy.model import Enforcement, Namespace, Organization, Platform, SharedNamespace

__all__ = ["enforcements", "shared_enforcements"]

_Namespace = Namespace | SharedNamespace


def enforcements(
    organizations: Iterable[Organization], platform: Platform, today: date | None = None
) -> Iterator[Finding]:
    """
    Yield findings about the audits of *organizations*.

    Args:
        today: The day to compare `until` with. Default: the date now, in UTC.
    """
    for organization in organizations:
        for namespace in organization.namespaces:
            yield from _enforcement(namespace, namespace.organization, platform, today)


def shared_enforcements(platform: Platform, today: date | None = None) -> Iterator[Finding]:
    """
    Yield findings about the audits of the shared namespaces of *platform*.

    Args:
        today: The day to compare `until` with. Default: the date now, in UTC.
    """
    for shared in platform.shared:
        yield from _enforcement(shared, None, platform, today)
        written = shared.enforcement.origin
        if written is not None and not shared.is_managed:
            yield Finding(
                code="shared-not-managed",
                origin=written,
                found=f"enforcement of {shared.name}, in which Tenancy manages nothing",
                allowed="enforcement of namespaces that Tenancy manages",
                remedy="remove it, or take the namespace over with `tenancy adopt --shared`",
            )


def _enforcement(
    namespace: _Namespace, organization: str | None, platform: Platform, today: date | None
) -> Iterator[Finding]:
    written, place = namespace.enforcement, namespace.enforcement.origin or namespace.origin
    one = _Audit(namespace.name, organization, place, written)
    if written.is_audit:
        yield from one.reason()
        yield from one.end(platform.max_audit_days, today or datetime.now(UTC).date())
    yield from one.kept_level()


@attrs.frozen
class _Audit:
    """The enforcement of one namespace, and where it is written."""

    name: str
    organization: str | None
    origin: Origin
    written: Enforcement

    def reason(self) -> Iterator[Finding]:
        yield from reason_blank(self.written.reason, self.origin / "reason", self.organization)
        if self.written.reason is None:
            yield Finding(
                code="audit-without-reason",
                origin=self.origin,
                found=f"{self.name} in audit without a reason",
                allowed="a reason in words, because Tenancy refuses nothing in this namespace",
                remedy="write reason",
                organization=self.organization,
            )

    def end(self, most: int | None, today: date) -> Iterator[Finding]:
        origin, audit = self.origin / "until", self.written
        if audit.until is None:
            if most is not None:
                yield Finding(
                    code="audit-without-end",
                    origin=origin,
                    found=f"the audit of {self.name} without until",
                    allowed=f"a last day within {counted(most, 'day')}, which"
                    " limits.auditDays of the platform allows",
                    remedy=f"write until: {today + timedelta(days=most)}, or an earlier day",
                    organization=self.organization,
                )
            return
        if audit.until < today:
            yield Finding(
                code="audit-over",
                origin=origin,
                found=f"the audit of {self.name} until {audit.until}, which is in the past",
                allowed="a day from today on; enforcement does not start by itself",
                remedy="write mode: enforce, and review what the plan reports as refused then;"
                " or write a later day",
                organization=self.organization,
            )
        elif most is not None and audit.until > today + timedelta(days=most):
            yield Finding(
                code="audit-too-long",
                origin=origin,
                found=f"the audit of {self.name} until {audit.until}",
                allowed=f"at most {counted(most, 'day')} from today,"
                f" {today + timedelta(days=most)} (limits.auditDays of the platform)",
                remedy="write an earlier day",
                organization=self.organization,
            )

    def kept_level(self) -> Iterator[Finding]:
        if self.written.is_audit or self.written.pod_security is None:
            return
        yield Finding(
            code="audit-level-unused",
            origin=self.origin / "podSecurity",
            found=f"a Pod Security level for the audit of {self.name}, which is over",
            allowed="podSecurity of the namespace, which is enforced now",
            remedy="remove it, unless the namespace will return to audit",
            severity=Severity.WARNING,
            organization=self.organization,
        )

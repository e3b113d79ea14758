"""Whether what Tenancy adds to a namespace refuses, or only warns."""

from datetime import date

import attrs

from tenancy.diagnostics import Origin

__all__ = ["Enforcement"]


@attrs.frozen(kw_only=True, slots=True)
class Enforcement:
    """
    Whether what Tenancy adds to a namespace refuses, or only warns.

    Attributes:
        is_audit: Whether it only warns.
        until: The last day of the audit.
        pod_security: The level that stays enforced during the audit; None without a label.
        may_stop: What may be refused or cut off once everything is enforced.
    """

    is_audit: bool = False
    reason: str | None = None
    until: date | None = None
    pod_security: str | None = None
    may_stop: tuple[str, ...] = ()
    origin: Origin | None = None

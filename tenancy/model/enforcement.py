"""Whether Tenancy's rules in a namespace are enforced or only give warnings."""

from datetime import date

import attrs

from tenancy.diagnostics import Origin

__all__ = ["Enforcement"]


@attrs.frozen(kw_only=True, slots=True)
class Enforcement:
    """
    Whether Tenancy's rules in a namespace are enforced or only give warnings.

    Attributes:
        is_audit: Whether they only give warnings.
        until: The last day of the audit.
        pod_security: The level that stays enforced during the audit; None without a label.
        may_stop: Workloads that may be refused or lose connections when the rules are enforced.
        may_weaken: Objects by which more may be allowed than they allow on the cluster now.
    """

    is_audit: bool = False
    reason: str | None = None
    until: date | None = None
    pod_security: str | None = None
    may_stop: tuple[str, ...] = ()
    may_weaken: tuple[str, ...] = ()
    origin: Origin | None = None

"""Whether Tenancy's rules in a namespace are enforced or only give warnings."""

from datetime import date

import attrs

from tenancy.config.spec import EnforcementSpec
from tenancy.diagnostics import Origin

__all__ = ["Enforcement", "resolved_enforcement"]


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


def resolved_enforcement(spec: EnforcementSpec | None, owner: Origin) -> Enforcement:
    """
    Return *spec* resolved. Default: everything is enforced.

    Args:
        owner: Where the namespace that it is written for is.
    """
    if spec is None:
        return Enforcement()
    return Enforcement(
        is_audit=spec.mode == "audit",
        reason=spec.reason,
        until=spec.until,
        pod_security=spec.pod_security,
        may_stop=tuple(spec.may_stop),
        may_weaken=tuple(spec.may_weaken),
        origin=owner / "enforcement",
    )

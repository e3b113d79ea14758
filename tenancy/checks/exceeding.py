"""The finding about a value above an organization's bounds."""

from tenancy.diagnostics import Finding, Origin

__all__ = ["exceeds"]


def exceeds(
    origin: Origin,
    found: str,
    allowed: str,
    bound: Origin,
    organization: str | None,
    *,
    remedy: str | None = None,
) -> Finding:
    """
    Return the finding of a value above its bound.

    Args:
        origin: Where the value is.
        found: The value.
        allowed: The bound, in words.
        bound: Where the bound is.
        organization: Whose value it is; None if unknown.
        remedy: What to change. Default: to stay within the bound.
    """
    return Finding(
        code="exceeds-platform",
        origin=origin,
        found=found,
        allowed=f"{allowed}, the bound in {bound}",
        remedy=f"{remedy or 'stay within the bound'}, or ask the platform's operators to raise "
        "it",
        organization=organization,
    )

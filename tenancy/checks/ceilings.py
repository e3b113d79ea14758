"""Ceilings: the total of an organization's namespaces over all environments."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from tenancy.checks.quotas import hard
from tenancy.diagnostics import Finding, Origin, Severity, joined
from tenancy.kubernetes.quantity import Quantity
from tenancy.model import Amounts, Namespace, Organization, Sum, sums

__all__ = ["ceiling", "part_of_ceiling"]


def ceiling(organizations: Sequence[Organization], amounts: Amounts) -> Iterator[Finding]:
    """
    Yield totals above an organization's ceiling, and its keys that a namespace does not limit.

    Args:
        organizations: The organization in each of its environments, smallest first.
        amounts: What a namespace counts.
    """
    first = organizations[0]
    yield from _differing(organizations)
    if first.ceiling is None:
        return
    for found in hard(first.ceiling):
        yield attrs.evolve(found, organization=first.name)
    for total in sums(organizations, amounts):
        yield from _over(total, first.name)
        yield from _unlimited(total, organizations)


def _over(total: Sum, organization: str) -> Iterator[Finding]:
    limit = total.ceiling
    if limit is None or total.limited <= limit.quantity:
        return
    over = total.limited - limit.quantity
    yield Finding(
        code="quota-over-ceiling",
        origin=limit.origin,
        found=f"quotas of {total.key} with the total {total.limited}",
        allowed=f"at most {limit}, the ceiling of {organization}",
        remedy=f"lower them by {over}, or raise the ceiling",
        organization=organization,
        details=(str(total),),
    )


def _unlimited(total: Sum, organizations: Sequence[Organization]) -> Iterator[Finding]:
    limit = total.ceiling
    if limit is None or total.total is not None:
        return
    missing = {part.namespace for part in total.parts if part.amount is None}
    by_origin: dict[Origin, list[Namespace]] = {}
    for organization in organizations:
        for namespace in organization.namespaces:
            if namespace.name in missing:
                by_origin.setdefault(_place(namespace), []).append(namespace)
    for namespaces in by_origin.values():
        first = namespaces[0]
        names = joined(list(dict.fromkeys(n.name for n in namespaces)))
        yield Finding(
            code="quota-unlimited",
            origin=_place(first),
            found=f"no {total.key} in the quotas of {names}, so it is unlimited there",
            allowed=f"a limit: {first.organization} has a ceiling of {limit}",
            remedy=f"write {total.key} in these quotas, or remove it from the ceiling",
            severity=Severity.WARNING if first.without_quota else Severity.ERROR,
            organization=first.organization,
            details=(str(total),),
        )


def _place(namespace: Namespace) -> Origin:
    main = next((quota for quota in namespace.quotas if not quota.is_scoped), None)
    return namespace.origin if main is None else main.origin


def _differing(organizations: Sequence[Organization]) -> Iterator[Finding]:
    """Refuse two different ceilings of one organization."""
    first = organizations[0]
    for other in organizations[1:]:
        if _figures(other) != _figures(first):
            yield Finding(
                code="ceiling-differs",
                origin=other.origin / "ceiling",
                found=f"another ceiling of {other.name} than in {first.origin.source}",
                allowed="one ceiling, because it applies to all environments together",
                remedy=f"describe the organization once, in organizations/{other.name}.yaml",
                organization=other.name,
            )


def _figures(organization: Organization) -> Mapping[str, Quantity] | None:
    if organization.ceiling is None:
        return None
    return {key: limit.quantity for key, limit in organization.ceiling.items()}


def part_of_ceiling(organization: Organization, why: str) -> Iterable[Finding]:
    """Report that the ceiling also applies to environments that are unknown here."""
    if organization.ceiling is None:
        return ()
    return (
        Finding(
            code="ceiling-not-checked",
            origin=organization.origin / "ceiling",
            found=f"the ceiling of {organization.name}; {why}",
            allowed="a sum over all environments of the organization",
            remedy="run `tenancy check` in the project that has all environments",
            severity=Severity.NOT_CHECKED,
            organization=organization.name,
        ),
    )

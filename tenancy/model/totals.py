"""Sums: what an organization's namespaces may use together, against its ceiling."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import attrs

from tenancy.checks.quotas import granted, hard, keys
from tenancy.diagnostics.finding import Finding, Severity
from tenancy.diagnostics.origin import Origin
from tenancy.diagnostics.wording import joined
from tenancy.kubernetes.quantity import Quantity
from tenancy.kubernetes.resources import InvalidResourceError, parse_quota_key
from tenancy.model import Limit, Namespace, Organization, Platform, Quota

__all__ = ["Amounts", "Part", "Sum", "amounts", "ceiling", "part_of_ceiling", "sums"]


@attrs.frozen(slots=True)
class Part:
    """
    One namespace's share of a sum.

    Attributes:
        namespace: Its name in the cluster.
        amount: The least of its unscoped quotas; None where it is unlimited.
    """

    namespace: str
    amount: Quantity | None

    def __str__(self) -> str:
        return f"{self.namespace} {'unlimited' if self.amount is None else self.amount}"


@attrs.frozen(kw_only=True, slots=True)
class Sum:
    """
    One resource over all namespaces of an organization, in all of its environments.

    Attributes:
        key: The quota key, by the name under which it is added up: `requests.cpu`.
        parts: One for each namespace, in the order of the environments.
        ceiling: The most that is allowed; None where there is no ceiling for it.
    """

    key: str
    parts: tuple[Part, ...]
    ceiling: Limit | None

    @property
    def total(self) -> Quantity | None:
        """What the parts add up to; None where one of them is unlimited."""
        total = Quantity.zero
        for part in self.parts:
            if part.amount is None:
                return None
            total += part.amount
        return total

    @property
    def limited(self) -> Quantity:
        """What the limited parts add up to."""
        return sum((p.amount for p in self.parts if p.amount is not None), Quantity.zero)

    def __str__(self) -> str:
        parts = " + ".join(map(str, self.parts)) or "no namespace 0"
        total = "unlimited" if self.total is None else str(self.total)
        of = "" if self.ceiling is None else f" of {self.ceiling}"
        return f"{self.key}: {parts} = {total}{of}"


Amounts = Callable[[Namespace], Mapping[str, Quantity]]
"""What a namespace counts, by key; what is missing is unlimited."""


def amounts(platform_of: Callable[[Namespace], Platform]) -> Amounts:
    """
    Return a function that says what a namespace counts: per resource, the least amount.

    Its unscoped quotas count, its GPU grants (0 without one), and the platform's counts of
    objects. Quotas that many namespaces share are read once.
    """
    by_quota: dict[int, Mapping[str, Quantity]] = {}
    by_quotas: dict[tuple[int, ...], Mapping[str, Quantity]] = {}

    def of(namespace: Namespace) -> Mapping[str, Quantity]:
        platform = platform_of(namespace)
        together = (id(platform), *map(id, namespace.quotas))
        least = by_quotas.get(together)
        if least is None:
            # A count of objects that people write takes the place of the platform's.
            least = by_quotas[together] = {
                **_by_name(platform.object_counts),
                **{f"requests.{r}": Quantity.zero for r in platform.gpu_resources},
                **_least(namespace.quotas, by_quota),
            }
        if not namespace.grants:
            return least
        return {
            **least,
            **{key: Quantity.parse(n) for key, n in granted(namespace, platform).items()},
        }

    return of


def _by_name(counts: Mapping[str, Quantity]) -> Mapping[str, Quantity]:
    found: dict[str, Quantity] = {}
    for text, amount in counts.items():
        with contextlib.suppress(InvalidResourceError):
            found[parse_quota_key(text).name] = amount
    return found


def _least(
    quotas: Iterable[Quota], known: dict[int, Mapping[str, Quantity]]
) -> Mapping[str, Quantity]:
    least: dict[str, Quantity] = {}
    for quota in quotas:
        if not quota.is_scoped:
            for name, amount in _of_quota(quota, known).items():
                least[name] = min(amount, least.get(name, amount))
    return least


def _of_quota(quota: Quota, known: dict[int, Mapping[str, Quantity]]) -> Mapping[str, Quantity]:
    if id(quota) not in known:
        found: dict[str, Quantity] = {}
        for key in keys(quota.hard):
            amount = quota.hard[key.text].quantity
            found[key.name] = min(amount, found.get(key.name, amount))
        known[id(quota)] = found
    return known[id(quota)]


def sums(organizations: Sequence[Organization], amounts: Amounts) -> tuple[Sum, ...]:
    """
    Return one sum for each key of the ceiling, in the order in which it was written.

    Args:
        organizations: One organization in each of its environments, smallest first.
        amounts: What a namespace counts.
    """
    limits = organizations[0].ceiling or {}
    found: dict[str, Limit] = {}
    for text, limit in limits.items():
        try:
            name = parse_quota_key(text).name
        except InvalidResourceError:
            continue
        found.setdefault(name, limit)
    counted = [
        (namespace.name, amounts(namespace))
        for organization in organizations
        for namespace in organization.namespaces
    ]
    return tuple(
        Sum(
            key=name,
            parts=tuple(Part(namespace, amount.get(name)) for namespace, amount in counted),
            ceiling=limit,
        )
        for name, limit in found.items()
    )


def ceiling(organizations: Sequence[Organization], amounts: Amounts) -> Iterator[Finding]:
    """
    Yield what is over the ceiling of one organization, and what no quota limits under it.

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
        found=f"quotas of {total.key} that add up to {total.limited}",
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
            found=f"no {total.key} in the quotas of {names}, so that it is unlimited there",
            allowed=f"a limit, for {first.organization} has a ceiling of {limit}",
            remedy=f"write {total.key} there, or take it out of the ceiling",
            organization=first.organization,
            details=(str(total),),
        )


def _place(namespace: Namespace) -> Origin:
    main = next((quota for quota in namespace.quotas if not quota.is_scoped), None)
    return namespace.origin if main is None else main.origin


def _differing(organizations: Sequence[Organization]) -> Iterator[Finding]:
    """Refuse two ceilings of one organization: only one can be the most."""
    first = organizations[0]
    for other in organizations[1:]:
        if _figures(other) != _figures(first):
            yield Finding(
                code="ceiling-differs",
                origin=other.origin / "ceiling",
                found=f"another ceiling of {other.name} than in {first.origin.source}",
                allowed="one ceiling, for it holds over all environments",
                remedy=f"describe the organization once, in organizations/{other.name}.yaml",
                organization=other.name,
            )


def _figures(organization: Organization) -> Mapping[str, Quantity] | None:
    if organization.ceiling is None:
        return None
    return {key: limit.quantity for key, limit in organization.ceiling.items()}


def part_of_ceiling(organization: Organization, why: str) -> Iterable[Finding]:
    """Say that the ceiling holds over environments that cannot be seen from here."""
    if organization.ceiling is None:
        return ()
    return (
        Finding(
            code="ceiling-not-checked",
            origin=organization.origin / "ceiling",
            found=f"the ceiling of {organization.name}; {why}",
            allowed="a sum over all of its environments",
            remedy="run `tenancy check` where the whole is written",
            severity=Severity.NOT_CHECKED,
            organization=organization.name,
        ),
    )

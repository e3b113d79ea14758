"""Totals over all namespaces of an organization."""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import attrs

from tenancy.kubernetes.quantity import Quantity
from tenancy.kubernetes.resources import InvalidResourceError, parse_quota_key, requests_key
from tenancy.model.hard_keys import quota_keys
from tenancy.model.managed_quotas import device_limits, load_balancer_limits
from tenancy.model.platform import Platform
from tenancy.model.quota import Limit, Quota
from tenancy.model.values import Namespace, Organization

__all__ = ["Amounts", "Part", "Sum", "amounts", "sums"]


@attrs.frozen(slots=True)
class Part:
    """
    One namespace's share of a sum.

    Attributes:
        namespace: Its name in the cluster.
        environment: The name of its environment.
        stack: The stack of that environment; one name on two clusters has two stacks.
        amount: The smallest limit of its unscoped quotas; None if it is unlimited.
    """

    namespace: str
    environment: str
    stack: str
    amount: Quantity | None

    def __str__(self) -> str:
        return f"{self.namespace} {'unlimited' if self.amount is None else self.amount}"

    @classmethod
    def of(cls, namespace: Namespace, amount: Quantity | None) -> "Part":
        """Return the part of *namespace*."""
        return cls(namespace.name, namespace.environment, namespace.stack, amount)


@attrs.frozen(kw_only=True, slots=True)
class Sum:
    """
    One resource over all namespaces of an organization, in all of its environments.

    Attributes:
        key: The quota key, by the name under which it is added up: `requests.cpu`.
        parts: One for each namespace, in the order of the environments.
        ceiling: The most that is allowed; None if it has no ceiling.
    """

    key: str
    parts: tuple[Part, ...]
    ceiling: Limit | None

    @classmethod
    def of(
        cls,
        key: str,
        organizations: Iterable[Organization],
        amounts: "Amounts",
        ceiling: Limit | None = None,
    ) -> "Sum":
        """Return the sum of *key* over the namespaces of *organizations*."""
        return cls(
            key=key,
            parts=tuple(
                Part.of(namespace, amounts(namespace).get(key))
                for organization in organizations
                for namespace in organization.namespaces
            ),
            ceiling=ceiling,
        )

    @property
    def labels(self) -> tuple[str, ...]:
        """The namespace of each part, with its stack where two have the same name."""
        count = Counter(part.namespace for part in self.parts)
        return tuple(
            part.namespace
            if count[part.namespace] == 1
            else f"{part.namespace} (stack {part.stack})"
            for part in self.parts
        )

    @property
    def total(self) -> Quantity | None:
        """What the parts add up to; None if one of them is unlimited."""
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
        parts = " + ".join(
            f"{label} {'unlimited' if part.amount is None else part.amount}"
            for label, part in zip(self.labels, self.parts, strict=True)
        )
        parts = parts or "no namespace 0"
        total = "unlimited" if self.total is None else str(self.total)
        of = "" if self.ceiling is None else f" of {self.ceiling}"
        return f"{self.key}: {parts} = {total}{of}"


Amounts = Callable[[Namespace], Mapping[str, Quantity]]
"""The amounts of a namespace, by key; a missing key is unlimited."""


def amounts(platform_of: Callable[[Namespace], Platform]) -> Amounts:
    """
    Return a function that gives, per resource, the smallest limit of a namespace.

    Its unscoped quotas limit it, and so do its GPU grants (0 without one) and the platform's
    counts of objects. Quotas that many namespaces share are read once.
    """
    by_quota: dict[int, Mapping[str, Quantity]] = {}
    by_quotas: dict[tuple[int, ...], Mapping[str, Quantity]] = {}

    def of(namespace: Namespace) -> Mapping[str, Quantity]:
        platform = platform_of(namespace)
        together = (id(platform), *map(id, namespace.quotas))
        least = by_quotas.get(together)
        if least is None:
            # A count of objects that people write replaces the platform's.
            least = by_quotas[together] = {
                **_by_name(platform.object_counts),
                **{requests_key(r): Quantity.zero for r in platform.gpu_resources},
                **_least(namespace.quotas, by_quota),
            }
        load_balancers = _load_balancers(namespace)
        if not namespace.grants and not load_balancers:
            return least
        return {
            **least,
            **load_balancers,
            **{
                key: Quantity.parse(n)
                for key, n in device_limits(namespace.grants, platform).items()
            },
        }

    return of


def _load_balancers(namespace: Namespace) -> Mapping[str, Quantity]:
    """Return the counts of granted load balancers and their node ports that no quota sets."""
    own = {key for quota in namespace.quotas if not quota.is_scoped for key in quota.hard}
    limits = load_balancer_limits(namespace.load_balancers)
    return {key: Quantity.parse(count) for key, count in limits.items() if key not in own}


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
        for key in quota_keys(quota.hard):
            amount = quota.hard[key.text].quantity
            found[key.name] = min(amount, found.get(key.name, amount))
        known[id(quota)] = found
    return known[id(quota)]


def sums(organizations: Sequence[Organization], amounts: Amounts) -> tuple[Sum, ...]:
    """
    Return one sum for each key of the ceiling, in the order in which it was written.

    Args:
        organizations: One organization in each of its environments, smallest first.
        amounts: Gives the amounts of a namespace.
    """
    limits = organizations[0].ceiling or {}
    found: dict[str, Limit] = {}
    for text, limit in limits.items():
        try:
            name = parse_quota_key(text).name
        except InvalidResourceError:
            continue
        found.setdefault(name, limit)
    return tuple(Sum.of(name, organizations, amounts, limit) for name, limit in found.items())

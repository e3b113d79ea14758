"""Quotas before and after: per namespace, and the sums against the organization's ceiling."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from tenancy import manifests
from tenancy.diagnostics.finding import Finding, Severity
from tenancy.diagnostics.origin import Origin
from tenancy.kubernetes.quantity import InvalidQuantityError, Quantity
from tenancy.model import Environment, Namespace, Organization, Platform
from tenancy.model.live import Live, LiveQuota
from tenancy.model.totals import Amounts, Part, Sum, sums

__all__ = ["QuotaChange", "SumChange", "below_usage", "changes", "sum_changes"]


@attrs.frozen(kw_only=True, slots=True)
class QuotaChange:
    """
    One key of one namespace; the least of its unscoped quotas counts.

    Attributes:
        before: None where it was not limited.
        after: None where it is not limited any more.
        used: What the cluster counts now; None where nobody could say.
    """

    organization: str
    namespace: str
    key: str
    before: Quantity | None
    after: Quantity | None
    used: Quantity | None = None

    @property
    def is_below_usage(self) -> bool:
        """Whether more is used than may be used from now on."""
        return self.after is not None and self.used is not None and self.after < self.used


@attrs.frozen(kw_only=True, slots=True)
class SumChange:
    """One resource over all environments of an organization."""

    organization: str
    before: Sum
    after: Sum

    @property
    def key(self) -> str:
        """The quota key that is added up."""
        return self.after.key

    @property
    def headroom(self) -> Quantity | None:
        """What is left under the ceiling; None without one, or where nothing is limited."""
        if self.after.ceiling is None or self.after.total is None:
            return None
        return self.after.ceiling.quantity - self.after.total


def changes(
    before: Iterable[Namespace], after: Iterable[Namespace], counted: Amounts, live: Live | None
) -> Iterator[QuotaChange]:
    """
    Yield each key that differs in a namespace that there was and still is.

    Args:
        counted: What a namespace counts, by key.
        live: What is used now. None where it was not asked.
    """
    known = {namespace.name: namespace for namespace in before}
    for namespace in after:
        old = known.get(namespace.name)
        if old is None:
            continue
        was, now = counted(old), counted(namespace)
        for key in dict.fromkeys((*was, *now)):
            if was.get(key) != now.get(key):
                yield QuotaChange(
                    organization=namespace.organization,
                    namespace=namespace.name,
                    key=key,
                    before=was.get(key),
                    after=now.get(key),
                    used=_used_anywhere(live, namespace.name, key),
                )


def sum_changes(
    before: Sequence[Organization], after: Sequence[Organization], counted: Amounts
) -> Iterator[SumChange]:
    """
    Yield each sum of one organization that differs.

    Sums under the ceiling come first; others only where something is limited on both sides.

    Args:
        before: The organization in each of its environments; those of other stacks as the
            files have them.
        after: The same, as the files have them now.
    """
    name = (after or before)[0].name
    new = {total.key: total for total in sums(after, counted)} if after else {}
    was, now = _parts(before, counted), _parts(after, counted)
    written = dict.fromkeys(
        key
        for organization in (*before, *after)
        for namespace in organization.namespaces
        for key in (
            *(key for quota in namespace.quotas if not quota.is_scoped for key in quota.hard),
            *(f"requests.{grant.resource}" for grant in namespace.grants),
        )
    )
    for key in dict.fromkeys((*new, *written)):
        ceiling = new[key].ceiling if key in new else None
        old_sum = Sum(key=key, parts=_of(key, was), ceiling=ceiling)
        new_sum = Sum(key=key, parts=_of(key, now), ceiling=ceiling)
        has_changed = (old_sum.limited, old_sum.total) != (new_sum.limited, new_sum.total)
        is_known = ceiling is not None or None not in (old_sum.total, new_sum.total)
        if has_changed and is_known and (ceiling is not None or len(now) > 1):
            yield SumChange(organization=name, before=old_sum, after=new_sum)


def below_usage(environment: Environment, platform: Platform, live: Live) -> Iterator[Finding]:
    """
    Refuse each new limit that is lower than what is used now, unless it is named exactly.

    Kubernetes takes such a limit without a word; then nothing new starts there, and what ends
    is not started again. A limit that stays as it is in the cluster is not a new one.
    """
    if live.quotas is None or live.namespaces is None:
        return
    allowed = frozenset(environment.allow_below_usage)
    for namespace in environment.namespaces:
        if namespace.name not in live.namespaces:
            continue
        there = live.quotas.get(namespace.name, {})
        for quota in _rendered(namespace, platform):
            yield from _of_quota(namespace, quota, there, allowed)


def _of_quota(
    namespace: Namespace,
    quota: "_Rendered",
    there: Mapping[str, LiveQuota],
    allowed: frozenset[str],
) -> Iterator[Finding]:
    own = there.get(quota.name, LiveQuota())
    for key, text in quota.hard.items():
        limit = _quantity(text)
        known = _quantity(own.hard.get(key))
        if limit is None or (known is not None and known == limit):
            continue
        used = _quantity(own.used.get(key))
        if used is None and not quota.is_scoped:
            used = _used_in(there, key)
        if used is None:
            if known is not None and limit < known:
                yield _not_counted(namespace, key)
        elif used > limit and f"{namespace.name}/{key}" not in allowed:
            yield Finding(
                code="quota-below-usage",
                origin=_place(namespace, quota.name, key),
                found=f"{key} of {namespace.name} would become {limit}, below the"
                f" {used} used now",
                allowed=f"at least {used}; below it nothing new starts, and what ends is not"
                " started again",
                remedy=f"write at least {used}, end what uses it, or name"
                f" `{namespace.name}/{key}` under tenancy:allowBelowUsage",
                organization=namespace.organization,
            )


def _not_counted(namespace: Namespace, key: str) -> Finding:
    return Finding(
        code="usage-not-checked",
        origin=namespace.origin,
        found=f"how much of {key} is used in {namespace.name}: the cluster has not counted it",
        allowed="a limit above what is used",
        remedy="wait until the quota's status is filled, and look again",
        severity=Severity.NOT_CHECKED,
        organization=namespace.organization,
    )


@attrs.frozen
class _Rendered:
    """One ResourceQuota as it will be in the cluster."""

    name: str
    hard: Mapping[str, str]
    is_scoped: bool


def _rendered(namespace: Namespace, platform: Platform) -> Iterator[_Rendered]:
    """Yield each quota that will be in the cluster, the walls' own among them."""
    for manifest in manifests.namespace(namespace, platform).guardrails:
        metadata, spec = manifest["metadata"], manifest.get("spec")
        if manifest["kind"] != "ResourceQuota" or not isinstance(spec, dict):
            continue
        assert isinstance(metadata, dict)
        yield _Rendered(
            str(metadata["name"]),
            spec.get("hard") or {},
            bool(spec.get("scopes") or spec.get("scopeSelector")),
        )


def _place(namespace: Namespace, name: str, key: str) -> Origin:
    for quota in namespace.quotas:
        if quota.name == name:
            return quota.hard[key].origin if key in quota.hard else quota.origin
    for grant in namespace.grants:
        if key == f"requests.{grant.resource}":
            return grant.origin
    return namespace.origin


def _used_anywhere(live: Live | None, namespace: str, key: str) -> Quantity | None:
    if live is None or live.quotas is None:
        return None
    return _used_in(live.quotas.get(namespace, {}), key)


def _used_in(quotas: Mapping[str, LiveQuota], key: str) -> Quantity | None:
    """Return the most that any quota counts of *key*: one with a scope counts less."""
    found = [_quantity(quota.used.get(key)) for quota in quotas.values()]
    return max((amount for amount in found if amount is not None), default=None)


def _quantity(text: str | None) -> Quantity | None:
    if text is None:
        return None
    try:
        return Quantity.parse_stored(str(text))
    except InvalidQuantityError:
        return None


def _parts(
    organizations: Iterable[Organization], counted: Amounts
) -> list[tuple[str, Mapping[str, Quantity]]]:
    return [(n.name, counted(n)) for o in organizations for n in o.namespaces]


def _of(key: str, parts: Iterable[tuple[str, Mapping[str, Quantity]]]) -> tuple[Part, ...]:
    return tuple(Part(name, amount.get(key)) for name, amount in parts)

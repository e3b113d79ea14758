"""Queues of GPU jobs: what namespaces may borrow and lend, before and after."""

from collections.abc import Iterable, Iterator, Sequence

import attrs
from pydantic import with_config
from typing_extensions import TypedDict

from tenancy.model import Grant, Namespace, Platform, queued_grants
from tenancy.planning.comparison import Comparison
from tenancy.planning.facts import Fact, Importance, shortened, step
from tenancy.planning.section import Section
from tenancy.planning.shapes import CLOSED

__all__ = ["QueueChange", "QueueLimits", "WeightChange"]


@attrs.frozen(kw_only=True, slots=True)
class QueueChange:
    """
    What one namespace may borrow and lend of one pool.

    Attributes:
        device: What people call a device: the pool's model, or its resource.
        granted: How many devices it has of its own, afterwards.
        borrowing_before: 0 without a limit.
        lending_before: None if all of its grant is lent.
        lenders: Organizations, and namespaces of the same one, that lend.
    """

    organization: str
    namespace: str
    pool: str
    resource: str
    device: str
    granted: int
    borrowing_before: int
    borrowing_after: int
    lending_before: int | None
    lending_after: int | None
    lenders: tuple[str, ...]


@attrs.frozen(kw_only=True, slots=True)
class WeightChange:
    """The share of an organization in the devices that others do not use."""

    organization: str
    before: int
    after: int


@attrs.frozen(kw_only=True, slots=True)
class CohortChange:
    """The platform's cohort; None without queues."""

    before: str | None
    after: str | None


@with_config(CLOSED)
class QueueLimitData(TypedDict):
    """Devices of a pool that a namespace may borrow and lend; null lends all of its grant."""

    organization: str
    namespace: str
    pool: str
    resource: str
    borrowingBefore: int
    borrowingAfter: int
    lendingBefore: int | None
    lendingAfter: int | None
    lenders: list[str]


@with_config(CLOSED)
class QueueWeightData(TypedDict):
    """The weight of an organization among others."""

    organization: str
    before: int
    after: int


@with_config(CLOSED)
class CohortData(TypedDict):
    """The name of the platform's cohort; null without queues."""

    before: str | None
    after: str | None


@with_config(CLOSED)
class QueuesData(TypedDict):
    """Changes of queues of GPU jobs."""

    cohort: CohortData | None
    limits: list[QueueLimitData]
    weights: list[QueueWeightData]


@attrs.frozen
class QueueLimits(Section):
    """Every limit and weight of a queue that changes; none on a platform without queues."""

    name = "queues"
    shape = QueuesData

    cohort: CohortChange | None
    limits: Sequence[QueueChange]
    weights: Sequence[WeightChange]

    @property
    def changes(self) -> Sequence[object]:
        """Every change."""
        return [*([] if self.cohort is None else [self.cohort]), *self.limits, *self.weights]

    @classmethod
    def compute(cls, comparison: Comparison) -> "QueueLimits":
        """Return what differs for the namespaces of the stack, or for the platform."""
        if comparison.environment is None:
            return cls(_cohort(comparison), (), ())
        if comparison.platform.queues is None:
            return cls(None, (), ())
        return cls(None, tuple(_limits(comparison)), tuple(_weights(comparison)))

    def facts(self) -> Iterator[Fact]:
        """Yield a fact for each limit and each weight."""
        if self.cohort is not None:
            yield self.fact(_of_cohort(self.cohort))
        for change in self.limits:
            yield from self._of_limit(change)
        for weight in self.weights:
            yield self.fact(
                f"{weight.organization}: weight {step(weight.before, weight.after)} among"
                " organizations that borrow",
                Importance.MORE if weight.after > weight.before else Importance.LESS,
                weight.organization,
            )

    def _of_limit(self, change: QueueChange) -> Iterator[Fact]:
        before, after = change.borrowing_before, change.borrowing_after
        if before != after:
            more = after > before
            yield self.fact(
                _borrowing(change),
                Importance.MORE if more else Importance.LESS,
                change.organization,
            )
        if change.lending_before != change.lending_after:
            up_to = _lent(change.lending_before), _lent(change.lending_after)
            yield self.fact(
                f"{change.namespace} lends {step(*up_to)} of its {change.granted}"
                f" {change.device} while it does not use them",
                organization=change.organization,
            )

    def data(self) -> QueuesData:
        """Return the changes in order."""
        cohort = self.cohort
        return {
            "cohort": None
            if cohort is None
            else {"before": cohort.before, "after": cohort.after},
            "limits": [
                {
                    "organization": change.organization,
                    "namespace": change.namespace,
                    "pool": change.pool,
                    "resource": change.resource,
                    "borrowingBefore": change.borrowing_before,
                    "borrowingAfter": change.borrowing_after,
                    "lendingBefore": change.lending_before,
                    "lendingAfter": change.lending_after,
                    "lenders": list(change.lenders),
                }
                for change in self.limits
            ],
            "weights": [
                {
                    "organization": weight.organization,
                    "before": weight.before,
                    "after": weight.after,
                }
                for weight in self.weights
            ],
        }


def _cohort(comparison: Comparison) -> CohortChange | None:
    queues = comparison.platform.queues
    before = None if comparison.before is None else comparison.before.cohort
    after = None if queues is None else queues.cohort
    return None if before == after else CohortChange(before=before, after=after)


def _of_cohort(change: CohortChange) -> str:
    if change.after is None:
        return "queues of GPU jobs are removed: pods use GPUs up to their quota, at once"
    if change.before is None:
        return (
            f"GPU jobs wait in queues of the cohort {change.after}: in namespaces with grants,"
            " only Jobs that Kueue starts may use GPUs"
        )
    return f"cohort of all queues {step(change.before, change.after)}"


def _limits(comparison: Comparison) -> Iterator[QueueChange]:
    was = {
        (n.name, g.pool, g.resource): g for n in comparison.namespaces_before for g in n.grants
    }
    everyone = (*comparison.namespaces_after, *comparison.others_on_platform)
    for namespace in comparison.namespaces_after:
        for grant in queued_grants(namespace, comparison.platform):
            old = was.get((namespace.name, grant.pool, grant.resource))
            change = QueueChange(
                organization=namespace.organization,
                namespace=namespace.name,
                pool=grant.pool,
                resource=grant.resource,
                device=_device(grant, comparison.platform),
                granted=grant.gpus,
                borrowing_before=0 if old is None else old.borrowing_limit,
                borrowing_after=grant.borrowing_limit,
                lending_before=None if old is None else old.lending_limit,
                lending_after=grant.lending_limit,
                lenders=tuple(_lenders(namespace, grant, everyone, comparison.platform)),
            )
            if (change.borrowing_before, change.lending_before) != (
                change.borrowing_after,
                change.lending_after,
            ):
                yield change


def _weights(comparison: Comparison) -> Iterator[WeightChange]:
    queues = comparison.platform.queues
    if queues is None or not queues.is_fair_sharing:
        return
    for name, organization in comparison.organizations_after.items():
        old = comparison.organizations_before.get(name)
        before = 1 if old is None else old.queue_weight
        if before != organization.queue_weight:
            yield WeightChange(
                organization=name, before=before, after=organization.queue_weight
            )


def _lenders(
    borrower: Namespace, grant: Grant, namespaces: Iterable[Namespace], platform: Platform
) -> dict[str, None]:
    """Return who lends, each once: others by organization, its own by namespace."""
    return {
        lender.name
        if lender.organization == borrower.organization
        else lender.organization: None
        for lender in namespaces
        if lender.name != borrower.name
        for other in queued_grants(lender, platform)
        if (other.pool, other.resource) == (grant.pool, grant.resource)
        and other.gpus
        and other.lending_limit != 0
    }


def _device(grant: Grant, platform: Platform) -> str:
    pool = platform.pool(grant.pool)
    if pool is not None and grant.resource == pool.resource:
        return pool.model
    return f"{grant.resource} of {grant.pool}"


def _borrowing(change: QueueChange) -> str:
    before, after = change.borrowing_before, change.borrowing_after
    if not after:
        return f"{change.namespace} may no longer borrow {change.device}, so far up to {before}"
    names = change.lenders
    verb = "leaves" if len(names) == 1 else "leave"
    of = (
        f"what {shortened(names)} {verb}"
        if names
        else "other namespaces, but none of them lends any"
    )
    amount = after if not before else step(before, after)
    return f"{change.namespace} may borrow up to {amount} {change.device} of {of}"


def _lent(limit: int | None) -> str:
    return "all" if limit is None else f"up to {limit}"

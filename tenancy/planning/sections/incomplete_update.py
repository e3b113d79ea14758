"""What the last update did not complete: its record compared with the cluster."""

from collections.abc import Iterator, Sequence

import attrs

from tenancy.diagnostics import Finding, Origin, Severity, counted
from tenancy.kubernetes.quantity import InvalidQuantityError, Quantity
from tenancy.model import Live, Namespace
from tenancy.planning.comparison import Comparison
from tenancy.planning.facts import Fact, Importance
from tenancy.planning.previous import Before
from tenancy.planning.section import Section

__all__ = ["IncompleteUpdate"]

_DETAILS = 8
"""How many differences a finding lists."""


@attrs.frozen
class IncompleteUpdate(Section):
    """
    Differences between the cluster and the target of the last update, one sentence each.

    Attributes:
        origin: Where the stack's config begins.
        stack: The stack.
    """

    name = "incompleteUpdate"
    shape = list[str]

    changes: Sequence[str]
    origin: Origin
    stack: str

    @classmethod
    def compute(cls, comparison: Comparison) -> "IncompleteUpdate":
        """Return the differences; none if the cluster was not read."""
        before, live = comparison.before, comparison.live
        differences = () if before is None or live is None else _differences(before, live)
        environment = comparison.environment
        origin = comparison.platform.origin if environment is None else environment.origin
        return cls(tuple(differences), origin, comparison.stack)

    def facts(self) -> Iterator[Fact]:
        """Yield one fact for each difference."""
        for difference in self.changes:
            yield self.fact(f"not as the last update set it: {difference}", Importance.DANGER)

    def data(self) -> list[str]:
        """Return the sentences."""
        return list(self.changes)

    def findings(self) -> Iterator[Finding]:
        """Yield a warning with the first differences."""
        if not self.changes:
            return
        more = len(self.changes) - _DETAILS
        yield Finding(
            code="last-update-unfinished",
            origin=self.origin,
            found="the last update did not complete, or its result was changed since:"
            f" {counted(len(self.changes), 'difference')}",
            allowed="a cluster that matches the record of the last update",
            remedy="apply again if the last update was interrupted; if they were made by hand,"
            f" run `{self._repair}`, which restores what the {self._goal}",
            severity=Severity.WARNING,
            details=(
                *self.changes[:_DETAILS],
                *((f"and {more} more",) if more > 0 else ()),
            ),
        )

    @property
    def _repair(self) -> str:
        if self.origin.is_argument:
            return "pulumi up --refresh"
        return f"tenancy drift --stack {self.stack} --repair"

    @property
    def _goal(self) -> str:
        return "program describes" if self.origin.is_argument else "files describe"


def _differences(before: Before, live: Live) -> Iterator[str]:
    """Yield in words each part of the record that is missing on the cluster."""
    if live.namespaces is None:
        return
    for name in before.shared:
        if name not in live.namespaces:
            yield f"the namespace {name} does not exist"
    for namespace in before.namespaces:
        if namespace.name not in live.namespaces:
            yield f"the namespace {namespace.name} does not exist"
            continue
        if live.quotas is not None:
            yield from _quotas(namespace, live)
        if live.bindings is not None:
            yield from _bindings(namespace, live)


def _quotas(namespace: Namespace, live: Live) -> Iterator[str]:
    quotas = (live.quotas or {}).get(namespace.name, {})
    for quota in namespace.quotas:
        if quota.name not in quotas:
            yield f"the quota {quota.name} of {namespace.name} does not exist"
            continue
        hard = quotas[quota.name].hard
        for key, limit in quota.hard.items():
            if key not in hard:
                yield f"{key} of {namespace.name} is not limited, instead of {limit}"
            elif not _is_equal(hard[key], limit.quantity):
                yield f"{key} of {namespace.name} is {hard[key]} instead of {limit}"


def _bindings(namespace: Namespace, live: Live) -> Iterator[str]:
    bindings = (live.bindings or {}).get(namespace.name, {})
    for binding in namespace.bindings:
        subjects = bindings.get(binding.role, frozenset())
        for subject in binding.subjects:
            if str(subject) not in subjects:
                yield f"{subject} does not have the role {binding.role} in {namespace.name}"


def _is_equal(text: str, quantity: Quantity) -> bool:
    try:
        return Quantity.parse_stored(text) == quantity
    except InvalidQuantityError:
        return False

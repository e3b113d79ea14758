"""What the last update did not complete: its record compared with the cluster."""

from collections.abc import Collection, Iterator, Mapping, Sequence

import attrs

from tenancy.diagnostics import Finding, Origin, Severity, counted
from tenancy.drifting import FORCE_VARIABLE, OURS, is_taken_over, writer
from tenancy.kubernetes.quantity import InvalidQuantityError, Quantity
from tenancy.model import Limits, Live, Namespace
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
        is_of_others: Whether each is known to be the work of another field manager.
        needs_force: Whether the provider does not take over the fields of one of these.
    """

    name = "incompleteUpdate"
    shape = list[str]

    changes: Sequence[str]
    origin: Origin
    stack: str
    is_of_others: bool = False
    needs_force: bool = False

    @classmethod
    def compute(cls, comparison: Comparison) -> "IncompleteUpdate":
        """Return the differences; none if the cluster was not read."""
        before, live = comparison.before, comparison.live
        environment = comparison.environment
        now = () if environment is None else environment.namespaces
        goal = {(n.name, q.name): q.hard for n in now for q in n.quotas}
        found = (
            ()
            if before is None or live is None
            else _differences(before, live, goal, comparison.deleted)
        )
        differences = tuple(found)
        origin = comparison.platform.origin if environment is None else environment.origin
        return cls(
            tuple(difference.text for difference in differences),
            origin,
            comparison.stack,
            bool(differences) and all(difference.is_of_others for difference in differences),
            any(difference.needs_force for difference in differences),
        )

    def facts(self) -> Iterator[Fact]:
        """Yield one fact for each difference, and the command that restores them."""
        for difference in self.changes:
            yield self.fact(f"differs from the last update: {difference}", Importance.DANGER)
        if self.changes:
            what = f"`{self._repair}` restores what the {self._goal}"
            yield self.fact(what, Importance.DANGER)

    def data(self) -> list[str]:
        """Return the sentences."""
        return list(self.changes)

    def findings(self) -> Iterator[Finding]:
        """Yield a warning with the first differences."""
        if not self.changes:
            return
        more = len(self.changes) - _DETAILS
        cause = "the last update did not complete, or its result was changed since"
        first = "apply again if the last update was interrupted; after manual changes, "
        if self.is_of_others:
            cause, first = "the result of the last update was changed by others since", ""
        yield Finding(
            code="last-update-unfinished",
            origin=self.origin,
            found=f"{cause}: {counted(len(self.changes), 'difference')}",
            allowed="a cluster that matches the record of the last update",
            remedy=f"{first}run `{self._repair}`, which restores what the {self._goal}",
            severity=Severity.WARNING,
            details=(
                *self.changes[:_DETAILS],
                *((f"and {more} more",) if more > 0 else ()),
            ),
        )

    @property
    def _repair(self) -> str:
        if self.origin.is_argument:
            # The API server refuses to change what others own, except by force.
            force = f"{FORCE_VARIABLE}=true " if self.needs_force else ""
            return f"{force}pulumi up --refresh"
        return f"tenancy drift --stack {self.stack} --repair"

    @property
    def _goal(self) -> str:
        return "program describes" if self.origin.is_argument else "files describe"


@attrs.frozen
class _Difference:
    text: str
    is_of_others: bool = False
    needs_force: bool = False


_Goal = Mapping[tuple[str, str], Limits]
"""What the files describe now: the limits of each quota, by its namespace and name."""


def _differences(
    before: Before, live: Live, goal: _Goal, deleted: Collection[str]
) -> Iterator[_Difference]:
    """Yield in words each part of the record that is missing outside of *deleted*."""
    if live.namespaces is None:
        return
    for name in before.shared:
        if name not in deleted and name not in live.namespaces:
            yield _Difference(f"the namespace {name} does not exist")
    for namespace in before.namespaces:
        if namespace.name in deleted:
            continue
        if namespace.name not in live.namespaces:
            yield _Difference(f"the namespace {namespace.name} does not exist")
            continue
        if live.quotas is not None:
            yield from _quotas(namespace, live, goal)
        if live.bindings is not None:
            yield from _bindings(namespace, live)


def _quotas(namespace: Namespace, live: Live, goal: _Goal) -> Iterator[_Difference]:
    quotas = (live.quotas or {}).get(namespace.name, {})
    for quota in namespace.quotas:
        if quota.name not in quotas:
            yield _Difference(f"the quota {quota.name} of {namespace.name} does not exist")
            continue
        there = quotas[quota.name]
        hard = there.hard
        now = goal.get((namespace.name, quota.name), {})
        for key, limit in quota.hard.items():
            if key not in hard:
                yield _Difference(
                    f"{key} of {namespace.name} is not limited, instead of {limit}"
                )
            elif not any(
                _is_equal(hard[key], one.quantity) for one in (limit, now.get(key, limit))
            ):
                by = writer({"metadata": there.managed}, ("spec", "hard", key))
                is_of_others = by is not None and not by.manager.startswith(OURS)
                text = f"{key} of {namespace.name} is {hard[key]} instead of {limit}"
                if by is not None and is_of_others:
                    text += f" ({by.manager} wrote it at {by.since})"
                needs_force = is_of_others and by is not None and not is_taken_over(by)
                yield _Difference(text, is_of_others, needs_force)


def _bindings(namespace: Namespace, live: Live) -> Iterator[_Difference]:
    bindings = (live.bindings or {}).get(namespace.name, {})
    for binding in namespace.bindings:
        subjects = bindings.get(binding.role, frozenset())
        for subject in binding.subjects:
            if str(subject) not in subjects:
                yield _Difference(
                    f"{subject} does not have the role {binding.role} in {namespace.name}"
                )


def _is_equal(text: str, quantity: Quantity) -> bool:
    try:
        return Quantity.parse_stored(text) == quantity
    except InvalidQuantityError:
        return False

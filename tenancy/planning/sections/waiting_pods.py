"""Pods that have no node now, with the reason, in namespaces with grants of GPUs."""

from collections.abc import Iterator, Mapping, Sequence

import attrs
from pydantic import with_config
from typing_extensions import TypedDict

from tenancy.model import WaitingPods
from tenancy.planning.comparison import Comparison
from tenancy.planning.facts import Fact, Importance, shortened
from tenancy.planning.section import Section
from tenancy.planning.shapes import CLOSED

__all__ = ["WaitingPodsData", "WaitingPodsSection", "waiting_data", "waiting_text"]


@with_config(CLOSED)
class WaitingPodsData(TypedDict):
    """Pods of one namespace that have no node, for one reason."""

    namespace: str
    pods: list[str]
    why: str


@attrs.frozen
class WaitingPodsSection(Section):
    """
    What waits now. A plan that has only these is empty: nothing changes.

    Attributes:
        waiting: Pods of namespaces with grants of GPUs.
        organizations: The organization of each namespace.
    """

    name = "waitingPods"
    shape = list[WaitingPodsData]

    waiting: Sequence[WaitingPods]
    organizations: Mapping[str, str]

    @property
    def changes(self) -> Sequence[object]:
        """No changes: the pods wait already."""
        return ()

    @classmethod
    def compute(cls, comparison: Comparison) -> "WaitingPodsSection":
        """Return what was read on the cluster."""
        live = comparison.live
        return cls(
            () if live is None or live.waiting is None else live.waiting,
            {n.name: n.organization for n in comparison.namespaces_after},
        )

    def facts(self) -> Iterator[Fact]:
        """Yield one fact for each namespace and reason."""
        for waiting in self.waiting:
            organization = self.organizations.get(waiting.namespace)
            text = f"{waiting.namespace}: {waiting_text(waiting)}"
            yield self.fact(text, Importance.NOTE, organization)

    def data(self) -> list[WaitingPodsData]:
        """Return the pods by namespace and reason."""
        return [waiting_data(waiting) for waiting in self.waiting]


def waiting_text(waiting: WaitingPods) -> str:
    """
    Return which pods wait, and why.

    >>> waiting_text(WaitingPods(namespace="acme", pods=("a", "b"), why="no node fits"))
    'the pods a and b wait: no node fits'
    """
    several = len(waiting.pods) > 1
    names = shortened(waiting.pods)
    return (
        f"the pod{'s' if several else ''} {names} wait{'' if several else 's'}: {waiting.why}"
    )


def waiting_data(waiting: WaitingPods) -> WaitingPodsData:
    """Return *waiting* as plain data."""
    return {"namespace": waiting.namespace, "pods": list(waiting.pods), "why": waiting.why}

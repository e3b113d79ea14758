"""Jobs that Kueue does not admit now, with the reason, in namespaces with queues."""

from collections.abc import Iterator, Mapping, Sequence

import attrs
from pydantic import with_config
from typing_extensions import TypedDict

from tenancy.model import WaitingJobs
from tenancy.planning.comparison import Comparison
from tenancy.planning.facts import Fact, Importance, shortened
from tenancy.planning.section import Section
from tenancy.planning.shapes import CLOSED

__all__ = ["WaitingJobsData", "WaitingJobsSection", "waiting_jobs_data", "waiting_jobs_text"]


@with_config(CLOSED)
class WaitingJobsData(TypedDict):
    """Jobs of one namespace that Kueue does not admit, for one reason."""

    namespace: str
    jobs: list[str]
    why: str


@attrs.frozen
class WaitingJobsSection(Section):
    """
    What waits now. A plan that has only these is empty: nothing changes.

    Attributes:
        waiting: Jobs of namespaces with queues.
        organizations: The organization of each namespace.
    """

    name = "waitingJobs"
    shape = list[WaitingJobsData]

    waiting: Sequence[WaitingJobs]
    organizations: Mapping[str, str]

    @property
    def changes(self) -> Sequence[object]:
        """No changes: the jobs wait already."""
        return ()

    @classmethod
    def compute(cls, comparison: Comparison) -> "WaitingJobsSection":
        """Return what was read on the cluster."""
        live = comparison.live
        return cls(
            () if live is None or live.waiting_jobs is None else live.waiting_jobs,
            {n.name: n.organization for n in comparison.namespaces_after},
        )

    def facts(self) -> Iterator[Fact]:
        """Yield one fact for each namespace and reason."""
        for waiting in self.waiting:
            organization = self.organizations.get(waiting.namespace)
            text = f"{waiting.namespace}: {waiting_jobs_text(waiting)}"
            yield self.fact(text, Importance.NOTE, organization)

    def data(self) -> list[WaitingJobsData]:
        """Return the jobs by namespace and reason."""
        return [waiting_jobs_data(waiting) for waiting in self.waiting]


def waiting_jobs_text(waiting: WaitingJobs) -> str:
    """
    Return which jobs wait, and why.

    >>> jobs = ("Job a", "RayCluster b")
    >>> waiting_jobs_text(WaitingJobs(namespace="acme", jobs=jobs, why="it is deactivated"))
    'Job a and RayCluster b wait: it is deactivated'
    """
    wait = "wait" if len(waiting.jobs) > 1 else "waits"
    return f"{shortened(waiting.jobs)} {wait}: {waiting.why}"


def waiting_jobs_data(waiting: WaitingJobs) -> WaitingJobsData:
    """Return *waiting* as plain data."""
    return {"namespace": waiting.namespace, "jobs": list(waiting.jobs), "why": waiting.why}

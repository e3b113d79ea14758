"""Pods of a cluster that wait for a node, and jobs that wait for their queue."""

import attrs

__all__ = ["WaitingJobs", "WaitingPods"]


@attrs.frozen(kw_only=True, slots=True)
class WaitingPods:
    """
    Pods of one namespace that have no node, for one reason.

    Attributes:
        pods: Their names in alphabetical order, at least one.
        why: The reason in words, from the pods' conditions and events.
    """

    namespace: str
    pods: tuple[str, ...]
    why: str


@attrs.frozen(kw_only=True, slots=True)
class WaitingJobs:
    """
    Jobs of one namespace that Kueue does not admit, for one reason.

    Attributes:
        jobs: Their kinds and names in alphabetical order, such as "Job train"; at least one.
        why: The reason in words, from the conditions of Kueue's Workloads.
    """

    namespace: str
    jobs: tuple[str, ...]
    why: str

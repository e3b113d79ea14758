"""Pods of a cluster that wait for a node."""

import attrs

__all__ = ["WaitingPods"]


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

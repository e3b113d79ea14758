"""Leaves the call stack of each registration out of the state."""

from pulumi.runtime import resource
from pulumi.runtime.proto import source_pb2

__all__ = ["without_stack_traces"]

_COLLECT = "_get_stack_trace"


def without_stack_traces() -> None:
    """
    Register the resources of this process without the call stack of their registration.

    The SDK collects it for each resource, which is a third of the program's time, and the
    engine keeps it in the state: a seventh of its size, which is written at every step, and
    the paths of this machine. Nothing reads it, and all stacks of calls are in our own code.
    """
    if hasattr(resource, _COLLECT):
        setattr(resource, _COLLECT, source_pb2.StackTrace)

"""Leaves the SDK's debug messages out of a run."""

import pulumi

__all__ = ["without_debug_messages"]


def without_debug_messages() -> None:
    """
    Drop the debug messages of this process.

    The SDK sends several for each resource and waits for each answer, which is a sixth of the
    program's time. The engine shows them only with its flag `--debug`.
    """
    pulumi.log.debug = _drop


def _drop(
    msg: str,
    resource: pulumi.Resource | None = None,
    stream_id: int | None = None,
    ephemeral: bool | None = None,
) -> None:
    del msg, resource, stream_id, ephemeral

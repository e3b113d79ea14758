"""Divides a fleet of stacks into parts of nearly the same size, one for each machine."""

import hashlib
import re
from collections.abc import Iterable

import attrs

from tenancy.assessment import Assessment
from tenancy.diagnostics import UsageError

__all__ = ["Shard", "read_shard", "shards", "stacks_of"]


@attrs.frozen
class Shard:
    """
    One part of a fleet.

    Attributes:
        number: From 1 on.
        of: How many parts there are.
    """

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def __contains__(self, stack: str) -> bool:
        """
        Whether *stack* is in this part.

        This depends only on its name: every machine computes the same, and a new stack
        moves no other.
        """
        digest = hashlib.sha256(stack.encode()).digest()
        return int.from_bytes(digest[:8]) % self.of == self.number - 1


def read_shard(text: str) -> Shard:
    """
    Parse *text* as a part.

    Raises:
        UsageError: It is not `<number>/<of>` with a number from 1 to *of*.

    >>> read_shard("2/5")
    Shard(number=2, of=5)
    """
    match = re.fullmatch(r"(\d{1,4})/(\d{1,4})", text, re.ASCII)
    if match is not None and 1 <= int(match[1]) <= int(match[2]):
        return Shard(int(match[1]), int(match[2]))
    raise UsageError(
        f"--shard {text}: not a part; write, for example, 2/5 for the second of five parts"
    )


def stacks_of(
    assessment: Assessment, shard: Shard, stacks: Iterable[str] | None = None
) -> tuple[str, ...]:
    """
    Return the environments of *shard*, in order.

    Platforms are in no part: they are applied before all parts, and destroyed after them.

    Args:
        assessment: The project.
        shard: The part.
        stacks: The stacks to divide. Default: every environment.

    Raises:
        UsageError: A platform is among *stacks*.
        NotFoundError: No file describes one of them.
    """
    whole = assessment.in_order(stacks)
    platforms = [stack for stack in whole if stack in assessment.project.platforms]
    if platforms and stacks is not None:
        raise UsageError(
            f"--shard {shard}: {', '.join(platforms)} is a platform, which is in no shard; run"
            " the command for it separately, before the shards"
        )
    return tuple(stack for stack in whole if stack not in platforms and stack in shard)


def shards(assessment: Assessment, of: int) -> tuple[tuple[Shard, tuple[str, ...]], ...]:
    """Return the parts of all environments with their stacks; empty parts are left out."""
    parts = (Shard(number, of) for number in range(1, of + 1))
    found = ((shard, stacks_of(assessment, shard)) for shard in parts)
    return tuple((shard, stacks) for shard, stacks in found if stacks)

"""Gang jobs: each listed kind is known, and its count is not written as 0 elsewhere."""

from collections.abc import Iterator

from tenancy.diagnostics import Finding, Severity, joined, nearest, quoted
from tenancy.kubernetes.resources import GANG_KINDS
from tenancy.model import Platform

__all__ = ["gang_jobs"]


def gang_jobs(platform: Platform) -> Iterator[Finding]:
    """Yield findings about the kinds of gang jobs of *platform*."""
    queued = [pool.name for pool in platform.pools if not pool.is_claimed]
    if platform.gang_jobs and platform.queues is not None and queued:
        yield Finding(
            code="gang-job-not-queued",
            origin=platform.origin / "gangJobs",
            found=f"gang jobs beside queues of {joined(queued)}: in a namespace with a queue,"
            " only Jobs get these GPUs",
            allowed="gang jobs that need no queued GPUs",
            remedy="write allocation dra for the pools of gang jobs, which are not queued, or"
            " remove queues",
            severity=Severity.WARNING,
        )
    for index, name in enumerate(platform.gang_jobs):
        place = platform.origin / "gangJobs" / index
        if name not in GANG_KINDS:
            guess = _nearest(name)
            yield Finding(
                code="gang-job-kind",
                origin=place,
                found=f"the kind {quoted(name)} of gang jobs",
                allowed=f"names of CRDs: {', '.join(GANG_KINDS)}",
                remedy=f"did you mean {guess!r}?"
                if guess
                else "write a role with a rule for other kinds, under roles",
            )
            continue
        count = platform.object_counts.get(f"count/{name}")
        if count is not None and count.nanos == 0:
            yield Finding(
                code="grant-without-effect",
                origin=platform.origin / "objectCounts" / f"count/{name}",
                found=f"count/{name} 0, while members may create {name}",
                allowed="a count of more than 0 for a kind under gangJobs",
                remedy="raise it, or remove the kind",
                severity=Severity.WARNING,
            )


def _nearest(name: str) -> str | None:
    """Return the kind that is meant: people write the kind, the plural or another group."""
    plain = name.partition(".")[0].lower()
    for plural in (plain, f"{plain}s"):
        for known in GANG_KINDS:
            if known.partition(".")[0] == plural:
                return known
    return nearest(name, GANG_KINDS)

"""What an upgrade of Kubernetes changes for the guardrails of a platform."""

from collections.abc import Iterator

from tenancy.diagnostics import Finding, Severity, joined
from tenancy.kubernetes.releases import CHANGES, KNOWN, Concern, Release
from tenancy.model import Platform

__all__ = ["upgrade"]

_BOTH_FROM = Release(1, 36)
"""The first release that counts claims of a class under the resource of the class."""


def upgrade(platform: Platform, target: Release, current: Release | None) -> Iterator[Finding]:
    """
    Yield what changes for *platform* between two releases of Kubernetes.

    Args:
        platform: With the settings that its changes concern.
        target: The release after the upgrade.
        current: The release of the cluster. None if it did not answer; then all known changes
            up to *target* are reported.
    """
    first, last = KNOWN
    if not first <= target <= last:
        yield _finding(
            platform,
            "upgrade-unknown",
            f"Kubernetes {target}, whose changes this version of Tenancy does not know",
            f"releases {first} to {last}",
            "read its release notes, and plan with the newest release of Tenancy",
            severity=Severity.NOT_CHECKED,
        )
    if current is not None and target < current:
        yield _finding(
            platform,
            "upgrade-older",
            f"Kubernetes {target}, while the cluster has {current}",
            f"{current} or later: a control plane is not downgraded",
            f"write --kubernetes {Release(current.major, current.minor + 1)}",
            severity=Severity.ERROR,
        )
        return
    yield from _needs(platform, target)
    since = first if current is None else current
    if current is not None and target.minor - current.minor > 1:
        yield _finding(
            platform,
            "upgrade-skips",
            f"an upgrade from {current} to {target}",
            "one minor release at a time, as Kubernetes supports it",
            f"upgrade to {Release(current.major, current.minor + 1)} first; the changes of all"
            " releases are listed",
        )
    for change in CHANGES:
        if since < change.release <= target and (whom := _concerned(platform, change.concern)):
            yield _finding(
                platform,
                "upgrade-changes",
                f"Kubernetes {change.release}, {whom}: {change.what}",
                change.guardrail,
                change.remedy,
            )


def _needs(platform: Platform, target: Release) -> Iterator[Finding]:
    both = [pool.name for pool in platform.pools if pool.allocation == "both"]
    if both and target < _BOTH_FROM:
        yield _finding(
            platform,
            "upgrade-older",
            f"Kubernetes {target}, and allocation both of {joined(both)}",
            f"allocation both from Kubernetes {_BOTH_FROM} on, which counts claims under the"
            " resource of their class",
            "write allocation devicePlugin or dra",
            severity=Severity.ERROR,
        )


def _concerned(platform: Platform, concern: Concern) -> str:
    """Return what of *platform* is concerned, in words; empty if nothing is."""
    if concern is Concern.ALL:
        return "for every namespace"
    if concern is Concern.QUEUES:
        return "for its queues" if platform.queues is not None else ""
    pools = [
        pool.name
        for pool in platform.pools
        if concern is Concern.POOLS
        or (concern is Concern.REQUESTED and pool.is_requested)
        or (concern is Concern.CLAIMED and pool.is_claimed)
    ]
    if pools:
        return f"for the {'pool' if len(pools) == 1 else 'pools'} {joined(pools)}"
    if concern is Concern.CLAIMED and platform.device_classes:
        return f"for the device classes {joined(list(platform.device_classes))}"
    return ""


def _finding(
    platform: Platform,
    code: str,
    found: str,
    allowed: str,
    remedy: str,
    *,
    severity: Severity = Severity.WARNING,
) -> Finding:
    return Finding(
        code=code,
        origin=platform.origin,
        found=found,
        allowed=allowed,
        remedy=remedy,
        severity=severity,
    )

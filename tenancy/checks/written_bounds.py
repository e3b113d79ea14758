"""The bounds in a platform's file: everything that they name exists."""

import ipaddress
from collections.abc import Iterable, Iterator, Sequence

from tenancy.checks.quotas import hard
from tenancy.diagnostics import Finding, Severity, nearest, quoted
from tenancy.model import Bounds, Platform, roles

__all__ = ["written_bounds"]


def written_bounds(platform: Platform, organizations: Iterable[str]) -> Iterator[Finding]:
    """
    Yield findings about the bounds of *platform*.

    Args:
        organizations: Names of those on its cluster; empty if they are not known.
    """
    if platform.organization_bounds is None:
        return
    every = platform.organization_bounds
    known = sorted(set(organizations))
    for name, bounds in every.by_name.items():
        if known and name not in known:
            guess = nearest(name, known)
            yield Finding(
                code="bounds-organization-unknown",
                origin=bounds.origin,
                found=f"bounds of the organization {quoted(name)}, which is not on the cluster",
                allowed=f"an organization of the cluster ({', '.join(known)})",
                remedy=f"did you mean {guess!r}?"
                if guess
                else "remove the bounds once the organization is deleted",
                severity=Severity.WARNING,
            )
    for bounds in (every.default, *every.by_name.values()):
        yield from hard(bounds.ceiling)
        yield from hard(bounds.namespace_quota)
        yield from _unknown(bounds, platform)
    owners: dict[str, str] = {}
    for name, bounds in every.by_name.items():
        for prefix in bounds.prefixes or ():
            owner = owners.setdefault(prefix, name)
            if owner != name and bounds.prefixes is not every.default.prefixes:
                yield Finding(
                    code="bounds-prefix-twice",
                    origin=bounds.origin / "prefixes",
                    found=f"the prefix {quoted(prefix)} of {owner} and of {name}",
                    allowed="each prefix for one organization only",
                    remedy="remove the prefix from one of the two",
                )


def _unknown(bounds: Bounds, platform: Platform) -> Iterator[Finding]:
    pools = [pool.name for pool in platform.pools]
    chosen: tuple[tuple[str, str, Iterable[str], Sequence[str]], ...] = (
        ("the GPU node pool", "gpus", bounds.gpus, pools),
        ("the GPU node pool", "borrowedGpus", bounds.borrowed_gpus, pools),
        ("the role", "roles", bounds.roles or (), roles.names(platform)),
        (
            "the priority class",
            "priorityClasses",
            bounds.priority_classes,
            list(platform.priority_classes),
        ),
        (
            "the storage class",
            "storageClasses",
            bounds.storage_classes,
            list(platform.storage_classes),
        ),
    )
    for what, key, names, known in chosen:
        for name in names:
            if name not in known:
                guess = nearest(name, known)
                yield Finding(
                    code="bounds-name-unknown",
                    origin=bounds.origin / key,
                    found=f"{what} {quoted(name)}",
                    allowed=f"a name from the platform ({', '.join(known) or 'it has none'})",
                    remedy=f"did you mean {guess!r}?"
                    if guess
                    else "correct or remove the name",
                )
    for key, code, ranges in (
        ("egressCidrs", "egress-cidr", bounds.egress_cidrs),
        ("ingressCidrs", "ingress-cidr", bounds.ingress_cidrs),
    ):
        for text in ranges:
            if not _is_range(text):
                yield Finding(
                    code=code,
                    origin=bounds.origin / key,
                    found=f"{quoted(text)}, which is not a range of addresses",
                    allowed="ranges of addresses such as 203.0.113.0/24",
                    remedy="write the first address of the range, '/' and the prefix length",
                )


def _is_range(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True

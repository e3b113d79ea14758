"""GPU grants: the extended resource that a grant of a pool counts."""

from collections.abc import Iterable

from tenancy.config.spec import GrantSpec
from tenancy.diagnostics import Finding, Origin
from tenancy.model.platform import GpuNodePool, Platform
from tenancy.model.values import Grant

__all__ = ["grants"]


def grants(
    written: Iterable[tuple[GrantSpec, Origin]], platform: Platform, organization: str
) -> tuple[tuple[Grant, ...], list[Finding]]:
    """Return *written* with the resource that each counts, by pool; and the findings."""
    resolved: dict[tuple[str, str], Grant] = {}
    findings: list[Finding] = []

    def refuse(code: str, origin: Origin, found: str, allowed: str, remedy: str) -> None:
        findings.append(
            Finding(
                code=code,
                origin=origin,
                found=found,
                allowed=allowed,
                remedy=remedy,
                organization=organization,
            )
        )

    for spec, origin in written:
        pool = platform.pool(spec.pool)
        if pool is None:
            refuse(
                "unknown-pool",
                origin / "pool",
                f"the GPU node pool {spec.pool!r}",
                "a pool of the platform"
                f" ({', '.join(p.name for p in platform.pools) or 'it has none'})",
                "name one of these pools, or describe it under gpuNodePools of the platform",
            )
            continue
        resource = _resource(spec, pool)
        if resource is None:
            refuse(
                "mig-profile",
                origin,
                f"migProfile {spec.mig_profile!r} of the pool {pool.name}",
                " or ".join(
                    r.removeprefix("nvidia.com/mig-") for r in pool.resources if "/mig-" in r
                )
                or "no migProfile, because the pool has no MIG layout",
                "name one of the layout's profiles",
            )
            continue
        key = (spec.pool, resource)
        if key in resolved:
            refuse(
                "duplicate-grant",
                origin,
                f"a second grant of {resource} in the pool {spec.pool}",
                "one grant for each pool and resource",
                "combine them into one grant",
            )
            continue
        resolved[key] = Grant(
            pool=spec.pool,
            resource=resource,
            gpus=spec.gpus,
            max_per_pod=spec.max_per_pod,
            origin=origin,
            max_per_claim=spec.max_per_claim,
            is_requested=pool.is_requested,
            borrowing_limit=spec.borrowing_limit,
            lending_limit=spec.lending_limit,
        )
    return tuple(resolved[key] for key in sorted(resolved)), findings


def _resource(spec: GrantSpec, pool: GpuNodePool) -> str | None:
    if spec.mig_profile is None:
        return next(iter(pool.resources)) if len(pool.resources) == 1 else None
    name = f"nvidia.com/mig-{spec.mig_profile}"
    return name if name in pool.resources else None

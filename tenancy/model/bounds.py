"""Bounds of organizations: the most that each may be given, and where that is written."""

from collections.abc import Mapping

import attrs

from tenancy.config.spec import BoundsSpec, OrganizationBoundsSpec
from tenancy.diagnostics import Origin
from tenancy.kubernetes.quantity import Quantity
from tenancy.model.quota import Limit, Limits

__all__ = ["Bounds", "OrganizationBounds", "organization_bounds"]


@attrs.frozen(kw_only=True, slots=True)
class Bounds:
    """
    The most that one organization may be given.

    Attributes:
        origin: Where its own bounds are written; else where the default is.
        ceiling: By quota key; a key that is missing is not bounded.
        namespace_quota: For each namespace, by quota key; a key that is missing is not bounded.
        gpus: Granted ones by pool; a pool that is missing is 0.
        borrowed_gpus: Sums of borrowing limits by pool; a pool that is missing is 0.
        pod_security: The lowest level.
        prefixes: None: any prefix that is listed for no other organization.
        billing: None: what is listed for no other organization.
        roles: None: the built-in ones.
    """

    origin: Origin
    ceiling: Limits
    namespace_quota: Limits
    gpus: Mapping[str, int]
    borrowed_gpus: Mapping[str, int]
    queue_weight: int
    pod_security: str
    pod_security_exceptions: tuple[str, ...]
    egress_cidrs: tuple[str, ...]
    internet: bool
    ingress_cidrs: tuple[str, ...]
    priority_classes: tuple[str, ...]
    storage_classes: tuple[str, ...]
    prefixes: tuple[str, ...] | None
    billing: tuple[str, ...] | None
    roles: tuple[str, ...] | None
    hosts: tuple[str, ...]
    exceptions: tuple[str, ...]


@attrs.frozen(kw_only=True, slots=True)
class OrganizationBounds:
    """
    The bounds of every organization of a platform.

    Attributes:
        default: The bounds of organizations that are not named.
        by_name: The bounds of organizations that are named.
    """

    default: Bounds
    by_name: Mapping[str, Bounds]
    origin: Origin

    def of(self, name: str) -> Bounds:
        """Return the bounds of the organization *name*."""
        return self.by_name.get(name, self.default)


def organization_bounds(spec: OrganizationBoundsSpec, origin: Origin) -> OrganizationBounds:
    """Return *spec*, written at *origin*, with what each organization has from the default."""
    place = origin / "default"
    return OrganizationBounds(
        default=_bounds(BoundsSpec(), place, spec.default, place),
        by_name={
            name: _bounds(own, origin / "organizations" / name, spec.default, place)
            for name, own in spec.organizations.items()
        },
        origin=origin,
    )


def _bounds(own: BoundsSpec, origin: Origin, default: BoundsSpec, place: Origin) -> Bounds:
    ceiling, at = (own.ceiling, origin) if own.ceiling is not None else (default.ceiling, place)
    quota, beside = (
        (own.namespace_quota, origin)
        if own.namespace_quota is not None
        else (default.namespace_quota, place)
    )
    gpus = default.gpus if own.gpus is None else own.gpus
    borrowed = default.borrowed_gpus if own.borrowed_gpus is None else own.borrowed_gpus
    roles = default.roles if own.roles is None else own.roles
    cidrs = default.egress_cidrs if own.egress_cidrs is None else own.egress_cidrs
    priority = (
        default.priority_classes if own.priority_classes is None else own.priority_classes
    )
    storage = default.storage_classes if own.storage_classes is None else own.storage_classes
    exceptions = default.exceptions if own.exceptions is None else own.exceptions
    return Bounds(
        origin=origin,
        ceiling=_limits(ceiling, at / "ceiling"),
        namespace_quota=_limits(quota, beside / "namespaceQuota"),
        gpus=gpus or {},
        borrowed_gpus=borrowed or {},
        queue_weight=own.queue_weight or default.queue_weight or 1,
        pod_security=own.pod_security or default.pod_security or "restricted",
        pod_security_exceptions=(
            default.pod_security_exceptions
            if own.pod_security_exceptions is None
            else own.pod_security_exceptions
        )
        or (),
        egress_cidrs=cidrs or (),
        internet=bool(default.internet if own.internet is None else own.internet),
        ingress_cidrs=(
            default.ingress_cidrs if own.ingress_cidrs is None else own.ingress_cidrs
        )
        or (),
        priority_classes=priority or (),
        storage_classes=storage or (),
        prefixes=own.prefixes if own.prefixes is not None else default.prefixes,
        billing=own.billing if own.billing is not None else default.billing,
        roles=roles,
        hosts=(default.hosts if own.hosts is None else own.hosts) or (),
        exceptions=exceptions or (),
    )


def _limits(written: Mapping[str, Quantity] | None, origin: Origin) -> Limits:
    return {key: Limit(quantity, origin / key) for key, quantity in (written or {}).items()}

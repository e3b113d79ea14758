"""The names and the audit of an adopted namespace."""

from collections.abc import Iterable

import attrs

from tenancy.config.spec import AdoptedSpec, NamespaceSpec, OrganizationOverrideSpec
from tenancy.diagnostics import Origin
from tenancy.model.enforcement import Enforcement, resolved_enforcement
from tenancy.model.quota import LimitRange
from tenancy.model.values import Adopted, RoleBinding

__all__ = ["adopted", "enforcement", "named_bindings", "named_limit_range"]


def adopted(spec: AdoptedSpec | None) -> Adopted | None:
    """Return *spec* resolved."""
    if spec is None:
        return None
    return Adopted(
        name=spec.name,
        origin=spec.origin,
        reason=spec.reason,
        limit_range=spec.limit_range,
        role_bindings=spec.role_bindings,
    )


def enforcement(
    namespace: NamespaceSpec,
    origin: Origin,
    override: OrganizationOverrideSpec,
    override_origin: Origin | None,
) -> Enforcement:
    """
    Return the enforcement of *namespace*; the environment's override takes precedence.

    Default: everything is enforced.
    """
    spec, place = namespace.enforcement, origin
    here = override.namespaces.get(namespace.id)
    if here is not None and here.enforcement is not None:
        spec = here.enforcement
        place = (override_origin or origin) / "namespaces" / namespace.id
    return resolved_enforcement(spec, place)


def named_limit_range(found: LimitRange | None, kept: Adopted | None) -> LimitRange | None:
    """Return *found* under the *kept* name, if there is one."""
    if found is None or kept is None or kept.limit_range is None:
        return found
    return attrs.evolve(found, name=kept.limit_range)


def named_bindings(
    found: Iterable[RoleBinding], kept: Adopted | None
) -> tuple[RoleBinding, ...]:
    """Return *found*, each under the name that is *kept* for its role, if there is one."""
    if kept is None or not kept.role_bindings:
        return tuple(found)
    names = kept.role_bindings
    return tuple(
        attrs.evolve(binding, adopted_name=names.get(binding.role)) for binding in found
    )

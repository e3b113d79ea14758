"""Names that are older than the rules, and are kept."""

from collections.abc import Iterable

import attrs

from tenancy.config.spec import AdoptedSpec
from tenancy.model.values import Adopted, LimitRange, RoleBinding

__all__ = ["adopted", "named_bindings", "named_limit_range"]


def adopted(spec: AdoptedSpec | None) -> Adopted | None:
    """Return *spec* as it is resolved."""
    if spec is None:
        return None
    return Adopted(
        name=spec.name,
        origin=spec.origin,
        reason=spec.reason,
        limit_range=spec.limit_range,
        role_bindings=spec.role_bindings,
    )


def named_limit_range(found: LimitRange | None, kept: Adopted | None) -> LimitRange | None:
    """Return *found* under the name that is *kept*, where one is."""
    if found is None or kept is None or kept.limit_range is None:
        return found
    return attrs.evolve(found, name=kept.limit_range)


def named_bindings(
    found: Iterable[RoleBinding], kept: Adopted | None
) -> tuple[RoleBinding, ...]:
    """Return *found*, each under the name that is *kept* for its role, where one is."""
    names = {} if kept is None else kept.role_bindings
    return tuple(
        attrs.evolve(binding, adopted_name=names.get(binding.role)) for binding in found
    )

"""Organizations by environment, in the order in which environments may grow."""

from collections.abc import Iterable, Sequence

from tenancy.model.values import Organization

__all__ = ["by_environment"]


def by_environment(
    organizations: Iterable[Organization], order: Sequence[str]
) -> tuple[tuple[Organization, ...], ...]:
    """
    Return *organizations* by environment, in *order*; those of other environments are left out.

    An environment may have several stacks, so it may have several.
    """
    grouped: dict[str, list[Organization]] = {}
    for organization in organizations:
        grouped.setdefault(organization.environment, []).append(organization)
    return tuple(tuple(grouped[name]) for name in order if name in grouped)

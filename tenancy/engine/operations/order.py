"""Which stacks wait for which: platforms are applied first and destroyed last."""

from collections.abc import Iterable, Mapping

from tenancy.assessment import Assessment

__all__ = ["apply_dependencies", "destroy_dependencies"]


def apply_dependencies(
    assessment: Assessment, stacks: Iterable[str]
) -> Mapping[str, tuple[str, ...]]:
    """Return for each of *stacks* the stacks that are applied before it: its platform."""
    platforms = {stack: assessment.platform_of(stack) for stack in stacks}
    return {
        stack: () if platform is None else (platform,) for stack, platform in platforms.items()
    }


def destroy_dependencies(
    assessment: Assessment, stacks: Iterable[str]
) -> Mapping[str, tuple[str, ...]]:
    """Return for each of *stacks* those destroyed before it: the environments on it."""
    names = tuple(stacks)
    return {
        stack: tuple(other for other in names if assessment.platform_of(other) == stack)
        for stack in names
    }

"""The environments that organizations name, beside those that stacks have."""

from collections.abc import Collection, Iterable, Iterator

from tenancy.diagnostics import Finding, Severity, joined, nearest, quoted
from tenancy.model import Environment, Organization

__all__ = ["known_environments", "misspelt_environments"]


def known_environments(
    organization: Organization, known: Collection[str], unread: Collection[str]
) -> Iterator[Finding]:
    """
    Yield each environment that *organization* names and no stack has.

    Args:
        organization: The organization, in any of its environments.
        known: The environments of all stacks.
        unread: Files that have errors, any of which could be that environment's.
    """
    for name, origin in organization.named_environments:
        if name in known:
            continue
        guess = nearest(name, known)
        yield Finding(
            code="environment-unknown",
            origin=origin,
            found=f"the environment {quoted(name)}, which no stack has",
            allowed=", ".join(sorted(known)),
            remedy=f"did you mean {guess!r}?"
            if guess
            else "name one of these environments, or write a stack file with"
            f" `environment: {name}`",
            severity=Severity.NOT_CHECKED if unread else Severity.ERROR,
            organization=organization.name,
        )


def misspelt_environments(
    environments: Collection[Environment], selected: Collection[Environment]
) -> Iterator[Finding]:
    """
    Yield each environment in place of which organizations name its stack.

    Args:
        environments: The environments of all stacks.
        selected: The checked environments; a mistake in another one is "not checked" here.
    """
    have = {environment.name for environment in environments}
    named: dict[str, set[str]] = {}
    for environment in environments:
        for organization in environment.organizations:
            for name, _ in organization.named_environments:
                named.setdefault(name, set()).add(organization.name)
    for environment in _misspelt(environments, have, named):
        yield Finding(
            code="environment-misspelt",
            origin=environment.origin / "environment",
            found=f"the environment {quoted(environment.name)}, which no organization names;"
            f" no stack has {environment.stack!r}, which"
            f" {joined(sorted(named[environment.stack]))} names",
            allowed="environments that organizations name",
            remedy=f"did you mean {environment.stack!r}, as the stack is called?",
            severity=Severity.ERROR if environment in selected else Severity.NOT_CHECKED,
        )


def _misspelt(
    environments: Iterable[Environment], have: Collection[str], named: Collection[str]
) -> Iterator[Environment]:
    for environment in environments:
        is_named = environment.name in named
        if not is_named and environment.stack in named and environment.stack not in have:
            yield environment

"""Names that the platform's bounds give to one organization: prefixes, hosts, and who pays."""

from collections.abc import Iterator

from tenancy.checks.exceeding import exceeds
from tenancy.checks.hosts import covers_host
from tenancy.diagnostics import Finding, Origin, joined, quoted
from tenancy.model import Bounds, Organization, OrganizationBounds

__all__ = ["bounded_names"]


def bounded_names(organization: Organization, every: OrganizationBounds) -> Iterator[Finding]:
    """
    Refuse names of *organization* that are not its own.

    Args:
        organization: The organization, in one environment.
        every: The bounds of all organizations.
    """
    bounds = every.of(organization.name)
    yield from _prefix(organization, every, bounds)
    yield from _adopted_names(organization, every)
    yield from _billing(organization, every, bounds)
    for index, host in enumerate(organization.hosts):
        if not any(covers_host(pattern, host) for pattern in bounds.hosts):
            yield exceeds(
                organization.origin / "hosts" / index,
                f"the host {quoted(host)} of {organization.name}",
                joined(bounds.hosts, last="or") or "no host",
                bounds.origin / "hosts",
                organization.name,
            )


def _prefix(
    organization: Organization, every: OrganizationBounds, bounds: Bounds
) -> Iterator[Finding]:
    name, prefix = organization.name, organization.prefix
    if bounds.prefixes is None:
        yield from _of_another(prefix, "prefix", organization.origin / "prefix", name, every)
    elif prefix not in bounds.prefixes:
        yield exceeds(
            organization.origin / "prefix",
            f"the prefix {quoted(prefix)}",
            joined(bounds.prefixes, last="or") or "no prefix",
            bounds.origin / "prefixes",
            name,
        )


def _adopted_names(organization: Organization, every: OrganizationBounds) -> Iterator[Finding]:
    """Refuse adopted names, which need not begin with a prefix, that begin with another's."""
    for namespace in organization.namespaces:
        if namespace.adopted is not None and namespace.adopted.name is not None:
            place = namespace.origin / "adopted" / "name"
            yield from _of_another(
                namespace.name, "adopted name", place, organization.name, every
            )


def _of_another(
    text: str, what: str, place: Origin, name: str, every: OrganizationBounds
) -> Iterator[Finding]:
    for owner, theirs in every.by_name.items():
        for owned in theirs.prefixes or () if owner != name else ():
            if text == owned or text.startswith(f"{owned}-"):
                yield exceeds(
                    place,
                    f"the {what} {quoted(text)}",
                    f"a prefix that does not belong to {owner}",
                    theirs.origin / "prefixes",
                    name,
                )


def _billing(
    organization: Organization, every: OrganizationBounds, bounds: Bounds
) -> Iterator[Finding]:
    for what, text, place in _paying(organization):
        if bounds.billing is not None:
            if text not in bounds.billing:
                yield exceeds(
                    place,
                    f"the {what} {quoted(text)} for {organization.name}",
                    joined(bounds.billing, last="or") or f"no {what}",
                    bounds.origin / "billing",
                    organization.name,
                )
            continue
        for owner, theirs in every.by_name.items():
            if owner != organization.name and text in (theirs.billing or ()):
                yield exceeds(
                    place,
                    f"the {what} {quoted(text)} for {organization.name}",
                    f"a {what} that does not belong to {owner}",
                    theirs.origin / "billing",
                    organization.name,
                )


def _paying(organization: Organization) -> Iterator[tuple[str, str, Origin]]:
    """Yield the values that name who pays: in words, the name, and its place."""
    billing = organization.billing
    if billing is not None:
        place = billing.origin
        yield "subscription group", billing.subscription_group, place / "subscriptionGroup"
        if billing.cost_center is not None:
            yield "cost center", billing.cost_center, place / "costCenter"
    for namespace in organization.namespaces:
        if namespace.subscription is not None:
            yield "subscription", namespace.subscription, namespace.origin / "subscription"

"""Bounds: no organization gets more than the platform's file allows."""

import ipaddress
from collections.abc import Iterable, Iterator
from typing import Final

from tenancy.checks.bounded_amounts import (
    ceiling_and_weight,
    counted_by_default,
    namespace_amounts,
)
from tenancy.checks.bounded_exceptions import namespace_exceptions
from tenancy.checks.bounded_names import bounded_names
from tenancy.checks.exceeding import exceeds
from tenancy.diagnostics import Finding, Origin, joined, quoted
from tenancy.model import (
    BUILT_IN,
    Amounts,
    Bounds,
    Namespace,
    Organization,
    Platform,
)

__all__ = ["bounded"]

_LEVELS: Final = ("baseline", "restricted")
"""Pod Security levels, the lower one first."""


def bounded(
    organizations: Iterable[Organization], platform: Platform, amounts: Amounts
) -> Iterator[Finding]:
    """
    Yield a finding for each value of an organization above its bounds.

    Args:
        organizations: The organizations of one environment.
        platform: The platform of its cluster.
        amounts: What a namespace counts.
    """
    if platform.organization_bounds is None:
        return
    least = counted_by_default(platform)
    for organization in organizations:
        bounds = platform.organization_bounds.of(organization.name)
        yield from bounded_names(organization, platform.organization_bounds)
        yield from ceiling_and_weight(organization, bounds)
        for namespace in organization.namespaces:
            yield from namespace_amounts(namespace, bounds, platform, least, amounts(namespace))
            yield from _choices(namespace, bounds, platform)
            yield from _roles(namespace, bounds)
            yield from _egress(namespace, bounds)
            yield from namespace_exceptions(namespace, bounds)


def _roles(namespace: Namespace, bounds: Bounds) -> Iterator[Finding]:
    allowed = tuple(BUILT_IN) if bounds.roles is None else bounds.roles
    for binding in namespace.bindings:
        if binding.role not in allowed:
            yield exceeds(
                binding.origins[0],
                f"the role {quoted(binding.role)} for members of {namespace.organization}",
                joined(allowed, last="or") or "no role",
                bounds.origin / "roles",
                namespace.organization,
            )


def _choices(namespace: Namespace, bounds: Bounds, platform: Platform) -> Iterator[Finding]:
    name, level = namespace.organization, namespace.pod_security
    if _LEVELS.index(level.enforce) < _LEVELS.index(bounds.pod_security):
        yield exceeds(
            level.origin or namespace.origin,
            f"the Pod Security level {level.enforce} for a namespace of {name}",
            bounds.pod_security,
            bounds.origin / "podSecurity",
            name,
        )
    granted = [
        c
        for c in namespace.storage_classes or ()
        if platform.storage_classes.get(c) != "shared"
    ]
    for key, what, names, allowed in (
        (
            "priorityClasses",
            "priority class",
            namespace.priority_classes,
            bounds.priority_classes,
        ),
        ("storageClasses", "storage class", granted, bounds.storage_classes),
        (
            "podSecurityExceptions",
            "Pod Security exception",
            level.exceptions,
            bounds.pod_security_exceptions,
        ),
    ):
        for chosen in names:
            if chosen not in allowed:
                yield exceeds(
                    namespace.origin / key,
                    f"the {what} {quoted(chosen)} for the namespace {namespace.name}",
                    joined(allowed, last="or") or f"no {what}",
                    bounds.origin / key,
                    name,
                )


def _egress(namespace: Namespace, bounds: Bounds) -> Iterator[Finding]:
    network = namespace.network
    place = network.origin or namespace.origin / "network"
    opened = [
        *((text, place / "egressCidrs") for text in network.egress_cidrs),
        *(
            (text, (rule.origin or place / "egress") / "cidrs")
            for rule in network.egress
            for text in rule.cidrs
        ),
    ]
    for text, origin in opened:
        yield from _range_bound(text, origin, "egressCidrs", bounds, namespace.organization)
    for incoming in network.ingress:
        for text in incoming.cidrs:
            origin = (incoming.origin or place / "ingress") / "cidrs"
            yield from _range_bound(
                text, origin, "ingressCidrs", bounds, namespace.organization
            )
    for outgoing in network.egress:
        if outgoing.internet and not bounds.internet:
            yield exceeds(
                (outgoing.origin or place / "egress") / "internet",
                f"egress to the internet for a namespace of {namespace.organization}",
                "no egress to the internet",
                bounds.origin / "internet",
                namespace.organization,
            )


def _range_bound(
    text: str, origin: Origin, key: str, bounds: Bounds, organization: str
) -> Iterator[Finding]:
    allowed = bounds.ingress_cidrs if key == "ingressCidrs" else bounds.egress_cidrs
    wanted = _range(text)
    ranges = [r for each in allowed if (r := _range(each)) is not None]
    # An invalid range has a finding of its own.
    if wanted is None or any(_is_inside(wanted, outer) for outer in ranges):
        return
    yield exceeds(
        origin,
        f"the range {text} for a namespace of {organization}",
        f"ranges inside of {joined(allowed, last='or')}"
        if allowed
        else "no range outside of the cluster",
        bounds.origin / key,
        organization,
    )


_Range = ipaddress.IPv4Network | ipaddress.IPv6Network


def _range(text: str) -> _Range | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _is_inside(inner: _Range, outer: _Range) -> bool:
    # Ranges of two IP versions cannot be compared: Python raises an error.
    return (
        inner.version == outer.version
        and inner.network_address in outer
        and inner.broadcast_address in outer
    )

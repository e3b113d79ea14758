"""Bounds: no organization gets more than the platform's file allows."""

import ipaddress
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from tenancy.checks.hosts import covers_host
from tenancy.config.spec import ExceptionName
from tenancy.diagnostics import Finding, Origin, joined, quoted
from tenancy.kubernetes.quantity import Quantity
from tenancy.kubernetes.resources import parse_quota_key
from tenancy.manifests import default_counts
from tenancy.model import (
    Amounts,
    Bounds,
    Environment,
    Limits,
    Namespace,
    Organization,
    Platform,
    quota_keys,
)

__all__ = ["bounded", "bounded_gpus", "exceptions"]

_LEVELS: Final = ("baseline", "restricted")
"""Pod Security levels, the lower one first."""


def bounded(
    organizations: Iterable[Organization], platform: Platform, amounts: Amounts
) -> Iterator[Finding]:
    """
    Yield a finding for each value of an organization above its bounds.

    Args:
        organizations: Those of one environment.
        platform: The platform of its cluster.
        amounts: What a namespace counts.
    """
    if platform.organization_bounds is None:
        return
    # A namespace without counts of its own has these.
    counts = {
        parse_quota_key(key).name: Quantity.parse(count)
        for key, count in default_counts(platform).items()
    }
    for organization in organizations:
        bounds = platform.organization_bounds.of(organization.name)
        yield from _prefix(organization, platform, bounds)
        yield from _ceiling(organization, bounds)
        yield from _hosts(organization, bounds)
        for namespace in organization.namespaces:
            yield from _quota(namespace, bounds, {**counts, **amounts(namespace)})
            yield from _choices(namespace, bounds, platform)
            yield from _egress(namespace, bounds)
            if namespace.adopted is not None:
                place = namespace.origin / "adopted"
                yield from _exception("adopted", bounds, place, organization.name)


def bounded_gpus(
    platform: Platform, organizations: Iterable[Organization]
) -> Iterator[Finding]:
    """
    Refuse more GPUs of a pool than *platform* allows an organization.

    Args:
        platform: That of the cluster.
        organizations: Each in all of its environments on that cluster.
    """
    if platform.organization_bounds is None:
        return
    totals: dict[tuple[str, str], int] = {}
    first: dict[tuple[str, str], Origin] = {}
    for organization in organizations:
        for namespace in organization.namespaces:
            for grant in namespace.grants:
                key = (organization.name, grant.pool)
                totals[key] = totals.get(key, 0) + grant.gpus
                first.setdefault(key, grant.origin)
    for (name, pool), total in totals.items():
        bounds = platform.organization_bounds.of(name)
        most = bounds.gpus.get(pool, 0)
        if total > most:
            yield _exceeds(
                first[name, pool],
                f"grants of {total} GPUs of the pool {pool} to the namespaces of {name}",
                f"at most {most}",
                bounds.origin / "gpus",
                name,
            )


def exceptions(environment: Environment, platform: Platform) -> Iterator[Finding]:
    """Refuse exceptions in *environment* that the platform does not allow the organization."""
    if platform.organization_bounds is None:
        return
    of = platform.organization_bounds.of
    origin = environment.origin
    written: list[tuple[ExceptionName, int, str]] = [
        *(
            ("allowBelowUsage", i, _owner(entry.partition("/")[0], environment))
            for i, entry in enumerate(environment.allow_below_usage)
        ),
        *(
            ("environmentOrderExceptions", i, entry.organization)
            for i, entry in enumerate(environment.environment_order_exceptions)
        ),
    ]
    # `--config`, and a release before a destroy, come from the person who runs the command.
    if "allowDeletion" not in origin.source.partition(" with --config ")[2]:
        written += [
            ("allowDeletion", i, _owner(name, environment))
            for i, name in enumerate(environment.allow_deletion)
        ]
    for kind, index, name in written:
        yield from _exception(kind, of(name), origin / kind / index, name or None)


def _prefix(
    organization: Organization, platform: Platform, bounds: Bounds
) -> Iterator[Finding]:
    name, prefix = organization.name, organization.prefix
    if bounds.prefixes is not None:
        if prefix not in bounds.prefixes:
            yield _exceeds(
                organization.origin / "prefix",
                f"the prefix {quoted(prefix)}",
                joined(bounds.prefixes, last="or") or "no prefix",
                bounds.origin / "prefixes",
                name,
            )
        return
    assert platform.organization_bounds is not None
    for owner, theirs in platform.organization_bounds.by_name.items():
        for owned in theirs.prefixes or () if owner != name else ():
            if prefix == owned or prefix.startswith(f"{owned}-"):
                yield _exceeds(
                    organization.origin / "prefix",
                    f"the prefix {quoted(prefix)}",
                    f"a prefix that does not belong to {owner}",
                    theirs.origin / "prefixes",
                    name,
                )


def _hosts(organization: Organization, bounds: Bounds) -> Iterator[Finding]:
    for index, host in enumerate(organization.hosts):
        if not any(covers_host(pattern, host) for pattern in bounds.hosts):
            yield _exceeds(
                organization.origin / "hosts" / index,
                f"the host {quoted(host)} of {organization.name}",
                joined(bounds.hosts, last="or") or "no host",
                bounds.origin / "hosts",
                organization.name,
            )


def _ceiling(organization: Organization, bounds: Bounds) -> Iterator[Finding]:
    own = _by_name(organization.ceiling or {})
    place = organization.origin
    for key, most in _by_name(bounds.ceiling).items():
        limit = own.get(key)
        if limit is None:
            yield _exceeds(
                place if organization.ceiling is None else place / "ceiling",
                f"no ceiling of {key} for {organization.name}, which is unlimited",
                f"a ceiling of at most {most}",
                most.origin,
                organization.name,
                remedy=f"write {key} under ceiling",
            )
        elif limit.quantity > most.quantity:
            yield _exceeds(
                limit.origin,
                f"a ceiling of {key} of {limit} for {organization.name}",
                f"at most {most}",
                most.origin,
                organization.name,
            )


def _quota(
    namespace: Namespace, bounds: Bounds, amounts: Mapping[str, Quantity]
) -> Iterator[Finding]:
    for key, most in _by_name(bounds.namespace_quota).items():
        amount = amounts.get(key)
        if amount is not None and amount <= most.quantity:
            continue
        origin = _written(namespace, key)
        whose = namespace.organization if origin is not None else namespace.name
        yield _exceeds(
            origin or namespace.origin,
            f"{key} {'unlimited' if amount is None else amount} in "
            + (f"a namespace of {whose}" if origin is not None else f"the namespace {whose}"),
            f"at most {most}",
            most.origin,
            namespace.organization,
            remedy=f"write {key} under quota, at most {most}" if origin is None else None,
        )


def _choices(namespace: Namespace, bounds: Bounds, platform: Platform) -> Iterator[Finding]:
    name, level = namespace.organization, namespace.pod_security
    if _LEVELS.index(level.enforce) < _LEVELS.index(bounds.pod_security):
        yield _exceeds(
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
                yield _exceeds(
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
            yield _exceeds(
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
    yield _exceeds(
        origin,
        f"the range {text} for a namespace of {organization}",
        f"ranges inside of {joined(allowed, last='or')}"
        if allowed
        else "no range outside of the cluster",
        bounds.origin / key,
        organization,
    )


def _exception(
    kind: ExceptionName, bounds: Bounds, origin: Origin, organization: str | None
) -> Iterator[Finding]:
    if kind not in bounds.exceptions:
        yield _exceeds(
            origin,
            f"the exception {kind} for {organization or 'an unknown organization'}",
            joined(bounds.exceptions, last="or") or "no exception",
            bounds.origin / "exceptions",
            organization,
            remedy="remove it",
        )


def _exceeds(
    origin: Origin,
    found: str,
    allowed: str,
    bound: Origin,
    organization: str | None,
    *,
    remedy: str | None = None,
) -> Finding:
    return Finding(
        code="exceeds-platform",
        origin=origin,
        found=found,
        allowed=f"{allowed}, the bound in {bound}",
        remedy=f"{remedy or 'stay within the bound'}, or ask the platform's operators to raise "
        "it",
        organization=organization,
    )


_Range = ipaddress.IPv4Network | ipaddress.IPv6Network


def _range(text: str) -> _Range | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _is_inside(inner: _Range, outer: _Range) -> bool:
    # Each is compared with its own IP version: comparing both raises.
    return (
        inner.version == outer.version
        and inner.network_address in outer
        and inner.broadcast_address in outer
    )


def _by_name(limits: Limits) -> Limits:
    return {key.name: limits[key.text] for key in quota_keys(limits)}


def _written(namespace: Namespace, name: str) -> Origin | None:
    """Return the place of the key *name* in a quota of *namespace*; None if no quota has it."""
    for quota in namespace.quotas:
        if not quota.is_scoped:
            for key in quota_keys(quota.hard):
                if key.name == name:
                    return quota.hard[key.text].origin
    return None


def _owner(namespace: str, environment: Environment) -> str:
    """Return the organization of *namespace*, which may be deleted; empty if unknown."""
    for organization in environment.organizations:
        if any(namespace == each.name for each in organization.namespaces):
            return organization.name
    owners: Sequence[Organization] = sorted(
        environment.organizations, key=lambda each: len(each.prefix), reverse=True
    )
    return next((o.name for o in owners if namespace.startswith(f"{o.prefix}-")), "")

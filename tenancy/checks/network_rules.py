"""Traffic by rule: the content of `ingress` and `egress`, and that both organizations agree."""

from collections.abc import Iterable, Iterator

from tenancy.checks.network import invalid_range
from tenancy.diagnostics import Finding, Origin, Severity, misnamed, nearest, quoted
from tenancy.kubernetes.names import InvalidNameError, parse_label_key, parse_label_value
from tenancy.model import Egress, Environment, Ingress, Namespace, Organization, Platform

__all__ = ["agreements", "pod_labels", "rules"]

Rule = Ingress | Egress


def rules(organizations: Iterable[Organization], platform: Platform) -> Iterator[Finding]:
    """Yield findings about the `ingress` and `egress` of *organizations*."""
    looked_at: set[tuple[int, str]] = set()
    for organization in organizations:
        for namespace in organization.namespaces:
            network = namespace.network
            key = (id(network), organization.name)
            if key in looked_at:
                continue
            looked_at.add(key)
            for incoming in network.ingress:
                yield from _rule(incoming, organization.name)
                yield from _ingress(incoming, platform)
            for outgoing in network.egress:
                yield from _rule(outgoing, organization.name)
                for cidr in outgoing.cidrs:
                    yield from invalid_range(cidr, _place(outgoing) / "cidrs")


def agreements(environments: Iterable[Environment]) -> Iterator[Finding]:
    """Warn of traffic to or from another organization that its own side does not allow."""
    everyone = [n for environment in environments for n in environment.namespaces]
    known = {namespace.organization for namespace in everyone}
    looked_at: set[int] = set()
    for namespace in everyone:
        written: tuple[Rule, ...] = (*namespace.network.ingress, *namespace.network.egress)
        for rule in written:
            if rule.organization is None or id(rule) in looked_at:
                continue
            looked_at.add(id(rule))
            if not any(
                _agrees(rule, namespace, other)
                for other in everyone
                if other.organization == rule.organization
                and other.environment == namespace.environment
                and (not rule.namespaces or other.id in rule.namespaces)
            ):
                yield _not_agreed(rule, namespace, known)


def _agrees(rule: Rule, namespace: Namespace, other: Namespace) -> bool:
    """Return whether *other* has a rule for the opposite direction that shares a port."""
    opposite: Iterable[Rule] = (
        other.network.egress if isinstance(rule, Ingress) else other.network.ingress
    )
    return any(
        theirs.organization == namespace.organization
        and (not theirs.namespaces or namespace.id in theirs.namespaces)
        and any(
            a.protocol == b.protocol and a.first <= b.last and b.first <= a.last
            for a in rule.ports
            for b in theirs.ports
        )
        for theirs in opposite
    )


def _not_agreed(rule: Rule, namespace: Namespace, known: Iterable[str]) -> Finding:
    other = rule.organization or ""
    here, there = ("ingress", "egress") if isinstance(rule, Ingress) else ("egress", "ingress")
    guess = None if other in known else nearest(other, known)
    ports = ", ".join(str(port) for port in rule.ports)
    return Finding(
        code="network-not-agreed",
        origin=_place(rule) / "organization",
        found=f"{here} of {namespace.name} for the organization {quoted(other)} on {ports},"
        + (
            " which its namespaces do not allow"
            if other in known
            else " which is not on the cluster"
        ),
        allowed=f"an {there} rule of that organization for {namespace.organization} on one of"
        " the ports; a connection needs both rules",
        remedy=f"did you mean {guess!r}?"
        if guess
        else f"ask the other organization to write {there}",
        severity=Severity.WARNING,
        organization=namespace.organization,
    )


def pod_labels(labels: Iterable[tuple[str, str]], origin: Origin) -> Iterator[Finding]:
    """Refuse invalid labels of pods."""
    for key, value in labels:
        try:
            parse_label_key(key)
            parse_label_value(value)
        except InvalidNameError as error:
            yield misnamed(
                error, code="label-value", origin=origin / key, what="the label of pods"
            )


def _rule(rule: Rule, organization: str) -> Iterator[Finding]:
    origin = _place(rule)
    ends: dict[str, object] = {
        "organization": rule.organization,
        "cidrs": rule.cidrs,
        **(
            {"controller": rule.controller}
            if isinstance(rule, Ingress)
            else {"internet": rule.internet}
        ),
    }
    written = sorted(key for key, value in ends.items() if value)
    if len(written) != 1:
        yield _wrong(
            origin,
            " and ".join(written) or "a rule without a peer",
            f"exactly one of {', '.join(sorted(ends))} in each rule",
            "write a rule for each of them" if written else "write one of these keys",
        )
    if not rule.ports:
        yield _wrong(
            origin / "ports",
            "a rule without ports",
            "at least one port; without one, every port would be open",
            "write the ports on which the pods listen",
        )
    for port in rule.ports:
        if port.last < port.first:
            yield _wrong(
                origin / "ports",
                f"the ports {port.first} to {port.last}",
                "an endPort not below port",
                "swap port and endPort",
            )
    if rule.organization == organization:
        yield _wrong(
            origin / "organization",
            f"the organization {organization} itself",
            "another organization",
            "write sameOrganization: true",
        )
    if rule.namespaces and rule.organization is None:
        yield _wrong(
            origin / "namespaces",
            "namespaces without an organization",
            "namespaces of the organization that the rule names",
            "write the organization, or remove namespaces",
        )
    yield from pod_labels(rule.pod_labels.items(), origin / "podLabels")


def _ingress(rule: Ingress, platform: Platform) -> Iterator[Finding]:
    origin = _place(rule)
    for cidr in rule.cidrs:
        yield from invalid_range(cidr, origin / "cidrs", is_incoming=True)
    if rule.controller is None or rule.controller in platform.ingress:
        return
    guess = nearest(rule.controller, platform.ingress)
    known = ", ".join(platform.ingress) or "it has none"
    yield Finding(
        code="ingress-controller-unknown",
        origin=origin / "controller",
        found=f"the ingress controller {quoted(rule.controller)}",
        allowed=f"an ingress controller of the platform ({known})",
        remedy=f"did you mean {guess!r}?" if guess else "describe it under platform.ingress",
        severity=Severity.ERROR if platform.is_written else Severity.NOT_CHECKED,
    )


def _wrong(origin: Origin, found: str, allowed: str, remedy: str) -> Finding:
    return Finding(
        code="network-rule", origin=origin, found=found, allowed=allowed, remedy=remedy
    )


def _place(rule: Rule) -> Origin:
    assert rule.origin is not None
    return rule.origin

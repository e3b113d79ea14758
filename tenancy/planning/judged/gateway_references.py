"""What Gateways, routes and ReferenceGrants name, as their admission policy judges it."""

from collections.abc import Iterator
from typing import Final

from tenancy.kubernetes import labels
from tenancy.kubernetes.pods import Fields, items, mapping
from tenancy.planning.judged.judge import BY_OPERATOR, ExpectedRefusal, Rules, spec_of

__all__ = ["gateway_references"]

_FILTERS: Final = ("requestMirror", "externalAuth")


def gateway_references(found: Fields, rules: Rules) -> Iterator[ExpectedRefusal]:
    """Yield why a change of a Gateway, a route or a ReferenceGrant would be refused."""
    spec = spec_of(found)
    listeners = tuple(items(spec.get("listeners")))
    opened = [mapping(mapping(one.get("allowedRoutes")).get("namespaces")) for one in listeners]
    opened.append(mapping(mapping(spec.get("allowedListeners")).get("namespaces")))
    is_default = str(spec.get("defaultScope") or "None") != "None"
    if is_default or not all(_stays_inside(one, rules) for one in opened):
        yield ExpectedRefusal(
            reason="it is open to routes of other organizations",
            remedy=f"select namespaces by the label {labels.ORGANIZATION}",
        )
    own = {rules.namespace.name, *rules.listed(labels.NAMESPACES)}
    listed = rules.platform.allowed.gateways
    for parent in items(spec.get("parentRefs")):
        named = f"{parent.get('namespace')}/{parent.get('name')}"
        if not _is_own(parent, own) and named not in listed:
            yield ExpectedRefusal(
                reason=f"its parent is {named}",
                remedy="list the Gateway under allowed.gateways of the platform",
            )
    if not all(_is_service(one, own) for one in _backends(spec)):
        yield ExpectedRefusal(
            reason="a backend is not a Service of the organization",
            remedy="name a Service of one of its namespaces",
        )
    tls = (mapping(one.get("tls")) for one in listeners)
    references = [ref for one in tls for ref in items(one.get("certificateRefs"))]
    if not all(_is_own(one, own) for one in references):
        yield ExpectedRefusal(
            reason="a certificate is in another organization's namespace",
            remedy=f"copy the Secret, or {BY_OPERATOR}",
        )
    if not all(_is_own(one, own) for one in items(spec.get("from"))):
        yield ExpectedRefusal(
            reason="it lets another organization's namespace in",
            remedy=f"remove that namespace, or {BY_OPERATOR}",
        )


def _stays_inside(namespaces: Fields, rules: Rules) -> bool:
    chosen = str(namespaces.get("from") or "Same")
    selected = mapping(mapping(namespaces.get("selector")).get("matchLabels"))
    is_own = selected.get(labels.ORGANIZATION) == rules.namespace.organization
    return chosen in ("Same", "None") or (chosen == "Selector" and is_own)


def _is_own(reference: Fields, own: set[str]) -> bool:
    return str(reference.get("namespace") or "") in {"", *own}


def _is_service(reference: Fields, own: set[str]) -> bool:
    kind = (str(reference.get("group") or ""), str(reference.get("kind") or "Service"))
    return _is_own(reference, own) and kind == ("", "Service")


def _backends(spec: Fields) -> Iterator[Fields]:
    """Yield every backend of a route, also those of filters."""
    for rule in items(spec.get("rules")):
        for owner in (rule, *items(rule.get("backendRefs"))):
            for one in items(owner.get("filters")):
                yield from (
                    mapping(mapping(one[k]).get("backendRef")) for k in _FILTERS if k in one
                )
        yield from items(rule.get("backendRefs"))

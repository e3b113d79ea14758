"""
The guard of what Gateways and routes name, and of who may name theirs.

A Gateway that is open to all namespaces takes routes of other organizations, and a route that
names a Gateway of theirs gets their traffic. So both stay inside of the organization, unless
the platform lists the Gateway. What leads elsewhere needs a ReferenceGrant of the other side;
those of tenants name the organization's namespaces only.
"""

from typing import Final

from tenancy.config.spec import AllowedSpec
from tenancy.kubernetes import labels
from tenancy.manifests.policies import gateway_kinds
from tenancy.manifests.policies.guard import (
    NOT_AUTHORISED,
    ORGANIZATIONS,
    Condition,
    Guard,
    PolicyRule,
    annotation,
    changed,
    guard,
    namespace_label,
    text,
    texts,
)

__all__ = ["NAME", "gateway_references"]

NAME: Final = "tenancy-gateway-references"

_SPEC: Final = "dyn(object).spec"
_FROM: Final = "listener.?allowedRoutes.?namespaces"
_OWN: Final = "variables.own.join(', ')"


def gateway_references(allowed: AllowedSpec) -> Guard:
    """Return the guard of Gateways, routes and ReferenceGrants, where they are served."""
    listed = sorted(allowed.gateways)
    return guard(
        NAME,
        [gateway_kinds.WITH_REFERENCES],
        [
            PolicyRule(
                f"variables.listeners.all(listener, {_stays_inside(_FROM)})"
                f" && {_stays_inside(f'{_SPEC}.?allowedListeners.?namespaces')}"
                f" && {_SPEC}.?defaultScope.orValue('None') == 'None'",
                "'a Gateway may be open to its own namespace (from: Same), or by a selector"
                f" with the label {labels.ORGANIZATION}: ' + variables.organization",
                computed=True,
            ),
            PolicyRule(
                f"{_SPEC}.?parentRefs.orValue([]).all(ref, {_is_own('ref')}"
                " || (ref.?namespace.orValue('') + '/' + ref.name)"
                f" in {texts(listed)})",
                f"'a parent must be in one of the namespaces ' + {_OWN} +"
                f" {text(_or_listed(listed))}",
                computed=True,
            ),
            PolicyRule(
                f"{_SPEC}.?rules.orValue([]).all(rule,"
                f" rule.?backendRefs.orValue([]).all(ref, {_is_service('ref')}"
                f" && {_filters('ref')}) && {_filters('rule')})",
                f"'a backend must be a Service of one of the namespaces ' + {_OWN}",
                computed=True,
            ),
            PolicyRule(
                "variables.listeners.all(listener, listener.?tls.?certificateRefs.orValue([])"
                f".all(ref, {_is_own('ref')}))",
                f"'a certificate must be in one of the namespaces ' + {_OWN}",
                computed=True,
            ),
            PolicyRule(
                f"{_SPEC}.?from.orValue([]).all(ref, ref.namespace in variables.own)",
                f"'a ReferenceGrant may name only the namespaces ' + {_OWN}",
                computed=True,
            ),
        ],
        conditions=[changed("dyn({}).spec"), NOT_AUTHORISED],
        variables=[
            Condition("own", f"[request.namespace] + {annotation(labels.NAMESPACES)}"),
            Condition(
                "organization",
                namespace_label(labels.ORGANIZATION),
            ),
            Condition(
                # Another guard refuses what is not a list.
                "listeners",
                f"type({_SPEC}.?listeners.orValue([])) == list"
                f" ? {_SPEC}.?listeners.orValue([]) : []",
            ),
        ],
        namespaces=ORGANIZATIONS,
    )


def _stays_inside(namespaces: str) -> str:
    """Return whether *namespaces*, an optional value, selects only the organization's."""
    organization = f"{namespaces}.?selector.?matchLabels[{text(labels.ORGANIZATION)}]"
    return (
        f"({namespaces}.?from.orValue('Same') in ['Same', 'None']"
        f" || ({namespaces}.?from.orValue('') == 'Selector'"
        f" && {organization}.orValue('') == variables.organization))"
    )


def _is_own(reference: str) -> str:
    return f"{reference}.?namespace.orValue(request.namespace) in variables.own"


def _is_service(reference: str) -> str:
    """Return whether *reference* is a Service; what other kinds are, controllers decide."""
    return (
        f"({_is_own(reference)} && {reference}.?group.orValue('') == ''"
        f" && {reference}.?kind.orValue('Service') == 'Service')"
    )


def _filters(owner: str) -> str:
    kinds = " && ".join(
        f"(!has(f.{kind}) || {_is_service(f'f.{kind}.backendRef')})"
        for kind in ("requestMirror", "externalAuth")
    )
    return f"{owner}.?filters.orValue([]).all(f, {kinds})"


def _or_listed(gateways: list[str]) -> str:
    named = f" ({', '.join(gateways)})" if gateways else ""
    return f", or a Gateway that the platform lists under allowed.gateways{named}"

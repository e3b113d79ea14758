"""The guards of Ingresses and Gateways: the organization's hosts, and listed classes."""

from typing import Final

from tenancy.config.spec import AllowedSpec
from tenancy.kubernetes import labels
from tenancy.manifests.policies import gateway_kinds
from tenancy.manifests.policies.annotations import ALLOWED, disallowed
from tenancy.manifests.policies.guard import (
    NOT_AUTHORISED,
    ORGANIZATIONS,
    Condition,
    Guard,
    PolicyRule,
    Resources,
    annotation,
    changed,
    guard,
    texts,
)

__all__ = ["GATEWAYS", "INGRESSES", "ROUTES", "gateways", "ingresses", "routes"]

INGRESSES: Final = "tenancy-ingresses"
GATEWAYS: Final = "tenancy-gateways"
ROUTES: Final = "tenancy-routes"

_HOST: Final = "rule.?host.orValue('')"
_HOSTNAME: Final = "listener.?hostname.orValue('')"
_HOSTS: Final = Condition("hosts", annotation(labels.HOSTS))
_ALLOWED: Final = (
    "'hosts must be those of the organization: ' + (variables.hosts.size() == 0"
    " ? 'it has none' : variables.hosts.join(', ')) + '; an empty host matches all'"
)


def ingresses(allowed: AllowedSpec) -> Guard:
    """Return the guard of Ingresses."""
    rules = "object.spec.?rules.orValue([])"
    return guard(
        INGRESSES,
        [Resources("networking.k8s.io", ("ingresses",))],
        [
            PolicyRule(
                f"{rules}.all(rule, {_own(_HOST)})"
                " && object.spec.?tls.orValue([]).all(tls,"
                f" tls.?hosts.orValue([]).all(host, {_own('host')}))",
                _ALLOWED,
                computed=True,
            ),
            PolicyRule(
                "!has(object.spec.defaultBackend)",
                "spec.defaultBackend may not be set: it receives the traffic of every host",
            ),
            PolicyRule(
                f"{rules}.all(rule, rule.?http.?paths.orValue([]).all(path,"
                " !has(path.backend.resource)))",
                "a backend may be a service only: what a resource is and where it sends"
                " traffic, its controller decides",
            ),
            PolicyRule(
                "object.spec.?ingressClassName.orValue('')"
                f" in {texts(sorted(allowed.ingress_classes))}",
                _class("spec.ingressClassName", allowed.ingress_classes, "ingressClasses"),
            ),
        ],
        conditions=[changed("{}.spec"), NOT_AUTHORISED],
        variables=[_HOSTS],
        namespaces=ORGANIZATIONS,
    )


def gateways(allowed: AllowedSpec) -> Guard:
    """Return the guard of Gateways, for clusters that have the Gateway API."""
    return guard(
        GATEWAYS,
        [gateway_kinds.GATEWAYS],
        [
            PolicyRule(
                f"dyn(object).spec.?listeners.orValue([]).all(listener, {_own(_HOSTNAME)})",
                _ALLOWED,
                computed=True,
            ),
            PolicyRule(
                "dyn(object).spec.gatewayClassName"
                f" in {texts(sorted(allowed.gateway_classes))}",
                _class("spec.gatewayClassName", allowed.gateway_classes, "gatewayClasses"),
            ),
            PolicyRule(
                "dyn(object).spec.?addresses.orValue([]).size() == 0",
                "spec.addresses may not be set: the platform assigns addresses",
            ),
            PolicyRule(
                "!has(dyn(object).spec.infrastructure)"
                " || !has(dyn(object).spec.infrastructure.parametersRef)",
                "spec.infrastructure.parametersRef may not be set: what it names configures"
                " the controller",
            ),
            # The controller copies these annotations to the Service that it creates.
            disallowed(
                "dyn(object).spec.?infrastructure",
                (*ALLOWED, *allowed.gateway_annotations),
                "gatewayAnnotations",
            ),
        ],
        conditions=[changed("dyn({}).spec"), NOT_AUTHORISED],
        variables=[_HOSTS],
        namespaces=ORGANIZATIONS,
    )


def routes() -> Guard:
    """Return the guard of the Gateway API's routes that have hosts, where it is served."""
    names = "dyn(object).spec.?hostnames.orValue([])"
    return guard(
        ROUTES,
        [gateway_kinds.ROUTES],
        [
            PolicyRule(
                f"{names}.size() > 0 && {names}.all(host, {_own('host')})",
                _ALLOWED,
                computed=True,
            )
        ],
        conditions=[changed("dyn({}).spec"), NOT_AUTHORISED],
        variables=[_HOSTS],
        namespaces=ORGANIZATIONS,
    )


def _own(host: str) -> str:
    """Return whether *host* is a host of the organization, or matches one with a wildcard."""
    return (
        f"variables.hosts.exists(own, own == {host}"
        f" || (own.startsWith('*.') && {host}.endsWith(own.substring(1))))"
    )


def _class(field: str, listed: tuple[str, ...], key: str) -> str:
    among = f"must be one of {', '.join(sorted(listed))}" if listed else "is refused"
    return f"{field} {among}: the platform lists classes under allowed.{key}"

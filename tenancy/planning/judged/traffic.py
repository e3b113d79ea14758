"""Services, Ingresses, Gateways, routes and endpoints, as admission policies judge them."""

from collections.abc import Iterable, Iterator
from typing import Final

from tenancy.checks import covers_host
from tenancy.kubernetes.pods import Fields, items, mapping, strings
from tenancy.manifests import ALLOWED_ANNOTATIONS, SERVICE_ANNOTATIONS
from tenancy.planning.judged.judge import (
    BY_OPERATOR,
    ExpectedRefusal,
    Rules,
    annotation_refusals,
    metadata_of,
    spec_of,
)

__all__ = [
    "endpoints",
    "gateway",
    "gateway_annotations",
    "ingress",
    "ingress_annotations",
    "route",
    "service",
    "service_annotations",
]

_BY_CONTROLLERS: Final = "controller.k8s.io"
_HOSTS: Final = "write the host under hosts of the organization"


def service(found: Fields, rules: Rules) -> Iterator[ExpectedRefusal]:
    """Yield why a change of a Service would be refused."""
    spec, namespace, allowed = spec_of(found), rules.namespace, rules.platform.allowed
    kind = str(spec.get("type") or "ClusterIP")
    if kind in ("NodePort", "ExternalName"):
        yield ExpectedRefusal(
            reason=f"spec.type is {kind}",
            remedy=f"use another type, or {BY_OPERATOR}",
        )
    if kind == "LoadBalancer":
        if not namespace.may_use_load_balancers:
            yield ExpectedRefusal(
                reason="load balancers are not granted",
                remedy="write loadBalancers for the namespace",
            )
        is_local = spec.get("externalTrafficPolicy") == "Local"
        if any(rule.cidrs for rule in namespace.network.ingress) and not is_local:
            yield ExpectedRefusal(
                reason="spec.externalTrafficPolicy is not Local, and addresses are listed",
                remedy="set it to Local",
            )
    for key in ("externalIPs", "loadBalancerIP"):
        if spec.get(key):
            yield ExpectedRefusal(
                reason=f"spec.{key} is set", remedy=f"remove it, or {BY_OPERATOR}"
            )
    load_balancer_class = str(spec.get("loadBalancerClass") or "")
    if load_balancer_class and load_balancer_class not in allowed.load_balancer_classes:
        yield ExpectedRefusal(
            reason=f"spec.loadBalancerClass is {load_balancer_class}",
            remedy="list it under allowed.loadBalancerClasses of the platform",
        )


def endpoints(found: Fields, rules: Rules) -> Iterator[ExpectedRefusal]:
    """Yield that endpoints which no controller of Kubernetes manages would be refused."""
    del rules
    labels = mapping(metadata_of(found).get("labels"))
    by = str(labels.get("endpointslice.kubernetes.io/managed-by") or "")
    # The controller of Endpoints marks those that it writes with the time of a change only.
    notes = mapping(metadata_of(found).get("annotations"))
    is_computed = "endpoints.kubernetes.io/last-change-trigger-time" in notes or (
        "endpoints.kubernetes.io/managed-by" in labels
    )
    if not by.endswith(_BY_CONTROLLERS) and not is_computed:
        yield ExpectedRefusal(
            reason="no controller of Kubernetes writes it",
            remedy=f"give the Service a selector, or {BY_OPERATOR}",
        )


def ingress(found: Fields, rules: Rules) -> Iterator[ExpectedRefusal]:
    """Yield why a change of an Ingress would be refused."""
    spec, allowed = spec_of(found), rules.platform.allowed
    hosts = [str(rule.get("host") or "") for rule in items(spec.get("rules"))]
    hosts += [host for tls in items(spec.get("tls")) for host in strings(tls.get("hosts"))]
    yield from _foreign(hosts, rules)
    if spec.get("defaultBackend"):
        yield ExpectedRefusal(
            reason="spec.defaultBackend is set", remedy="write a rule with a host in its place"
        )
    backends = (
        mapping(path.get("backend"))
        for rule in items(spec.get("rules"))
        for path in items(mapping(rule.get("http")).get("paths"))
    )
    if any("resource" in backend for backend in backends):
        yield ExpectedRefusal(
            reason="a backend is a resource", remedy="name a service in its place"
        )
    name = str(spec.get("ingressClassName") or "")
    if name not in allowed.ingress_classes:
        yield ExpectedRefusal(
            reason=f"spec.ingressClassName is {name or 'not set'}",
            remedy="list the class under allowed.ingressClasses of the platform, and name it",
        )


def gateway(found: Fields, rules: Rules) -> Iterator[ExpectedRefusal]:
    """Yield why a change of a Gateway would be refused."""
    spec, allowed = spec_of(found), rules.platform.allowed
    listeners = tuple(items(spec.get("listeners")))
    yield from _foreign([str(one.get("hostname") or "") for one in listeners], rules)
    name = str(spec.get("gatewayClassName") or "")
    if name not in allowed.gateway_classes:
        yield ExpectedRefusal(
            reason=f"spec.gatewayClassName is {name or 'not set'}",
            remedy="list the class under allowed.gatewayClasses of the platform",
        )
    if spec.get("addresses"):
        yield ExpectedRefusal(
            reason="spec.addresses is set", remedy="remove them: the platform assigns addresses"
        )
    infrastructure = mapping(spec.get("infrastructure"))
    if "parametersRef" in infrastructure:
        yield ExpectedRefusal(
            reason="spec.infrastructure.parametersRef is set",
            remedy=f"remove it, or {BY_OPERATOR}",
        )
    known = (*ALLOWED_ANNOTATIONS, *allowed.gateway_annotations)
    yield from annotation_refusals(infrastructure, known, "gatewayAnnotations", is_new=False)


def route(found: Fields, rules: Rules) -> Iterator[ExpectedRefusal]:
    """Yield why a change of a route of the Gateway API would be refused."""
    hosts = tuple(strings(spec_of(found).get("hostnames")))
    yield from _foreign(hosts or ("",), rules)


def service_annotations(found: Fields, rules: Rules) -> Iterator[ExpectedRefusal]:
    """Yield the annotations of a Service that are not allowed."""
    known = (*SERVICE_ANNOTATIONS, *rules.platform.allowed.service_annotations)
    yield from annotation_refusals(metadata_of(found), known, "serviceAnnotations")


def ingress_annotations(found: Fields, rules: Rules) -> Iterator[ExpectedRefusal]:
    """Yield the annotations of an Ingress that are not allowed."""
    known = (*ALLOWED_ANNOTATIONS, *rules.platform.allowed.ingress_annotations)
    yield from annotation_refusals(metadata_of(found), known, "ingressAnnotations")


def gateway_annotations(found: Fields, rules: Rules) -> Iterator[ExpectedRefusal]:
    """Yield the annotations of a Gateway or a route that are not allowed."""
    known = (*ALLOWED_ANNOTATIONS, *rules.platform.allowed.gateway_annotations)
    yield from annotation_refusals(metadata_of(found), known, "gatewayAnnotations")


def _foreign(hosts: Iterable[str], rules: Rules) -> Iterator[ExpectedRefusal]:
    for host in dict.fromkeys(hosts):
        if not any(covers_host(own, host) for own in rules.namespace.hosts):
            what = f"its host {host} is not one of the organization" if host else None
            yield ExpectedRefusal(reason=what or "it has no host", remedy=_HOSTS)

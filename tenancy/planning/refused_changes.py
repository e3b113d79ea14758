"""
Objects that stay when a namespace is enforced, and whose next change the policies refuse.

The rules are those of the admission policies of Services, Ingresses and disruption budgets.
"""

from collections.abc import Iterator

from tenancy.checks import covers_host
from tenancy.config.spec import AllowedSpec
from tenancy.kubernetes.pods import Fields, blocks_every_eviction, items, mapping, strings
from tenancy.model import LiveWorkloads, Namespace, Platform

__all__ = ["refused_changes"]


def refused_changes(
    namespace: Namespace, platform: Platform, live: LiveWorkloads
) -> Iterator[tuple[str, str, str]]:
    """Yield each such object of *namespace*, as `Service/web`, the reason, and a remedy."""
    allowed, name = platform.allowed, namespace.name
    for budget in live.disruption_budgets.get(name, ()):
        if reason := blocks_every_eviction(_spec(budget)):
            remedy = "allow at least one pod to be evicted, so that its node can be emptied"
            yield _named("PodDisruptionBudget", budget), reason, remedy
    for service in live.services.get(name, ()):
        for reason, remedy in _of_service(_spec(service), namespace, allowed):
            yield _named("Service", service), reason, remedy
    for ingress in live.ingresses.get(name, ()):
        for reason, remedy in _of_ingress(_spec(ingress), namespace, allowed):
            yield _named("Ingress", ingress), reason, remedy


def _of_service(
    spec: Fields, namespace: Namespace, allowed: AllowedSpec
) -> Iterator[tuple[str, str]]:
    kind = str(spec.get("type") or "ClusterIP")
    if kind in ("NodePort", "ExternalName"):
        yield f"spec.type is {kind}", "use another type, or let an operator keep it"
    if kind == "LoadBalancer":
        if not namespace.may_use_load_balancers:
            yield "load balancers are not granted", "write loadBalancers for the namespace"
        is_local = spec.get("externalTrafficPolicy") == "Local"
        if any(rule.cidrs for rule in namespace.network.ingress) and not is_local:
            yield (
                "spec.externalTrafficPolicy is not Local, and addresses are listed",
                "set it to Local",
            )
    for key in ("externalIPs", "loadBalancerIP"):
        if spec.get(key):
            yield f"spec.{key} is set", "remove it, or let an operator keep it"
    load_balancer_class = str(spec.get("loadBalancerClass") or "")
    if load_balancer_class and load_balancer_class not in allowed.load_balancer_classes:
        yield (
            f"spec.loadBalancerClass is {load_balancer_class}",
            "list it under allowed.loadBalancerClasses of the platform",
        )


def _of_ingress(
    spec: Fields, namespace: Namespace, allowed: AllowedSpec
) -> Iterator[tuple[str, str]]:
    hosts = [str(rule.get("host") or "") for rule in items(spec.get("rules"))]
    hosts += [host for tls in items(spec.get("tls")) for host in strings(tls.get("hosts"))]
    for host in dict.fromkeys(hosts):
        if not any(covers_host(own, host) for own in namespace.hosts):
            yield (
                f"its host {host} is not one of the organization" if host else "it has no host",
                "write the host under hosts of the organization",
            )
    if spec.get("defaultBackend"):
        yield "spec.defaultBackend is set", "write a rule with a host in its place"
    if str(spec.get("ingressClassName") or "") not in allowed.ingress_classes:
        yield (
            f"spec.ingressClassName is {spec.get('ingressClassName') or 'not set'}",
            "list the class under allowed.ingressClasses of the platform, and name it",
        )


def _spec(found: Fields) -> Fields:
    return mapping(found.get("spec"))


def _named(kind: str, found: Fields) -> str:
    return f"{kind}/{mapping(found.get('metadata')).get('name')}"

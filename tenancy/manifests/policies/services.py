"""
The guard of services: traffic enters only where the platform allows it.

Node ports open a port on every node, external addresses can take over others' traffic
(CVE-2020-8554), external names and hand-made endpoints can bypass network policies
(CVE-2021-25740).
"""

from typing import Final

from tenancy.config.spec import AllowedSpec
from tenancy.kubernetes import labels
from tenancy.manifests.policies.guard import (
    NOT_AUTHORISED,
    ORGANIZATIONS,
    Condition,
    Guard,
    PolicyRule,
    Resources,
    changed,
    guard,
    text,
    texts,
)

__all__ = ["ENDPOINTS", "SERVICES", "endpoints", "services"]

SERVICES: Final = "tenancy-services"
ENDPOINTS: Final = "tenancy-endpoints"


def services(allowed: AllowedSpec) -> Guard:
    """Return the guard of Services in organizations' namespaces."""
    granted = (
        f"namespaceObject.metadata.?annotations[{text(labels.LOAD_BALANCERS)}].orValue('')"
        " == 'true'"
    )
    addresses = (
        f"namespaceObject.metadata.?annotations[{text(labels.INGRESS_BLOCKS)}].orValue('')"
        " != ''"
    )
    kind = "object.spec.?type.orValue('ClusterIP')"
    return guard(
        SERVICES,
        [Resources("", ("services",))],
        [
            PolicyRule(
                f"{kind} != 'NodePort'",
                "services of type NodePort are refused: they open a port on every node",
            ),
            PolicyRule(
                f"{kind} != 'ExternalName'",
                "services of type ExternalName are refused: they lead out of the cluster",
            ),
            PolicyRule(
                f"{kind} != 'LoadBalancer' || ({granted})",
                "services of type LoadBalancer are not granted to this namespace:"
                " an operator grants them with loadBalancers",
            ),
            PolicyRule(
                f"{kind} != 'LoadBalancer' || !({addresses})"
                " || object.spec.?externalTrafficPolicy.orValue('Cluster') == 'Local'",
                "a service of type LoadBalancer needs spec.externalTrafficPolicy: Local here:"
                " only some addresses are allowed, and otherwise pods see a node's address",
            ),
            PolicyRule(
                "object.spec.?externalIPs.orValue([]).size() == 0",
                "spec.externalIPs may not be set: they can take over others' traffic",
            ),
            PolicyRule(
                "object.spec.?loadBalancerIP.orValue('') == ''",
                "spec.loadBalancerIP may not be set: it may be the address of another service",
            ),
            PolicyRule(
                "object.spec.?loadBalancerClass.orValue('')"
                f" in {texts(['', *sorted(allowed.load_balancer_classes)])}",
                "spec.loadBalancerClass is not listed: the platform lists classes under"
                " allowed.loadBalancerClasses",
            ),
        ],
        conditions=[changed("{}.spec"), NOT_AUTHORISED],
        namespaces=ORGANIZATIONS,
    )


def endpoints() -> Guard:
    """Return the guard of endpoints, which only Kubernetes' controllers may write."""
    return guard(
        ENDPOINTS,
        [
            Resources("", ("endpoints",)),
            Resources("discovery.k8s.io", ("endpointslices",)),
        ],
        [
            PolicyRule(
                "false",
                "only Kubernetes may write endpoints: give the service a selector",
            )
        ],
        conditions=[
            Condition(
                "not-a-controller",
                "!(request.userInfo.username == 'system:kube-controller-manager'"
                " || request.userInfo.username"
                ".startsWith('system:serviceaccount:kube-system:'))",
            ),
            NOT_AUTHORISED,
        ],
        namespaces=ORGANIZATIONS,
    )

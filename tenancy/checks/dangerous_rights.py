"""
Dangerous rights: they reach beyond a namespace, or bypass its guards.

Controllers of other software act with their own rights for every user who writes their objects.
So a right on such objects is listed here by what it allows.
"""

from collections.abc import Collection
from typing import Final

import attrs

from tenancy.kubernetes import DOMAIN
from tenancy.model import ALL_VERBS, READ

__all__ = ["DANGERS", "GROUPS_WITH_DANGERS", "Danger", "of_subresource", "of_verb"]

_WRITES: Final = frozenset(ALL_VERBS) - frozenset(READ)

_GIVING_VERBS: Final = {
    "approve": "to approve certificates of any user",
    "attest": "to attest certificates of any user",
    "bind": "to bind roles with more permissions than one's own",
    "escalate": "to write roles with more permissions than one's own",
    "impersonate": "to act as another user",
    "manage": "to change what this tool manages",
    "sign": "to sign certificates of any user",
}
"""Verbs that escalate permissions with any resource."""

_HOSTS: Final = "to receive traffic for hosts that admission cannot check"
_RBAC: Final = "rbac.authorization.k8s.io"


@attrs.frozen(slots=True)
class Danger:
    """
    Resources that reach beyond the namespace or avoid its guardrails.

    Attributes:
        group: Their API group.
        resources: Plural names, with their subresources; empty for the whole group.
        verbs: The verbs that do so; empty for all.
        why: What they allow, for the message.
    """

    group: str
    resources: frozenset[str]
    verbs: frozenset[str]
    why: str

    def matches(self, group: str, resource: str, verbs: Collection[str]) -> bool:
        """Return whether *verbs* on *resource* of *group* are such a right."""
        base = resource.partition("/")[0]
        return (
            group == self.group
            and (not self.resources or resource in self.resources or base in self.resources)
            and (not self.verbs or not self.verbs.isdisjoint(verbs))
        )


def _danger(
    group: str, resources: str, why: str, verbs: frozenset[str] = frozenset()
) -> Danger:
    return Danger(group, frozenset(resources.split()), verbs, why)


DANGERS: Final = (
    _danger("", "nodes", "to reach every pod of a node without admission and audit"),
    _danger("", "namespaces", "to change labels by which policies select a namespace", _WRITES),
    _danger("", "persistentvolumes", "to mount paths of a node and volumes of others"),
    _danger("", "resourcequotas limitranges", "to change one's own limits", _WRITES),
    _danger("", "bindings pods/binding", "to place pods on any node without the scheduler"),
    _danger("", "endpoints", "to send a service's traffic elsewhere", _WRITES),
    _danger("", "users groups", "to act as another user"),
    _danger("discovery.k8s.io", "endpointslices", "to send traffic elsewhere", _WRITES),
    _danger("authentication.k8s.io", "", "to act as another user"),
    _danger(_RBAC, "roles rolebindings", "to give permissions to others", _WRITES),
    _danger(
        _RBAC, "clusterroles clusterrolebindings", "to give cluster-wide permissions", _WRITES
    ),
    _danger("certificates.k8s.io", "", "to get a certificate for any user"),
    _danger("admissionregistration.k8s.io", "", "to change the admission control", _WRITES),
    _danger("apiextensions.k8s.io", "", "to change custom resource definitions", _WRITES),
    _danger(
        "apiregistration.k8s.io", "", "to answer requests instead of the API server", _WRITES
    ),
    _danger("flowcontrol.apiserver.k8s.io", "", "to starve others' requests", _WRITES),
    _danger("node.k8s.io", "", "to place pods on nodes of others", _WRITES),
    _danger("scheduling.k8s.io", "", "to preempt pods of others", _WRITES),
    _danger("storage.k8s.io", "", "to change storage of the whole cluster", _WRITES),
    _danger(
        "resource.k8s.io",
        "deviceclasses resourceslices resourceclaims/status resourceclaims/binding",
        "to use devices of others",
        _WRITES,
    ),
    _danger(DOMAIN, "", "to change what this tool manages"),
    # Networks: their policies and routes are not checked like NetworkPolicies.
    *(
        _danger(group, "", "to allow or redirect traffic in spite of network policies", _WRITES)
        for group in (
            "cilium.io",
            "consul.hashicorp.com",
            "crd.antrea.io",
            "crd.k8s.amazonaws.com",
            "crd.projectcalico.org",
            "extensions.istio.io",
            "k8s.cni.cncf.io",
            "k8s.ovn.org",
            "kubeovn.io",
            "kuma.io",
            "linkerd.io",
            "multicluster.x-k8s.io",
            "networking.istio.io",
            "policy.linkerd.io",
            "policy.networking.k8s.io",
            "projectcalico.org",
            "security.istio.io",
            "sriovnetwork.openshift.io",
            "submariner.io",
            "telemetry.istio.io",
            "vpcresources.k8s.aws",
            "whereabouts.cni.cncf.io",
        )
    ),
    # Routes and names of other controllers than Ingress and the Gateway API.
    *(
        _danger(group, "", _HOSTS, _WRITES)
        for group in (
            "apisix.apache.org",
            "configuration.konghq.com",
            "elbv2.k8s.aws",
            "externaldns.k8s.io",
            "getambassador.io",
            "k8s.nginx.org",
            "metallb.io",
            "projectcontour.io",
            "route.openshift.io",
            "traefik.containo.us",
            "traefik.io",
        )
    ),
    _danger(
        "gateway.networking.k8s.io",
        "listenersets referencegrants tcproutes tlsroutes udproutes",
        _HOSTS,
        _WRITES,
    ),
    _danger("gateway.networking.x-k8s.io", "", _HOSTS, _WRITES),
    # Deployers apply objects with their own rights, often in every namespace.
    _danger(
        "argoproj.io",
        "applications applicationsets appprojects",
        "to have anything applied by a deployer with more rights",
        _WRITES,
    ),
    *(
        _danger(group, "", "to have anything applied by a deployer with more rights", _WRITES)
        for group in (
            "apiextensions.crossplane.io",
            "apps.open-cluster-management.io",
            "catalog.cattle.io",
            "core.oam.dev",
            "fleet.cattle.io",
            "helm.cattle.io",
            "helm.crossplane.io",
            "helm.toolkit.fluxcd.io",
            "hnc.x-k8s.io",
            "image.toolkit.fluxcd.io",
            "infra.contrib.fluxcd.io",
            "kro.run",
            "kubernetes.crossplane.io",
            "kustomize.toolkit.fluxcd.io",
            "operators.coreos.com",
            "pkg.crossplane.io",
            "pulumi.com",
            "rbacmanager.reactiveops.io",
            "source.toolkit.fluxcd.io",
            "velero.io",
            "work.open-cluster-management.io",
        )
    ),
    *(
        _danger(group, "", "to change nodes, which others use too", _WRITES)
        for group in (
            "cluster.x-k8s.io",
            "infrastructure.cluster.x-k8s.io",
            "karpenter.k8s.aws",
            "karpenter.sh",
            "machine.openshift.io",
            "machineconfiguration.openshift.io",
            "mellanox.com",
            "nfd.k8s-sigs.io",
            "nmstate.io",
            "nvidia.com",
        )
    ),
    *(
        _danger(group, "", "to exempt objects from policies, or to change policies", _WRITES)
        for group in (
            "capsule.clastix.io",
            "config.gatekeeper.sh",
            "constraints.gatekeeper.sh",
            "kyverno.io",
            "mutations.gatekeeper.sh",
            "policies.kubewarden.io",
            "policies.kyverno.io",
            "templates.gatekeeper.sh",
        )
    ),
)

GROUPS_WITH_DANGERS: Final = frozenset(danger.group for danger in DANGERS)
"""API groups whose dangerous resources are known."""


def of_verb(verb: str) -> str | None:
    """Return what *verb* allows on any resource; None for harmless verbs."""
    # Kubernetes 1.35 and later know verbs such as `impersonate:user-info`.
    name = "impersonate" if verb.startswith(("impersonate:", "impersonate-on:")) else verb
    return _GIVING_VERBS.get(name)


def of_subresource(name: str, verbs: Collection[str]) -> str | None:
    """Return what the subresource *name* of any kind allows; None for harmless ones."""
    if name == "proxy":
        return "to reach pods through the API server, in spite of network policies"
    if name == "status" and not _WRITES.isdisjoint(verbs):
        return "to write fields that only controllers report, without the checks of the object"
    return None

"""Namespaces that are reserved for Kubernetes, for other software, or for every user."""

from typing import Final

__all__ = [
    "reserved_prefix_reason",
    "reserved_reason",
    "system_reason",
    "workload_reason",
]

_PREFIXES: Final = {
    "kube": "Kubernetes",
    "llmos": "LLMOS",
    "openshift": "OpenShift",
    "cattle": "Rancher",
    "cluster-fleet": "Rancher",
    "kubesphere": "KubeSphere",
    "capsule": "Capsule",
    "cw": "CoreWeave",
    "gke": "GKE",
    "gmp": "GKE",
    "eks": "EKS",
    "aks": "AKS",
    "tigera": "Calico",
    "calico": "Calico",
    "vmware-system": "Tanzu",
    "tanzu": "Tanzu",
}
"""The owner of every name that begins with the key and a hyphen, and of the key itself."""

_NAMES: Final = {
    # The ten namespaces of LLMOS, including a misspelled one and its correct spelling.
    "kube-system": "Kubernetes",
    "kube-node-lease": "Kubernetes",
    "kube-public": "Kubernetes",
    "llmos-system": "LLMOS",
    "llmos-gpu-stakc-system": "LLMOS",
    "llmos-gpu-stack-system": "LLMOS",
    "llmos-monitoring-system": "LLMOS",
    "llmos-dashboards": "LLMOS",
    "llmos-db-system": "LLMOS",
    "storage-system": "LLMOS",
    "system-upgrade": "LLMOS",
    # Other platforms, and software that is installed into fixed namespaces.
    "amazon-cloudwatch": "EKS",
    "amazon-guardduty": "EKS",
    "anthos-identity-service": "GKE",
    "app-routing-system": "AKS",
    "aws-observability": "EKS",
    "azure-arc": "Azure Arc",
    "config-management-monitoring": "GKE Config Sync",
    "config-management-system": "GKE Config Sync",
    "fleet-default": "Rancher",
    "fleet-local": "Rancher",
    "fleet-system": "Rancher",
    "gatekeeper-system": "Gatekeeper",
    "gpu-operator": "the NVIDIA GPU Operator",
    "hami-system": "HAMi",
    "harvester-system": "Harvester",
    "hnc-system": "Hierarchical Namespaces",
    "istio-ingress": "Istio",
    "istio-operator": "Istio",
    "istio-system": "Istio",
    "kai-scheduler": "KAI",
    "karpenter": "Karpenter",
    "knative-eventing": "Knative",
    "knative-serving": "Knative",
    "kueue-system": "Kueue",
    "kyverno": "Kyverno",
    "local-path-storage": "the local path provisioner",
    "longhorn-system": "Longhorn",
    "metallb-system": "MetalLB",
    "multi-tenant-operator": "the Multi Tenant Operator",
    "network-operator": "the NVIDIA Network Operator",
    "node-feature-discovery": "Node Feature Discovery",
    "nvidia-dra-driver-gpu": "the NVIDIA DRA driver",
    "nvidia-gpu-operator": "the NVIDIA GPU Operator",
    "nvidia-network-operator": "the NVIDIA Network Operator",
    "olm": "the Operator Lifecycle Manager",
    "operators": "the Operator Lifecycle Manager",
    "resource-group-system": "GKE Config Sync",
    "rook-ceph": "Rook",
    "runai": "Run:ai",
    "runai-reservation": "Run:ai",
    "runai-scale-adjust": "Run:ai",
    "runai-system": "Run:ai",
    "vcluster-platform": "vCluster",
    "volcano-system": "Volcano",
    # The namespaces that the charts of well-known software use.
    "argocd": "Argo CD",
    "cert-manager": "cert-manager",
    "cilium-secrets": "Cilium",
    "cnpg-system": "CloudNativePG",
    "crossplane-system": "Crossplane",
    "envoy-gateway-system": "Envoy Gateway",
    "external-dns": "ExternalDNS",
    "external-secrets": "External Secrets",
    "falco": "Falco",
    "flux-system": "Flux",
    "ingress-nginx": "ingress-nginx",
    "keda": "KEDA",
    "kserve": "KServe",
    "kubeflow": "Kubeflow",
    "kuberay-operator": "KubeRay",
    "linkerd": "Linkerd",
    "linkerd-viz": "Linkerd",
    "policy-reporter": "Kyverno",
    "spire-server": "SPIRE",
    "spire-system": "SPIRE",
    "tekton-pipelines": "Tekton",
    "trivy-system": "Trivy",
    "velero": "Velero",
}

_NOT_FOR_WORKLOADS: Final = {
    "default": "the namespace default exists on every cluster and cannot belong to an "
    "organization",
    "llmos-public": "llmos-public is the public namespace of LLMOS, which every user can read",
}


def system_reason(name: str) -> str | None:
    """
    Return which system owns the namespace *name*, if one does.

    Tenancy never creates, adopts, labels or deletes anything there.

    >>> system_reason("kube-anything")
    'the namespace kube-anything is reserved for Kubernetes'
    >>> system_reason("llmos-public") is None
    True
    """
    if name in _NOT_FOR_WORKLOADS:
        return None
    owner = _NAMES.get(name)
    if owner is None:
        owner = next(
            (
                whose
                for prefix, whose in _PREFIXES.items()
                if name == prefix or name.startswith(f"{prefix}-")
            ),
            None,
        )
    return None if owner is None else f"the namespace {name} is reserved for {owner}"


def workload_reason(name: str) -> str | None:
    """
    Return why workloads do not belong in the namespace *name*, although no system owns it.

    >>> workload_reason("default")
    'the namespace default exists on every cluster and cannot belong to an organization'
    """
    return _NOT_FOR_WORKLOADS.get(name)


def reserved_reason(name: str) -> str | None:
    """
    Return why *name* may not be a namespace of an organization; None if it may.

    >>> reserved_reason("acme-dev") is None
    True
    """
    return system_reason(name) or workload_reason(name)


def reserved_prefix_reason(prefix: str) -> str | None:
    """
    Return why *prefix* is not allowed, if every name under it is reserved for a system.

    >>> reserved_prefix_reason("kube")
    'every namespace that begins with kube- is reserved for Kubernetes'
    """
    for reserved, owner in _PREFIXES.items():
        if prefix == reserved or prefix.startswith(f"{reserved}-"):
            return f"every namespace that begins with {reserved}- is reserved for {owner}"
    return None

"""Labels and annotations that runtimes, networks, injectors and policy engines obey."""

from typing import Final

__all__ = ["BETA_STORAGE_CLASS", "OBEYED_POD_LABELS", "is_obeyed_domain", "is_obeyed_name"]

BETA_STORAGE_CLASS: Final = "volume.beta.kubernetes.io/storage-class"
"""An annotation of claims, which takes precedence over spec.storageClassName."""

OBEYED_POD_LABELS: Final = (
    "admission.datadoghq.com/enabled",
    "istio.io/dataplane-mode",
    "istio.io/rev",
    "istio.io/use-waypoint",
    "kuma.io/sidecar-injection",
    "sidecar.istio.io/inject",
)
"""Labels by which a pod joins or leaves a mesh or an injector."""

_DOMAINS: Final = (
    "admission.datadoghq.com",
    "admission.gatekeeper.sh",
    "cdi.k8s.io",
    "cni.projectcalico.org",
    "config.linkerd.io",
    "consul.hashicorp.com",
    "dapr.io",
    "devices.nri.io",
    "eventing.knative.dev",
    "iam.amazonaws.com",
    "iam.gke.io",
    "inject.istio.io",
    "instrumentation.opentelemetry.io",
    "ipam.cilium.io",
    "istio.io",
    "k8s.ovn.org",
    "k8s.v1.cni.cncf.io",
    "kuma.io",
    "kyverno.io",
    "linkerd.io",
    "mounts.nri.io",
    "nvidia.cdi.k8s.io",
    "openpolicyagent.org",
    "openshift.io",
    "ovn.kubernetes.io",
    "projectcalico.org",
    "scheduler.alpha.kubernetes.io",
    "sidecar.istio.io",
    "traffic.sidecar.istio.io",
    "v1.multus-cni.io",
    "vault.hashicorp.com",
)
_NAMES: Final = (
    "control-plane",
    "istio-injection",
    "istio-operator-managed",
    "knative-eventing-injection",
    "sidecar-injection",
)
"""Keys of namespaces without a domain."""


def is_obeyed_domain(domain: str) -> bool:
    """
    Return whether keys of *domain*, or of a domain under it, are known to be obeyed.

    >>> is_obeyed_domain("sidecar.istio.io"), is_obeyed_domain("example.com")
    (True, False)
    """
    return any(domain == known or domain.endswith(f".{known}") for known in _DOMAINS)


def is_obeyed_name(key: str) -> bool:
    """
    Return whether *key*, which has no domain, is known to be obeyed on namespaces.

    >>> is_obeyed_name("istio-injection"), is_obeyed_name("team")
    (True, False)
    """
    return key in _NAMES

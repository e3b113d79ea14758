"""
The guards of annotations: only those of allowed domains, and none that a node or network obeys.

Container runtimes, network plugins, injectors, DNS controllers and load balancers act on
annotations with rights that tenants do not have. New objects are always checked, also if
a controller copies the annotations of a template; later changes are checked unless the
user may change the kind in every namespace, as network plugins may.
"""

from collections.abc import Iterable
from typing import Final

from tenancy.config.spec import AllowedSpec
from tenancy.manifests.policies.guard import (
    NOT_AUTHORISED,
    ORGANIZATIONS,
    Condition,
    Guard,
    PolicyRule,
    Resources,
    changed,
    guard,
    texts,
)

__all__ = ["ALLOWED", "INGRESSES", "PODS", "REFUSED", "SERVICES", "annotations"]

PODS: Final = "tenancy-pod-annotations"
SERVICES: Final = "tenancy-service-annotations"
INGRESSES: Final = "tenancy-ingress-annotations"

ALLOWED: Final = (
    "app.kubernetes.io",
    "argocd.argoproj.io",
    "checksum",
    "helm.sh",
    "helm.toolkit.fluxcd.io",
    "kubectl.kubernetes.io",
    "kustomize.toolkit.fluxcd.io",
    "meta.helm.sh",
    "prometheus.io",
    "reconcile.fluxcd.io",
    "workflows.argoproj.io",
)
"""Domains of tools that read annotations and grant nothing for them."""

_OF_PODS: Final = (
    "batch.kubernetes.io/job-completion-index",
    "batch.kubernetes.io/job-index-failure-count",
    "batch.kubernetes.io/job-index-ignored-failure-count",
    "controller.kubernetes.io/pod-deletion-cost",
    "kubernetes.io/limit-ranger",
)
"""Whole keys that Kubernetes itself sets on pods, or reads without granting anything."""

_APPARMOR: Final = "container.apparmor.security.beta.kubernetes.io"
"""Pod Security checks its values."""

_OF_SERVICES: Final = (
    "service.kubernetes.io/topology-aware-hints",
    "service.kubernetes.io/topology-mode",
)

REFUSED: Final = (
    "admission.datadoghq.com",
    "cdi.k8s.io",
    "cni.projectcalico.org",
    "config.linkerd.io",
    "consul.hashicorp.com",
    "dapr.io",
    "devices.nri.io",
    "inject.istio.io",
    "instrumentation.opentelemetry.io",
    "ipam.cilium.io",
    "istio.io",
    "k8s.ovn.org",
    "k8s.v1.cni.cncf.io",
    "linkerd.io",
    "mounts.nri.io",
    "nvidia.cdi.k8s.io",
    "ovn.kubernetes.io",
    "scheduler.alpha.kubernetes.io",
    "sidecar.istio.io",
    "traffic.sidecar.istio.io",
    "v1.multus-cni.io",
    "vault.hashicorp.com",
)
"""Domains that runtimes, networks and injectors obey; a listed domain does not allow them."""


def annotations(allowed: AllowedSpec, of_pods: Iterable[str] = ()) -> tuple[Guard, ...]:
    """
    Return the guards of the annotations of pods, of Services and of Ingresses.

    Args:
        allowed: What the platform allows.
        of_pods: Further whole keys of pods.
    """
    return (
        _guard(
            PODS,
            [Resources("", ("pods",))],
            (*ALLOWED, _APPARMOR, *_OF_PODS, *allowed.pod_annotations, *of_pods),
            "podAnnotations",
        ),
        _guard(
            SERVICES,
            [Resources("", ("services",))],
            (*ALLOWED, *_OF_SERVICES, *allowed.service_annotations),
            "serviceAnnotations",
        ),
        _guard(
            INGRESSES,
            [Resources("networking.k8s.io", ("ingresses",))],
            (*ALLOWED, *allowed.ingress_annotations),
            "ingressAnnotations",
        ),
    )


def _guard(name: str, kinds: list[Resources], allowed: Iterable[str], key: str) -> Guard:
    written = sorted(set(allowed))
    domains = [entry for entry in written if "/" not in entry and entry not in REFUSED]
    keys = [entry for entry in written if "/" in entry]
    return guard(
        name,
        kinds,
        [
            PolicyRule(
                f"object.metadata.?annotations.orValue({{}}).all(key, {_ok(domains, keys)})",
                "'annotations that are not allowed: ' + object.metadata.annotations.filter(key,"
                f" !({_ok(domains, keys)})).join(', ') + '; allowed are keys without a domain"
                f" and those of {', '.join(domains)}; the platform lists others under"
                f" allowed.{key}'",
                computed=True,
            )
        ],
        conditions=[
            changed("{}.metadata.?annotations.orValue({})"),
            NOT_AUTHORISED,
            NOT_PLATFORM,
        ],
        namespaces=ORGANIZATIONS,
    )


NOT_PLATFORM: Final = Condition(
    "new-or-not-by-the-platform",
    "request.operation == 'CREATE' || !authorizer.group(request.resource.group)"
    ".resource(request.resource.resource).check('update').allowed()",
)
"""Whether it is created, or changed by a user who may not do so in every namespace."""


def _ok(domains: list[str], keys: list[str]) -> str:
    """
    Return whether `key` is allowed.

    Keys without a domain are free to use, unless they have a dot: some runtimes read keys such
    as `io.katacontainers.config.hypervisor.path`.
    """
    return (
        "key.contains('/')"
        f" ? key.split('/')[0] in {texts(domains)} || key in {texts(keys)}"
        " : !key.contains('.')"
    )

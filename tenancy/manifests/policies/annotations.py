"""
The guards of annotations: only those of allowed domains, and none that a node or network obeys.

Container runtimes, network plugins, injectors, DNS controllers and load balancers act on
annotations with rights that tenants do not have. New objects are always checked, also if
a controller copies the annotations of a template; later changes are checked unless the
user may change the kind in every namespace, as network plugins may. What such a user wrote
stays allowed while it has the same value; so do labels of pods.
"""

from collections.abc import Iterable
from typing import Final

from tenancy.config.spec import AllowedSpec
from tenancy.kubernetes import BETA_STORAGE_CLASS, OBEYED_POD_LABELS, is_obeyed_domain
from tenancy.manifests.policies import pod_templates
from tenancy.manifests.policies.applicability import applicable
from tenancy.manifests.policies.gateway_kinds import GATEWAY_KINDS
from tenancy.manifests.policies.guard import (
    NOT_AUTHORISED,
    ORGANIZATIONS,
    Condition,
    Guard,
    PolicyRule,
    Resources,
    guard,
    texts,
)

__all__ = [
    "ALLOWED",
    "CLAIMS",
    "GATEWAYS",
    "INGRESSES",
    "PODS",
    "POD_LABELS",
    "SERVICES",
    "SERVICE_ANNOTATIONS",
    "annotations",
    "disallowed",
    "pod_labels",
]

PODS: Final = "tenancy-pod-annotations"
POD_LABELS: Final = "tenancy-pod-labels"
CLAIMS: Final = "tenancy-claim-annotations"
SERVICES: Final = "tenancy-service-annotations"
INGRESSES: Final = "tenancy-ingress-annotations"
GATEWAYS: Final = "tenancy-gateway-annotations"

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
"""The annotation of AppArmor profiles, whose values Pod Security checks."""

SERVICE_ANNOTATIONS: Final = (
    *ALLOWED,
    "service.kubernetes.io/topology-aware-hints",
    "service.kubernetes.io/topology-mode",
)
"""Annotations of Services that are always allowed."""


def annotations(allowed: AllowedSpec, of_pods: Iterable[str] = ()) -> tuple[Guard, ...]:
    """
    Return the guards of the annotations of pods, claims, Services, Ingresses and Gateways.

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
            CLAIMS,
            [Resources("", ("persistentvolumeclaims",))],
            # The guard of storage claims refuses the class with its own reason.
            (*ALLOWED, BETA_STORAGE_CLASS, *allowed.claim_annotations),
            "claimAnnotations",
        ),
        _guard(
            SERVICES,
            [Resources("", ("services",))],
            (*SERVICE_ANNOTATIONS, *allowed.service_annotations),
            "serviceAnnotations",
        ),
        _guard(
            INGRESSES,
            [Resources("networking.k8s.io", ("ingresses",))],
            (*ALLOWED, *allowed.ingress_annotations),
            "ingressAnnotations",
        ),
        _guard(
            GATEWAYS,
            [GATEWAY_KINDS],
            (*ALLOWED, *allowed.gateway_annotations),
            "gatewayAnnotations",
        ),
    )


def _guard(name: str, kinds: list[Resources], allowed: Iterable[str], key: str) -> Guard:
    return guard(
        name,
        kinds,
        [disallowed("object.metadata", allowed, key, before="oldObject.metadata")],
        conditions=[
            NOT_AUTHORISED,
            NOT_PLATFORM,
            applicable("object.metadata.?annotations.orValue({}).size() > 0"),
        ],
        namespaces=ORGANIZATIONS,
    )


def pod_labels(allowed: AllowedSpec) -> Guard:
    """
    Return the guard of the labels by which pods join or leave a mesh or an injector.

    Templates are checked like pods, because their pods would be refused. Other labels are
    free: each program has its own. The keys are looked up one by one, because a pod may have
    a hundred thousand labels.
    """
    refused = texts(sorted(set(OBEYED_POD_LABELS) - set(allowed.pod_labels)))
    found = _labels_of_pods("object")
    ok = f"!(key in {found}) || {_kept(found, _labels_of_pods('oldObject'))}"
    return guard(
        POD_LABELS,
        [
            Resources("", ("pods",)),
            *pod_templates.WORKLOADS,
            *pod_templates.CRON_JOBS,
        ],
        [
            PolicyRule(
                f"{refused}.all(key, {ok})",
                f"'labels that are not allowed, because injectors obey them: '"
                f" + {refused}.filter(key, !({ok})).join(', ')"
                " + '; the platform lists others under allowed.podLabels'",
                computed=True,
            )
        ],
        conditions=[
            NOT_AUTHORISED,
            NOT_PLATFORM,
            applicable(f"{refused}.exists(key, key in {found})"),
        ],
        namespaces=ORGANIZATIONS,
    )


def _labels_of_pods(thing: str) -> str:
    """Return the labels of a pod, or of the template of a workload or a cron job."""
    template = f"dyn({thing}).spec.?template"
    of_cron_jobs = f"dyn({thing}).spec.?jobTemplate.?spec.?template"
    labels = ".?metadata.?labels.orValue({})"
    return (
        f"(request.resource.resource == 'pods' ? dyn({thing}){labels.replace('.?', '.', 1)}"
        f" : request.resource.resource == 'cronjobs' ? {of_cron_jobs}{labels}"
        f" : {template}{labels})"
    )


def disallowed(owner: str, allowed: Iterable[str], key: str, *, before: str = "") -> PolicyRule:
    """
    Return that the field `annotations` of *owner* has allowed keys only.

    Args:
        owner: An expression.
        allowed: Domains and whole keys. Those domains that controllers obey stay closed.
        key: The list in the platform's file that opens others.
        before: An expression for the same owner before the change; its annotations stay
            allowed while they have the same value. Default: none do.
    """
    written = sorted(set(allowed))
    domains = [one for one in written if "/" not in one and not is_obeyed_domain(one)]
    keys = [entry for entry in written if "/" in entry]
    found = f"{owner}.?annotations.orValue({{}})"
    ok = _ok(domains, keys)
    if before:
        ok = f"({ok}) || {_kept(found, f'{before}.?annotations.orValue({{}})')}"
    return PolicyRule(
        f"{found}.all(key, {ok})",
        f"'annotations that are not allowed: ' + {found}.filter(key,"
        f" !({ok})).join(', ') + '; allowed are keys without a domain"
        f" and those of {', '.join(domains)}; the platform lists others under"
        f" allowed.{key}'",
        computed=True,
    )


NOT_PLATFORM: Final = Condition(
    "new-or-not-by-the-platform",
    "request.operation == 'CREATE' || !authorizer.group(request.resource.group)"
    ".resource(request.resource.resource).check('update').allowed()",
)
"""Whether it is created, or changed by a user who may not do so in every namespace."""


def _kept(now: str, before: str) -> str:
    """Return whether the map *before* the change has `key` with the value that it has *now*."""
    return f"(oldObject != null && key in {before} && {before}[key] == {now}[key])"


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

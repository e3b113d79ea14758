"""Which function announces the refusals of which admission policy; none may be forgotten."""

from collections.abc import Iterator, Mapping
from typing import Final

from tenancy.manifests import policies
from tenancy.model import KindOfObject, Platform
from tenancy.planning.judged import access, claims, traffic
from tenancy.planning.judged.budgets import disruption_budget
from tenancy.planning.judged.gateway_references import gateway_references
from tenancy.planning.judged.judge import Judge
from tenancy.planning.judged.network_policies import network_policy

__all__ = ["JUDGES", "KINDS", "NOT_JUDGED", "judged_kinds"]

JUDGES: Final[Mapping[str, Judge]] = {
    "tenancy-claim-annotations": claims.storage_annotations,
    "tenancy-device-classes": claims.device_claim,
    "tenancy-device-environment": access.config_map,
    "tenancy-disruption-budgets": disruption_budget,
    "tenancy-endpoints": traffic.endpoints,
    "tenancy-gateway-annotations": traffic.gateway_annotations,
    "tenancy-gateway-references": gateway_references,
    "tenancy-gateways": traffic.gateway,
    "tenancy-ingress-annotations": traffic.ingress_annotations,
    "tenancy-ingresses": traffic.ingress,
    "tenancy-network-policies": network_policy,
    "tenancy-queued-jobs": claims.queued_job,
    "tenancy-role-bindings": access.role_binding,
    "tenancy-roles": access.role,
    "tenancy-routes": traffic.route,
    "tenancy-service-annotations": traffic.service_annotations,
    "tenancy-services": traffic.service,
    "tenancy-storage-claims": claims.storage,
    "tenancy-token-secrets": access.token_secret,
}
"""The function that judges existing objects, by the admission policy that will refuse them."""

_BY_TRIAL: Final = "the API server judges pods by dry runs"
_BY_PODS: Final = "workloads are judged by their pods"

NOT_JUDGED: Final[Mapping[str, str]] = {
    "tenancy-counted-claims": "a plan of the platform compares the classes of the cluster",
    "tenancy-cron-job-names": _BY_PODS,
    "tenancy-cron-jobs": _BY_PODS,
    "tenancy-deletions": "a deletion and an eviction are requests, and leave no object",
    "tenancy-finalizers": "finalizers that an object has already stay allowed",
    "tenancy-gpus-per-pod": _BY_TRIAL,
    "tenancy-image-pull": _BY_TRIAL,
    "tenancy-placement": _BY_TRIAL,
    "tenancy-pod-annotations": _BY_TRIAL,
    "tenancy-pod-labels": _BY_TRIAL,
    "tenancy-pod-names": _BY_TRIAL,
    "tenancy-pod-security": _BY_TRIAL,
    "tenancy-pod-tokens": _BY_TRIAL,
    "tenancy-pods": _BY_TRIAL,
    "tenancy-queued-pods": _BY_TRIAL,
    "tenancy-scheduler-claims": "only the scheduler creates them",
    "tenancy-token-requests": "a request of a token leaves no object",
    "tenancy-workload-names": _BY_PODS,
    "tenancy-workloads": _BY_PODS,
}
"""Why a policy needs no judge, by its name."""

_NOT_READ: Final = frozenset(
    {
        # No plan reads the content of Secrets.
        ("tenancy-device-environment", KindOfObject(group="", plural="secrets")),
        # Jobs are created again and again, by CronJobs and by people.
        ("tenancy-queued-jobs", KindOfObject(group="batch", plural="jobs")),
    }
)


KINDS: Final[Mapping[str, str]] = {
    "configmaps": "ConfigMap",
    "cronjobs": "CronJob",
    "endpoints": "Endpoints",
    "endpointslices": "EndpointSlice",
    "gateways": "Gateway",
    "grpcroutes": "GRPCRoute",
    "httproutes": "HTTPRoute",
    "ingresses": "Ingress",
    "networkpolicies": "NetworkPolicy",
    "persistentvolumeclaims": "PersistentVolumeClaim",
    "poddisruptionbudgets": "PodDisruptionBudget",
    "referencegrants": "ReferenceGrant",
    "resourceclaims": "ResourceClaim",
    "resourceclaimtemplates": "ResourceClaimTemplate",
    "rolebindings": "RoleBinding",
    "roles": "Role",
    "secrets": "Secret",
    "services": "Service",
    "statefulsets": "StatefulSet",
    "tlsroutes": "TLSRoute",
}
"""The kind of what is judged, by its name in paths."""

_CREATORS: Final = (
    ("tenancy-storage-claims", KindOfObject(group="apps", plural="statefulsets")),
    ("tenancy-queued-jobs", KindOfObject(group="batch", plural="cronjobs")),
)
"""The kinds whose controllers create objects that a policy judges."""


def judged_kinds(platform: Platform) -> Iterator[tuple[str, KindOfObject]]:
    """Yield each policy of *platform* that judges objects, and each kind that it judges."""
    names = set()
    for guard in policies(platform):
        name = str(guard.policy["metadata"]["name"])  # type: ignore[index]
        names.add(name)
        if name not in JUDGES:
            continue
        constraints = guard.policy["spec"]["matchConstraints"]  # type: ignore[index]
        for rule in constraints["resourceRules"]:
            for group in rule["apiGroups"]:
                for plural in rule["resources"]:
                    kind = KindOfObject(group=group, plural=plural)
                    if (name, kind) not in _NOT_READ:
                        yield name, kind
    for name, kind in _CREATORS:
        if name in names:
            yield name, kind

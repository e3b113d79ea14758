"""Admission policies, which the API server itself evaluates; one idea a module."""

from tenancy.manifests.policies.annotations import ALLOWED as ALLOWED_ANNOTATIONS
from tenancy.manifests.policies.annotations import (
    SERVICE_ANNOTATIONS,
    annotations,
    pod_labels,
)
from tenancy.manifests.policies.bindings import role_bindings, tenant_roles
from tenancy.manifests.policies.claims import storage_claims
from tenancy.manifests.policies.device_classes import (
    counted_claims,
    device_classes,
    scheduler_claims,
)
from tenancy.manifests.policies.devices import device_environment
from tenancy.manifests.policies.gateway_references import gateway_references
from tenancy.manifests.policies.gpus import gpus_per_pod
from tenancy.manifests.policies.guard import MANAGE, Guard
from tenancy.manifests.policies.holding import deletions, disruption_budgets, finalizers
from tenancy.manifests.policies.images import image_pull
from tenancy.manifests.policies.ingresses import gateways, ingresses, routes
from tenancy.manifests.policies.names import names
from tenancy.manifests.policies.namespaces import namespaces
from tenancy.manifests.policies.networks import network_policies
from tenancy.manifests.policies.objects import managed_objects, managed_service_accounts
from tenancy.manifests.policies.placement import placement_guard, placement_mutation
from tenancy.manifests.policies.pod_security import NAME as POD_SECURITY
from tenancy.manifests.policies.pod_security import pod_security
from tenancy.manifests.policies.pods import WORKLOADS, device_variables, pods, templates
from tenancy.manifests.policies.queues import POD_ANNOTATIONS, queued_jobs, queued_pods
from tenancy.manifests.policies.services import endpoints, services
from tenancy.manifests.policies.tokens import pod_tokens, token_requests, token_secrets
from tenancy.model import Platform, roles

__all__ = [
    "ALLOWED_ANNOTATIONS",
    "MANAGE",
    "POD_SECURITY",
    "SERVICE_ANNOTATIONS",
    "WORKLOADS",
    "Guard",
    "device_variables",
    "mutations",
    "policies",
]


def policies(platform: Platform) -> tuple[Guard, ...]:
    """Return the guards of *platform*, in the order in which they are applied."""
    bindable = {role.cluster_role for role in roles.of(platform).values()}
    return (
        namespaces(),
        managed_objects(platform.namespace_objects),
        managed_service_accounts(),
        role_bindings(bindable, platform.bindable),
        tenant_roles(),
        network_policies(),
        services(platform.allowed),
        endpoints(),
        ingresses(platform.allowed),
        gateways(platform.allowed),
        routes(),
        gateway_references(platform.allowed),
        storage_claims(platform.allowed),
        token_secrets(),
        token_requests(platform.token_seconds),
        pod_tokens(platform.token_seconds),
        device_classes(platform.allowed),
        scheduler_claims(),
        counted_claims(),
        device_environment(platform.allowed),
        *annotations(platform.allowed, () if platform.queues is None else POD_ANNOTATIONS),
        pod_labels(platform.allowed),
        finalizers(platform.allowed, roles.written_kinds(platform)),
        disruption_budgets(),
        deletions(platform.allowed),
        *names(platform.allowed),
        pods(platform.allowed),
        gpus_per_pod(),
        *(() if platform.queues is None else (queued_pods(), queued_jobs(platform.queues))),
        *((placement_guard(platform.pools),) if platform.pools else ()),
        *((image_pull(),) if platform.require_image_pull else ()),
        *templates(platform.allowed),
        *((pod_security(),) if platform.pod_security_exceptions else ()),
    )


def mutations(platform: Platform) -> tuple[Guard, ...]:
    """Return the policies that change tenants' pods.

    Only Kubernetes 1.36 and later serve the kind.
    """
    return (placement_mutation(platform.pools),) if platform.pools else ()

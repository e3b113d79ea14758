"""Admission policies, in the API server itself: one idea a module."""

from tenancy import roles
from tenancy.render.policies.bindings import role_bindings, tenant_roles
from tenancy.render.policies.claims import storage_claims
from tenancy.render.policies.devices import device_annotations, device_environment
from tenancy.render.policies.gpus import gpus_per_pod
from tenancy.render.policies.guard import MANAGE, Guard
from tenancy.render.policies.images import image_pull
from tenancy.render.policies.namespaces import namespaces
from tenancy.render.policies.networks import network_policies
from tenancy.render.policies.objects import managed_objects, managed_service_accounts
from tenancy.render.policies.placement import placement_guard, placement_mutation
from tenancy.render.policies.pods import pods, templates
from tenancy.render.policies.services import endpoints, services
from tenancy.render.policies.tokens import token_secrets
from tenancy.resolve.platform import Platform

__all__ = ["MANAGE", "Guard", "mutations", "policies"]


def policies(platform: Platform) -> tuple[Guard, ...]:
    """Return the guards of *platform*, in the order in which they are put into force."""
    bindable = {role.cluster_role for role in {**roles.BUILT_IN, **platform.roles}.values()}
    return (
        namespaces(),
        managed_objects(),
        managed_service_accounts(),
        role_bindings(bindable),
        tenant_roles(),
        network_policies(),
        services(),
        endpoints(),
        storage_claims(),
        token_secrets(),
        device_environment(),
        device_annotations(),
        pods(),
        gpus_per_pod(),
        *((placement_guard(platform.pools),) if platform.pools else ()),
        *((image_pull(),) if platform.require_image_pull else ()),
        *templates(),
    )


def mutations(platform: Platform) -> tuple[Guard, ...]:
    """Return what writes into tenants' pods. Only Kubernetes 1.36 and later serve the kind."""
    return (placement_mutation(platform.pools),) if platform.pools else ()

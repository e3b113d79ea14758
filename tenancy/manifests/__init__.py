"""Kubernetes manifests from resolved values: pure, ordered, and usable without Pulumi."""

from tenancy.manifests.carrying import carried_objects
from tenancy.manifests.environment import environment
from tenancy.manifests.logical_names import destroy_guard_name, object_name, resource_name
from tenancy.manifests.manifest import Manifest, NamespaceManifests, PlatformManifests
from tenancy.manifests.namespace import KUBERNETES_CREATES, QUOTA_KEYS, created, namespace
from tenancy.manifests.network_grants import LINK_LOCAL, NAME_LABEL
from tenancy.manifests.platform import platform, shared_namespace
from tenancy.manifests.policies import (
    ALLOWED_ANNOTATIONS,
    SERVICE_ANNOTATIONS,
    device_variables,
    policies,
)
from tenancy.manifests.policies.placement import pool_taints
from tenancy.manifests.queues import (
    OTHER_RESOURCES,
    QUEUE_KINDS,
    QUEUES_API,
    organization_queues,
    resource_groups,
)
from tenancy.manifests.quotas import (
    EPHEMERAL_STORAGE,
    default_counts,
    limit_range,
    quota,
    storage_class_limits,
)
from tenancy.manifests.stream import to_yaml
from tenancy.manifests.type_tokens import (
    BUILT_IN_TOKENS,
    DESTROY_GUARD_TOKEN,
    KUBERNETES_PROVIDER_TOKEN,
    NAMESPACE_COMPONENT_TOKEN,
    NAMESPACE_TOKEN,
    NODE_TOKEN,
    ORGANIZATION_TOKEN,
    PLATFORM_TOKEN,
    STACK_TOKEN,
    is_kubernetes,
    type_token,
)

__all__ = [
    "ALLOWED_ANNOTATIONS",
    "BUILT_IN_TOKENS",
    "DESTROY_GUARD_TOKEN",
    "EPHEMERAL_STORAGE",
    "KUBERNETES_CREATES",
    "KUBERNETES_PROVIDER_TOKEN",
    "LINK_LOCAL",
    "NAMESPACE_COMPONENT_TOKEN",
    "NAMESPACE_TOKEN",
    "NAME_LABEL",
    "NODE_TOKEN",
    "ORGANIZATION_TOKEN",
    "OTHER_RESOURCES",
    "PLATFORM_TOKEN",
    "QUEUES_API",
    "QUEUE_KINDS",
    "QUOTA_KEYS",
    "SERVICE_ANNOTATIONS",
    "STACK_TOKEN",
    "Manifest",
    "NamespaceManifests",
    "PlatformManifests",
    "carried_objects",
    "created",
    "default_counts",
    "destroy_guard_name",
    "device_variables",
    "environment",
    "is_kubernetes",
    "limit_range",
    "namespace",
    "object_name",
    "organization_queues",
    "platform",
    "policies",
    "pool_taints",
    "quota",
    "resource_groups",
    "resource_name",
    "shared_namespace",
    "storage_class_limits",
    "to_yaml",
    "type_token",
]

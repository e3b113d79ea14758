"""Live reads of a cluster, each through a connection that was named in config."""

from typing import TYPE_CHECKING

from tenancy.first_use import at_first_use

if TYPE_CHECKING:
    from tenancy.cluster.access_reads import read_access
    from tenancy.cluster.access_removal import (
        delete_secret,
        renew_service_account,
        take_out_of_managed,
        take_out_subjects,
    )
    from tenancy.cluster.api_server_version import server_release
    from tenancy.cluster.connection import ClusterError, Connection, connect, kubeconfig_of
    from tenancy.cluster.endpoints import endpoint
    from tenancy.cluster.field_ownership import hand_over, use_one_field_manager
    from tenancy.cluster.identity import require_same
    from tenancy.cluster.kubeconfig_connection import connect_by
    from tenancy.cluster.kubernetes_provider import ProviderOptions, provider_options
    from tenancy.cluster.live_reads import read, read_stack, with_limit_ranges
    from tenancy.cluster.managed_objects import objects
    from tenancy.cluster.member_kubeconfig import (
        ClientCertificate,
        Credential,
        OidcLogin,
        Reach,
        Server,
        Token,
    )
    from tenancy.cluster.namespace_objects import existing_objects
    from tenancy.cluster.nodes import read_taints, write_taints
    from tenancy.cluster.policy_probe import (
        namespace_of_an_organization,
        wait_for_pod_security,
        wait_for_policies,
    )
    from tenancy.cluster.prerequisites import ground
    from tenancy.cluster.queued_jobs import waiting_jobs, with_waiting_jobs
    from tenancy.cluster.reading_scope import narrowed
    from tenancy.cluster.release import add_released, delete_released, release_object
    from tenancy.cluster.repairing import repair
    from tenancy.cluster.terminating import (
        HeldNamespace,
        held_namespace,
        terminating_namespaces,
        with_held_namespaces,
    )
    from tenancy.cluster.token_extension import extends_tokens
    from tenancy.cluster.tokens import service_account_token
    from tenancy.cluster.unread import not_read
    from tenancy.cluster.unscheduled_pods import waiting_pods, with_waiting_pods
    from tenancy.cluster.usage import Used, quota_usage
    from tenancy.cluster.workload_reads import with_workloads

__all__ = [
    "ClientCertificate",
    "ClusterError",
    "Connection",
    "Credential",
    "HeldNamespace",
    "OidcLogin",
    "ProviderOptions",
    "Reach",
    "Server",
    "Token",
    "Used",
    "add_released",
    "connect",
    "connect_by",
    "delete_released",
    "delete_secret",
    "endpoint",
    "existing_objects",
    "extends_tokens",
    "ground",
    "hand_over",
    "held_namespace",
    "kubeconfig_of",
    "namespace_of_an_organization",
    "narrowed",
    "not_read",
    "objects",
    "provider_options",
    "quota_usage",
    "read",
    "read_access",
    "read_stack",
    "read_taints",
    "release_object",
    "renew_service_account",
    "repair",
    "require_same",
    "server_release",
    "service_account_token",
    "take_out_of_managed",
    "take_out_subjects",
    "terminating_namespaces",
    "use_one_field_manager",
    "wait_for_pod_security",
    "wait_for_policies",
    "waiting_jobs",
    "waiting_pods",
    "with_held_namespaces",
    "with_limit_ranges",
    "with_waiting_jobs",
    "with_waiting_pods",
    "with_workloads",
    "write_taints",
]

if not TYPE_CHECKING:
    __getattr__ = at_first_use(__name__)

"""The explicit provider of a stack, which never uses the ambient kubeconfig."""

from pathlib import Path

import pulumi_kubernetes

from tenancy.cluster import kubeconfig_of
from tenancy.model import Cluster

__all__ = ["provider"]


def provider(
    cluster: Cluster, root: Path, *, has_config_maps: bool = False
) -> pulumi_kubernetes.Provider:
    """
    Return the provider of *cluster*.

    It is identified by the cluster's name in config, so that a new kubeconfig, address or
    certificate updates it and replaces nothing.

    Args:
        has_config_maps: Whether the stack has ConfigMaps; they are then changed in place. The
            provider would otherwise delete and create them, and running pods would miss them.
    """
    path, context = kubeconfig_of(cluster, root)
    return pulumi_kubernetes.Provider(
        cluster.provider_name,
        kubeconfig=str(path),
        context=context,
        cluster_identifier=cluster.name,
        delete_unreachable=False,
        skip_update_unreachable=False,
        enable_config_map_mutable=True if has_config_maps else None,
    )

"""The explicit provider of a stack, which never uses the ambient kubeconfig."""

from pathlib import Path

import pulumi_kubernetes

from tenancy.cluster import kubeconfig_of
from tenancy.model import Cluster

__all__ = ["provider"]


def provider(cluster: Cluster, root: Path) -> pulumi_kubernetes.Provider:
    """
    Return the provider of *cluster*.

    It is identified by the cluster's name in config, so that a new kubeconfig, address or
    certificate updates it and replaces nothing.
    """
    path, context = kubeconfig_of(cluster, root)
    return pulumi_kubernetes.Provider(
        cluster.provider_name,
        kubeconfig=str(path),
        context=context,
        cluster_identifier=cluster.name,
        delete_unreachable=False,
        skip_update_unreachable=False,
    )

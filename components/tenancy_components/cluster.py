"""The explicit provider of a stack, which never uses the ambient kubeconfig."""

from pathlib import Path

import pulumi_kubernetes

from tenancy.cluster import provider_options
from tenancy.model import Cluster, Environment

__all__ = ["provider"]


def provider(
    cluster: Cluster, root: Path, environment: Environment | None
) -> pulumi_kubernetes.Provider:
    """Return the provider of a stack; for the arguments see `provider_options`."""
    options = provider_options(cluster, root, environment)
    return pulumi_kubernetes.Provider(
        options.name,
        kubeconfig=options.kubeconfig,
        context=options.context,
        cluster_identifier=options.cluster_identifier,
        delete_unreachable=options.delete_unreachable,
        skip_update_unreachable=options.skip_update_unreachable,
        enable_config_map_mutable=options.enable_config_map_mutable,
    )

"""The options of the Kubernetes provider of a stack, as its program registers it."""

import json
from pathlib import Path

import attrs
from pydantic.alias_generators import to_camel

from tenancy.cluster.connection import kubeconfig_of
from tenancy.config.document import JSON
from tenancy.model import Cluster, Environment

__all__ = ["ProviderOptions", "provider_options"]


@attrs.frozen(kw_only=True)
class ProviderOptions:
    """
    Arguments of `pulumi_kubernetes.Provider`, by their names there.

    Attributes:
        name: The name of its resource.
        kubeconfig: The path of the kubeconfig.
        context: The context in it. None for its current one.
        cluster_identifier: The name of the cluster in config. So a new kubeconfig, address or
            certificate updates the provider and replaces nothing.
        delete_unreachable: Objects of a cluster that does not answer are kept in the state.
        skip_update_unreachable: A cluster that does not answer is an error.
        enable_config_map_mutable: Whether ConfigMaps are changed in place. The provider would
            otherwise delete and create them, and running pods would miss them. None without
            ConfigMaps.
    """

    name: str
    kubeconfig: str
    context: str | None
    cluster_identifier: str
    delete_unreachable: bool = False
    skip_update_unreachable: bool = False
    enable_config_map_mutable: bool | None = None

    def inputs(self) -> dict[str, JSON]:
        """Return them as they are in the state, where all values are texts."""
        return {
            to_camel(name): value if isinstance(value, str) else json.dumps(value)
            for name, value in attrs.asdict(self).items()
            if value is not None and name != "name"
        }


def provider_options(
    cluster: Cluster, root: Path, environment: Environment | None
) -> ProviderOptions:
    """
    Return the options of the provider of a stack on *cluster*.

    Args:
        cluster: The stack's cluster.
        root: The project's folder, from which the kubeconfig's path begins.
        environment: What the stack describes. None for a platform.

    Raises:
        ClusterError: There is no kubeconfig.
    """
    path, context = kubeconfig_of(cluster, root)
    has_config_maps = environment is not None and any(
        found.kind == "ConfigMap"
        for namespace in environment.namespaces
        for found in namespace.objects
    )
    return ProviderOptions(
        name=cluster.provider_name,
        kubeconfig=str(path),
        context=context,
        cluster_identifier=cluster.name,
        enable_config_map_mutable=True if has_config_maps else None,
    )

"""Live reads of a cluster, each through a connection that was named in config."""

from tenancy.cluster.connection import ClusterError, Connection, connect, kubeconfig_of

__all__ = ["ClusterError", "Connection", "connect", "kubeconfig_of"]

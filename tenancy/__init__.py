"""Organizations on shared (GPU) Kubernetes clusters, as typed data."""

__version__ = "0.1.0"

"""An organization, its dict in place."""

import pulumi
import pulumi_kubernetes as k8s
from tenancy_components import Organization

cluster = k8s.Provider("cluster", kubeconfig="kubeconfig", cluster_identifier="shared")
acme = Organization(
    "acme",
    {"prefix": "acme", "namespaces": [{"id": "dev", "quota": {"pods": 10}}]},
    opts=pulumi.ResourceOptions(provider=cluster),
)
name: str = acme.namespaces["dev"].name
pulumi.export("namespace", name)

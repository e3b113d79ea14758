import pulumi
import pulumi_kubernetes as k8s
from tenancy_components import Organization

config = pulumi.Config()
cluster = k8s.Provider("cluster", kubeconfig=config.require("kubeconfig"), cluster_identifier="shared")
globex = Organization("globex", {"prefix": "globex", "namespaces": [
    {"id": "lab", "quota": {"pods": 10}, "members": [{"group": "globex-lab", "role": "developer"}]},
]}, opts=pulumi.ResourceOptions(provider=cluster))
pulumi.export("namespace", globex.namespaces["lab"].name)

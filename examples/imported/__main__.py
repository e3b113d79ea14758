import pulumi
import pulumi_kubernetes as k8s
from tenancy_components import Organization

kubeconfig = pulumi.Config().require("kubeconfig")
cluster = k8s.Provider("cluster", kubeconfig=kubeconfig, cluster_identifier="shared")
members = [{"group": "globex-lab", "role": "developer"}]
lab = {"id": "lab", "quota": {"pods": 10}, "members": members}
args = {"prefix": "globex", "namespaces": [lab]}
globex = Organization("globex", args, opts=pulumi.ResourceOptions(provider=cluster))
pulumi.export("namespace", globex.namespaces["lab"].name)

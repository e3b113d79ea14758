import pulumi
import pulumi_kubernetes as k8s
from tenancy_components import Organization, OrganizationNamespaceArgs

kubeconfig = pulumi.Config().require("kubeconfig")
cluster = k8s.Provider("cluster", kubeconfig=kubeconfig, cluster_identifier="shared")
lab: OrganizationNamespaceArgs = {"id": "lab", "quota": {"pods": 10}}
lab["members"] = [{"group": "globex-lab", "role": "developer"}]
options = pulumi.ResourceOptions(provider=cluster)
globex = Organization("globex", {"prefix": "globex", "namespaces": [lab]}, opts=options)
pulumi.export("namespace", globex.namespaces["lab"].name)

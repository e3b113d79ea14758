"""The same by import: the other way has to create what this one created."""

import pulumi
import pulumi_kubernetes
import tenancy_components

config = pulumi.Config()
provider = pulumi_kubernetes.Provider(
    "cluster", kubeconfig=config.require("kubeconfig"), cluster_identifier="sandbox"
)
first = pulumi.ComponentResource("test:index:First", "first")
for name, kind in config.get_object("components", {}).items():
    written = dict(kind)
    component = getattr(tenancy_components, written.pop("type"))
    made = component(
        name, written, opts=pulumi.ResourceOptions(provider=provider, depends_on=[first])
    )
    if isinstance(made, tenancy_components.Organization):
        pulumi.export(name, {key: one.name for key, one in made.namespaces.items()})

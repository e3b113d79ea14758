"""The same by import: the other way has to create what this one created."""

import pulumi
import pulumi_kubernetes
import tenancy_components

config = pulumi.Config()
provider = pulumi_kubernetes.Provider(
    "cluster", kubeconfig=config.require("kubeconfig"), cluster_identifier="sandbox"
)
first = pulumi.ComponentResource("test:index:First", "first")
formerly = config.get("formerly")
aliases = [pulumi.Alias(name=formerly)] if formerly else None
platform = None
for name, kind in config.get_object("components", {}).items():
    written = dict(kind)
    component = getattr(tenancy_components, written.pop("type"))
    on = {} if component is tenancy_components.Platform else {"platform": platform}
    opts = pulumi.ResourceOptions(provider=provider, depends_on=[first], aliases=aliases)
    made = component(name, written, opts=opts, **on)
    if isinstance(made, tenancy_components.Platform):
        platform = made
    if isinstance(made, tenancy_components.Organization):
        pulumi.export(name, {key: one.name for key, one in made.namespaces.items()})

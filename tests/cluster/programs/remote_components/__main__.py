"""What any language's SDK does: the package is named by its tokens, and none of it imported."""

import pulumi
import pulumi_kubernetes

config = pulumi.Config()
provider = pulumi_kubernetes.Provider(
    "cluster", kubeconfig=config.require("kubeconfig"), cluster_identifier="sandbox"
)


def hidden(value: object) -> object:
    """Put an Output where the config has `${output}`, a secret where it has `${secret}`."""
    if isinstance(value, dict):
        return {key: hidden(one) for key, one in value.items()}
    if isinstance(value, list):
        return [hidden(one) for one in value]
    places = {"${output}": provider.id, "${secret}": pulumi.Output.secret("dev")}
    return places.get(str(value), value)


first = pulumi.ComponentResource("test:index:First", "first")
for name, kind in config.get_object("components", {}).items():
    written = dict(kind)
    token = written.pop("type")
    made = pulumi.ComponentResource(
        f"tenancy:index:{token}",
        name,
        hidden(written),
        pulumi.ResourceOptions(
            provider=provider,
            depends_on=[first],
            deleted_with=first if config.get_bool("deletedWith") else None,
            aliases=[pulumi.Alias(name=config.get("formerly"))]
            if config.get("formerly")
            else None,
        ),
        remote=True,
    )
    if token == "Organization":
        pulumi.export(name, made.namespaces)

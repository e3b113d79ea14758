"""A component of one's own that contains an organization."""

from collections.abc import Sequence

import pulumi
from tenancy_components import Organization, OrganizationNamespaceArgs, Platform


class Team(pulumi.ComponentResource):
    """A team with a namespace in each environment."""

    def __init__(
        self,
        name: str,
        environments: Sequence[str],
        platform: Platform | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("example:index:Team", name, None, opts)
        namespaces: list[OrganizationNamespaceArgs] = [
            {"id": one, "profile": "standard"} for one in environments
        ]
        self.organization = Organization(
            name,
            {"prefix": name, "namespaces": namespaces},
            platform,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.names: dict[str, str] = {
            key: namespace.name for key, namespace in self.organization.namespaces.items()
        }
        self.register_outputs({})


Team("acme", ("dev", "prod"))

"""A platform is taken as the component, by organizations and by namespaces."""

import pulumi
from tenancy_components import Namespace, Organization, Platform, PlatformArgs

args: PlatformArgs = {
    "operators": [{"group": "platform-operators"}],
    "gpuNodePools": [
        {
            "name": "h100",
            "model": "H100",
            "gpusPerNode": 8,
            "nodes": {"min": 1, "max": 2},
            "sharing": {"type": "mps", "replicas": 2},
        }
    ],
}
platform = Platform("platform", args)
options = pulumi.ResourceOptions(depends_on=[platform])
Organization(
    "acme", {"prefix": "acme", "namespaces": [{"id": "dev"}]}, platform, "dev", options
)
Namespace("lab", {"name": "lab", "quota": {"pods": 3}}, platform, options)

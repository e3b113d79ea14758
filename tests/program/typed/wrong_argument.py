"""The options are passed in the place of the platform."""

import pulumi
from tenancy_components import Organization

options = pulumi.ResourceOptions()
Organization(
    "acme",
    {"prefix": "acme", "namespaces": [{"id": "dev"}]},
    options,  # error: ResourceOptions
)

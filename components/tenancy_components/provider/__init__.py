"""
The package's provider: the resources that no other provider has.

The engine starts it as the program `pulumi-resource-tenancy`, which the wheel installs.
"""

from tenancy_components.provider.plugin import main
from tenancy_components.provider.provider import TenancyProvider
from tenancy_components.provider.schema import package_schema

__all__ = ["TenancyProvider", "main", "package_schema"]

"""The prefix is missing."""

from tenancy_components import OrganizationArgs

args: OrganizationArgs = {"namespaces": [{"id": "dev"}]}  # error: prefix

"""A quantity is a fraction, and a list is text."""

from tenancy_components import OrganizationNamespaceArgs

dev: OrganizationNamespaceArgs = {
    "id": "dev",
    "quota": {"requests.cpu": 0.5},  # error: float
    "environments": ["dev"],
}
prod: OrganizationNamespaceArgs = {"id": 7}  # error: int

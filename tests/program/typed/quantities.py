"""Quantities are text or whole numbers; lists are lists."""

from tenancy_components import Organization, OrganizationArgs

args: OrganizationArgs = {
    "prefix": "acme",
    "ceiling": {"requests.cpu": "14", "pods": 120},
    "members": [{"group": "devs", "role": "developer", "environments": ["dev"]}],
    "hosts": ["acme.example"],
    "namespaces": [
        {
            "id": "dev",
            "quota": {"requests.cpu": 5, "requests.memory": "5Gi", "pods": "20"},
            "limitRange": {"container": {"default": {"cpu": "250m", "memory": "256Mi"}}},
            "storageClasses": ["fast"],
        }
    ],
}
Organization("acme", args)

"""A key is misspelt."""

from tenancy_components import OrganizationArgs

args: OrganizationArgs = {
    "prefix": "acme",
    "namespaces": [
        {"id": "dev"},
        {"id": "prod", "qouta": {"pods": 10}},  # error: qouta
    ],
}

"""Grants of GPUs and rules of the network, from data of the program's own."""

from tenancy_components import Organization, OrganizationArgs, OrganizationNamespaceArgs

GPUS = {"train": 8, "serve": 2}
namespaces: list[OrganizationNamespaceArgs] = []
for name, count in GPUS.items():
    namespace: OrganizationNamespaceArgs = {
        "id": name,
        "gpus": [{"pool": "h100", "gpus": count}],
    }
    if name == "serve":
        namespace["network"] = {
            "ingress": [
                {"controller": "public", "ports": [8080, {"port": 53, "protocol": "UDP"}]}
            ]
        }
    namespaces.append(namespace)
args: OrganizationArgs = {"prefix": "ml", "namespaces": namespaces, "labels": {"team": "ml"}}
Organization("ml", args, environment="dev")

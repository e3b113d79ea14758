"""Read which Services the API server itself calls: webhooks and aggregated APIs."""

from collections.abc import Iterator
from typing import Final

from tenancy.cluster.connection import Connection
from tenancy.cluster.listing import listed
from tenancy.config.document import mapping, text
from tenancy.kubernetes.pods import Fields, items
from tenancy.kubernetes.pods import mapping as mapping_of
from tenancy.model import ServiceClient

__all__ = ["service_clients"]

_HTTPS: Final = 443
_WEBHOOKS: Final = {
    "MutatingWebhookConfiguration": "mutatingwebhookconfigurations",
    "ValidatingWebhookConfiguration": "validatingwebhookconfigurations",
}


def service_clients(connection: Connection) -> tuple[ServiceClient, ...]:
    """
    Return the objects by which the API server calls a Service.

    Raises:
        ApiException: The API server refused.
    """
    return tuple(dict.fromkeys(_all(connection)))


def _all(connection: Connection) -> Iterator[ServiceClient]:
    for kind, plural in _WEBHOOKS.items():
        for found in listed(connection, f"/apis/admissionregistration.k8s.io/v1/{plural}"):
            name = f"{kind}/{text(found, 'metadata', 'name')}"
            for webhook in items(found.get("webhooks")):
                yield from _client(
                    name, mapping_of(mapping_of(webhook.get("clientConfig")).get("service"))
                )
    for found in listed(connection, "/apis/apiregistration.k8s.io/v1/apiservices"):
        name = f"APIService/{text(found, 'metadata', 'name')}"
        yield from _client(name, mapping(mapping(found.get("spec")).get("service")))
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    for found in listed(connection, path):
        name = f"CustomResourceDefinition/{text(found, 'metadata', 'name')}"
        conversion = mapping(mapping(found.get("spec")).get("conversion"))
        config = mapping(mapping(conversion.get("webhook")).get("clientConfig"))
        yield from _client(name, mapping(config.get("service")))


def _client(name: str, service: Fields) -> Iterator[ServiceClient]:
    port = service.get("port")
    if service.get("name"):
        yield ServiceClient(
            object=name,
            namespace=str(service.get("namespace")),
            service=str(service.get("name")),
            port=port if isinstance(port, int) else _HTTPS,
        )

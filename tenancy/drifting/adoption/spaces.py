"""The objects of a cluster by their namespace, so that each namespace is read once."""

from collections.abc import Mapping

from tenancy.config.document import JSON
from tenancy.drifting.difference import Identity

__all__ = ["by_namespace"]

Live = Mapping[Identity, Mapping[str, JSON]]


def by_namespace(live: Live) -> Mapping[str, Live]:
    """Return the objects of each namespace, the Namespace itself among them."""
    found: dict[str, dict[Identity, Mapping[str, JSON]]] = {}
    for identity, there in live.items():
        name = identity.name if identity.kind == "Namespace" else identity.namespace
        found.setdefault(name, {})[identity] = there
    return found

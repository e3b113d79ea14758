"""Kinds of the Gateway API that are guarded, in every version that a cluster serves."""

from typing import Final

from tenancy.manifests.policies.guard import Resources

__all__ = ["GATEWAYS", "GATEWAY_KINDS", "ROUTES", "WITH_REFERENCES"]

_GROUP: Final = "gateway.networking.k8s.io"
_GATEWAYS: Final = ("gateways",)
_ROUTES: Final = ("grpcroutes", "httproutes", "tlsroutes")
# A cluster may serve these kinds without a version `v1`; a rule for `v1` would not match.
_VERSIONS: Final = ("*",)

GATEWAYS: Final = Resources(_GROUP, _GATEWAYS, versions=_VERSIONS)
ROUTES: Final = Resources(_GROUP, _ROUTES, versions=_VERSIONS)
GATEWAY_KINDS: Final = Resources(_GROUP, (*_GATEWAYS, *_ROUTES), versions=_VERSIONS)
WITH_REFERENCES: Final = Resources(
    _GROUP, (*_GATEWAYS, *_ROUTES, "referencegrants"), versions=_VERSIONS
)

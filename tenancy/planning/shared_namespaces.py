"""Shared namespaces as a plan compares them, and what enforcement adds to any namespace."""

from collections.abc import Mapping

import attrs

from tenancy import manifests as render
from tenancy.config.document import JSON, mapping, text
from tenancy.diagnostics import Origin
from tenancy.manifests import Manifest
from tenancy.model import (
    Enforcement,
    Namespace,
    Network,
    Platform,
    PodSecurity,
    SharedNamespace,
)

__all__ = ["enforced_manifests", "is_shared", "shared_after", "shared_before"]

_PLACE = Origin("the last update")


def is_shared(namespace: Namespace) -> bool:
    """Return whether *namespace* is a shared one of a platform, of no organization."""
    return not namespace.organization


def shared_after(platform: Platform) -> tuple[Namespace, ...]:
    """Return the managed shared namespaces of *platform*."""
    return tuple(
        _namespace(
            shared.name, platform.stack, shared.origin, shared.pod_security, shared.enforcement
        )
        for shared in platform.shared
        if shared.is_managed
    )


def shared_before(settings: Mapping[str, JSON], stack: str) -> tuple[Namespace, ...]:
    """Return the managed shared namespaces that the record *settings* of a platform has."""
    version = text(settings, "podSecurityVersion")
    return tuple(
        _namespace(
            name,
            stack,
            _PLACE,
            PodSecurity(
                enforce=text(one, "podSecurity", "enforce") or "restricted", version=version
            ),
            Enforcement(
                is_audit=one.get("enforcement") == "audit",
                pod_security=text(one, "enforcementPodSecurity") or None,
            ),
        )
        for name, one in (
            (name, mapping(found)) for name, found in mapping(settings.get("shared")).items()
        )
        if one.get("managed") is True
    )


def enforced_manifests(
    namespace: Namespace, platform: Platform
) -> tuple[Manifest, tuple[Manifest, ...]]:
    """Return *namespace* and its network policies when it is enforced."""
    shared = _shared(namespace, platform)
    if shared is not None:
        found = render.shared_namespace(
            attrs.evolve(shared, enforcement=Enforcement()), platform
        )
    else:
        bare = attrs.evolve(
            namespace,
            bindings=(),
            grants=(),
            quotas=(),
            limit_range=None,
            enforcement=Enforcement(),
        )
        found = render.namespace(bare, platform)
    policies = tuple(g for g in found.guardrails if g["kind"] == "NetworkPolicy")
    return found.namespace, policies


def _shared(namespace: Namespace, platform: Platform) -> SharedNamespace | None:
    if not is_shared(namespace):
        return None
    return next(shared for shared in platform.shared if shared.name == namespace.name)


def _namespace(
    name: str, stack: str, origin: Origin, level: PodSecurity, enforcement: Enforcement
) -> Namespace:
    return Namespace(
        name=name,
        id=name,
        organization="",
        environment="",
        stack=stack,
        origin=origin,
        quotas=(),
        limit_range=None,
        bindings=(),
        grants=(),
        network=Network(),
        pod_security=level,
        enforcement=enforcement,
    )

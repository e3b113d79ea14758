"""Names of resources in the engine's state: each is unique, also where names are joined."""

from collections.abc import Iterable, Iterator

import attrs

from tenancy import manifests
from tenancy.diagnostics import Finding, quoted
from tenancy.manifests import Manifest, object_name, resource_name, type_token
from tenancy.model import Environment, Namespace, Platform, roles

__all__ = ["resource_names"]


def resource_names(environment: Environment, platform: Platform) -> Iterator[Finding]:
    """
    Refuse two objects of *environment* with one name in the engine's state.

    Colons become hyphens there, and the names of organization, id and object are joined by
    hyphens. Names that Tenancy gives are never equal there; adopted names can be.
    """
    by_name: dict[str, Namespace] = {}
    for found in environment.namespaces:
        yield from _bindings(found)
        name = _logical(found)
        if name in by_name:
            yield _taken(
                found,
                f"the namespace {found.name}, whose name in the engine's state is {name}, the"
                f" same as of the namespace {by_name[name].name}",
                f"give {found.name} another id",
            )
        by_name.setdefault(name, found)
    yield from _joined(by_name, platform)


def _logical(found: Namespace) -> str:
    return f"{found.organization}-{found.id}"


def _bindings(found: Namespace) -> Iterator[Finding]:
    """Refuse role bindings of one namespace such as `a:b` and `a-b`."""
    seen: dict[str, str] = {}
    for binding in found.bindings:
        name = roles.binding_name(binding)
        in_state = resource_name("", {"metadata": {"name": name}})
        other = seen.setdefault(in_state, name)
        # Two bindings with one name have a finding of their own.
        if other != name:
            yield _taken(
                found,
                f"the role bindings {quoted(other)} and {quoted(name)} of {found.name}, which"
                " have one name in the engine's state",
                "write another name under adopted.roleBindings, or list one of them under"
                " ignore; or rename one of the platform's roles",
            )


def _joined(by_name: dict[str, Namespace], platform: Platform) -> Iterator[Finding]:
    """Refuse objects of two namespaces of which one's name begins with the other's."""
    for longer, second in by_name.items():
        parts = longer.split("-")
        for end in range(1, len(parts)):
            shorter = "-".join(parts[:end])
            if (first := by_name.get(shorter)) is None:
                continue
            taken = dict(_objects(shorter, first, platform))
            for key, manifest in _objects(longer, second, platform):
                if key in taken:
                    yield _taken(
                        second,
                        f"the {manifest['kind']} {object_name(manifest)} of {second.name},"
                        f" whose name in the engine's state is {key[1]}, the same as of"
                        f" {object_name(taken[key])} of {first.name}",
                        "give one of the namespaces another id",
                    )


def _objects(
    prefix: str, found: Namespace, platform: Platform
) -> Iterator[tuple[tuple[str, str], Manifest]]:
    """Yield the objects of a namespace by their types and names in the engine's state."""
    known = roles.names(platform)
    kept = attrs.evolve(found, bindings=tuple(b for b in found.bindings if b.role in known))
    rendered = manifests.namespace(kept, platform)
    groups: Iterable[Manifest] = (
        *rendered.guardrails,
        *rendered.patches,
        *rendered.access,
        *rendered.objects,
    )
    for manifest in groups:
        yield (type_token(manifest), resource_name(prefix, manifest)), manifest


def _taken(found: Namespace, what: str, remedy: str) -> Finding:
    return Finding(
        code="resource-name-taken",
        origin=found.origin,
        found=what,
        allowed="names that still differ when their parts are joined and colons become hyphens",
        remedy=remedy,
        organization=found.organization,
    )

"""A whole environment as one ordered list, for those who apply manifests without Pulumi."""

from collections.abc import Iterator

from tenancy.manifests.manifest import Manifest, NamespaceManifests
from tenancy.manifests.namespace import namespace
from tenancy.model.platform import Platform
from tenancy.model.values import Environment

__all__ = ["environment"]


def environment(resolved: Environment, platform: Platform) -> list[Manifest]:
    """
    Return every manifest of *resolved*, in the order in which to apply them.

    All walls of all namespaces come before the first door.

    Raises:
        UnknownRoleError: A role that does not exist; checks find it first.
    """
    rendered = [namespace(found, platform) for found in resolved.namespaces]
    return [
        *(found.namespace for found in rendered),
        *(wall for found in rendered for wall in _walls(found)),
        *(door for found in rendered for door in found.doors),
    ]


def _walls(rendered: NamespaceManifests) -> Iterator[Manifest]:
    yield from rendered.patches
    yield from rendered.walls

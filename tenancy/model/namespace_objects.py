"""Objects that a platform puts into namespaces of organizations."""

from collections.abc import Mapping

import attrs

from tenancy.config.document import JSON
from tenancy.diagnostics import Origin
from tenancy.kubernetes.resources import usual_plural

__all__ = ["NamespaceObject", "ObjectTemplate", "group_of"]


def group_of(api_version: str) -> str:
    """
    Return the API group of *api_version*; empty for the core group.

    >>> group_of("external-secrets.io/v1"), group_of("v1")
    ('external-secrets.io', '')
    """
    group, slash, _ = api_version.partition("/")
    return group if slash else ""


@attrs.frozen(kw_only=True, slots=True)
class ObjectTemplate:
    """
    What a platform puts into namespaces, with facts of the namespace not filled in.

    Attributes:
        manifest: The object as written; None for the name of an image pull secret.
        image_pull_secret: The name of a Secret; None for an object.
        match_labels: Labels of the namespaces that carry it; empty for all of them.
        resource: The plural name of the kind as written; None for the usual one.
    """

    manifest: Mapping[str, JSON] | None
    image_pull_secret: str | None
    match_labels: Mapping[str, str]
    resource: str | None
    origin: Origin

    @property
    def api_version(self) -> str:
        """The object's API version; empty without one."""
        return str((self.manifest or {}).get("apiVersion") or "")

    @property
    def kind(self) -> str:
        """The object's kind; empty without one."""
        return str((self.manifest or {}).get("kind") or "")

    @property
    def plural(self) -> str:
        """The plural name of the object's kind."""
        return self.resource or usual_plural(self.kind)

    def selects(self, labels: Mapping[str, str]) -> bool:
        """Return whether a namespace with *labels* carries it."""
        return all(labels.get(key) == value for key, value in self.match_labels.items())


@attrs.frozen(kw_only=True, slots=True)
class NamespaceObject:
    """
    An object of one namespace, with the facts of the namespace filled in.

    Attributes:
        manifest: Without our labels and without the namespace's name.
        plural: The plural name of its kind.
        origin: Where the platform lists it.
    """

    manifest: Mapping[str, JSON]
    plural: str
    origin: Origin

    @property
    def api_version(self) -> str:
        """Its API version."""
        return str(self.manifest.get("apiVersion"))

    @property
    def kind(self) -> str:
        """Its kind."""
        return str(self.manifest.get("kind"))

    @property
    def name(self) -> str:
        """Its name."""
        metadata = self.manifest.get("metadata")
        return str(metadata.get("name")) if isinstance(metadata, Mapping) else ""

    @property
    def quota_key(self) -> str:
        """The quota key that counts objects of its kind."""
        group = group_of(self.api_version)
        return f"count/{self.plural}.{group}" if group else self.plural

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

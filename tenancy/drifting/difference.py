"""One difference between a desired and a live object."""

import enum
from collections.abc import Mapping
from typing import Final

import attrs

from tenancy.config.document import JSON
from tenancy.model import group_of

__all__ = ["Change", "Difference", "Field", "Identity", "Weight", "custom_version"]

Field = tuple[str, ...]
"""
The path of what differs. A subject, a role's rule and a network rule are one step in canonical
text, because their place in a list has no meaning.
"""


_KNOWN: Final = frozenset(
    (
        *("", "admissionregistration.k8s.io", "kueue.x-k8s.io", "networking.k8s.io"),
        *("rbac.authorization.k8s.io", "scheduling.k8s.io"),
    )
)
"""The API groups of what Tenancy itself writes."""


def custom_version(manifest: Mapping[str, object]) -> str:
    """
    Return the API version of *manifest* if its kind is a custom one, else an empty text.

    >>> custom_version({"apiVersion": "example.com/v1", "kind": "Role"})
    'example.com/v1'
    >>> custom_version({"apiVersion": "v1", "kind": "ConfigMap"})
    ''
    """
    version = str(manifest.get("apiVersion") or "")
    return "" if group_of(version) in _KNOWN else version


@attrs.frozen(kw_only=True, slots=True, order=True)
class Identity:
    """
    The identity of an object of the kinds that Tenancy writes.

    Attributes:
        namespace: Its namespace; empty if it is cluster-wide.
        api_version: That of a custom kind, which a platform puts into namespaces; empty for
            kinds of Kubernetes and of Tenancy's queues.
    """

    kind: str
    namespace: str = ""
    name: str
    api_version: str = ""

    @classmethod
    def of(cls, manifest: Mapping[str, object]) -> "Identity":
        """Return the identity of *manifest*."""
        metadata = manifest.get("metadata")
        found = metadata if isinstance(metadata, Mapping) else {}
        return cls(
            kind=str(manifest.get("kind")),
            namespace=str(found.get("namespace") or ""),
            name=str(found.get("name")),
            api_version=custom_version(manifest),
        )

    @property
    def listed_as(self) -> str:
        """Its kind as requests to a cluster name it: `ConfigMap`, `example.com/v1/Widget`."""
        return f"{self.api_version}/{self.kind}" if self.api_version else self.kind

    @property
    def inside(self) -> str:
        """The namespace that it is in, or that it is; empty if it is cluster-wide."""
        return self.name if self.kind == "Namespace" else self.namespace

    def __str__(self) -> str:
        return f"{self.kind} {self.name}" + (f" in {self.namespace}" if self.namespace else "")


class Change(enum.Enum):
    """How the live state differs from the desired state."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Weight(enum.Enum):
    """The severity of a difference."""

    SECURITY = "security"
    """More access, traffic or use than the files allow, or a guardrail is missing."""
    USAGE = "usage"
    """Limits differ from the files, or less is allowed than in the files."""
    HARMLESS = "harmless"
    """It has no known effect."""


@attrs.frozen(kw_only=True, slots=True)
class Difference:
    """
    One difference.

    Attributes:
        field: The path in the object; empty for the object itself.
        desired: The value in the files, in Kubernetes' form; None without one.
        live: The value on the cluster; None without one. Of an object that is being deleted:
            what its conditions report.
        manager: The field manager that wrote it last; None if it is unknown.
        since: When it wrote, or when the deletion of the object began, from the API server;
            None if it is unknown.
    """

    object: Identity
    field: Field
    change: Change
    weight: Weight
    desired: JSON = None
    live: JSON = None
    manager: str | None = None
    since: str | None = None

    @property
    def what(self) -> str:
        """
        What differs, in a line without the object's name.

        >>> from tenancy.drifting import Change, Difference, Identity, Weight
        >>> Difference(
        ...     object=Identity(kind="ResourceQuota", namespace="acme-dev", name="quota"),
        ...     field=("spec", "hard", "pods"),
        ...     change=Change.CHANGED,
        ...     weight=Weight.USAGE,
        ...     desired="20",
        ...     live="200",
        ... ).what
        'spec.hard pods: 20 in the files, 200 on the cluster'
        """
        if not self.field:
            return f"the object itself: {self._of_object}"
        if self.field[0] == "managedFields":
            return (
                f"field manager {self.field[1]}: it owns fields that {self.desired} applies,"
                " so the next update of them would fail"
            )
        place = _place(self.field)
        if self.change is Change.CHANGED:
            desired, live = _as_text(self.desired), _as_text(self.live)
            return f"{place}: {desired} in the files, {live} on the cluster"
        value = self.live if self.change is Change.ADDED else self.desired
        equals = "" if value in (None, True) else f"={_as_text(value)}"
        if self.change is Change.ADDED:
            return f"{place}{equals}: it is not in the files"
        return f"{place}{equals}: it is not on the cluster"

    @property
    def _of_object(self) -> str:
        if self.change is Change.ADDED:
            return "it is not in the files"
        if self.change is Change.REMOVED:
            return "it is not on the cluster"
        since = f" since {self.since}" if self.since else ""
        why = f": {self.live}" if self.live else ""
        return f"it is being deleted{since}{why}"


_NOUNS = {
    ("metadata", "labels"): "label",
    ("metadata", "annotations"): "annotation",
    ("subjects",): "subject",
    ("rules",): "rule",
    ("spec", "ingress"): "ingress rule",
    ("spec", "egress"): "egress rule",
}


def _place(field: Field) -> str:
    for start, noun in _NOUNS.items():
        if field[: len(start)] == start and len(field) > len(start):
            return f"{noun} {'.'.join(field[len(start) :])}"
    if len(field) == 1:
        return field[0]
    return f"{'.'.join(field[:-1])} {field[-1]}"


def _as_text(value: JSON) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)

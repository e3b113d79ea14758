"""Objects that the platform puts into namespaces: which appear, change and disappear."""

from collections.abc import Iterator, Mapping, Sequence

import attrs
from pydantic import with_config
from typing_extensions import TypedDict

from tenancy.config.document import JSON, mapping
from tenancy.model import Namespace
from tenancy.planning.comparison import Comparison
from tenancy.planning.facts import Fact, Importance, shortened
from tenancy.planning.section import Section
from tenancy.planning.shapes import CLOSED
from tenancy.planning.snapshot import object_digests

__all__ = ["NamespaceObjects", "ObjectChange"]


@attrs.frozen(kw_only=True, slots=True)
class ObjectChange:
    """
    An object that an update creates, changes or deletes in one namespace.

    Attributes:
        object: Such as `ConfigMap company-ca`.
        change: `created`, `changed` or `deleted`.
        fields: The paths of the values that change; empty unless it is changed.
    """

    organization: str
    namespace: str
    object: str
    change: str
    fields: tuple[str, ...] = ()


@with_config(CLOSED)
class ObjectChangeData(TypedDict):
    """An object of the platform that is created, changed or deleted in a namespace."""

    organization: str
    namespace: str
    object: str
    change: str
    fields: list[str]


@attrs.frozen
class NamespaceObjects(Section):
    """Every change of an object that the platform puts into namespaces."""

    name = "namespaceObjects"
    shape = list[ObjectChangeData]

    changes: Sequence[ObjectChange]

    @classmethod
    def compute(cls, comparison: Comparison) -> "NamespaceObjects":
        """Return the changes, namespace by namespace."""
        record = {} if comparison.before is None else comparison.before.settings
        return cls(
            tuple(
                change
                for namespace in comparison.namespaces_after
                for change in _changes(namespace, record.get(namespace.name, {}))
            )
        )

    def facts(self) -> Iterator[Fact]:
        """Yield one fact for all namespaces in which an object changes alike."""
        alike: dict[tuple[str, str, str, tuple[str, ...]], list[str]] = {}
        for one in self.changes:
            key = (one.organization, one.object, one.change, one.fields)
            alike.setdefault(key, []).append(one.namespace)
        for (organization, what, change, fields), names in alike.items():
            importance = {"created": Importance.MORE, "deleted": Importance.LESS}
            text = f"{shortened(names)}: {what} is {change}"
            if fields:
                text += f": {shortened(fields)}"
            yield self.fact(text, importance.get(change, Importance.CHANGE), organization)

    def data(self) -> list[ObjectChangeData]:
        """Return the changes in order."""
        return [
            {
                "organization": one.organization,
                "namespace": one.namespace,
                "object": one.object,
                "change": one.change,
                "fields": list(one.fields),
            }
            for one in self.changes
        ]


def _changes(namespace: Namespace, before: Mapping[str, JSON]) -> Iterator[ObjectChange]:
    old = mapping(before.get("objects"))
    new = {str(found): object_digests(found) for found in namespace.objects}
    for name in dict.fromkeys((*old, *new)):
        change = "changed"
        fields: tuple[str, ...] = ()
        if name not in old:
            change = "created"
        elif name not in new:
            change = "deleted"
        else:
            was, now = mapping(old[name]), new[name]
            fields = tuple(
                path for path in dict.fromkeys((*was, *now)) if was.get(path) != now.get(path)
            )
            if not fields:
                continue
        yield ObjectChange(
            organization=namespace.organization,
            namespace=namespace.name,
            object=name,
            change=change,
            fields=fields,
        )

"""Namespaces that an update would create, with their quotas as written."""

from collections.abc import Iterator, Mapping, Sequence

import attrs
from pydantic import with_config
from typing_extensions import TypedDict

from tenancy.kubernetes.resources import requests_key
from tenancy.model import Namespace
from tenancy.planning.comparison import Comparison
from tenancy.planning.facts import Fact, Importance, shortened
from tenancy.planning.section import Section
from tenancy.planning.shapes import CLOSED

__all__ = ["NewNamespace", "NewNamespaces"]


@attrs.frozen(kw_only=True, slots=True)
class NewNamespace:
    """
    A namespace that would be created.

    Attributes:
        organization: None for a public or a shared namespace.
        environment: None for a public or a shared namespace.
        quota: The written limits by quota key.
    """

    name: str
    organization: str | None
    environment: str | None
    quota: Mapping[str, str] = attrs.field(factory=dict)


@with_config(CLOSED)
class NewNamespaceData(TypedDict):
    """A namespace that would be created, with its quota by key."""

    name: str
    organization: str | None
    environment: str | None
    quota: dict[str, str]


@attrs.frozen
class NewNamespaces(Section):
    """Every namespace that would be created."""

    name = "newNamespaces"
    shape = list[NewNamespaceData]

    changes: Sequence[NewNamespace]

    @classmethod
    def compute(cls, comparison: Comparison) -> "NewNamespaces":
        """Return the namespaces that the last update did not have."""
        known = {namespace.name for namespace in comparison.namespaces_before}
        shared = () if comparison.before is None else comparison.before.shared
        return cls(
            (
                *(
                    NewNamespace(name=name, organization=None, environment=None)
                    for name in comparison.shared_after
                    if name not in shared
                ),
                *(_new(n) for n in comparison.namespaces_after if n.name not in known),
            )
        )

    def facts(self) -> Iterator[Fact]:
        """Yield one fact for all namespaces of an organization that have the same quota."""
        alike: dict[tuple[str | None, tuple[tuple[str, str], ...]], list[str]] = {}
        for namespace in self.changes:
            key = namespace.organization, tuple(namespace.quota.items())
            alike.setdefault(key, []).append(namespace.name)
        for (organization, quota), names in alike.items():
            text = f"new namespace{'s' if len(names) > 1 else ''} {shortened(names)}"
            if quota:
                text += ", each" * (len(names) > 1) + " with "
                text += ", ".join(f"{key} {limit}" for key, limit in quota)
            yield self.fact(text, Importance.MORE, organization)

    def data(self) -> list[NewNamespaceData]:
        """Return the namespaces in order."""
        return [
            {
                "name": namespace.name,
                "organization": namespace.organization,
                "environment": namespace.environment,
                "quota": dict(namespace.quota),
            }
            for namespace in self.changes
        ]


def _new(namespace: Namespace) -> NewNamespace:
    written: dict[str, str] = {}
    for quota in namespace.quotas:
        if not quota.is_scoped:
            written.update({key: str(limit) for key, limit in quota.hard.items()})
    for grant in namespace.grants:
        written[requests_key(grant.resource)] = str(grant.limit)
    return NewNamespace(
        name=namespace.name,
        organization=namespace.organization,
        environment=namespace.environment,
        quota=written,
    )

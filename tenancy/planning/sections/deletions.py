"""Namespaces that an update would delete or replace, and what they contain."""

from collections.abc import Collection, Iterator, Sequence

import attrs
from pydantic import with_config
from typing_extensions import TypedDict

from tenancy.diagnostics import Finding, Origin, counted, joined, stack_key
from tenancy.model import Live, Namespace, Platform
from tenancy.planning.comparison import Comparison
from tenancy.planning.facts import Fact, Importance, shortened
from tenancy.planning.section import Section
from tenancy.planning.shapes import CLOSED

__all__ = ["Deletion", "Deletions"]


@attrs.frozen(kw_only=True, slots=True)
class Deletion:
    """
    A namespace that would be deleted.

    Contents that were not counted are None.

    Attributes:
        organization: None for a public or a shared namespace.
        becomes: The name of the new, empty namespace that replaces it. None if it is not
            replaced.
        pods: The number of pods.
        claims: The number of volume claims.
        config_maps: Their names.
        secrets: Their names.
        is_released: Whether an earlier update released it by its exact name.
        is_listed: Whether this change adds it to allowDeletion, which is too late.
    """

    namespace: str
    organization: str | None
    becomes: str | None = None
    pods: int | None = None
    claims: int | None = None
    config_maps: tuple[str, ...] | None = None
    secrets: tuple[str, ...] | None = None
    is_released: bool = False
    is_listed: bool = False

    @property
    def contents(self) -> str:
        """What would be deleted with it, in words; empty if nothing was counted."""
        parts: list[str] = []
        for count, noun in ((self.pods, "pod"), (self.claims, "volume claim")):
            if count is not None:
                parts.append(counted(count, noun))
        for names, noun in ((self.config_maps, "ConfigMap"), (self.secrets, "Secret")):
            if names is not None:
                listed = f" ({shortened(names)})" if names else ""
                parts.append(counted(len(names), noun) + listed)
        return joined(parts)


@with_config(CLOSED)
class DeletionData(TypedDict):
    """A namespace that would be deleted; null means not counted."""

    namespace: str
    organization: str | None
    becomes: str | None
    pods: int | None
    volumeClaims: int | None
    configMaps: list[str] | None
    secrets: list[str] | None
    released: bool


@attrs.frozen
class Deletions(Section):
    """
    Every namespace that would be deleted.

    Attributes:
        origin: The place of the stack's config, which contains `allowDeletion`.
        moved: Namespaces that would be of another organization or have another id: before and
            after. Their resources would have other names, and the engine deletes the former.
    """

    name = "deletions"
    shape = list[DeletionData]

    changes: Sequence[Deletion]
    origin: Origin
    moved: Sequence[tuple[Namespace, Namespace]] = ()

    @classmethod
    def compute(cls, comparison: Comparison) -> "Deletions":
        """Return each namespace of the last update that is no longer in the files."""
        environment = comparison.environment
        if environment is None:
            deletions = tuple(_of_platform(comparison))
            return cls(deletions, _stack_origin(comparison.platform))
        known = {namespace.name for namespace in comparison.namespaces_before}
        new = [n for n in comparison.namespaces_after if n.name not in known]
        removed = [n for n in comparison.namespaces_before if n.name in comparison.removed]
        return cls(
            tuple(
                _with_contents(
                    Deletion(
                        namespace=namespace.name,
                        organization=namespace.organization,
                        becomes=_successor(namespace, removed, new),
                        is_released=not namespace.protect,
                        is_listed=namespace.name in environment.allow_deletion,
                    ),
                    comparison.live,
                )
                for namespace in removed
            ),
            environment.origin,
            tuple(_moved(comparison)),
        )

    def facts(self) -> Iterator[Fact]:
        """Yield one fact for each namespace."""
        for deletion in self.changes:
            text = f"namespace {deletion.namespace} would be DELETED"
            if deletion.becomes is not None:
                text = (
                    f"namespace {deletion.namespace} would be REPLACED by the new, empty"
                    f" namespace {deletion.becomes}"
                )
            contents = deletion.contents
            text += (
                f": {contents} would be lost" if contents else "; its contents were not counted"
            )
            if deletion.is_released:
                text += "; an earlier update allowed its deletion"
            yield self.fact(text, Importance.DANGER, deletion.organization)

    def data(self) -> list[DeletionData]:
        """Return the namespaces in order."""
        return [
            {
                "namespace": deletion.namespace,
                "organization": deletion.organization,
                "becomes": deletion.becomes,
                "pods": deletion.pods,
                "volumeClaims": deletion.claims,
                "configMaps": _names_data(deletion.config_maps),
                "secrets": _names_data(deletion.secrets),
                "released": deletion.is_released,
            }
            for deletion in self.changes
        ]

    def findings(self) -> Iterator[Finding]:
        """Refuse each deletion that no earlier update released."""
        for deletion in self.changes:
            if not deletion.is_released:
                yield _refused(deletion, self.origin)
        for before, after in self.moved:
            yield Finding(
                code="namespace-moved",
                origin=after.origin,
                found=f"the namespace {after.name} as {after.id} of {after.organization};"
                f" it was created as {before.id} of {before.organization}",
                allowed="the organization and the id with which a namespace was created: with"
                " others, the engine would delete what it created under the former names",
                remedy=f"write it as the id {before.id} of the organization"
                f" {before.organization}; what people read is displayName",
                organization=after.organization,
            )


def _moved(comparison: Comparison) -> Iterator[tuple[Namespace, Namespace]]:
    earlier = {namespace.name: namespace for namespace in comparison.namespaces_before}
    for after in comparison.namespaces_after:
        before = earlier.get(after.name, after)
        if (before.organization, before.id) != (after.organization, after.id):
            yield before, after


def _refused(deletion: Deletion, origin: Origin) -> Finding:
    name = deletion.namespace
    found = f"the namespace {name} would be deleted with everything in it"
    where = "arguments" if origin.is_argument else "files"
    allowed = stack_key(origin, "allowDeletion")
    remedy = (
        f"restore {name} in the {where}, add `{name}` to {allowed} and apply;"
        " then remove it and apply again"
    )
    if deletion.is_listed:
        found += "; allowDeletion lists it, but no update has applied that yet"
        remedy = (
            f"restore {name} in the {where}, keep it in {allowed} and apply;"
            " then remove it and apply again"
        )
    elif deletion.becomes is not None:
        found += (
            f"; a namespace cannot be renamed, so {deletion.becomes} would be a new, empty one"
        )
    if deletion.contents:
        found += f"; it contains {deletion.contents}"
    return Finding(
        code="namespace-removed",
        origin=origin / "allowDeletion" if deletion.is_listed else origin,
        found=found,
        allowed="removing a namespace after an update that lists it in allowDeletion",
        remedy=remedy,
        organization=deletion.organization,
    )


def _of_platform(comparison: Comparison) -> Iterator[Deletion]:
    """Yield each public or shared namespace that is no longer in the platform."""
    before = comparison.before
    if before is None:
        return
    for name in before.shared:
        if name in comparison.removed:
            yield _with_contents(
                Deletion(
                    namespace=name,
                    organization=None,
                    is_released=name in before.released,
                    is_listed=name in comparison.platform.allow_deletion,
                ),
                comparison.live,
            )


def _with_contents(deletion: Deletion, live: Live | None) -> Deletion:
    if live is None:
        return deletion
    name = deletion.namespace
    return attrs.evolve(
        deletion,
        pods=None if live.pods is None else live.pods.get(name, 0),
        claims=None if live.claims is None else live.claims.get(name, 0),
        config_maps=None if live.config_maps is None else live.config_maps.get(name, ()),
        secrets=None if live.secrets is None else live.secrets.get(name, ()),
    )


def _successor(
    namespace: Namespace, removed: Collection[Namespace], new: Collection[Namespace]
) -> str | None:
    """Return the new namespace that is evidently *namespace* renamed, if there is one."""
    own = [n for n in new if n.organization == namespace.organization]
    for candidate in own:
        if candidate.id == namespace.id:
            return candidate.name
    others = [n for n in removed if n.organization == namespace.organization]
    alike = [n for n in own if n.workload == namespace.workload]
    if len(others) == 1 and len(alike) == 1:
        return alike[0].name
    return None


def _stack_origin(platform: Platform) -> Origin:
    """Return the place of the platform's stack; the platform's own is the key `platform`."""
    return Origin(platform.origin.source, platform.origin.path[:-1])


def _names_data(names: tuple[str, ...] | None) -> list[str] | None:
    return None if names is None else list(names)

"""What would be lost: namespaces that go or are replaced, with what they hold."""

from collections.abc import Collection, Iterable, Iterator

import attrs

from tenancy.diagnostics.finding import Finding
from tenancy.diagnostics.origin import Origin
from tenancy.diagnostics.wording import counted
from tenancy.model import Environment, Namespace, Platform
from tenancy.model.live import Live
from tenancy.planning.previous import Before

__all__ = ["Hazard", "hazards", "losses", "platform_hazards"]


@attrs.frozen(kw_only=True, slots=True)
class Hazard:
    """
    A namespace that would be deleted.

    Attributes:
        organization: Whose it is; None for a shared one.
        becomes: The name of the new, empty one that takes its place; None where none does.
        pods: How many would go; None where nobody counted.
        claims: How many volume claims would go; likewise.
        is_confirmed: Whether an earlier update released it by its exact name.
        is_listed: Whether the change itself names it, which is too late.
    """

    namespace: str
    organization: str | None
    becomes: str | None = None
    pods: int | None = None
    claims: int | None = None
    is_confirmed: bool = False
    is_listed: bool = False

    @property
    def held(self) -> str:
        """What would go with it, in words; empty where it was not counted."""
        found = []
        if self.pods is not None:
            found.append(counted(self.pods, "pod"))
        if self.claims is not None:
            found.append(counted(self.claims, "volume claim"))
        return " and ".join(found)


def hazards(before: Before, after: Environment, live: Live | None) -> tuple[Hazard, ...]:
    """Return each namespace of *before* that *after* has no more."""
    kept = {namespace.name for namespace in after.namespaces}
    known = {namespace.name for namespace in before.namespaces}
    fresh = [namespace for namespace in after.namespaces if namespace.name not in known]
    going = [namespace for namespace in before.namespaces if namespace.name not in kept]
    return tuple(
        _counted(
            Hazard(
                namespace=namespace.name,
                organization=namespace.organization,
                becomes=_successor(namespace, going, fresh),
                is_confirmed=not namespace.protect,
                is_listed=namespace.name in after.allow_deletion,
            ),
            live,
        )
        for namespace in going
    )


def platform_hazards(before: Before, after: Platform, live: Live | None) -> tuple[Hazard, ...]:
    """Return each public or shared namespace of *before* that *after* has no more."""
    kept = {own.name for own in after.own_namespaces}
    return tuple(
        _counted(
            Hazard(
                namespace=name,
                organization=None,
                is_confirmed=name in before.released,
                is_listed=name in after.allow_deletion,
            ),
            live,
        )
        for name in before.shared
        if name not in kept
    )


def losses(hazards: Iterable[Hazard], origin: Origin) -> Iterator[Finding]:
    """
    Refuse each of *hazards* that no earlier update released.

    Args:
        origin: Where the stack's config begins, which `allowDeletion` is a key of.
    """
    for hazard in hazards:
        if hazard.is_confirmed:
            continue
        name = hazard.namespace
        found = f"the namespace {name} would be deleted with all that it holds"
        if hazard.is_listed:
            found += ", and allowDeletion was written in the same change"
        elif hazard.becomes is not None:
            found += (
                f"; a namespace cannot be renamed, so {hazard.becomes} would be a new,"
                " empty one"
            )
        if hazard.held:
            found += f"; it holds {hazard.held} now"
        yield Finding(
            code="namespace-removed",
            origin=origin / "allowDeletion" if hazard.is_listed else origin,
            found=found,
            allowed="removing a namespace that an earlier update released by allowDeletion",
            remedy=f"put it back, apply with `{name}` under tenancy:allowDeletion,"
            " and remove it after that",
            organization=hazard.organization,
        )


def _counted(hazard: Hazard, live: Live | None) -> Hazard:
    if live is None:
        return hazard
    name = hazard.namespace
    return attrs.evolve(
        hazard,
        pods=None if live.pods is None else live.pods.get(name, 0),
        claims=None if live.claims is None else live.claims.get(name, 0),
    )


def _successor(
    namespace: Namespace, going: Collection[Namespace], fresh: Collection[Namespace]
) -> str | None:
    """Return the new namespace that plainly is *namespace* under another name, if one is."""
    own = [n for n in fresh if n.organization == namespace.organization]
    for candidate in own:
        if candidate.id == namespace.id:
            return candidate.name
    others = [n for n in going if n.organization == namespace.organization]
    alike = [n for n in own if n.workload == namespace.workload]
    if len(others) == 1 and len(alike) == 1:
        return alike[0].name
    return None

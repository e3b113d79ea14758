"""What a change of an adopted namespace would allow beyond what is on the cluster."""

from collections.abc import Iterator, Sequence

import attrs
from pydantic import with_config
from typing_extensions import TypedDict

from tenancy.diagnostics import Finding, Origin, Severity
from tenancy.drifting.adoption import Weakened
from tenancy.model import Enforcement, Namespace
from tenancy.planning.comparison import Comparison
from tenancy.planning.facts import Fact, Importance
from tenancy.planning.section import Section
from tenancy.planning.shapes import CLOSED
from tenancy.planning.shared_namespaces import is_shared
from tenancy.planning.weakening import name_of, weakened_by, weakened_traffic_by

__all__ = ["WeakenedObject", "WeakenedSection"]


@attrs.frozen(kw_only=True, slots=True)
class WeakenedObject:
    """
    An object by which more would be allowed than it allows now.

    Attributes:
        object: Such as `ResourceQuota/team`.
        what: The value now and the new one.
        is_audit: Whether only enforcement, which is still to come, would do so.
        is_allowed: Whether the namespace's `mayWeaken` names it.
    """

    organization: str | None
    namespace: str
    object: str
    what: str
    is_audit: bool
    is_allowed: bool
    origin: Origin


@with_config(CLOSED)
class WeakenedData(TypedDict):
    """An object by which more would be allowed than it allows now."""

    organization: str | None
    namespace: str
    object: str
    what: str
    audit: bool


@attrs.frozen
class WeakenedSection(Section):
    """
    Objects of adopted namespaces by which more would be allowed than they allow now.

    Attributes:
        weakened: All of them.
    """

    name = "weakened"
    shape = list[WeakenedData]

    weakened: Sequence[WeakenedObject]

    @classmethod
    def compute(cls, comparison: Comparison) -> "WeakenedSection":
        """Return the section; empty if the cluster was not read."""
        live, before = comparison.live, comparison.before
        if live is None or before is None:
            return cls(())
        olds = {one.name: one for one in comparison.enforced_before}
        adopted = [
            namespace
            for namespace in comparison.enforced_after
            if (namespace.adopted is not None or is_shared(namespace))
            and namespace.name in olds
            and namespace.name in (live.namespaces or {})
        ]
        now = [n for n in adopted if not n.enforcement.is_audit]
        later = [_enforced(n) for n in adopted if n.enforcement.is_audit]
        found: dict[tuple[str, str, str], WeakenedObject] = {}
        for goals, is_later in ((adopted, False), (later, True)):
            for goal in goals:
                record = before.settings.get(goal.name, {})
                for one in weakened_by(goal, olds[goal.name], record, live):
                    _add(found, one, goal, is_later=is_later)
        for goals, is_later in ((now, False), (later, True)):
            anew = {n.name: n for n in goals if olds[n.name].enforcement.is_audit}
            for one in weakened_traffic_by(anew.values(), comparison.platform, live):
                _add(found, one, anew[one.object.namespace], is_later=is_later)
        places = {namespace.name: place for place, namespace in enumerate(adopted)}
        return cls(tuple(sorted(found.values(), key=lambda one: places[one.namespace])))

    @property
    def changes(self) -> Sequence[WeakenedObject]:
        """What this update weakens."""
        return tuple(one for one in self.weakened if not one.is_audit)

    def facts(self) -> Iterator[Fact]:
        """Yield one fact for each object."""
        for one in self.weakened:
            importance = Importance.NOTE if one.is_audit else Importance.DANGER
            yield self.fact(_text(one), importance, one.organization)

    def data(self) -> list[WeakenedData]:
        """Return the objects in order."""
        return [
            {
                "organization": one.organization,
                "namespace": one.namespace,
                "object": one.object,
                "what": one.what,
                "audit": one.is_audit,
            }
            for one in self.weakened
        ]

    def findings(self) -> Iterator[Finding]:
        """Refuse what this update weakens and the file does not name."""
        for one in self.changes:
            yield Finding(
                code="weakened",
                origin=one.origin,
                found=_text(one),
                allowed="what an adopted namespace has on the cluster, or less",
                remedy="write the value that is there, or list"
                f" {one.object!r} under enforcement.mayWeaken",
                severity=Severity.WARNING if one.is_allowed else Severity.ERROR,
                organization=one.organization,
            )


def _text(one: WeakenedObject) -> str:
    verb = "would be weakened by enforcement" if one.is_audit else "is weakened"
    return f"{one.namespace}: {one.object} {verb}: {one.what}"


def _enforced(namespace: Namespace) -> Namespace:
    """Return *namespace* as it will be after its audit."""
    written = namespace.enforcement
    return attrs.evolve(
        namespace,
        enforcement=Enforcement(may_weaken=written.may_weaken, origin=written.origin),
    )


def _add(
    found: dict[tuple[str, str, str], WeakenedObject],
    one: Weakened,
    namespace: Namespace,
    *,
    is_later: bool,
) -> None:
    """Add *one* to *found*, unless this update weakens the same already."""
    name = name_of(one)
    found.setdefault(
        (namespace.name, name, one.what),
        WeakenedObject(
            organization=namespace.organization or None,
            namespace=namespace.name,
            object=name,
            what=one.what,
            is_audit=is_later,
            is_allowed=name in namespace.enforcement.may_weaken,
            origin=namespace.enforcement.origin or namespace.origin,
        ),
    )

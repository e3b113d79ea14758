"""Which namespace can connect to which, before and after, from the rendered policies."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Final

import attrs
from pydantic import with_config
from typing_extensions import TypedDict

from tenancy import manifests as render
from tenancy.diagnostics import Finding, Origin, joined
from tenancy.manifests import Manifest
from tenancy.model import Namespace, Platform
from tenancy.planning.comparison import Comparison
from tenancy.planning.facts import Fact, Importance, shortened
from tenancy.planning.reach import (
    Reached,
    outside,
    outside_changes,
    outside_namespaces,
)
from tenancy.planning.section import Section
from tenancy.planning.shapes import CLOSED
from tenancy.planning.unchecked import network_left_out

__all__ = ["MOST_PAIRS", "ConnectionChange", "Connections"]

MOST_PAIRS: Final = 600
"""The largest number of compared pairs; with more, only those of one organization are."""


@attrs.frozen(kw_only=True, slots=True)
class ConnectionChange:
    """
    The ports on which one namespace's pods reach another's: `any port`, or such as `TCP 9090`.

    One end may also be outside of the cluster: a range of addresses, or `the internet`.

    Attributes:
        before: Empty if no connection was possible.
        after: Empty if none will be possible.
    """

    source: str
    target: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@with_config(CLOSED)
class ConnectionData(TypedDict):
    """The ports on which one end reaches another: namespaces, address ranges, the internet."""

    source: str
    target: str
    before: list[str]
    after: list[str]


@attrs.frozen
class Connections(Section):
    """
    Every pair of namespaces of the cluster between which the reachable ports differ.

    Attributes:
        left_out: What was not compared, in words; None if everything was.
        removed: Names of namespaces that would be deleted; facts leave them out.
        origin: Where the stack's config begins.
    """

    name = "network"
    shape = list[ConnectionData]

    changes: Sequence[ConnectionChange]
    left_out: str | None
    removed: frozenset[str]
    origin: Origin

    @classmethod
    def compute(cls, comparison: Comparison) -> "Connections":
        """Return the pairs that differ; a platform's stack has none."""
        environment = comparison.environment
        if environment is None:
            return cls((), None, frozenset(), comparison.platform.origin)
        others = comparison.others_on_cluster
        changes, left_out = _compared(
            (*comparison.namespaces_before, *others),
            (*comparison.namespaces_after, *others),
            comparison.platform,
        )
        return cls(changes, left_out, comparison.removed, environment.origin)

    def facts(self) -> Iterator[Fact]:
        """Yield one fact for each source and its targets with the same change."""
        kept = [c for c in self.changes if not self.removed & {c.source, c.target}]
        for source, targets, change, is_mutual in _grouped(kept):
            ends = f"{source} {'↔' if is_mutual else '→'} {shortened(targets)}"
            text, importance = f"{ends}: allowed on {joined(change.after)}", Importance.MORE
            if not change.after:
                text, importance = f"{ends}: no longer allowed", Importance.LESS
            elif change.before:
                text += f", so far on {joined(change.before)}"
                importance = Importance.CHANGE
            yield self.fact(text, importance)

    def data(self) -> list[ConnectionData]:
        """Return the pairs in order."""
        return [
            {
                "source": change.source,
                "target": change.target,
                "before": list(change.before),
                "after": list(change.after),
            }
            for change in self.changes
        ]

    def findings(self) -> Iterator[Finding]:
        """Report what was not compared."""
        if self.left_out is not None:
            yield network_left_out(self.left_out, self.origin)


def _compared(
    before: Sequence[Namespace], after: Sequence[Namespace], platform: Platform
) -> tuple[tuple[ConnectionChange, ...], str | None]:
    """
    Return the pairs of namespaces that can newly connect, or no longer can.

    DNS is left out: every namespace reaches it. Pairs of one organization and with shared
    namespaces come first; if there are too many pairs, others are left out, and the second
    value names them.

    Args:
        before: Every namespace of the cluster, of this stack as the last update left them.
        after: The same, as they will be.
        platform: Its shared namespaces are included.
    """
    changed = _changed(before, after)
    if not changed:
        return (), None
    everyone = {n.name: n for n in (*before, *after)}
    shared = (*_shared(platform), *outside_namespaces(platform, everyone))
    near = _near(changed, everyone, shared)
    foreign = _foreign_pairs(changed, everyone)
    far: list[tuple[str, str]] = []
    left_out = None
    if len(near) + foreign <= MOST_PAIRS:
        far = _far(changed, everyone)
    elif foreign:
        left_out = "namespaces of different organizations"
    if len(near) > MOST_PAIRS:
        left_out = f"{len(near)} pairs of namespaces"
        near = near[:MOST_PAIRS]
    pairs = [*near, *far]
    wanted = {name for pair in pairs for name in pair}
    was = _network([n for n in before if n.name in wanted], platform)
    now = _network([n for n in after if n.name in wanted], platform)
    changes = (
        ConnectionChange(
            source=source, target=target, before=was(source, target), after=now(source, target)
        )
        for source, target in pairs
    )
    beyond = (
        ConnectionChange(source=source, target=target, before=ports_before, after=ports_after)
        for name in changed
        for source, target, ports_before, ports_after in outside_changes(
            name, [n.network for n in (*before, *after) if n.name == name], was, now
        )
    )
    return tuple(c for c in (*changes, *beyond) if c.before != c.after), left_out


def _changed(before: Iterable[Namespace], after: Iterable[Namespace]) -> list[str]:
    was = {n.name: _facts(n) for n in before}
    now = {n.name: _facts(n) for n in after}
    return [name for name in dict.fromkeys((*was, *now)) if was.get(name) != now.get(name)]


def _facts(namespace: Namespace) -> object:
    return (
        namespace.organization,
        attrs.astuple(attrs.evolve(namespace.network, origin=None), recurse=False),
    )


Pair = tuple[str, str]


def _near(
    changed: Sequence[str], everyone: Mapping[str, Namespace], shared: Sequence[str]
) -> list[Pair]:
    """Return the pairs of changed namespaces with their organization and shared ones."""
    own: dict[str, list[str]] = {}
    for name, namespace in everyone.items():
        own.setdefault(namespace.organization, []).append(name)
    found: dict[Pair, None] = {}
    for name in changed:
        for other in (*shared, *own[everyone[name].organization]):
            found[name, other] = found[other, name] = None
    return [*found]


def _foreign_pairs(changed: Sequence[str], everyone: Mapping[str, Namespace]) -> int:
    """Return the largest number of pairs of changed namespaces with other organizations."""
    sizes = Counter(namespace.organization for namespace in everyone.values())
    return sum(2 * (len(everyone) - sizes[everyone[n].organization]) for n in changed)


def _far(changed: Sequence[str], everyone: Mapping[str, Namespace]) -> list[Pair]:
    found: dict[Pair, None] = {}
    for name, other in product(changed, everyone):
        if everyone[name].organization != everyone[other].organization:
            found[name, other] = found[other, name] = None
    return [*found]


def _network(namespaces: Sequence[Namespace], platform: Platform) -> Reached:
    manifests: list[Manifest] = []
    for found in namespaces:
        # Only the network is used; roles and pools of a past update may no longer exist.
        bare = attrs.evolve(found, bindings=(), grants=(), quotas=(), limit_range=None)
        manifests += render.namespace(bare, platform)
    for rendered in _shared(platform).values():
        manifests += rendered
    names = {n.name for n in namespaces}
    manifests += [outside(name) for name in outside_namespaces(platform, names)]
    return Reached(manifests)


def _shared(platform: Platform) -> dict[str, render.NamespaceManifests]:
    return {_name(m.namespace): m for m in render.platform(platform).namespaces}


def _name(manifest: Manifest) -> str:
    metadata = manifest["metadata"]
    assert isinstance(metadata, dict)
    return str(metadata["name"])


def _grouped(
    changes: Iterable[ConnectionChange],
) -> Iterator[tuple[str, tuple[str, ...], ConnectionChange, bool]]:
    """
    Yield each source, its targets with the same changed ports, and one of the changes.

    The last value is whether the same is true in the other direction, which is then not
    repeated.
    """
    pairs = {(c.source, c.target): c for c in changes if c.source != c.target}
    groups: dict[
        tuple[str, tuple[str, ...], tuple[str, ...], bool], list[ConnectionChange]
    ] = {}
    listed: set[tuple[str, str]] = set()
    for (source, target), change in pairs.items():
        back = pairs.get((target, source))
        is_mutual = back is not None and (back.before, back.after) == (
            change.before,
            change.after,
        )
        if is_mutual and (target, source) in listed:
            continue
        listed.add((source, target))
        key = source, change.before, change.after, is_mutual
        groups.setdefault(key, []).append(change)
    for (source, _, _, is_mutual), group in groups.items():
        yield source, tuple(change.target for change in group), group[0], is_mutual

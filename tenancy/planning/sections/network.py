"""Which namespace can reach which, before and after, worked out from the rendered policies."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Final

import attrs

from tenancy import manifests as render
from tenancy.manifests.manifest import Manifest
from tenancy.model import Namespace, Platform
from tenancy.planning import reachability

__all__ = ["MOST_PAIRS", "Reach", "Reaches", "reaches"]

MOST_PAIRS: Final = 600
"""How many pairs of namespaces are worked out; with more, only the nearer ones are."""

ANY: Final = "any port"


@attrs.frozen(kw_only=True, slots=True)
class Reach:
    """
    The ports on which one namespace's pods reach another's: `any port`, or such as `TCP 9090`.

    Attributes:
        before: Nothing where they did not reach them.
        after: Nothing where they will not.
    """

    source: str
    target: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@attrs.frozen(kw_only=True, slots=True)
class Reaches:
    """
    Every pair that differs, and what was left out.

    Attributes:
        left_out: What was not worked out, in words; None where everything was.
    """

    changes: tuple[Reach, ...]
    left_out: str | None = None


def reaches(
    before: Sequence[Namespace], after: Sequence[Namespace], platform: Platform
) -> Reaches:
    """
    Return which pairs of namespaces come to reach each other, or cease to.

    DNS is left out: everybody reaches it. Pairs of one organization and with the shared
    namespaces come first; only where there are too many pairs are others left out, and said to
    be.

    Args:
        before: Every namespace of the cluster, of this stack as the last update left them.
        after: The same, as they will be.
        platform: Whose shared namespaces they reach.
    """
    changed = _changed(before, after)
    if not changed:
        return Reaches(changes=())
    spaces = tuple(m.namespace for m in _shared(platform).values())
    everyone = {n.name: n for n in (*before, *after)}
    shared = tuple(str(_name(m)) for m in spaces)
    near = _near(changed, everyone, shared)
    strangers = _strangers(changed, everyone)
    far: list[tuple[str, str]] = []
    left_out = None
    if len(near) + strangers <= MOST_PAIRS:
        far = _far(changed, everyone)
    elif strangers:
        left_out = "namespaces of different organizations"
    if len(near) > MOST_PAIRS:
        left_out = f"{len(near)} pairs of namespaces"
        near = near[:MOST_PAIRS]
    pairs = [*near, *far]
    wanted = {name for pair in pairs for name in pair}
    was = _network([n for n in before if n.name in wanted], platform)
    now = _network([n for n in after if n.name in wanted], platform)
    found = (
        Reach(
            source=source, target=target, before=was(source, target), after=now(source, target)
        )
        for source, target in pairs
    )
    return Reaches(changes=tuple(r for r in found if r.before != r.after), left_out=left_out)


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
    """Return the pairs of a changed one with its own organization and with what is shared."""
    own: dict[str, list[str]] = {}
    for name, namespace in everyone.items():
        own.setdefault(namespace.organization, []).append(name)
    found: dict[Pair, None] = {}
    for name in changed:
        for other in (*shared, *own[everyone[name].organization]):
            found[name, other] = found[other, name] = None
    return [*found]


def _strangers(changed: Sequence[str], everyone: Mapping[str, Namespace]) -> int:
    """Return how many pairs a changed one makes with other organizations, at the most."""
    sizes = Counter(namespace.organization for namespace in everyone.values())
    return sum(2 * (len(everyone) - sizes[everyone[n].organization]) for n in changed)


def _far(changed: Sequence[str], everyone: Mapping[str, Namespace]) -> list[Pair]:
    found: dict[Pair, None] = {}
    for name, other in product(changed, everyone):
        if everyone[name].organization != everyone[other].organization:
            found[name, other] = found[other, name] = None
    return [*found]


class _Reached:
    """What reaches what on one side of the change; each end's pods are grouped once."""

    def __init__(self, manifests: Iterable[Manifest]) -> None:
        self._network = reachability.Network(manifests)
        self._pods: dict[str, list[reachability.Pods]] = {}
        for pods in self._network.pods:
            self._pods.setdefault(pods.namespace, []).append(pods)

    def __call__(self, source: str, target: str) -> tuple[str, ...]:
        """Return the ports on which *source* reaches *target*."""
        ends = list(product(self._pods.get(source, ()), self._pods.get(target, ())))
        ports = [
            port
            for port in self._network.ports
            if any(self._network.reaches(a, b, port) for a, b in ends)
        ]
        if reachability.OTHER in ports:
            return (ANY,)
        return tuple(map(str, ports))


def _network(namespaces: Iterable[Namespace], platform: Platform) -> _Reached:
    manifests: list[Manifest] = []
    for found in namespaces:
        # Only the network matters; what else they were given may exist no more.
        bare = attrs.evolve(found, bindings=(), grants=(), quotas=(), limit_range=None)
        manifests += render.namespace(bare, platform)
    for rendered in _shared(platform).values():
        manifests += rendered
    return _Reached(manifests)


def _shared(platform: Platform) -> dict[str, render.NamespaceManifests]:
    return {_name(m.namespace): m for m in render.platform(platform).namespaces}


def _name(manifest: Manifest) -> str:
    metadata = manifest["metadata"]
    assert isinstance(metadata, dict)
    return str(metadata["name"])


def grouped(
    changes: Iterable[Reach],
) -> Iterator[tuple[str, tuple[str, ...], Reach, bool]]:
    """
    Yield each source, those targets for which the same ports change, and one of them.

    Last comes whether the same holds the other way round, which is then not said again.
    """
    pairs = {(r.source, r.target): r for r in changes if r.source != r.target}
    found: dict[tuple[str, tuple[str, ...], tuple[str, ...], bool], list[Reach]] = {}
    said: set[tuple[str, str]] = set()
    for (source, target), reach in pairs.items():
        back = pairs.get((target, source))
        is_mutual = back is not None and (back.before, back.after) == (
            reach.before,
            reach.after,
        )
        if is_mutual and (target, source) in said:
            continue
        said.add((source, target))
        found.setdefault((source, reach.before, reach.after, is_mutual), []).append(reach)
    for (source, _, _, is_mutual), together in found.items():
        yield source, tuple(r.target for r in together), together[0], is_mutual

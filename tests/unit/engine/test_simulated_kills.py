"""
Thousands of updates killed after any step, with a cluster and an engine that are simulated.

The simulation has what matters here: server-side apply under one field manager, an object of
another manager that is refused, the provider's comparison of the last outputs with the new
inputs, deletions after everything else, and an engine that writes its state only when it ends.
`tests/cluster/stacks/test_killed_updates.py` kills the real ones.
"""

import copy
import random
from collections.abc import Iterator

import attrs
import pytest

from tenancy.assessment import assess
from tenancy.cluster import ProviderOptions
from tenancy.drifting import Identity
from tenancy.engine.intended_objects import IntendedObject, intended_objects, stack_urn
from tenancy.engine.interrupted_state import put_right
from tenancy.engine.protection import RECORD, Resources, cleared
from tenancy.engine.recorded_updates import intent_of, with_record
from tenancy.engine.update_intent import new_intent
from tenancy.planning import INTENT_OUTPUT
from tests.bench.fleet import write_fleet

SEEDS = range(60)
KILLS = 12
STACK = stack_urn("tenancy", "dev-0000")
PROVIDER = ProviderOptions(
    name="cluster-sandbox", kubeconfig="/k", context=None, cluster_identifier="sandbox"
)


class KilledError(Exception):
    """The engine was killed before its next step."""


@attrs.define
class Cluster:
    """What is on it: each object, and the manager that applied it."""

    objects: dict[Identity, tuple[str, dict]] = attrs.field(factory=dict)
    writes: int = 0

    def apply(self, manager: str, manifest: dict) -> dict:
        identity = Identity.of(manifest)
        owner, _ = self.objects.get(identity, (manager, {}))
        assert owner == manager, f"{identity} of {owner} was taken"
        self.objects[identity] = (manager, copy.deepcopy(dict(manifest)))
        self.writes += 1
        return self.live()[identity]

    def delete(self, identity: Identity) -> None:
        self.objects.pop(identity, None)
        if identity.kind == "Namespace":
            inside = [one for one in self.objects if one.namespace == identity.name]
            for one in inside:
                del self.objects[one]

    def live(self) -> dict[Identity, dict]:
        found = {}
        for identity, (manager, manifest) in self.objects.items():
            one = copy.deepcopy(manifest)
            entry = {"manager": manager, "operation": "Apply", "fieldsV1": {"f:metadata": {}}}
            one["metadata"] |= {"uid": "1", "resourceVersion": "2", "managedFields": [entry]}
            if identity.kind == "Namespace":
                one["spec"] = {"finalizers": ["kubernetes"]}
            del one["apiVersion"]
            found[identity] = one
        return found


@attrs.define
class Engine:
    """Writes its state once, when it ends; a kill leaves the state as it was."""

    cluster: Cluster
    state: Resources
    steps: int = 0
    kill_at: int | None = None

    def up(self, wanted: list[IntendedObject]) -> None:
        before = {one["urn"]: one for one in self.state}
        after = [self._stack(), *(self._reached(one, before) for one in wanted)]
        kept = {one.urn for one in wanted}
        for urn, one in reversed(before.items()):
            if urn not in kept and one["type"].startswith("kubernetes:"):
                self._delete(one)
        self.state = after

    def destroy(self) -> None:
        for one in reversed(self.state):
            if one["type"].startswith("kubernetes:"):
                self._delete(one)
        self.state = []

    def _delete(self, one: dict) -> None:
        assert not one.get("protect"), f"{one['urn']} is protected"
        self._step()
        self.cluster.delete(Identity.of(one["inputs"]))

    def _reached(self, wanted: IntendedObject, before: dict) -> dict:
        manifest = copy.deepcopy(dict(wanted.manifest))
        known = before.get(wanted.urn)
        if known is None or pruned(known["outputs"], known["outputs"]["__inputs"]) != manifest:
            self._step()
            live = self.cluster.apply(wanted.manager, manifest)
            outputs = {**live, "apiVersion": manifest["apiVersion"], "__inputs": manifest}
        else:
            outputs = {**known["outputs"], "__inputs": manifest}
        return {
            "urn": wanted.urn,
            "custom": True,
            "type": f"kubernetes:core/v1:{manifest['kind']}",
            "inputs": manifest,
            "outputs": {**outputs, "__fieldManager": wanted.manager},
            "dependencies": list(wanted.after),
        }

    def _step(self) -> None:
        if self.steps == self.kill_at:
            raise KilledError
        self.steps += 1

    def _stack(self) -> dict:
        return {"urn": STACK, "custom": False, "type": "pulumi:pulumi:Stack", "outputs": {}}


def pruned(live: object, shape: object) -> object:
    """Return *live* with the keys of *shape* alone, as the provider compares it."""
    if isinstance(live, dict) and isinstance(shape, dict):
        return {k: pruned(v, shape[k]) for k, v in live.items() if k in shape}
    return live


def versions(
    drawn: random.Random, whole: tuple[IntendedObject, ...]
) -> Iterator[list[IntendedObject]]:
    """Yield targets: some of the namespaces, with objects and fields that come and go."""
    spaces = sorted({one.parents[-1] for one in whole})
    while True:
        kept = set(drawn.sample(spaces, drawn.randint(1, len(spaces))))
        chosen = []
        for one in whole:
            is_namespace = one.identity.kind == "Namespace"
            if one.parents[-1] in kept and (is_namespace or drawn.random() < 0.8):
                chosen.append(varied(drawn, attrs.evolve(one, protect=False)))
        names = {one.urn for one in chosen}
        yield [
            attrs.evolve(one, after=tuple(urn for urn in one.after if urn in names))
            for one in chosen
        ]


def varied(drawn: random.Random, one: IntendedObject) -> IntendedObject:
    manifest = copy.deepcopy(dict(one.manifest))
    for key in ("a", "b"):
        if drawn.random() < 0.5:
            manifest["metadata"].setdefault("labels", {})[key] = str(drawn.randint(0, 1))
    return attrs.evolve(one, manifest=manifest)


def recover(engine: Engine, cluster: Cluster) -> None:
    """Put the state right as `tenancy` does; nothing is written to the cluster."""
    [stack] = [one for one in engine.state if one["type"] == "pulumi:pulumi:Stack"]
    assert INTENT_OUTPUT in stack["outputs"]
    intent = engine.intent  # type: ignore[attr-defined]
    before = cluster.writes
    engine.state = put_right(
        engine.state,
        intent,
        cluster.live(),
        project="tenancy",
        stack="dev-0000",
        provider=PROVIDER,
    )
    assert before == cluster.writes
    [stack] = [one for one in engine.state if one["type"] == "pulumi:pulumi:Stack"]
    assert {INTENT_OUTPUT, RECORD}.isdisjoint(stack["outputs"])


@attrs.define
class RecordingEngine(Engine):
    """The engine, with the record that `tenancy` writes before each run."""

    intent: object = None

    def begin(self, wanted: list[IntendedObject] | None) -> None:
        if not any(one["type"] == "pulumi:pulumi:Stack" for one in self.state):
            self.state = [self._stack(), *self.state]
        if wanted is None:
            self.state = cleared(self.state, {one.name for one in self.cluster.objects})
            self.intent = new_intent("uid")
        else:
            self.intent = intent_of(tuple(wanted), self.state, "uid", fewest=0)
        assert self.intent is not None
        self.state = with_record(self.state, self.intent)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[IntendedObject, ...]:
    root = tmp_path_factory.mktemp("fleet")
    write_fleet(root, namespaces=3)
    return intended_objects(assess(root, "dev-0000"), "dev-0000")


@pytest.mark.parametrize("seed", SEEDS)
def test_any_kill_is_put_right(whole: tuple[IntendedObject, ...], seed: int) -> None:
    drawn = random.Random(seed)
    targets = versions(drawn, whole)
    cluster = Cluster()
    foreign = Identity(kind="ConfigMap", namespace="elsewhere", name="foreign")
    cluster.objects[foreign] = ("another", {"apiVersion": "v1", "metadata": {"name": "f"}})
    engine = RecordingEngine(cluster, [])
    kills = 0
    for _ in range(KILLS):
        engine.steps, engine.kill_at = 0, drawn.choice([0, 1, 2, drawn.randint(0, 45)])
        wanted = None if drawn.random() < 0.25 else next(targets)
        engine.begin(wanted)
        try:
            engine.destroy() if wanted is None else engine.up(wanted)
        except KilledError:
            kills += 1
            recover(engine, cluster)
    assert kills

    engine.kill_at = None
    last = next(targets)
    engine.begin(last)
    engine.up(last)

    there = dict(cluster.objects)
    assert ("another", {"apiVersion": "v1", "metadata": {"name": "f"}}) == there.pop(foreign)
    assert {one.identity: (one.manager, one.manifest) for one in last} == there
    objects = [one for one in engine.state if one["type"].startswith("kubernetes:")]
    assert {one.urn: one.manifest for one in last} == {o["urn"]: o["inputs"] for o in objects}
    writes = cluster.writes
    engine.up(last)
    assert writes == cluster.writes


def test_without_recovery_the_simulation_ends_with_another_cluster(
    whole: tuple[IntendedObject, ...],
) -> None:
    """Without this, the test above could not fail."""
    wrong = 0
    for seed in range(20):
        drawn = random.Random(seed)
        targets = versions(drawn, whole)
        cluster = Cluster()
        engine = RecordingEngine(cluster, [])
        engine.begin(first := next(targets))
        engine.up(first)
        engine.kill_at, engine.steps = drawn.randint(5, 20), 0
        engine.begin(second := next(targets))
        with pytest.raises(KilledError):
            engine.up(second)
        engine.kill_at = None
        engine.up(first)
        wrong += {o.identity: (o.manager, o.manifest) for o in first} != cluster.objects
    assert wrong > 10

"""
Organizations that share GPU nodes, their pods, and those who try to get onto others' nodes.

A third of all pods trespasses, by every way that a pod has to ask for a node or for a device.
The long campaigns run in the nightly target; a tenth of one runs here.
"""

import contextlib
import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attrs
import pytest

from tenancy import checks
from tenancy import sandbox as embedded
from tenancy.labels import GPU_POOL
from tenancy.project import load
from tenancy.resolve import resolve
from tenancy.violation import Severity
from tests.cluster.api import JSON_PATCH, Answer, Api, path_of, until
from tests.cluster.gpu_campaign import (
    DEVICE_CLASS,
    FIVEFOLD,
    FULL,
    GPU,
    MIG,
    SHARED,
    TENTH,
    WORKERS,
    Organization,
    Pool,
    Scale,
    Watch,
    World,
    devices_of,
    pod,
    project,
)
from tests.cluster.security.objects import thing

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("gpu-campaign")]


@attrs.frozen
class Trespass:
    """One attempt: whose, at whose pool, and with what chance."""

    world: World
    organization: Organization
    foreign: Pool
    name: str

    @property
    def devices(self) -> dict[str, int]:
        return {self.organization.grants[0].pool.resource: 1}

    def run(self, devices: Mapping[str, int] | None = None, **spec: object) -> Answer:
        """Ask for a pod in the namespace that has grants."""
        namespace = self.organization.run
        asked = self.devices if devices is None else devices
        return self.create(pod(namespace, self.name, asked, **spec))

    def plain(self, devices: Mapping[str, int] | None = None, **spec: object) -> Answer:
        """Ask for a pod in the namespace that has none."""
        return self.create(pod(self.organization.plain, self.name, devices, **spec))

    def create(self, found: dict) -> Answer:
        return self.world.member(found["metadata"]["namespace"]).create(found)


def affinity(pool: str) -> dict:
    terms = [{"matchExpressions": [{"key": GPU_POOL, "operator": "In", "values": [pool]}]}]
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}
    return {"nodeAffinity": required}


def fields(node: str) -> dict:
    match = {"key": "metadata.name", "operator": "In", "values": [node]}
    terms = [{"matchFields": [match]}]
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}
    return {"nodeAffinity": required}


def toleration(pool: str) -> dict:
    return {"key": GPU_POOL, "operator": "Equal", "value": pool, "effect": "NoSchedule"}


def late(t: Trespass, change: list[dict]) -> Answer:
    """Ask for a lawful pod that waits at a gate, and then for more."""
    waiting = pod(t.organization.plain, t.name, schedulingGates=[{"name": "a/b"}])
    t.create(waiting).accepted()
    member = t.world.member(t.organization.plain)
    answer = member.patch(waiting, change, kind=JSON_PATCH)
    member.delete(waiting, gracePeriodSeconds="0").accepted()
    return answer


def claim(t: Trespass) -> Answer:
    exactly = {"deviceClassName": DEVICE_CLASS, "count": 1}
    spec = {"devices": {"requests": [{"name": "gpu", "exactly": exactly}]}}
    return t.world.root.create(
        thing("resource.k8s.io/v1", "ResourceClaim", t.name, t.organization.plain, spec=spec)
    )


def bind(t: Trespass) -> Answer:
    """Ask for a pod, and play the scheduler for it."""
    waiting = pod(t.organization.plain, t.name, schedulingGates=[{"name": "a/b"}])
    t.create(waiting).accepted()
    member = t.world.member(t.organization.plain)
    target = {"apiVersion": "v1", "kind": "Node", "name": t.foreign.node_names[0]}
    body = {
        "apiVersion": "v1",
        "kind": "Binding",
        "metadata": {"name": t.name, "namespace": t.organization.plain},
        "target": target,
    }
    answer = member.request("POST", f"{path_of(waiting)}/binding", body)
    member.delete(waiting, gracePeriodSeconds="0").accepted()
    return answer


NOT_GRANTED = "is not granted to this namespace"
OVER = "exceeded quota: gpus"
TRESPASSES: Mapping[str, tuple[Callable[[Trespass], Answer], str]] = {
    "a node's name": (
        lambda t: t.run(nodeName=t.foreign.node_names[0]),
        "spec.nodeName may not be set",
    ),
    "a node's name, without devices": (
        lambda t: t.plain(nodeName=t.foreign.node_names[-1]),
        "spec.nodeName may not be set",
    ),
    "another pool's toleration": (
        lambda t: t.run(tolerations=[toleration(t.foreign.name)]),
        "tolerations may name only taints of granted GPU node pools",
    ),
    "a toleration of every pool": (
        lambda t: t.plain(tolerations=[{"key": GPU_POOL, "operator": "Exists"}]),
        "tolerations may name only taints of granted GPU node pools",
    ),
    "a toleration of everything": (
        lambda t: t.plain(tolerations=[{"operator": "Exists"}]),
        "a toleration must name a key",
    ),
    "another pool's selector": (
        lambda t: t.run(nodeSelector={GPU_POOL: t.foreign.name}),
        NOT_GRANTED,
    ),
    "another pool's selector and toleration": (
        lambda t: t.run(
            nodeSelector={GPU_POOL: t.foreign.name}, tolerations=[toleration(t.foreign.name)]
        ),
        "ValidatingAdmissionPolicy",
    ),
    "affinity to another pool": (
        lambda t: t.run(affinity=affinity(t.foreign.name)),
        "node affinity may name",
    ),
    "affinity to a node by name": (
        lambda t: t.plain(affinity=fields(t.foreign.node_names[0])),
        "node affinity may not match fields",
    ),
    "more devices than a node has": (
        lambda t: t.run(
            {t.organization.grants[0].pool.resource: t.organization.grants[0].pool.per_node + 1}
        ),
        "a pod of this namespace may ask for at most",
    ),
    "more devices than a pod may have": (
        lambda t: t.run(
            {t.organization.grants[0].pool.resource: t.organization.grants[0].per_pod + 1}
        ),
        "a pod of this namespace may ask for at most",
    ),
    "a GPU without a grant": (lambda t: t.plain({GPU: 1}), OVER),
    "a slice without a grant": (lambda t: t.plain({MIG: 1}), OVER),
    "a shared GPU without a grant": (lambda t: t.plain({SHARED: 1}), OVER),
    "a claim without a grant": (claim, OVER),
    "devices by a variable": (
        lambda t: t.plain(
            main={"env": [{"name": "NVIDIA_VISIBLE_DEVICES", "value": "all"}]},
        ),
        "env may not set NVIDIA_VISIBLE_DEVICES",
    ),
    "devices by privilege": (
        lambda t: t.plain(
            main={"security": {"privileged": True, "allowPrivilegeEscalation": True}}
        ),
        "violates PodSecurity",
    ),
    "the cluster's own priority": (
        lambda t: t.run(priorityClassName="system-node-critical"),
        "is for the cluster alone",
    ),
    "a toleration that is added later": (
        lambda t: late(
            t,
            [{"op": "add", "path": "/spec/tolerations/-", "value": toleration(t.foreign.name)}],
        ),
        "tolerations may name only taints of granted GPU node pools",
    ),
    "a selector that is added later": (
        lambda t: late(
            t,
            [
                {
                    "op": "add",
                    "path": "/spec/nodeSelector",
                    "value": {GPU_POOL: t.foreign.name},
                }
            ],
        ),
        NOT_GRANTED,
    ),
    "the scheduler's own request": (bind, 'cannot create resource "pods/binding"'),
}
UNREFUSED: Mapping[str, Callable[[Trespass], Answer]] = {
    # Nothing refuses these, for they name no pool; the taints of the nodes are in their way.
    "a node's label": lambda t: t.plain(
        nodeSelector={"kubernetes.io/hostname": t.foreign.node_names[0]}
    ),
    "a model's label": lambda t: t.plain(
        nodeSelector={"nvidia.com/gpu.product": t.foreign.name}
    ),
}


@attrs.define
class Tally:
    """What came of all attempts."""

    lawful: Counter[str] = attrs.field(factory=Counter)
    trespasses: Counter[str] = attrs.field(factory=Counter)
    wrong: list[str] = attrs.field(factory=list)
    waiting: list[str] = attrs.field(factory=list)


def campaign(world: World, seed: int, tally: Tally, share: range) -> None:
    """Ask for a share of the pods, a third of them by somebody who trespasses."""
    chance = random.Random(f"{seed} {share.start}")
    ways = [*TRESPASSES, *UNREFUSED]
    mine: list[tuple[str, dict]] = []
    for number in share:
        organization = chance.choice(world.organizations)
        name = f"pod-{number}"
        if number % 3 == 0:
            granted = {grant.pool.name for grant in organization.grants}
            foreign = chance.choice([p for n, p in world.pools.items() if n not in granted])
            attempt = Trespass(world, organization, foreign, name)
            # In turn, so that none is missed.
            trespass(ways[number // 3 % len(ways)], attempt, tally)
            continue
        if number % 10 == 1:
            asked = pod(organization.plain, name)
        else:
            grant = chance.choice(organization.grants)
            count = chance.choice([n for n in (1, 1, 2, 4, 8) if n <= grant.per_pod])
            asked = pod(organization.run, name, {grant.pool.resource: count})
        namespace = asked["metadata"]["namespace"]
        answer = world.member(namespace).create(asked)
        if answer.ok:
            tally.lawful["accepted"] += 1
            mine.append((namespace, asked))
        elif OVER in answer.message:
            tally.lawful["over quota"] += 1
        else:
            tally.wrong.append(f"lawful {name}: {answer.message}")
        if len(mine) > 4 and chance.random() < 0.3:
            namespace, old = mine.pop(chance.randrange(len(mine)))
            world.member(namespace).delete(old, gracePeriodSeconds="0").accepted()
            tally.lawful["ended"] += 1


def trespass(way: str, attempt: Trespass, tally: Tally) -> None:
    tally.trespasses[way] += 1
    if way in UNREFUSED:
        UNREFUSED[way](attempt).accepted()
        tally.waiting.append(f"{attempt.organization.plain}/{attempt.name}")
        return
    ask, reason = TRESPASSES[way]
    answer = ask(attempt)
    if answer.ok or reason not in answer.message:
        tally.wrong.append(f"{way}, {attempt.name}: {answer.status} {answer.message}")


def run(world: World, seed: int) -> tuple[Tally, Watch, list[dict]]:
    """Run the campaign, wait until the scheduler has nothing more to do, and look."""
    tally = Tally()
    shares = [range(n, world.scale.pods, WORKERS) for n in range(WORKERS)]
    with Watch(world) as watch:
        with ThreadPoolExecutor(WORKERS) as several:
            for done in [
                several.submit(campaign, world, seed, tally, share) for share in shares
            ]:
                done.result()
        stored = settled(world)
        until(lambda: watch.has_seen(stored(fresh=True)), "the watch has seen everything")
    return tally, watch, stored(fresh=False)


def settled(world: World) -> Callable[..., list[dict]]:
    """Wait until every pod that can run does; the others have been tried."""
    last: list[dict] = []

    def stored(*, fresh: bool) -> list[dict]:
        if fresh:
            last[:] = world.root.request("GET", "/api/v1/pods").accepted().body["items"]
        return list(last)

    def looked_at() -> bool:
        return all(
            p["status"].get("phase") == "Running"
            or any(
                c["type"] == "PodScheduled" and c["status"] == "False"
                for c in p["status"].get("conditions", ())
            )
            for p in stored(fresh=True)
        )

    until(looked_at, "every pod runs or was tried", seconds=300)
    return stored


def judge(world: World, seed: int, record: Callable[[str, object], None]) -> None:
    """Run the campaign and assert all that has to hold."""
    began = time.monotonic()
    tally, watch, stored = run(world, seed)
    scale = world.scale
    trespasses = sum(tally.trespasses.values())
    running = [p for p in stored if p["spec"].get("nodeName")]
    pending = [p for p in stored if not p["spec"].get("nodeName")]
    record(
        f"GPU campaign, {scale.organizations} organizations, {scale.nodes} nodes,"
        f" {scale.pods} pods (seed {seed})",
        f"{trespasses} trespass, {tally.lawful['accepted']} accepted,"
        f" {tally.lawful['over quota']} over quota, {tally.lawful['ended']} ended,"
        f" {len(running)} run, {watch.moments['pods']} moments of pods and"
        f" {watch.moments['quotas']} of quotas seen, {time.monotonic() - began:.0f} s",
    )

    assert [] == tally.wrong[:10]
    assert [] == watch.wrong[:10]
    assert scale.pods // 3 <= trespasses
    assert {*TRESPASSES, *UNREFUSED} == set(tally.trespasses)
    # The control: GPU pods did run, on every kind of pool, and quotas were used up.
    assert scale.pods == trespasses + tally.lawful["accepted"] + tally.lawful["over quota"]
    assert {"h100", "l40s", "mig", "sliced", "own-0"} <= {
        world.pool_of.get(p["spec"]["nodeName"]) for p in running
    }
    assert watch.moments["pods"] >= 2 * len(running)
    assert watch.moments["quotas"] > len(world.grants)
    # What waits is a trespasser, or finds the nodes of its pool full; nothing is too large.
    waiting = {f"{p['metadata']['namespace']}/{p['metadata']['name']}" for p in pending}
    assert set(tally.waiting) <= waiting
    for found in pending:
        name = f"{found['metadata']['namespace']}/{found['metadata']['name']}"
        if name not in tally.waiting:
            pool = world.pools[found["spec"]["nodeSelector"][GPU_POOL]]
            assert 0 < devices_of(found)[pool.resource] <= pool.per_node


@pytest.fixture(scope="module")
def world(own_sandbox, tmp_path_factory) -> World:
    folder = tmp_path_factory.mktemp("gpu-campaign")
    return World(Api.of(own_sandbox.kubeconfig), folder, TENTH)


@pytest.fixture
def seed() -> int:
    """Return what chance begins with: another one each time, or the one that is given."""
    return int(os.environ.get("GPU_CAMPAIGN_SEED") or random.SystemRandom().randrange(10**6))


def test_a_tenth_of_the_campaign(world, seed, record_property):
    judge(world, seed, record_property)


@contextlib.contextmanager
def cluster(root: Path, toolchain, scale: Scale) -> Iterator[World]:
    folder = root / "project"
    folder.mkdir()
    box = embedded.up(root, toolchain=toolchain)
    yield World(Api.of(box.kubeconfig), folder, scale)


@pytest.mark.nightly
@pytest.mark.parametrize("scale", [FULL, FIVEFOLD], ids=["full", "fivefold"])
def test_the_campaign(own_root, toolchain, scale, seed, record_property):
    with cluster(own_root, toolchain, scale) as world:
        judge(world, seed, record_property)


@pytest.fixture(scope="module")
def without(world) -> Organization:
    """Return an organization whose `plain` namespace has no grant, as it has none itself."""
    return world.organizations[1]


@pytest.mark.parametrize(
    ("resource", "owner"),
    [
        pytest.param(GPU, 0, id="a GPU"),
        pytest.param(MIG, 2, id="a slice"),
        pytest.param(SHARED, 3, id="a shared GPU"),
    ],
)
def test_a_namespace_without_a_grant_starts_no_such_pod(world, resource, owner):
    """The same pod is let in where there is a grant."""
    organization = world.organizations[owner]
    world.member(organization.run).delete_collection(pod(organization.run, "x")).accepted()

    def answer(namespace: str) -> Answer:
        return world.root.create(pod(namespace, "probe", {resource: 1}), dry=True)

    until(lambda: answer(organization.run).ok, f"{resource} is let in where it is granted")
    answer(organization.plain).refused(OVER, f"limited: requests.{resource}=0")


def test_a_namespace_without_a_grant_claims_no_device(world, without):
    requests = [{"name": "gpu", "exactly": {"deviceClassName": DEVICE_CLASS, "count": 1}}]
    spec = {"devices": {"requests": requests}}
    outside = thing("resource.k8s.io/v1", "ResourceClaim", "probe", "default", spec=spec)
    world.root.create(outside, dry=True).accepted()
    own = {**outside, "metadata": {"name": "probe", "namespace": without.plain}}
    template = {
        **own,
        "kind": "ResourceClaimTemplate",
        "spec": {"spec": spec},
    }

    world.root.create(own, dry=True).refused(OVER, "count/resourceclaims.resource.k8s.io=1")
    world.root.create(template, dry=True).refused(
        OVER, "count/resourceclaimtemplates.resource.k8s.io=1"
    )


def test_a_bare_pod_gets_no_device_and_no_way_to_one(world, without):
    for namespace in (without.plain, without.run):
        made = world.root.create(pod(namespace, "bare"), dry=True).accepted().body["spec"]

        limits = made["containers"][0]["resources"]["limits"]
        assert {"cpu", "memory"} == set(limits)
        assert "nodeSelector" not in made
        assert GPU_POOL not in {t.get("key") for t in made.get("tolerations", ())}


def test_grants_beyond_the_pools_are_refused_before_anything_is_applied(tmp_path):
    project(tmp_path, TENTH)
    lawful = checks.check(resolve(load(tmp_path)[0])[0])
    project(tmp_path, TENTH, more={"org1": 5})

    found = checks.check(resolve(load(tmp_path)[0])[0])

    [refused] = [v for v in found if v.severity is Severity.ERROR]
    assert [] == [v.code for v in lawful if v.severity is Severity.ERROR]
    assert "gpu-overcommit" == refused.code
    asked = {line.split()[0]: int(line.split()[1]) for line in refused.details[:-1]}
    assert {"org1-run", "org3-run"} == set(asked)
    assert asked["org1-run"] == asked["org3-run"] + 5
    assert refused.details[-1].startswith(f"{sum(asked.values())} of ")
    assert f"grants of {sum(asked.values())} {GPU} of the pool h100" == refused.found

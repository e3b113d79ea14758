"""GPUs that DRA serves: one count, whichever way a pod asks for them."""

import os
import random

import pytest
import yaml
from typer.testing import CliRunner

import tenancy
from tenancy.cli import app
from tenancy.cluster import connect
from tenancy.cluster.devices import served_devices
from tenancy.cluster.nodes import nodes
from tenancy.gpu import verify_devices
from tenancy.kubernetes.labels import GPU_POOL
from tenancy.kubernetes.resources import RESOURCE_CLAIMS
from tenancy.local import sandbox as local_sandbox
from tenancy.planning import PreviousUpdate, planned, reading
from tests.cluster.api import Api, until
from tests.cluster.dra_campaign import Campaign, Outcome
from tests.cluster.dra_fields import FULL as CLAIMS_FULL
from tests.cluster.dra_fields import changed_later, field_ways, sharing
from tests.cluster.dra_ways import MARK, ways
from tests.cluster.dra_world import (
    CLAIM,
    CLAIM_GRANT,
    CLAIMED,
    CLAIMED_NODE,
    GRANT,
    GRANTED,
    GRANTS,
    IMPLICIT,
    MIX,
    MIX_GRANT,
    MIXED,
    MIXED_DRIVER,
    MIXED_NODE,
    MIXED_RESOURCE,
    NODE,
    OTHER,
    OTHER_RESOURCE,
    PAIR,
    PART,
    PART_DRIVER,
    PART_GRANT,
    PARTED_GPUS,
    PARTED_NODE,
    PARTS,
    PLAIN,
    PLUGIN_NODE,
    RESOURCE_SLICES,
    RUN,
    WHOLE,
    Scale,
    World,
    allocated,
    claim,
    device_class,
    exactly,
    gpu_pod,
    resource_slice,
    template,
    with_claims,
    written,
)
from tests.cluster.gpu_campaign import GPU, pod

TENTH = Scale(tuple(f"org{n}" for n in range(10)), nodes=17)
FULL = Scale(tuple(f"org{n}" for n in range(100)), nodes=167, times=2, parted=30)
"""100 organizations, 1,002 nodes, and 10,000 requests."""

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("dra")]


@pytest.fixture(scope="module")
def world(own_sandbox, tmp_path_factory) -> World:
    return World(Api.of(own_sandbox.kubeconfig), tmp_path_factory.mktemp("dra"))


@pytest.fixture(scope="module")
def assessment(own_sandbox):
    """Return the project, in the folder of the sandbox."""
    for name, content in written().items():
        (own_sandbox.root / name).write_text(yaml.safe_dump(content, sort_keys=False))
    return tenancy.assess(own_sandbox.root)


@pytest.fixture
def commands(assessment):
    """Return a function that runs a command in the project, and returns what it writes."""

    def run(*arguments: str) -> str:
        runner = CliRunner(env={"NO_COLOR": "1", "TERM": "dumb"})
        result = runner.invoke(app, [*arguments, "--project", str(assessment.root)])
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


@pytest.fixture
def cleared(world):
    """Leave nothing behind, whatever the test made."""
    yield world
    world.clear(RUN, PLAIN, CLAIM, MIX, PAIR, PARTS)


def bound(world: World, wanted: dict) -> str:
    """Return the node of *wanted*, which is created and has to be bound."""
    world.root.create(wanted).accepted()
    until(lambda: "nodeName" in world.state(wanted)["spec"], "the pod is bound")
    return world.state(wanted)["spec"]["nodeName"]


def test_pods_inside_the_grant_get_devices_and_the_next_is_refused(cleared):
    nodes = {bound(cleared, gpu_pod(RUN, f"inside-{n}", {GPU: 1})) for n in range(GRANT)}

    assert {NODE} == nodes
    assert cleared.devices(RUN) == GRANT
    cleared.root.create(gpu_pod(RUN, "above", {GPU: 1})).refused(
        "exceeded quota: gpus", f"limited: requests.{GPU}={GRANT}"
    )


def test_claims_inside_the_grant_get_devices_and_the_next_is_refused(cleared):
    for number in range(CLAIM_GRANT // 2):
        names = [f"claim-{number}-{part}" for part in "ab"]
        for name in names:
            cleared.root.create(claim(CLAIM, name, exactly(CLAIMED))).accepted()
        assert CLAIMED_NODE == bound(cleared, with_claims(CLAIM, f"pod-{number}", *names))

    assert cleared.devices(CLAIM) == CLAIM_GRANT
    cleared.claim(CLAIM, CLAIMED).refused(
        "exceeded quota: gpus", f"{CLAIMED}.deviceclass.resource.k8s.io/devices={CLAIM_GRANT}"
    )


def test_parts_of_gpus_are_counted_and_a_gpu_is_never_used_whole_and_in_parts(cleared):
    """A driver makes MIG instances; whole GPUs are of a class that acme is not granted."""
    for number in range(PART_GRANT):
        cleared.root.create(claim(PARTS, f"part-{number}", exactly(PART))).accepted()
        assert PARTED_NODE == bound(
            cleared, with_claims(PARTS, f"part-{number}", f"part-{number}")
        )
    given = [r["device"] for c in cleared.claims(PARTS) for r in allocated(c)]
    assert len(given) == PART_GRANT
    assert all("-part-" in name for name in given)
    cleared.claim(PARTS, PART).refused(
        "exceeded quota: gpus", f"{PART}.deviceclass.resource.k8s.io/devices={PART_GRANT}"
    )

    tolerated = [{"key": GPU_POOL, "operator": "Exists"}]
    named = [{"name": "all", "resourceClaimName": "all"}]
    whole = pod("default", "whole", tolerations=tolerated, resourceClaims=named)
    all_gpus = claim("default", "all", exactly(WHOLE, PARTED_GPUS))
    try:
        cleared.root.create(all_gpus).accepted()
        cleared.root.create(whole).accepted()
        until(
            lambda: "cannot allocate all claims" in cleared.events("default"),
            "the scheduler has tried the pod of whole GPUs",
        )
        assert "nodeName" not in cleared.state(whole)["spec"]

        cleared.clear(PARTS)
        until(lambda: "nodeName" in cleared.state(whole)["spec"], "the GPUs are free")
        assert len(allocated(cleared.state(all_gpus))) == PARTED_GPUS
    finally:
        cleared.root.delete(whole, gracePeriodSeconds="0")
        cleared.root.delete(all_gpus)


def test_pods_and_claims_of_one_pool_draw_on_one_count(cleared):
    bound(cleared, gpu_pod(MIX, "pod", {MIXED_RESOURCE: 1}))
    cleared.root.create(claim(MIX, "one", exactly(MIXED))).accepted()
    bound(cleared, with_claims(MIX, "claims", "one"))

    assert cleared.devices(MIX) == MIX_GRANT
    cleared.root.create(gpu_pod(MIX, "next", {MIXED_RESOURCE: 1})).refused(
        "exceeded quota: gpus", f"limited: requests.{MIXED_RESOURCE}={MIX_GRANT}"
    )
    cleared.claim(MIX, MIXED).refused(
        "exceeded quota: gpus", f"requests.{MIXED_RESOURCE}={MIX_GRANT}"
    )


def test_a_pod_waits_when_the_grant_is_used_up_and_everything_that_lists_it_has_the_reason(
    cleared, assessment, commands
):
    cleared.root.create(template(claim(CLAIM, "one", exactly(CLAIMED)))).accepted()
    for number in range(CLAIM_GRANT):
        bound(cleared, with_claims(CLAIM, f"pod-{number}", templates=("one",)))

    waiting = with_claims(CLAIM, "waiting", templates=("one",))
    cleared.root.create(waiting).accepted()
    until(
        lambda: "exceeded quota: gpus" in cleared.events(CLAIM),
        "an event has the reason of the quota",
    )
    assert "nodeName" not in cleared.state(waiting)["spec"]
    assert cleared.devices(CLAIM) == CLAIM_GRANT
    cleared.root.create(with_claims(CLAIM, "early", "later")).accepted()

    why = (
        f"the pod waiting waits: the quota gpus refused its claim of the template one:"
        f" {CLAIM_GRANT} of {CLAIM_GRANT} devices of {CLAIMED} are used, and it"
        " requests 1 device"
        # Each claim has one device here, so both limits are reached at the same time.
        f"; {CLAIM_GRANT} of {CLAIM_GRANT} {RESOURCE_CLAIMS} are used, and it requests 1"
    )
    missing = "the pod early waits: the ResourceClaim later does not exist"
    explained = commands("explain", CLAIM, "--live")
    assert why in explained
    assert missing in explained
    assert "every pod has a node" in commands("explain", RUN, "--live")
    used = commands("usage", "--stack", "dev", "--all")
    assert "FULL: pods of claim templates wait\n" in used
    assert f"  {why}\n" in used
    connection = connect(assessment.cluster("dev"), assessment.root)
    nothing = PreviousUpdate(tenancy={}, cluster_uid=None)
    live = reading(connection, assessment.tenancy, "dev", nothing)
    plan = planned(assessment.tenancy, "dev", nothing, live).plan
    facts = [fact.text for fact in plan.facts if fact.section == "waitingPods"]
    assert sorted([f"{CLAIM}: {missing}", f"{CLAIM}: {why}"]) == facts


def test_no_way_around_the_count_gets_a_device_more(cleared, record_property):
    """The grants are used up first; what is accepted all the same has to wait."""
    for number in range(GRANT):
        bound(cleared, gpu_pod(RUN, f"first-{number}", {GPU: 1}))
    for number in range(CLAIM_GRANT):
        cleared.root.create(claim(CLAIM, f"first-{number}", exactly(CLAIMED))).accepted()
        bound(cleared, with_claims(CLAIM, f"first-{number}", f"first-{number}"))
    bound(cleared, gpu_pod(MIX, "first", {MIXED_RESOURCE: 1}))
    mine = claim(MIX, "second", exactly(MIXED))
    cleared.root.create(mine).accepted()
    bound(cleared, with_claims(MIX, "second", "second"))
    used = {name: cleared.devices(name) for name in (RUN, CLAIM, MIX, PLAIN, PARTS)}
    assert used == {RUN: GRANT, CLAIM: CLAIM_GRANT, MIX: MIX_GRANT, PLAIN: 0, PARTS: 0}

    tried, waiting, wrong = 0, [], []
    for way in ways():
        tried += 1
        answer = cleared.tenant.create(way.manifest)
        if way.reason is None:
            answer.accepted()
            if way.manifest["kind"] == "Pod":
                waiting.append(way.manifest)
        elif answer.ok or not way.has_reason(answer.message):
            wrong.append(f"{way.name}: {answer.status} {answer.message}")
    cleared.root.patch(mine, {"metadata": {"annotations": MARK}}).refused_by(
        "tenancy-device-classes", "may be set by the scheduler only"
    )

    assert wrong == []
    assert tried + 1 >= 40
    until(
        lambda: (
            cleared.events(CLAIM).count("exceeded quota: gpus") >= 2
            and "exceeded quota: gpus" in cleared.events(MIX)
        ),
        "the claims of the waiting pods are refused",
    )
    assert [] == [
        w["metadata"]["name"] for w in waiting if "nodeName" in cleared.state(w)["spec"]
    ]
    got = {name: cleared.devices(name) - count for name, count in used.items()}
    record_property(
        "ways around the count of GPU devices",
        f"{tried + 1} tried, {sum(got.values())} got a device more",
    )
    assert dict.fromkeys(used, 0) == got


def test_no_field_and_no_later_change_gets_a_device_more(cleared, record_property):
    """What only the quota refuses is accepted before the grant is used up."""
    tried = list(field_ways())
    for way in tried:
        if way.reason == CLAIMS_FULL:
            cleared.tenant.create(way.manifest, dry=True).accepted()
    for number in range(CLAIM_GRANT):
        mine = claim(CLAIM, f"first-{number}", exactly(CLAIMED))
        cleared.tenant.create(mine).accepted()
        bound(cleared, with_claims(CLAIM, f"first-{number}", f"first-{number}"))
    for number in range(GRANT):
        bound(cleared, gpu_pod(RUN, f"first-{number}", {GPU: 1}))

    wrong = []
    for way in tried:
        answer = cleared.tenant.create(way.manifest)
        if answer.ok or not way.has_reason(answer.message):
            wrong.append(f"{way.name}: {answer.status} {answer.message}")
    later = list(changed_later(cleared))
    for name, answer, reason in later:
        if answer.ok or reason not in answer.message:
            wrong.append(f"{name}: {answer.status} {answer.message}")

    assert wrong == []
    # The pod uses the device of the other.
    bound(cleared, sharing("sharing"))
    got = cleared.devices(CLAIM) + cleared.devices(RUN) - CLAIM_GRANT - GRANT
    record_property(
        "ways around the count by fields and later changes",
        f"{len(tried) + len(later)} tried, {got} got a device more",
    )
    assert got == 0


def test_a_claim_that_the_scheduler_made_is_not_charged_to_another_pod(cleared):
    """One pod has a device of DRA, the other one of the plugin: the first could be hidden."""
    nodes = {MIXED_NODE: "", PLUGIN_NODE: ""}
    for number, node in enumerate(nodes):
        one = gpu_pod(MIX, f"pod-{number}", {MIXED_RESOURCE: 1})
        one["spec"]["nodeSelector"]["kubernetes.io/hostname"] = node
        bound(cleared, one)
        nodes[node] = cleared.state(one)["metadata"]["uid"]
    [made] = cleared.claims(MIX)
    made = {"apiVersion": "resource.k8s.io/v1", "kind": "ResourceClaim", **made}
    other = {"apiVersion": "v1", "kind": "Pod", "name": "pod-1", "uid": nodes[PLUGIN_NODE]}

    cleared.tenant.patch(
        made, {"metadata": {"ownerReferences": [{**other, "controller": True}]}}
    ).refused_by("tenancy-device-classes", "gets no other owner")

    cleared.tenant.patch(made, {"metadata": {"labels": {"mine": "yes"}}}).accepted()


def judged(world: World, rounds: int, asks: int, record) -> Outcome:
    """Run the campaign and assert all that has to hold."""
    seed = int(os.environ.get("GPU_CAMPAIGN_SEED") or random.SystemRandom().randrange(10**6))
    found = Campaign(world, seed).run(rounds, asks)
    scale = world.scale
    record(
        f"GPU campaign with claims, {len(scale.organizations)} organizations,"
        f" {scale.nodes * 6} nodes, {found.asked} requests (seed {seed})",
        f"{found.trespasses} trespass, {found.accepted.total()} accepted, {found.over} over"
        f" quota, {found.ended} ended, {found.moments} moments judged",
    )

    assert [] == found.wrong[:10]
    # The controls: every way of asking was used, with a real priority too.
    assert {"claim by hand", "pod by resource", "pod by claim", "pod by template"} == set(
        found.accepted
    )
    assert {"run", "claim", "mix", "pair", "parts"} == set(+found.urgent)
    assert found.over
    assert found.trespasses
    return found


def used_up(found: Outcome, times: int) -> set[tuple[str, str]]:
    """Return by namespace's id and pool which grants were used up at some moment."""
    return {
        (kind, pool)
        for (namespace, pool), count in found.most.items()
        for kind in (namespace.partition("-")[2],)
        if count == GRANTS[kind][pool] * times
    }


EVERY_GRANT = {(kind, pool) for kind, pools in GRANTS.items() for pool in pools}


def test_a_sample_of_all_ways_of_asking_stays_inside_the_grants(cleared, record_property):
    assert EVERY_GRANT == used_up(judged(cleared, 2, 84, record_property), 1)


@pytest.mark.nightly
@pytest.mark.parametrize("scale", [TENTH, FULL], ids=["tenth", "full"])
def test_all_ways_of_asking_stay_inside_the_grants(
    own_root, toolchain, scale, tmp_path, record_property
):
    # By itself the controller counts everything again every five minutes, and may then admit
    # one too many (kubernetes/kubernetes#123434).
    flags = {"kube-controller-manager": ["--resource-quota-sync-period=12h"]}
    box = local_sandbox.up(own_root, toolchain=toolchain, flags=flags)
    world = World(Api.of(box.kubeconfig), tmp_path, scale)

    found = judged(world, 5, 20 * len(scale.organizations), record_property)

    assert EVERY_GRANT == used_up(found, scale.times)


def test_a_claim_that_is_deleted_while_a_pod_uses_it_stays_counted(cleared):
    for number in range(CLAIM_GRANT):
        mine = claim(CLAIM, f"mine-{number}", exactly(CLAIMED))
        cleared.root.create(mine).accepted()
        bound(cleared, with_claims(CLAIM, f"pod-{number}", f"mine-{number}"))

    cleared.root.delete(mine).accepted()

    cleared.claim(CLAIM, CLAIMED).refused("exceeded quota: gpus")
    assert cleared.devices(CLAIM) == CLAIM_GRANT


def test_claims_are_refused_where_the_class_no_longer_counts_with_the_resource(cleared):
    cleared.claim(MIX, MIXED, dry=True).accepted()
    own = device_class(MIXED, None)
    try:
        change = {"spec": {"extendedResourceName": OTHER_RESOURCE + "-2"}}
        cleared.root.patch(own, change).accepted()

        until(
            lambda: "tenancy-counted-claims" in cleared.claim(MIX, MIXED, dry=True).message,
            "the policy sees the class",
        )
        cleared.claim(MIX, MIXED, dry=True).refused(
            f"claims of the device class {MIXED} are not counted with the pods"
        )
    finally:
        change = {"spec": {"extendedResourceName": MIXED_RESOURCE}}
        cleared.root.patch(own, change).accepted()
    until(lambda: cleared.claim(MIX, MIXED, dry=True).ok, "claims are accepted again")


def test_a_claim_by_hand_is_refused_for_a_class_that_no_granted_pool_names(world):
    for name in (GRANTED, OTHER, IMPLICIT, "nobody.example.com"):
        world.claim(RUN, name, dry=True).refused("tenancy-device-classes")
    world.claim("default", OTHER, dry=True).accepted()


def test_a_namespace_without_a_grant_gets_no_device(world):
    asked = world.root.create(gpu_pod(PLAIN, "plain", {GPU: 1}))
    asked.refused("exceeded quota: gpus", f"limited: requests.{GPU}=0")
    for name in (GRANTED, OTHER, IMPLICIT, CLAIMED, MIXED):
        world.claim(PLAIN, name, dry=True).refused("tenancy-device-classes")


@pytest.fixture
def served_findings(world, assessment):
    """Return a function that compares the pools with what the cluster serves now."""
    platform = assessment.tenancy.platforms["platform"]
    connection = connect(assessment.cluster("platform"), assessment.root)

    def read() -> list[tuple[str, str]]:
        served = served_devices(connection)
        there = nodes(connection)
        return [(f.code, f.found) for f in verify_devices(platform.pools, served, there)]

    return read


def test_what_the_cluster_serves_is_compared_with_the_pools(world, served_findings):
    """The node of the plugin has no driver of its own."""
    # Parts of GPUs are listed, and the class of the pool selects them by their profile.
    plugin = (
        "devices-missing",
        f"the node {PLUGIN_NODE}, whose ResourceSlices list no device of the class {MIXED}",
    )
    assert [plugin] == served_findings()

    own = device_class(PART, None, PART_DRIVER, "1g.10gb")
    wide = device_class(PART, None, PART_DRIVER)
    world.root.patch(own, {"spec": wide["spec"]}).accepted()
    try:
        assert [plugin, ("device-class-wide", "parts or shares of devices too")] == [
            (code, text.rpartition("and so ")[2]) for code, text in served_findings()
        ]
    finally:
        world.root.patch(own, {"spec": own["spec"]}).accepted()

    second = resource_slice(PLUGIN_NODE, MIXED_DRIVER)
    world.root.request("POST", RESOURCE_SLICES, second).accepted()
    try:
        assert ["devices-served-twice"] == [code for code, _ in served_findings()]
    finally:
        name = second["metadata"]["name"]
        world.root.request("DELETE", f"{RESOURCE_SLICES}/{name}").accepted()
    assert [plugin] == served_findings()

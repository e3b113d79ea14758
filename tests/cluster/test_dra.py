"""GPUs that DRA serves: one count, whichever way a pod asks for them."""

import pytest
import yaml

import tenancy
from tenancy.cluster import connect
from tenancy.cluster.devices import served_devices
from tenancy.cluster.nodes import nodes
from tenancy.gpu import verify_devices
from tests.cluster.api import Api, until
from tests.cluster.dra_ways import MARK, ways
from tests.cluster.dra_world import (
    CLAIM,
    CLAIM_GRANT,
    CLAIMED,
    CLAIMED_NODE,
    GRANT,
    GRANTED,
    IMPLICIT,
    MIX,
    MIX_GRANT,
    MIXED,
    MIXED_DRIVER,
    MIXED_RESOURCE,
    NODE,
    OTHER,
    OTHER_RESOURCE,
    PLAIN,
    PLUGIN_NODE,
    RESOURCE_SLICES,
    RUN,
    World,
    claim,
    device_class,
    exactly,
    gpu_pod,
    resource_slice,
    template,
    with_claims,
    written,
)
from tests.cluster.gpu_campaign import GPU

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("dra")]


@pytest.fixture(scope="module")
def world(own_sandbox, tmp_path_factory) -> World:
    return World(Api.of(own_sandbox.kubeconfig), tmp_path_factory.mktemp("dra"))


@pytest.fixture
def cleared(world):
    """Leave nothing behind, whatever the test made."""
    yield world
    world.clear(RUN, PLAIN, CLAIM, MIX)


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


def test_a_pod_of_a_template_waits_when_the_grant_is_used_up(cleared):
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
    used = {name: cleared.devices(name) for name in (RUN, CLAIM, MIX, PLAIN)}
    assert used == {RUN: GRANT, CLAIM: CLAIM_GRANT, MIX: MIX_GRANT, PLAIN: 0}

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
def served_findings(world, own_sandbox, tmp_path):
    """Return a function that compares the pools with what the cluster serves now."""
    for name, content in written().items():
        (tmp_path / name).write_text(yaml.safe_dump(content, sort_keys=False))
    assessment = tenancy.assess(tmp_path)
    platform = assessment.tenancy.platforms["platform"]
    connection = connect(assessment.cluster("platform"), own_sandbox.root)

    def read() -> list[tuple[str, str]]:
        served = served_devices(connection)
        there = nodes(connection)
        return [(f.code, f.found) for f in verify_devices(platform.pools, served, there)]

    return read


def test_what_the_cluster_serves_is_compared_with_the_pools(world, served_findings):
    """The node of the plugin has no driver of its own."""
    plugin = (
        "devices-missing",
        f"the node {PLUGIN_NODE}, whose ResourceSlices list no device of the class {MIXED}",
    )
    assert [plugin] == served_findings()

    second = resource_slice(PLUGIN_NODE, MIXED_DRIVER)
    world.root.request("POST", RESOURCE_SLICES, second).accepted()
    try:
        assert ["devices-served-twice"] == [code for code, _ in served_findings()]
    finally:
        name = second["metadata"]["name"]
        world.root.request("DELETE", f"{RESOURCE_SLICES}/{name}").accepted()
    assert [plugin] == served_findings()

"""Queues on the cluster beside those in the files."""

import copy

import pytest

from tenancy import manifests as render
from tenancy.drifting import Identity, differences
from tests.unit.builders import a_platform, a_pool, a_tenancy


@pytest.fixture
def desired():
    grant = {"pool": "h100", "gpus": 4, "borrowingLimit": 2}
    tenancy = a_tenancy(
        platform=a_platform(gpuNodePools=[a_pool()], queues={}), namespace={"gpus": [grant]}
    )
    environment = tenancy.environments["dev"]
    found = render.environment(environment, tenancy.platforms["platform"])
    platform = render.platform(tenancy.platforms["platform"]).queues
    return {
        "dev": [m for m in found if m["kind"] in {"Namespace", *render.QUEUE_KINDS}],
        "platform": list(platform),
    }


def drift(desired, stack, live):
    found = differences(desired[stack], {Identity.of(m): m for m in live})
    return [
        (str(d.object), ".".join(d.field), d.change.value, d.desired, d.live) for d in found
    ]


def everything(desired):
    return copy.deepcopy([*desired["platform"], *desired["dev"]])


def queue(live):
    return next(m for m in live if m["kind"] == "ClusterQueue")


def gpus(live):
    return queue(live)["spec"]["resourceGroups"][0]["flavors"][0]["resources"][0]


def test_the_queues_of_another_stack_on_the_cluster_are_no_drift(desired):
    live = everything(desired)

    assert [] == drift(desired, "dev", live)
    assert [] == drift(desired, "platform", live)


def test_a_limit_that_was_raised_by_hand_is_named_with_its_pool(desired):
    live = everything(desired)
    gpus(live)["borrowingLimit"] = "9"

    assert [
        (
            "ClusterQueue acme-dev",
            "spec.h100.nvidia.com/gpu.borrowingLimit",
            "changed",
            "2",
            "9",
        )
    ] == drift(desired, "dev", live)


def test_the_same_amount_in_another_spelling_is_no_drift(desired):
    live = everything(desired)
    gpus(live)["nominalQuota"] = "4000m"

    assert [] == drift(desired, "dev", live)


def test_a_further_flavor_and_another_queue_of_the_stack_are_drift(desired):
    live = everything(desired)
    quotas = {"name": "b200", "resources": [{"name": "nvidia.com/gpu", "nominalQuota": "8"}]}
    queue(live)["spec"]["resourceGroups"][0]["flavors"].append(quotas)
    other = copy.deepcopy(queue(everything(desired)))
    other["metadata"]["name"] = "more"

    assert [
        ("ClusterQueue acme-dev", "spec.b200.nvidia.com/gpu.nominalQuota", "added", None, "8"),
        ("ClusterQueue more", "", "added", None, None),
    ] == drift(desired, "dev", [*live, other])

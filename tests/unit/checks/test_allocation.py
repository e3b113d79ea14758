"""Ways in which pods ask for devices: one count, or a refusal with the reason."""

import pytest

from tests.unit.builders import a_platform, a_pool, findings

CLASS = "h100.example.com"
PLACE = "Pulumi.platform.yaml: platform.gpuNodePools[0]"
DRA = {"allocation": "dra", "deviceClass": CLASS}
BOTH = {"allocation": "both", "deviceClass": CLASS}


def mig(**keys):
    return {"type": "mig", "layout": [{"profile": "1g.10gb", "perGpu": 7, **keys}]}


def allocation(*pools, **grant):
    namespace = {"gpus": [{"pool": "h100", "gpus": 4, **grant}]} if grant else {}
    platform = a_platform(gpuNodePools=list(pools))
    return findings(platform=platform, namespace=namespace)


@pytest.mark.parametrize(
    "pools",
    [
        pytest.param([a_pool()], id="by the resource"),
        pytest.param([a_pool(**DRA)], id="by claims"),
        pytest.param([a_pool(**BOTH)], id="either way"),
        pytest.param(
            [a_pool(allocation="dra", sharing=mig(deviceClass=CLASS))], id="claims of profiles"
        ),
        pytest.param(
            [a_pool(**DRA), a_pool(name="a100", allocation="dra", deviceClass="a100")],
            id="claims of two pools",
        ),
        pytest.param([a_pool(**DRA), a_pool(name="a100")], id="claims beside a resource"),
        pytest.param(
            [a_pool(**BOTH), a_pool(name="a100", resource="example.com/a100")],
            id="both beside another resource",
        ),
    ],
)
def test_a_pool_whose_devices_have_one_count_is_allowed(pools):
    assert [] == allocation(*pools)


@pytest.mark.parametrize(
    ("pools", "expected"),
    [
        pytest.param(
            [a_pool(allocation="dra")],
            f"{PLACE}.allocation [pool-allocation] allocation dra of the pool h100, and no"
            " device class of nvidia.com/gpu; allowed: a device class, by which claims are"
            " counted; write deviceClass",
            id="claims of no class",
        ),
        pytest.param(
            [a_pool(deviceClass=CLASS)],
            f"{PLACE}.allocation [pool-allocation] the device class {CLASS} of the pool h100,"
            " and no allocation that uses it; allowed: allocation dra (claims only) or both"
            " (claims and the resource) with a class; write the allocation, or remove the"
            " class",
            id="a class that nothing uses",
        ),
        pytest.param(
            [a_pool(**DRA, sharing={"type": "time-slicing", "replicas": 4})],
            f"{PLACE}.allocation [pool-allocation] allocation dra of the pool h100, whose GPUs"
            " are shared by time-slicing; allowed: devicePlugin for shares, because a quota"
            " counts a claim's devices, and each share would count as a whole device; write"
            " allocation devicePlugin, or sharing none or mig",
            id="claims of shares",
        ),
        pytest.param(
            [a_pool(**DRA, sharing=mig())],
            f"{PLACE}.deviceClass [pool-allocation] one device class, {CLASS}, for all MIG"
            " profiles of h100; allowed: a device class for each profile, because a quota"
            " counts all devices of a class the same; move it to deviceClass of a profile"
            " in the layout",
            id="one class of all profiles",
        ),
        pytest.param(
            [a_pool(**BOTH), a_pool(name="a100")],
            f"{PLACE}.allocation [pool-allocation] allocation both of the pool h100, whose"
            " nvidia.com/gpu the pool a100 has too; allowed: allocation both only for a"
            " resource that no other pool has, because claims and pods of two pools could"
            " be counted only as a sum; write allocation dra, or give the pool another"
            " resource",
            id="both beside a pool of the same resource",
        ),
        pytest.param(
            [a_pool(**DRA), a_pool(name="a100", **DRA)],
            "Pulumi.platform.yaml: platform.gpuNodePools[1].deviceClass"
            f" [pool-device-class] the device class {CLASS} for nvidia.com/gpu of the pool"
            " a100, and for nvidia.com/gpu of the pool h100; allowed: a device class for"
            " each pool and unit; a quota counts by device class; create a class that"
            " selects only the devices of this pool",
            id="one class of two pools",
        ),
        pytest.param(
            [
                a_pool(sharing={"type": "time-slicing", "replicas": 4, "rename": False}),
                a_pool(name="a100"),
            ],
            "Pulumi.platform.yaml: platform.gpuNodePools[1].sharing [pool-unit] nvidia.com/gpu,"
            " which is a whole GPU in the pool a100 and one of 4 shares of a GPU in the pool"
            " h100; allowed: one unit for each resource, because a quota adds them up; write"
            " rename: true under sharing, or another resource",
            id="one name of two units",
        ),
    ],
)
def test_a_pool_whose_devices_have_no_one_count_is_refused_with_the_reason(pools, expected):
    assert [expected] == allocation(*pools)


def test_a_claim_is_no_larger_than_a_pod():
    place = "organizations/acme.yaml: namespaces[0].gpus[0].maxPerClaim [gpu-max-per-claim]"

    assert [] == allocation(a_pool(**DRA), maxPerPod=4, maxPerClaim=4)
    assert [
        f"{place} maxPerClaim 3 of the pool h100; allowed: at most 2, which one pod may have;"
        " lower it to 2, or remove it"
    ] == allocation(a_pool(**DRA), maxPerPod=2, maxPerClaim=3)
    # The grant of 4 limits a pod too, where nothing else does.
    [above] = allocation(a_pool(**DRA), maxPerClaim=5)
    assert above.startswith(f"{place} maxPerClaim 5 of the pool h100; allowed: at most 4, ")
    assert [] == allocation(a_pool(**DRA), maxPerClaim=4)
    assert [
        f"{place} maxPerClaim 1 of the pool h100, whose allocation is devicePlugin; allowed:"
        " maxPerClaim for pools whose devices are claimed; remove it"
    ] == allocation(a_pool(), maxPerClaim=1)

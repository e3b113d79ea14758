"""What DRA serves on a cluster, compared with the pools."""

import attrs
import pytest

from tenancy.diagnostics.finding import Severity
from tenancy.gpu.device_verification import (
    ServedClass,
    ServedDevices,
    drivers_of,
    selects_every_device,
    verify_devices,
)
from tenancy.kubernetes.labels import GPU_POOL
from tests.unit.gpu.pools import existing

DRIVER = "gpu.example.com"
GPU = "nvidia.com/gpu"


def a_node(**allocatable: str) -> dict:
    return {
        "metadata": {"labels": {GPU_POOL: "h100"}},
        "status": {"allocatable": {"cpu": "8", **allocatable}},
    }


def served(
    *, name: str = "h100", resource: str | None = None, driver: str = DRIVER, **devices: int
) -> ServedDevices:
    """One class, and devices of its driver by node."""
    one = ServedClass(name=name, resource=resource, drivers=frozenset({driver}))
    return ServedDevices(
        classes={name: one},
        devices={node.replace("_", "-"): {DRIVER: n} for node, n in devices.items()},
    )


def found(pool, what: ServedDevices, **nodes: dict) -> list[tuple[str, Severity, str]]:
    there = {"gpu-0": a_node(), "gpu-1": a_node()}
    there |= {name.replace("_", "-"): one for name, one in nodes.items()}
    return [(f.code, f.severity, f.found) for f in verify_devices([pool], what, there)]


CLAIMED = existing(allocation="dra", deviceClass="h100")
BOTH = existing(allocation="both", deviceClass="h100")


@pytest.mark.parametrize(
    ("pool", "resource"),
    [pytest.param(CLAIMED, None, id="claims"), pytest.param(BOTH, GPU, id="claims and pods")],
)
def test_a_class_with_all_promised_devices_is_right(pool, resource):
    assert [] == found(pool, served(resource=resource, gpu_0=8, gpu_1=8))


def test_a_pool_of_a_device_plugin_needs_no_class():
    nodes = {f"gpu_{n}": a_node(**{GPU: "8"}) for n in range(2)}

    assert [] == found(existing(), ServedDevices(classes={}, devices={}), **nodes)
    assert [] == found(existing(), served(name="other", gpu_0=8, gpu_1=8), **nodes)


def test_a_class_that_is_missing_is_warned_of():
    [one] = found(CLAIMED, served(name="h200", gpu_0=8, gpu_1=8))

    assert ("device-class-missing", Severity.WARNING) == one[:2]
    assert "the device class h100 of the pool h100, which is not on the cluster" in one[2]


@pytest.mark.parametrize("resource", [None, "example.com/gpu"])
def test_a_class_that_counts_elsewhere_than_pods_is_refused(resource):
    [one] = found(BOTH, served(resource=resource, gpu_0=8, gpu_1=8))

    assert ("device-class-differs", Severity.ERROR) == one[:2]
    assert str(resource or "no extendedResourceName") in one[2]


@pytest.mark.parametrize(
    ("pool", "resource", "is_found"),
    [pytest.param(BOTH, GPU, True, id="both"), pytest.param(CLAIMED, None, False, id="claims")],
)
def test_claims_and_pods_are_counted_apart_before_1_36(pool, resource, is_found):
    what = served(resource=resource, gpu_0=8, gpu_1=8)

    assert [] == found(pool, what)
    older = found(pool, attrs.evolve(what, counts_by_resource=False))
    assert ["device-class-differs"] * is_found == [one[0] for one in older]
    assert all("before 1.36" in one[2] and one[1] is Severity.ERROR for one in older)


@pytest.mark.parametrize(
    "pool", [pytest.param(BOTH, id="both"), pytest.param(existing(), id="device plugin")]
)
def test_devices_of_a_plugin_and_of_a_driver_on_one_node_are_refused(pool):
    what = served(resource=GPU, gpu_0=8, gpu_1=8)

    twice = found(pool, what, gpu_0=a_node(**{GPU: "8"}))

    assert [("devices-served-twice", Severity.ERROR)] == [one[:2] for one in twice]
    assert "the node gpu-0, where a device plugin serves nvidia.com/gpu" in twice[0][2]


def test_a_driver_of_other_devices_on_the_node_is_harmless():
    what = served(resource=GPU, driver="network.example.com", gpu_0=8, gpu_1=8)

    assert [] == found(existing(), what, **{f"gpu_{n}": a_node(**{GPU: "8"}) for n in (0, 1)})


def test_fewer_devices_than_promised_and_a_node_without_a_driver_are_warned_of():
    fewer = found(CLAIMED, served(gpu_0=7, gpu_1=8))
    none = found(CLAIMED, served(gpu_1=8))

    assert [("devices-missing", Severity.WARNING)] == [one[:2] for one in fewer]
    assert (
        "the node gpu-0, whose ResourceSlices list 7 devices of the class h100" == fewer[0][2]
    )
    assert "the node gpu-0, whose ResourceSlices list no device of the class h100" == none[0][2]


def test_pods_of_a_pool_that_dra_serves_need_the_devices_too():
    [one] = found(existing(), served(resource=GPU, gpu_0=8, gpu_1=6))

    assert "the node gpu-1, whose ResourceSlices list 6 devices of the class h100" == one[2]


@pytest.mark.parametrize(
    ("expressions", "drivers"),
    [
        pytest.param(["device.driver == 'a.b'"], {"a.b"}, id="single quotes"),
        pytest.param(['device.driver=="a.b" && true'], {"a.b"}, id="double quotes"),
        pytest.param(["device.driver == 'a' || device.driver == 'b'"], {"a", "b"}, id="two"),
        pytest.param(["device.attributes['a'].x == 'y'"], set(), id="another question"),
    ],
)
def test_drivers_are_read_from_selectors(expressions, drivers):
    assert drivers == drivers_of(expressions)


OTHER = existing(
    name="a100",
    allocation="dra",
    deviceClass="a100",
    nodeNames=["a100-0"],
    nodes={"min": 1, "max": 1},
)
LAYOUT = [
    {"profile": name, "perGpu": 1, "deviceClass": name} for name in ("3g.40gb", "4g.40gb")
]
PROFILES = existing(allocation="dra", sharing={"type": "mig", "layout": LAYOUT})


@pytest.mark.parametrize(
    ("pools", "driver_of_other", "is_wide", "also"),
    [
        pytest.param(
            [CLAIMED, OTHER],
            DRIVER,
            True,
            "and so devices of the pool a100 too",
            id="two pools",
        ),
        pytest.param([CLAIMED, OTHER], DRIVER, False, None, id="a selector more"),
        pytest.param([CLAIMED, OTHER], "another.example.com", True, None, id="two drivers"),
        pytest.param([CLAIMED], DRIVER, True, None, id="one pool"),
        pytest.param([existing(), OTHER], DRIVER, False, None, id="of a resource"),
        pytest.param(
            [PROFILES],
            DRIVER,
            True,
            "and so devices of all profiles of the pool h100 too",
            id="MIG profiles",
        ),
        pytest.param([PROFILES], DRIVER, False, None, id="MIG profiles with selectors"),
    ],
)
def test_a_class_that_selects_devices_of_another_count_is_refused(
    pools, driver_of_other, is_wide, also
):
    names = ("h100", "a100", "3g.40gb", "4g.40gb")
    drivers = {name: DRIVER if name != "a100" else driver_of_other for name in names}
    what = ServedDevices(
        classes={
            # The class of the pool a100 always selects by more than the driver.
            name: ServedClass(
                name=name, drivers=frozenset({driver}), is_wide=is_wide and name != "a100"
            )
            for name, driver in drivers.items()
        },
        devices={"gpu-0": {DRIVER: 16}, "gpu-1": {DRIVER: 16}, "a100-0": {driver_of_other: 8}},
    )
    other = {**a_node(), "metadata": {"labels": {GPU_POOL: "a100"}}}
    nodes = {"gpu-0": a_node(), "gpu-1": a_node(), "a100-0": other}

    wide = [f for f in verify_devices(pools, what, nodes) if f.code == "device-class-wide"]

    assert [Severity.ERROR] * (len(wide)) == [f.severity for f in wide]
    assert bool(also) == bool(wide)
    assert all(also in f.found for f in wide)


@pytest.mark.parametrize(
    ("expressions", "is_every"),
    [
        ([], True),
        (["device.driver == 'a'"], True),
        ([' ( device.driver == "a" ) '], True),
        (["device.driver == 'a' && true"], False),
        (["device.driver == 'a'", "device.attributes['a'].type == 'gpu'"], False),
    ],
)
def test_a_class_is_wide_where_it_compares_nothing_but_a_driver(expressions, is_every):
    assert is_every == selects_every_device(expressions)


@pytest.mark.parametrize(
    ("is_wide", "divided", "also"),
    [
        pytest.param(True, {DRIVER}, "and so parts or shares of devices too", id="its driver"),
        pytest.param(True, {"network.example.com"}, None, id="another driver"),
        pytest.param(False, {DRIVER}, None, id="a selector more"),
    ],
)
def test_a_class_of_whole_devices_and_of_their_parts_is_refused(is_wide, divided, also):
    one = ServedClass(name="h100", drivers=frozenset({DRIVER}), is_wide=is_wide)
    devices = {name: {DRIVER: 8} for name in ("gpu-0", "gpu-1")}
    what = ServedDevices(classes={"h100": one}, devices=devices, divided=frozenset(divided))

    wide = found(CLAIMED, what)

    assert bool(also) == bool(wide)
    assert all("device-class-wide" == code and also in text for code, _, text in wide)

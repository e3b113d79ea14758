"""A toolchain whose control plane is of another release of Kubernetes."""

import os
from pathlib import Path

import attrs
from rich.console import Console

from tenancy.local.tools import Toolchain
from tenancy.local.tools.build import build
from tenancy.local.tools.definitions import OTHER_RELEASES, SERVERS, Module
from tenancy.local.tools.locate import built

VARIABLE = "TENANCY_TEST_KUBERNETES"
"""Set to a minor release, such as 1.37: the tests in `tests/cluster` then run on it."""
GATES_VARIABLE = "TENANCY_TEST_DRA_GATES"
"""Set to anything: the control planes of modules then have every feature gate of DRA on."""
DRA_GATES = {
    "1.35": (
        "DRAConsumableCapacity",
        "DRADeviceBindingConditions",
        "DRADeviceTaints",
        "DRAExtendedResource",
        "DRAPartitionableDevices",
    ),
    "1.36": ("DRAListTypeAttributes", "DRANodeAllocatableResources", "DRAResourcePoolStatus"),
    "1.37": (
        "DRADerivedAttributes",
        "DRADeviceCompatibilityGroups",
        "DRAListTypeAttributes",
        "DRANodeAllocatableResources",
        "DRAPartitionableDevicesType",
        "DRAResourcePoolStatus",
    ),
}
"""
The gates of a release that are off by default, and need no gate of something else.

Source: pkg/features/kube_features.go of k8s.io/kubernetes v1.35.4, v1.36.3 and v1.37.2.
"""
DEFAULT_RELEASE = "1.36"
FOLDER = Path(__file__).parents[2] / "toolchain"


def name_of(entry: Module) -> str:
    """Return the minor release of *entry*, such as 1.37."""
    return f"{entry.version.major}.{entry.version.minor}"


def gates(release: str) -> dict[str, list[str]]:
    """Return the flags by which a sandbox of *release* has every feature gate of DRA on."""
    flag = "--feature-gates=" + ",".join(f"{gate}=true" for gate in DRA_GATES[release])
    return {name: [flag] for name in SERVERS if name != "etcd"}


def wanted_flags() -> dict[str, list[str]]:
    """Return the flags of modules' sandboxes: none, or those that the variable asks for."""
    if GATES_VARIABLE not in os.environ:
        return {}
    return gates(os.environ.get(VARIABLE, DEFAULT_RELEASE))


def is_built(entry: Module) -> bool:
    """Return whether the release was built before."""
    return built(entry, FOLDER) is not None


def make(entry: Module) -> None:
    """Build the release from its Go module, if that was not done before."""
    if not is_built(entry):
        build([entry], FOLDER, Console(stderr=True))


def wanted(toolchain: Toolchain, folder: Path) -> Toolchain:
    """
    Return *toolchain* with the control plane of the release in `TENANCY_TEST_KUBERNETES`.

    Args:
        toolchain: With the release that the sandbox has by default.
        folder: For its links.
    """
    release = os.environ.get(VARIABLE)
    if release is None:
        return toolchain
    [entry] = [found for found in OTHER_RELEASES if name_of(found) == release]
    return with_release(toolchain, entry, folder)


def with_release(toolchain: Toolchain, entry: Module, folder: Path) -> Toolchain:
    """Return *toolchain* with the control plane of *entry*, which is built, in *folder*."""
    programs = built(entry, FOLDER)
    assert programs is not None, f"Kubernetes {entry.version} is not built"
    folder.mkdir(exist_ok=True)
    for link in toolchain.bin.iterdir():
        own = programs / "bin" / link.name
        (folder / link.name).symlink_to(own if own.exists() else link.resolve())
    return attrs.evolve(toolchain, bin=folder)

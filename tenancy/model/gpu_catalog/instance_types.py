"""Instance types with GPUs, and the snapshot of them that is bundled."""

import functools
import importlib.resources
import json
from collections.abc import Callable, Mapping
from typing import Literal, TypedDict, cast

import attrs

__all__ = [
    "Architecture",
    "InstanceType",
    "InstanceTypeRow",
    "Lookup",
    "bundled",
    "described",
    "snapshot_source",
]

Architecture = Literal["x86_64", "arm64"]


class InstanceTypeRow(TypedDict):
    """One row of the snapshot."""

    name: str
    gpu: str | None
    manufacturer: str | None
    gpus: int
    gpuMemoryMiB: int
    gpuFraction: float
    vcpus: int
    memoryMiB: int
    architecture: Architecture
    efaInterfaces: int
    usageClasses: list[str]


@attrs.frozen(kw_only=True, slots=True)
class InstanceType:
    """
    The facts of one instance type.

    Attributes:
        name: `p5.48xlarge`.
        gpu: The model as AWS names it (`H100`); None if there is no GPU.
        manufacturer: The manufacturer of the GPU.
        gpus: Devices that pods may ask for, 0 or more. A part of a GPU (`g6f`) counts as one.
        gpu_memory_mib: Memory of each such device.
        gpu_fraction: How much of a physical GPU each device is, from 0 to 1.
        vcpus: The virtual CPUs of the machine; pods get less.
        memory_mib: The memory of the machine; pods get less.
        architecture: `x86_64` or `arm64`.
        efa_interfaces: 0 where EFA is not supported.
        usage_classes: How it can be bought: `on-demand`, `spot`, `capacity-block`; sorted.
        source: Where the facts are from, as text: `EC2 in eu-west-1`. It does not count in
            comparisons.
    """

    name: str
    gpu: str | None
    manufacturer: str | None
    gpus: int
    gpu_memory_mib: int
    gpu_fraction: float
    vcpus: int
    memory_mib: int
    architecture: Architecture
    efa_interfaces: int
    usage_classes: tuple[str, ...]
    source: str = attrs.field(default="", eq=False)

    def to_row(self) -> InstanceTypeRow:
        """Return the facts as a row of the snapshot."""
        return InstanceTypeRow(
            name=self.name,
            gpu=self.gpu,
            manufacturer=self.manufacturer,
            gpus=self.gpus,
            gpuMemoryMiB=self.gpu_memory_mib,
            gpuFraction=self.gpu_fraction,
            vcpus=self.vcpus,
            memoryMiB=self.memory_mib,
            architecture=self.architecture,
            efaInterfaces=self.efa_interfaces,
            usageClasses=list(self.usage_classes),
        )

    @staticmethod
    def from_row(row: InstanceTypeRow, source: str = "") -> "InstanceType":
        """Return the facts in *row* of the snapshot that *source* names."""
        return InstanceType(
            name=row["name"],
            gpu=row["gpu"],
            manufacturer=row["manufacturer"],
            gpus=row["gpus"],
            gpu_memory_mib=row["gpuMemoryMiB"],
            gpu_fraction=row["gpuFraction"],
            vcpus=row["vcpus"],
            memory_mib=row["memoryMiB"],
            architecture=row["architecture"],
            efa_interfaces=row["efaInterfaces"],
            usage_classes=tuple(row["usageClasses"]),
            source=source,
        )


Lookup = Callable[[str], InstanceType | None]
"""Returns the facts of an instance type, or None if it does not know them."""


class _Amount(TypedDict):
    SizeInMiB: int


class _Gpu(TypedDict, total=False):
    Name: str
    Manufacturer: str
    Count: int
    LogicalGpuCount: int
    GpuPartitionSize: float
    MemoryInfo: _Amount


class _Described(TypedDict):
    InstanceType: str
    VCpuInfo: dict[str, int]
    MemoryInfo: _Amount
    ProcessorInfo: dict[str, list[str]]


def described(answer: Mapping[str, object], source: str = "EC2") -> InstanceType:
    """
    Return the facts in one entry of EC2's answer to DescribeInstanceTypes.

    Args:
        answer: The entry.
        source: Where it is from, as text. Default: `EC2`.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GpuDeviceInfo.html:
    `Count` is 0 for a part of a GPU, `LogicalGpuCount` is what the machine sees.
    """
    entry = cast("_Described", answer)
    info = cast("Mapping[str, list[_Gpu]]", answer.get("GpuInfo") or {})
    network = cast("Mapping[str, Mapping[str, int]]", answer.get("NetworkInfo") or {})
    gpus = info.get("Gpus") or []
    first = gpus[0] if gpus else _Gpu()
    return InstanceType(
        name=entry["InstanceType"],
        gpu=first.get("Name"),
        manufacturer=first.get("Manufacturer"),
        gpus=sum(gpu.get("LogicalGpuCount") or gpu.get("Count") or 0 for gpu in gpus),
        gpu_memory_mib=first["MemoryInfo"]["SizeInMiB"] if "MemoryInfo" in first else 0,
        gpu_fraction=float(first.get("GpuPartitionSize", 1.0)),
        vcpus=entry["VCpuInfo"]["DefaultVCpus"],
        memory_mib=entry["MemoryInfo"]["SizeInMiB"],
        architecture="arm64"
        if "arm64" in entry["ProcessorInfo"]["SupportedArchitectures"]
        else "x86_64",
        efa_interfaces=network.get("EfaInfo", {}).get("MaximumEfaInterfaces", 0),
        usage_classes=tuple(
            sorted(cast("list[str]", answer.get("SupportedUsageClasses") or []))
        ),
        source=source,
    )


@functools.cache
def _document() -> Mapping[str, object]:
    text = (
        importlib.resources.files("tenancy.model.gpu_catalog")
        .joinpath("instance_types.json")
        .read_text()
    )
    return cast("Mapping[str, object]", json.loads(text))


@functools.cache
def _types() -> Mapping[str, InstanceType]:
    rows = cast("list[InstanceTypeRow]", _document()["instanceTypes"])
    source = snapshot_source()
    return {row["name"]: InstanceType.from_row(row, source) for row in rows}


def bundled(name: str) -> InstanceType | None:
    """
    Return the facts of the instance type *name* in the bundled snapshot, or None.

    >>> bundled("p5.48xlarge").gpus
    8
    >>> bundled("g6f.large").gpus, bundled("g6f.large").gpu_fraction
    (1, 0.125)
    >>> bundled("m7i.large") is None
    True
    """
    return _types().get(name)


def snapshot_source() -> str:
    """Return the snapshot's source and date, for messages."""
    head = _document()
    return f"the bundled snapshot (moto {head['moto']}, {head['date']})"

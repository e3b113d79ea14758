"""Extended resources, and which of them are GPUs."""

import re
from typing import Final

from tenancy.diagnostics import nearest

__all__ = ["is_gpu_resource", "misspelt_resource"]

# nvidia.com/mig-1g.10gb, mig-1c.2g.20gb, mig-1g.12gb.me, mig-1g.10gb.shared
_MIG = re.compile(
    r"mig-(?:[1-9][0-9]*c\.)?[1-9][0-9]*g\.[1-9][0-9]*gb(?:[.-][a-z]+)*", re.ASCII
)
# gpu, gpu.shared, vgpu, pgpu, gpu-mem: for vendors that are not listed below.
_GPU = re.compile(r"[pv]?gpu(?:[.-][-.a-z0-9]+)?|gpumem(?:-percentage)?|gpucores", re.ASCII)

_NVIDIA: Final = "nvidia.com"
_NAMES: Final = {
    _NVIDIA: (
        "gpu",
        "gpu.shared",
        "gpucores",
        "gpumem",
        "gpumem-percentage",
        "pgpu",
        "vgpu",
    ),
    "amd.com": ("gpu",),
    "gpu.intel.com": ("i915", "xe"),
    "habana.ai": ("gaudi",),
}
"""Accelerators by their vendor's domain, in the spelling of the device plugins."""


def is_gpu_resource(resource: str) -> bool:
    """
    Return whether the extended *resource* of a container is a GPU or a part of one.

    >>> is_gpu_resource("nvidia.com/mig-1g.10gb"), is_gpu_resource("example.com/nic")
    (True, False)
    """
    domain, slash, name = resource.rpartition("/")
    if not slash:
        return False
    if domain == _NVIDIA and _MIG.fullmatch(name):
        return True
    # For a known vendor, other names are not accepted: gpu-shared is a misspelling.
    known = _NAMES.get(domain)
    return _GPU.fullmatch(name) is not None if known is None else name in known


def misspelt_resource(resource: str) -> str | None:
    """
    Return the correct spelling of *resource*, if its vendor is known and it is misspelled.

    The API server accepts any name, shows its use as 0, and limits nothing.

    >>> misspelt_resource("nvidia.com/GPU"), misspelt_resource("nvidia.com/gpus")
    ('nvidia.com/gpu', 'nvidia.com/gpu')
    >>> misspelt_resource("nvidia.com/gpu") is None
    True
    """
    domain, _, name = resource.rpartition("/")
    known = _NAMES.get(domain)
    if known is None or name in known or is_gpu_resource(resource):
        return None
    if domain == _NVIDIA and _MIG.fullmatch(name.lower().replace("_", ".")):
        return f"{domain}/{name.lower().replace('_', '.')}"
    meant = nearest(name.replace("-", ".").replace("_", "."), known, cutoff=0.75)
    return None if meant is None else f"{domain}/{meant}"

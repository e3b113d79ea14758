"""A pool has a way of sharing that does not exist, and a count as text."""

from tenancy_components import GpuNodePool, GpuNodePoolArgs

pool: GpuNodePoolArgs = {
    "name": "h100",
    "model": "H100",
    "nodes": {"min": 0, "max": "2"},  # error: str
}
GpuNodePool("h100", pool)

"""A model that was read, and a pool."""

from tenancy_components import ComponentRefusedError, GpuNodePool, GpuNodePoolArgs, Organization

from tenancy.config.spec import OrganizationSpec

pool: GpuNodePoolArgs = {"name": "l4", "model": "L4", "nodes": {"min": 0, "max": 4}}
try:
    Organization("acme", OrganizationSpec.model_validate({"prefix": "acme"}))
except ComponentRefusedError as error:
    print(error)
names: list[str] = list(GpuNodePool("l4", pool).resource_names)

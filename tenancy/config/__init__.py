"""What people write: YAML documents, project files, and the models they must match."""

from tenancy.config.project import (
    ORGANIZATION_FILE,
    STACK_FILE,
    EngineConfig,
    Project,
    Written,
    is_platform,
    load,
    said,
)
from tenancy.config.stack_copies import CONFIG_COPIES, copy_stack_file

__all__ = [
    "CONFIG_COPIES",
    "ORGANIZATION_FILE",
    "STACK_FILE",
    "EngineConfig",
    "Project",
    "Written",
    "copy_stack_file",
    "is_platform",
    "load",
    "said",
]

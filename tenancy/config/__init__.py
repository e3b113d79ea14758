"""What people write: YAML documents, project files, and the models they must match."""

from tenancy.config.deletion_file import write_with_deletions
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

__all__ = [
    "ORGANIZATION_FILE",
    "STACK_FILE",
    "EngineConfig",
    "Project",
    "Written",
    "is_platform",
    "load",
    "said",
    "write_with_deletions",
]

"""What people write: YAML documents, project files, and the models they must match."""

from typing import TYPE_CHECKING

from tenancy.first_use import at_first_use

if TYPE_CHECKING:
    from tenancy.config.answers import given_answers, read_answers
    from tenancy.config.deletion_file import write_with_deletions
    from tenancy.config.kept_files import keep_file, user_cache
    from tenancy.config.paths import (
        MEMBER_KUBECONFIGS,
        ORGANIZATIONS,
        PROJECT_FILE,
        SANDBOX,
        SANDBOX_FOLDER,
        SANDBOX_KUBECONFIG,
        STACK_FILES,
        is_stack_file,
        organization_file,
        stack_file,
        stack_of,
    )
    from tenancy.config.project import (
        EngineConfig,
        Project,
        Written,
        build_models,
        is_platform,
        keys_with_values,
        load,
    )
    from tenancy.config.project_template import NewProject, new_project
    from tenancy.config.revision import files_at, merged

__all__ = [
    "MEMBER_KUBECONFIGS",
    "ORGANIZATIONS",
    "PROJECT_FILE",
    "SANDBOX",
    "SANDBOX_FOLDER",
    "SANDBOX_KUBECONFIG",
    "STACK_FILES",
    "EngineConfig",
    "NewProject",
    "Project",
    "Written",
    "build_models",
    "files_at",
    "given_answers",
    "is_platform",
    "is_stack_file",
    "keep_file",
    "keys_with_values",
    "load",
    "merged",
    "new_project",
    "organization_file",
    "read_answers",
    "stack_file",
    "stack_of",
    "user_cache",
    "write_with_deletions",
]

if not TYPE_CHECKING:
    __getattr__ = at_first_use(__name__)

"""The paths of a project's files and folders, relative to the project's folder."""

from pathlib import Path
from typing import Final

__all__ = [
    "MEMBER_KUBECONFIGS",
    "ORGANIZATIONS",
    "PROJECT_FILE",
    "SANDBOX",
    "SANDBOX_FOLDER",
    "SANDBOX_KUBECONFIG",
    "STACK_FILES",
    "is_stack_file",
    "organization_file",
    "stack_file",
    "stack_of",
]

PROJECT_FILE: Final = "Pulumi.yaml"
"""Pulumi's file of the project, beside which its stack files are."""

SANDBOX: Final = "sandbox"
"""The name of the sandbox cluster in the config."""

STACK_FILES: Final = "Pulumi.*.yaml"
"""A pattern that matches every stack file."""

ORGANIZATIONS: Final = "organizations"
"""The folder of the organizations' files."""

SANDBOX_FOLDER: Final = Path(".sandbox")
"""The folder of all files of the sandbox; git tracks none of them."""

SANDBOX_KUBECONFIG: Final = SANDBOX_FOLDER / "kubeconfig"
"""The kubeconfig of the sandbox's administrator."""

MEMBER_KUBECONFIGS: Final = SANDBOX_FOLDER / "kubeconfigs"
"""Where the kubeconfigs of members on the sandbox are written."""

_PREFIX, _SUFFIX = "Pulumi.", ".yaml"


def stack_file(stack: str) -> str:
    """
    Return the name of the file of *stack*.

    >>> stack_file("dev")
    'Pulumi.dev.yaml'
    """
    return f"{_PREFIX}{stack}{_SUFFIX}"


def stack_of(file: str) -> str | None:
    """
    Return the stack that *file* describes; None if it is not a stack file.

    >>> stack_of("Pulumi.dev.yaml"), stack_of("organizations/acme.yaml")
    ('dev', None)
    """
    if not is_stack_file(file):
        return None
    return file.removeprefix(_PREFIX).removesuffix(_SUFFIX)


def is_stack_file(file: str) -> bool:
    """Return whether *file* is the name of a stack's file."""
    return file.startswith(_PREFIX) and file.endswith(_SUFFIX) and file != PROJECT_FILE


def organization_file(name: str) -> str:
    """
    Return the path of the file of the organization *name*.

    >>> organization_file("acme")
    'organizations/acme.yaml'
    """
    return f"{ORGANIZATIONS}/{name}{_SUFFIX}"

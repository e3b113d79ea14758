"""What a shell completes: the names of stacks, organizations and namespaces of a project."""

from collections.abc import Iterable
from pathlib import Path

import typer

from tenancy.assessment import assess, find_root
from tenancy.config import ORGANIZATIONS, stack_of
from tenancy.diagnostics import TenancyError

__all__ = ["complete_namespaces", "complete_organizations", "complete_stacks"]


def complete_stacks(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the stacks that have a file and whose names begin with *incomplete*."""
    root = _root(ctx)
    files = () if root is None else root.iterdir()
    return _beginning((stack_of(path.name) or "" for path in files), incomplete)


def complete_organizations(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the organizations that have a file and whose names begin with *incomplete*."""
    root = _root(ctx)
    files = () if root is None else (root / ORGANIZATIONS).glob("*.yaml")
    return _beginning((path.stem for path in files), incomplete)


def complete_namespaces(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the namespaces of all stacks whose names begin with *incomplete*."""
    root = _root(ctx)
    if root is None:
        return []
    try:
        namespaces = assess(root, offline=True).tenancy.namespaces
    except TenancyError:
        return []
    return _beginning((namespace.name for _, namespace in namespaces), incomplete)


def _root(ctx: typer.Context) -> Path | None:
    """Return the project's folder; None if there is none: completion reports no errors."""
    try:
        return find_root(ctx.params.get("project"))
    except TenancyError:
        return None


def _beginning(names: Iterable[str], incomplete: str) -> list[str]:
    return sorted({name for name in names if name and name.startswith(incomplete)})

"""Refuse a Pulumi state whose cluster no longer exists."""

import gzip
import json
from pathlib import Path

from tenancy.local.sandbox.errors import SandboxError, SandboxFailure
from tenancy.local.sandbox.layout import Layout

__all__ = ["cluster_gone_error", "refuse_orphans", "stacks_with_resources"]


def refuse_orphans(layout: Layout) -> None:
    """
    Refuse a state whose cluster no longer exists, before anything is started.

    Raises:
        SandboxError: There is a state that holds resources, and no data of a cluster.
    """
    if (layout.etcd / "member").exists():
        return
    stacks = stacks_with_resources(layout.pulumi_state)
    if stacks:
        raise cluster_gone_error(layout, stacks, f"{layout.etcd} has no cluster data")


def cluster_gone_error(layout: Layout, stacks: tuple[str, ...], reason: str) -> SandboxError:
    """Return the error for *stacks* whose cluster no longer exists because of *reason*."""
    return SandboxError(
        f"{layout.pulumi_state}: Pulumi's state of {', '.join(stacks)} holds resources of a "
        f"cluster that no longer exists: {reason}. An update of another cluster would fail. "
        "Nothing was changed: put the data back, or run `tenancy sandbox up --wipe`, "
        "which forgets that state and starts with new data.",
        SandboxFailure.CLUSTER_GONE,
    )


def stacks_with_resources(backend: Path) -> tuple[str, ...]:
    """
    Return the stacks of a file backend whose state holds resources, by name.

    Args:
        backend: The folder of the backend; it need not exist.
    """
    files = sorted((backend / ".pulumi" / "stacks").rglob("*.json*"))
    names = {
        path.name.split(".json")[0]: None
        for path in files
        if not path.name.endswith((".bak", ".attrs")) and _holds_resources(path)
    }
    return tuple(names)


def _holds_resources(path: Path) -> bool:
    try:
        content = path.read_bytes()
        state = json.loads(gzip.decompress(content) if path.suffix == ".gz" else content)
        latest = state["checkpoint"]["latest"]
    except (OSError, ValueError, KeyError, TypeError):
        # Treat an unreadable state as one with resources.
        return True
    resources = (latest or {}).get("resources") or []
    # The stack itself and its providers are not objects in a cluster.
    return any(
        not str(resource.get("type", "")).startswith("pulumi:") for resource in resources
    )

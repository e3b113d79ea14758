"""The environment variables that point plain `pulumi` and `kubectl` at the sandbox."""

import os
from collections.abc import Mapping
from typing import Final

from tenancy.config.document import SANDBOX_PASSPHRASE
from tenancy.local import tools
from tenancy.local.sandbox.layout import Layout

__all__ = ["AMBIENT", "environment", "process_environment", "variables_of"]

AMBIENT: Final = (
    "PULUMI_CONFIG_PASSPHRASE_FILE",
    "PULUMI_ACCESS_TOKEN",
    # This variable takes precedence over `pulumi stack select`.
    "PULUMI_STACK",
    # These would hide an unreachable cluster, or overwrite objects of other owners.
    "PULUMI_K8S_DELETE_UNREACHABLE",
    "PULUMI_K8S_SKIP_UPDATE_UNREACHABLE",
    "PULUMI_K8S_UPSERT_EXISTING_OBJECTS",
)
"""Variables of the user that would point elsewhere; unset them for the sandbox."""


def environment(layout: Layout, toolchain: tools.Toolchain) -> dict[str, str]:
    """
    Return the variables to set.

    Args:
        layout: The sandbox's files.
        toolchain: The tools.
    """
    return {**tools.environment(toolchain), **variables_of(layout)}


def variables_of(layout: Layout) -> dict[str, str]:
    """Return those of `environment` that do not depend on the tools."""
    return {
        "KUBECONFIG": str(layout.kubeconfig),
        "PULUMI_HOME": str(layout.pulumi_home),
        # `as_uri` escapes `#` and `?` in the path. Without metadata, because Pulumi writes the
        # metadata file in two steps: interrupted between them, no state can be read.
        "PULUMI_BACKEND_URL": f"{layout.pulumi_state.as_uri()}?metadata=skip",
        "PULUMI_CONFIG_PASSPHRASE": SANDBOX_PASSPHRASE,
        # The provider's default limit (50 requests a second) protects shared clusters.
        "PULUMI_K8S_CLIENT_QPS": "500",
        "PULUMI_K8S_CLIENT_BURST": "1000",
        # The engine's default, four per core, mostly waits for the API server.
        "PULUMI_PARALLEL": "32",
        # The state is written at every step; a backup of each would only cost time.
        "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true",
    }


def process_environment(
    layout: Layout, toolchain: tools.Toolchain, base: Mapping[str, str] | None = None
) -> dict[str, str]:
    """
    Return *base* without the variables in `AMBIENT` and with those of the sandbox.

    Args:
        layout: The sandbox's files.
        toolchain: The tools.
        base: The environment to start from. Default: this process's environment.
    """
    inherited = os.environ if base is None else base
    kept = {name: value for name, value in inherited.items() if name not in AMBIENT}
    return kept | environment(layout, toolchain)

"""The variables that make plain `pulumi` and `kubectl` work on the sandbox."""

import os
from collections.abc import Mapping
from typing import Final

from tenancy.local import tools
from tenancy.local.sandbox.layout import Layout

__all__ = ["AMBIENT", "environment", "process_environment"]

AMBIENT: Final = (
    # Wins over the file, so that the passphrase would be wrong.
    "PULUMI_CONFIG_PASSPHRASE",
    "PULUMI_ACCESS_TOKEN",
    "PULUMI_STACK",
    # Would hide an unreachable cluster, or take over what is somebody else's.
    "PULUMI_K8S_DELETE_UNREACHABLE",
    "PULUMI_K8S_SKIP_UPDATE_UNREACHABLE",
    "PULUMI_K8S_UPSERT_EXISTING_OBJECTS",
)
"""Variables of the user's own that would lead elsewhere; unset them for the sandbox."""


def environment(layout: Layout, toolchain: tools.Toolchain) -> dict[str, str]:
    """
    Return the variables to set.

    Args:
        layout: Where everything of the sandbox stands.
        toolchain: The tools.
    """
    return {
        **tools.environment(toolchain),
        "KUBECONFIG": str(layout.kubeconfig),
        "PULUMI_HOME": str(layout.pulumi_home),
        # A `#` or `?` in the path would end it. Metadata would stand beside each state, in a
        # file that is written in two steps: cut off between them, none could be read.
        "PULUMI_BACKEND_URL": f"{layout.pulumi_state.as_uri()}?metadata=skip",
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(layout.passphrase),
        # The provider's own limits (50 a second) are for clusters that others use, too.
        "PULUMI_K8S_CLIENT_QPS": "500",
        "PULUMI_K8S_CLIENT_BURST": "1000",
        # The engine's own choice, four a core, waits for the API server most of the time.
        "PULUMI_PARALLEL": "32",
        # The state is written at every step; a second copy of each protects nothing here.
        "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true",
    }


def process_environment(
    layout: Layout, toolchain: tools.Toolchain, base: Mapping[str, str] | None = None
) -> dict[str, str]:
    """
    Return a whole environment: *base* without `AMBIENT`, and with what is to be set.

    Args:
        layout: Where everything of the sandbox stands.
        toolchain: The tools.
        base: What it is made from. Default: this process's environment.
    """
    inherited = os.environ if base is None else base
    kept = {name: value for name, value in inherited.items() if name not in AMBIENT}
    return kept | environment(layout, toolchain)

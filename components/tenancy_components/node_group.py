"""An EKS managed node group as a resource, for every program that imports this package."""

import os
import shutil
import sys
from collections.abc import Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Final

import pulumi
import pulumi.runtime

from tenancy.aws import NodeGroup as NodeGroupSpec
from tenancy.config import PROJECT_FILE
from tenancy.diagnostics import Finding, Origin
from tenancy_components.refusal import ComponentRefusedError
from tenancy_components.type_tokens import NODE_GROUP, PACKAGE

__all__ = ["NodeGroup", "hosted", "require_plugin"]

_PLUGIN = "pulumi-resource-tenancy"

hosted: Final[ContextVar[bool]] = ContextVar("hosted", default=False)
"""Whether the provider itself creates the component, so that it need not be searched for."""


class NodeGroup(pulumi.CustomResource):
    """
    An EKS managed node group.

    Args:
        name: Its logical name.
        args: Its inputs under the names of the schema (`clusterName`), or a resolved node
            group. Leaves may be outputs.
        opts: Default: none. A replacement deletes first, because the name is the same.

    Attributes:
        arn: Its Amazon resource name.
        auto_scaling_groups: The names of its Auto Scaling groups.

    Raises:
        ComponentRefusedError: The engine would not find the provider.
    """

    def __init__(
        self,
        name: str,
        args: Mapping[str, object] | NodeGroupSpec,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        require_plugin(NODE_GROUP)
        inputs: Mapping[str, object] = (
            args.model_dump(
                by_alias=True, mode="json", exclude_none=True, exclude_defaults=True
            )
            if isinstance(args, NodeGroupSpec)
            else args
        )
        super().__init__(
            NODE_GROUP, name, {"arn": None, "autoScalingGroups": None, **inputs}, opts
        )

    @property
    @pulumi.getter
    def arn(self) -> pulumi.Output[str]:
        """Its Amazon resource name."""
        found: pulumi.Output[str] = pulumi.get(self, "arn")
        return found

    @property
    @pulumi.getter(name="autoScalingGroups")
    def auto_scaling_groups(self) -> pulumi.Output[list[str]]:
        """The names of its Auto Scaling groups."""
        found: pulumi.Output[list[str]] = pulumi.get(self, "auto_scaling_groups")
        return found


def require_plugin(needed_by: str) -> None:
    """
    Return if the engine can find `pulumi-resource-tenancy`.

    Args:
        needed_by: The type or the component that needs it.

    Raises:
        ComponentRefusedError: It is in none of the places where the engine searches.
    """
    if isinstance(pulumi.runtime.settings.get_monitor(), pulumi.runtime.mocks.MockMonitor):
        return
    if hosted.get():
        return
    if f"{PACKAGE}:" in os.environ.get("PULUMI_DEBUG_PROVIDERS", ""):
        return
    ambient = os.environ.get("PULUMI_IGNORE_AMBIENT_PLUGINS", "").lower() not in {"1", "true"}
    if ambient and shutil.which(_PLUGIN) is not None:
        return
    home = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
    if any((home / "plugins").glob("resource-tenancy-v*")):
        return
    # The program runs in its project's folder, or below it.
    if _is_named_in_project(Path.cwd()):
        return
    here = Path(sys.executable).parent
    raise ComponentRefusedError(
        [
            Finding(
                code="plugin-missing",
                origin=Origin(needed_by),
                found=f"the engine does not find the program {_PLUGIN}",
                allowed=f"{_PLUGIN} on PATH, or named under plugins in Pulumi.yaml",
                remedy=f"put {here} on PATH (`tenancy env` does), or write in Pulumi.yaml"
                " `plugins: {providers: [{name: tenancy, path: <that folder>}]}`",
            )
        ]
    )


def _is_named_in_project(root: Path) -> bool:
    """Return whether a Pulumi.yaml here or above names a plugin folder for the provider."""
    for folder in (root, *root.parents):
        project = folder / PROJECT_FILE
        if project.is_file():
            text = project.read_text()
            return "plugins:" in text and "name: tenancy" in text.partition("plugins:")[2]
    return False

"""The SDK's handle of a stack, without the commands whose answers nobody here reads."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from pulumi import automation as auto

from tenancy.document import JSON

__all__ = ["MASKED", "Handle", "outputs_of"]

MASKED: Final = "[secret]"
"""What the engine writes for a secret that is not to be shown."""

_UNASKED: Final = auto.UpdateSummary(
    kind="unasked",
    start_time=datetime.min.replace(tzinfo=UTC),
    message="",
    environment={},
    config={},
    result="unasked",
)


class Handle(auto.Stack):
    """
    A stack to be updated, refreshed or destroyed.

    After each the SDK asks the command line for the outputs, twice, and for the history: a
    second of work, more than a small update takes. The events of the engine say all of it.
    """

    def __init__(self, opened: auto.Stack) -> None:
        # Not the SDK's own, which selects the stack by one more command.
        self.name = opened.name
        self.workspace = opened.workspace

    def outputs(self) -> auto.OutputMap:
        """Return nothing; the events have them."""
        return {}

    def info(self, show_secrets: bool = True) -> auto.UpdateSummary:
        """Return a summary that says nothing; the events have it."""
        del show_secrets
        return _UNASKED


def outputs_of(opened: auto.Stack) -> Mapping[str, JSON]:
    """
    Return the outputs in the state of a stack, secrets left out.

    The SDK asks a second time for what they hold, which takes the engine half a second.
    """
    workspace = opened.workspace
    home = {"PULUMI_HOME": workspace.pulumi_home} if workspace.pulumi_home else {}
    said = workspace.pulumi_command.run(
        ["stack", "output", "--json", "--stack", opened.name],
        workspace.work_dir,
        {**home, **workspace.env_vars},
    )
    found: dict[str, JSON] = json.loads(said.stdout)
    return {name: value for name, value in found.items() if value != MASKED}

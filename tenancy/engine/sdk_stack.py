"""The SDK's handle of a stack, without the commands whose answers nobody here reads."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from pulumi import automation as auto

from tenancy.config.document import JSON

__all__ = ["MASKED", "Handle", "Known", "is_made", "outputs_of"]

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


class Known(auto.Stack):
    """A stack that is known to exist: the SDK's own selects it by a command, needlessly."""

    def __init__(self, name: str, workspace: auto.Workspace) -> None:
        self.name = name
        self.workspace = workspace

    def __repr__(self) -> str:
        """Say which it is; the SDK's own speaks of how it was selected."""
        return f"{type(self).__name__}({self.name!r})"


class Handle(Known):
    """
    A stack to be updated, refreshed or destroyed.

    After each the SDK asks the command line for the outputs, twice, and for the history: a
    second of work, more than a small update takes. The events of the engine say all of it.
    """

    def outputs(self) -> auto.OutputMap:
        """Return nothing; the events have them."""
        return {}

    def info(self, show_secrets: bool = True) -> auto.UpdateSummary:
        """Return a summary that says nothing; the events have it."""
        del show_secrets
        return _UNASKED


def is_made(project: str, stack: str, variables: Mapping[str, str]) -> bool:
    """
    Return whether a stack is in the backend of *variables*, without asking the command line.

    Where that is no folder it is not known, and a state that is damaged is none: the engine has
    to be asked then, and says what is wrong.
    """
    backend = urlsplit(variables.get("PULUMI_BACKEND_URL", ""))
    path = Path(unquote(backend.path)) / ".pulumi" / "stacks" / project / f"{stack}.json"
    try:
        return backend.scheme == "file" and bool(json.loads(path.read_text()))
    except (OSError, ValueError):
        return False


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

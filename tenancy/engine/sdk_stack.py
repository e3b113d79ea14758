"""The SDK's handle of a stack, without the commands whose results are not used here."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pulumi import automation as auto

from tenancy.config import PROJECT_FILE
from tenancy.config.document import JSON
from tenancy.engine.file_backend import backend_files, parsed

__all__ = [
    "MASKED",
    "SECRET_MARK",
    "ExistingStack",
    "OperatedStack",
    "OperatedWorkspace",
    "outputs_of",
    "state_file_exists",
]

MASKED: Final = "[secret]"
"""What the engine writes in place of a hidden secret."""

SECRET_MARK: Final = "4dabf18193072939515e22adb298388d"  # noqa: S105
"""The engine's mark of an encrypted value; encrypted again, the same value looks different."""

_EMPTY_SUMMARY: Final = auto.UpdateSummary(
    kind="not read",
    start_time=datetime.min.replace(tzinfo=UTC),
    message="",
    environment={},
    config={},
    result="not read",
)

_SETTINGS: Final[dict[tuple[str, int, int, int], auto.ProjectSettings]] = {}
"""The content of the project file that was read last."""


class ExistingStack(auto.Stack):
    """A stack that is known to exist: the SDK's own class runs a command to select it."""

    def __init__(self, name: str, workspace: auto.Workspace) -> None:
        self.name = name
        self.workspace = workspace

    def __repr__(self) -> str:
        """Return the class and the name of the stack; the SDK shows how it was selected."""
        return f"{type(self).__name__}({self.name!r})"


class OperatedStack(ExistingStack):
    """
    A stack to be updated, refreshed or destroyed.

    After each operation the SDK runs the command line for the outputs, twice, and for the
    history: this takes a second, longer than a small update. The engine's events contain all of
    it.
    """

    def outputs(self) -> auto.OutputMap:
        """Return nothing; the events contain them."""
        return {}

    def info(self, show_secrets: bool = True) -> auto.UpdateSummary:
        """Return an empty summary; the events contain it."""
        del show_secrets
        return _EMPTY_SUMMARY


class OperatedWorkspace(auto.LocalWorkspace):
    """
    A program's folder whose operations are given further arguments.

    Attributes:
        arguments: What the command line of each operation ends with. Default: nothing.
    """

    arguments: tuple[str, ...] = ()

    def project_settings(self) -> auto.ProjectSettings:
        """Return the content of the project file, which is parsed again once it has changed."""
        file = Path(self.work_dir) / PROJECT_FILE
        try:
            found = file.stat()
        except OSError:
            # The file has another format, which the SDK reads, or is missing, which it reports.
            return super().project_settings()
        content = (str(file), found.st_mtime_ns, found.st_size, found.st_ino)
        settings = _SETTINGS.get(content)
        if settings is None:
            settings = super().project_settings()
            _SETTINGS.clear()
            _SETTINGS[content] = settings
        return settings

    def serialize_args_for_op(self, stack_name: str) -> list[str]:
        """Return the further arguments."""
        del stack_name
        return list(self.arguments)


def state_file_exists(project: str, stack: str, variables: Mapping[str, str]) -> bool:
    """
    Return whether a file backend of *variables* has a readable state of a stack.

    False does not prove that the state is missing: other backends are not read, and the engine
    must report a damaged state.
    """
    files = backend_files(project, stack, variables)
    file = None if files is None else files.state
    try:
        return file is not None and bool(parsed(file.read_bytes()))
    except (OSError, ValueError):
        return False


def outputs_of(opened: auto.Stack) -> Mapping[str, JSON]:
    """
    Return the outputs in the state of a stack, secrets left out.

    The SDK runs a second command for the values of secrets, which takes half a second.
    """
    workspace = opened.workspace
    home = {"PULUMI_HOME": workspace.pulumi_home} if workspace.pulumi_home else {}
    answer = workspace.pulumi_command.run(
        ["stack", "output", "--json", "--stack", opened.name],
        workspace.work_dir,
        {**home, **workspace.env_vars},
    )
    outputs: dict[str, JSON] = json.loads(answer.stdout)
    return {name: value for name, value in outputs.items() if value != MASKED}

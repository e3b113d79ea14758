"""Opens one stack: of the program in a folder, or of a function in this process."""

import json
import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from pulumi import automation as auto

from tenancy.config.document import JSON
from tenancy.engine.damaged_state import require_readable
from tenancy.engine.errors import error_from
from tenancy.engine.file_backend import backend_files
from tenancy.engine.locks import remove_unfinished
from tenancy.engine.sdk_options import sdk_options
from tenancy.engine.sdk_stack import ExistingStack, OperatedWorkspace, state_file_exists
from tenancy.engine.session import Engine, Session

__all__ = ["inline", "local", "workspace_of"]

_OPENING = threading.Lock()
"""Opening writes files that the stacks of a project share, so stacks are opened in turn."""


def local(root: Path, stack: str, engine: Engine) -> Session:
    """
    Return the stack of the program at *root*, created if it does not exist yet.

    Raises:
        EngineError: The engine cannot be started, or its backend not reached.
    """
    options = sdk_options(engine.variables)
    try:
        with _OPENING:
            return _opened(root, stack, engine, options)
    except auto.CommandError as error:
        raise error_from(stack, error) from error


def _opened(
    root: Path, stack: str, engine: Engine, options: auto.LocalWorkspaceOptions
) -> Session:
    workspace = _workspace(root, options)
    project = workspace.project_settings().name
    variables = {**os.environ, **engine.variables}
    if (files := backend_files(project, stack, variables)) is not None:
        remove_unfinished(files)
        require_readable(project, stack, variables)
    if state_file_exists(project, stack, engine.variables):
        return Session(stack=ExistingStack(stack, workspace), engine=engine)
    return Session(stack=auto.Stack.create_or_select(stack, workspace), engine=engine)


def workspace_of(root: Path, engine: Engine) -> auto.LocalWorkspace:
    """
    Return the program at *root*, for commands that are not about one stack.

    Raises:
        EngineError: The engine is not installed.
    """
    return _workspace(root, sdk_options(engine.variables))


def _workspace(root: Path, options: auto.LocalWorkspaceOptions) -> OperatedWorkspace:
    return OperatedWorkspace(
        work_dir=str(root), env_vars=options.env_vars, pulumi_command=options.pulumi_command
    )


def inline(
    program: Callable[[], None],
    *,
    project: str,
    stack: str,
    engine: Engine,
    config: Mapping[str, JSON] | None = None,
) -> Session:
    """
    Return a stack whose program is a function in this process.

    Args:
        config: Values by key; lists and mappings are passed as JSON. Default: none.

    Raises:
        EngineError: The engine cannot be started, or its backend not reached.
    """
    options = sdk_options(engine.variables)
    try:
        opened = auto.create_or_select_stack(
            stack, project_name=project, program=program, opts=options
        )
        for key, value in (config or {}).items():
            text = value if isinstance(value, str) else json.dumps(value)
            opened.set_config(key, auto.ConfigValue(text))
    except auto.CommandError as error:
        raise error_from(stack, error) from error
    return Session(stack=opened, engine=engine)

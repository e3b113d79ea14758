"""The engine for a stack: the sandbox's own, or one with the login of this shell."""

import os
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from tenancy.assessment import Assessment
from tenancy.engine.interaction import Note
from tenancy.engine.leftover_processes import STARTED_BY, end_orphans, this_process
from tenancy.engine.locks import wait_until_free
from tenancy.engine.session import Engine, Session
from tenancy.engine.session_opening import local
from tenancy.engine.variables import prepare_variables
from tenancy.local import sandbox, tools
from tenancy.local.sandbox import AMBIENT, Layout, SandboxError, SandboxFailure, State
from tenancy.local.tools import ToolSource, missing_tools

__all__ = [
    "OpenStack",
    "engine_for",
    "no_note",
    "open_stack",
    "opener",
    "sandbox_engine",
    "wait_for_sandbox",
]

_WAIT_SECONDS = 60.0
"""How long to wait for another update of the sandbox."""

_STOPPED = "an earlier run was killed; its leftover Pulumi process was stopped"

_NEEDED = ("pulumi", "pulumi-language-python", "pulumi-language-python-exec")
"""Tools that an update needs; a missing provider is downloaded by the engine."""


OpenStack = Callable[[str], Session]
"""Returns a stack by its name, with an engine for it; the stack is created if missing."""


def no_note(_line: str) -> None:
    """Show nothing."""


def open_stack(
    assessment: Assessment,
    stack: str,
    note: Note = no_note,
    variables: Mapping[str, str] = {},
) -> Session:
    """
    Return *stack*, created if it does not exist yet, with the engine for its cluster.

    Args:
        assessment: The project.
        stack: The stack's name.
        note: Called with what the command waits for. Default: nothing is reported.
        variables: Further variables of the engine. Default: none.

    Raises:
        NotFoundError: No file describes it.
        SandboxError: It is on the sandbox, which does not run.
        ToolsError: The engine is not installed.
        EngineError: The backend cannot be reached.
    """
    return opener(assessment, note, variables)(stack)


def opener(
    assessment: Assessment, note: Note = no_note, variables: Mapping[str, str] = {}
) -> OpenStack:
    """
    Return a function that opens stacks of *assessment*; it may be called from several threads.

    The engine of a sandbox is prepared once: a second time it would wait for the stacks that
    are being worked on already. For the other arguments and the errors see `open_stack`.
    """
    engines: dict[bool, Engine] = {}
    one_at_a_time = threading.Lock()

    def open_one(stack: str) -> Session:
        is_sandbox = assessment.cluster(stack).is_sandbox
        with one_at_a_time:
            if is_sandbox not in engines:
                engines[is_sandbox] = engine_for(assessment, stack, note, variables)
        return local(assessment.root, stack, engines[is_sandbox])

    return open_one


def engine_for(
    assessment: Assessment,
    stack: str,
    note: Note = no_note,
    variables: Mapping[str, str] = {},
) -> Engine:
    """
    Return the engine for the cluster of *stack*; for the arguments see `open_stack`.

    Raises:
        NotFoundError: No file describes it.
        SandboxError: It is on the sandbox, which does not run.
        ToolsError: The engine is not installed.
        RefusedError: The environment has a variable that changes what is applied.
    """
    prepare_variables()
    if not assessment.cluster(stack).is_sandbox:
        installed = _installed_engine(assessment.root)
        if end_orphans(None):
            note(_STOPPED)
        return Engine(variables={**installed, STARTED_BY: this_process(), **variables})
    box = sandbox.current(assessment.root)
    state = sandbox.status(assessment.root).state
    if state is not State.RUNNING:
        raise SandboxError(
            f"the sandbox of {assessment.root} is {state.value}; "
            "start it with `tenancy sandbox up`, or use `make up`",
            SandboxFailure.NOT_RUNNING,
        )
    return sandbox_engine(box, note, variables)


def sandbox_engine(
    box: sandbox.Sandbox, note: Note = no_note, variables: Mapping[str, str] = {}
) -> Engine:
    """
    Return the engine of a sandbox that runs, once no other process works on its stacks.

    Locks that a killed run left behind are removed, after proof that its process has ended.

    Args:
        box: The sandbox.
        note: Called with what the command waits for. Default: nothing is reported.
        variables: Further variables of the engine. Default: none.

    Raises:
        EngineError: Another update runs for longer than a minute.
    """
    wait_for_sandbox(box.root, note)
    # The engine adds to this process's variables and removes none; another cluster's stack,
    # which may be worked on at the same time, needs them.
    without = {name: "" for name in AMBIENT if name in os.environ}
    own = {**without, **box.environment(), STARTED_BY: this_process(), **variables}
    return Engine(variables=own)


def wait_for_sandbox(root: Path, note: Note = no_note) -> None:
    """
    Wait until no other process works on the stacks of the sandbox of *root*.

    Engines whose starter was killed are stopped, and locks of dead ones are removed.

    Raises:
        EngineError: Another update runs for longer than a minute.
    """
    layout = Layout(root)
    if end_orphans(layout.pulumi_home):
        note(_STOPPED)
    for lock in wait_until_free(layout.pulumi_state, seconds=_WAIT_SECONDS):
        note(
            f"stack {lock.stack}: an earlier run (process {lock.pid}) was interrupted; "
            "its lock was removed"
        )


def _installed_engine(root: Path) -> dict[str, str]:
    """Return the variables for any other cluster; the shell's own decide everything else."""
    statuses = tools.report(root)
    needed = [status for status in statuses if status.name in _NEEDED]
    if any(status.source is ToolSource.MISSING for status in needed):
        raise missing_tools(needed)
    folders = [str(status.path.parent) for status in needed if status.path is not None]
    folders += [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
    return {
        "PATH": os.pathsep.join(dict.fromkeys(folders)),
        "PULUMI_PYTHON_CMD": sys.executable,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        # The engine's own choice, four a core, waits for the API server most of the time.
        "PULUMI_PARALLEL": os.environ.get("PULUMI_PARALLEL", "32"),
    }

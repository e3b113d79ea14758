"""The engine for a stack: the sandbox's own, or that of whoever is logged in."""

import os
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from tenancy.assessment import Assessment, assess
from tenancy.config.stack_copies import CONFIG_COPIES, copy_stack_file
from tenancy.engine.leftover_processes import STARTED_BY, end_orphans, this_process
from tenancy.engine.locks import Lock, wait_until_free
from tenancy.engine.session import Engine, Session, local
from tenancy.local import sandbox, tools
from tenancy.local.sandbox import AMBIENT, SandboxError, SandboxFailure, State
from tenancy.local.sandbox.layout import Layout
from tenancy.local.tools import Source, missing_tools

__all__ = [
    "Open",
    "Say",
    "engine_for",
    "opener",
    "sandbox_engine",
    "session",
    "settle",
    "silent",
    "stack_variables",
]

Say = Callable[[str], None]
"""Called with a line for people that is no result: what was ended, what is waited for."""

_PATIENCE_SECONDS = 60.0
"""How long another update of the sandbox is waited for."""

_NEEDED = ("pulumi", "pulumi-language-python", "pulumi-language-python-exec")
"""What an update needs; the provider is fetched by the engine where it is missing."""


Open = Callable[[str], Session]
"""Returns a stack by its name, with an engine for it; it is made where it does not exist."""


def silent(_line: str) -> None:
    """Say nothing."""


def session(
    found: Assessment, stack: str, say: Say = silent, extra: Mapping[str, str] = {}
) -> Session:
    """
    Return *stack*, made where it does not exist yet, with the engine for its cluster.

    Args:
        extra: Further variables of the engine. Default: none.

    Raises:
        UnknownStackError: No file describes it.
        SandboxError: It is on the sandbox, which does not run.
        ToolsError: The engine is not installed.
        EngineError: The backend cannot be reached.
    """
    engine = engine_for(found, stack, say, extra)
    return local(found.root, stack, engine)


def opener(found: Assessment, say: Say = silent) -> Open:
    """
    Return what opens stacks of *found*, from several threads if need be.

    The engine of a sandbox is got ready once: later it would wait for the stacks that whoever
    opens them works on already. What opening raises is what `session` does.
    """
    ready: dict[bool, Engine] = {}
    one_at_a_time = threading.Lock()

    def opened(stack: str) -> Session:
        is_sandbox = found.cluster(stack).is_sandbox
        with one_at_a_time:
            if is_sandbox not in ready:
                ready[is_sandbox] = engine_for(found, stack, say)
        return local(found.root, stack, ready[is_sandbox])

    return opened


def engine_for(
    found: Assessment, stack: str, say: Say = silent, extra: Mapping[str, str] = {}
) -> Engine:
    """
    Return the engine for the cluster of *stack*.

    Args:
        extra: Further variables of the engine. Default: none.

    Raises:
        UnknownStackError: No file describes it.
        SandboxError: It is on the sandbox, which does not run.
        ToolsError: The engine is not installed.
    """
    if not found.cluster(stack).is_sandbox:
        return Engine(variables={**_installed(found.root), **extra})
    box = sandbox.current(found.root)
    state = sandbox.status(found.root).state
    if state is not State.RUNNING:
        raise SandboxError(
            f"the sandbox of {found.root} is {state.value}; "
            "start it with `tenancy sandbox up`, or use `make up`",
            SandboxFailure.NOT_RUNNING,
        )
    return sandbox_engine(box, say, extra)


def sandbox_engine(
    box: sandbox.Sandbox, say: Say = silent, extra: Mapping[str, str] = {}
) -> Engine:
    """
    Return the engine of a sandbox that runs, once nobody else works on its stacks.

    Locks that a killed run left behind are removed, after proof that its process is gone.

    Args:
        extra: Further variables of the engine. Default: none.

    Raises:
        BusyError: Another update goes on and on.
    """
    # The engine adds to this process's variables and takes none away.
    for name in AMBIENT:
        os.environ.pop(name, None)
    settle(box.root, say)
    variables = {**box.environment(), STARTED_BY: this_process(), **extra}
    return Engine(variables=variables, config_copies=box.root / CONFIG_COPIES)


def settle(root: Path, say: Say = silent) -> None:
    """
    Return once nobody works on the stacks of the sandbox of *root*.

    Engines that lost whoever started them are ended, and locks of dead ones are removed.

    Raises:
        BusyError: Another update goes on and on.
    """
    layout = Layout(root)
    if end_orphans(layout.pulumi_home):
        say("an earlier run was killed; its engine was ended")
    for lock in wait_until_free(layout.pulumi_state, seconds=_PATIENCE_SECONDS):
        say(_forgotten(lock))


def stack_variables(box: sandbox.Sandbox, stack: str) -> Mapping[str, str]:
    """
    Return what plain `pulumi` needs besides the sandbox's own variables to work on *stack*.

    It reads a copy of the stack file, so that it never writes into the tracked one; the stack
    is made where it does not exist yet.

    Raises:
        UnknownStackError: No file describes it.
        EngineError: The stack cannot be made.
    """
    found = assess(box.root, stack)
    variables = box.environment()
    copies = box.root / CONFIG_COPIES
    file = f"Pulumi.{stack}.yaml"
    state = Layout(box.root).pulumi_state
    if list((state / ".pulumi" / "stacks").rglob(f"{stack}.json")):
        copy_stack_file(box.root / file, copies / file, project=found.name)
    else:
        local(box.root, stack, Engine(variables=variables, config_copies=copies))
    return {"PULUMI_STACK": stack, "PULUMI_OPTION_CONFIG_FILE": str(copies / file)}


def _forgotten(lock: Lock) -> str:
    return (
        f"stack {lock.stack}: an earlier run (process {lock.pid}) was interrupted; "
        "going on from there"
    )


def _installed(root: Path) -> dict[str, str]:
    """Return the variables for a cluster of one's own; everything else is the login's."""
    statuses = tools.report(root)
    needed = [status for status in statuses if status.name in _NEEDED]
    if any(status.source is Source.MISSING for status in needed):
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

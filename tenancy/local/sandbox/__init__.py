"""
The sandbox: a real Kubernetes control plane on this machine, with fake nodes.

etcd, kube-apiserver, kube-controller-manager, kube-scheduler and kwok run on the loopback
interface with their own certificates. All files are in `.sandbox` in the project folder, so
each project can have its own sandbox. Data survives `down` and `up`.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import attrs
from rich.console import Console

from tenancy.diagnostics import Extra, needs
from tenancy.local import tools
from tenancy.local.sandbox.environment import AMBIENT, environment, process_environment
from tenancy.local.sandbox.errors import SandboxError, SandboxFailure, not_started
from tenancy.local.sandbox.layout import Layout
from tenancy.local.sandbox.lifecycle import locked, take_down
from tenancy.local.sandbox.member_certificate import issue_member_certificate
from tenancy.local.sandbox.nodes import GPU_NODES
from tenancy.local.sandbox.orphaned_state import stacks_with_resources
from tenancy.local.sandbox.parts import NAMES
from tenancy.local.sandbox.ports import HOST
from tenancy.local.sandbox.record import SandboxRecord
from tenancy.local.sandbox.shell import (
    SHELL_OF_SANDBOX,
    has_backend_of_sandbox,
    leave_shell_of_sandbox,
    shell_lines,
)
from tenancy.local.sandbox.status import PartStatus, SandboxStatus, State, status

__all__ = [
    "AMBIENT",
    "GPU_NODES",
    "SHELL_OF_SANDBOX",
    "Layout",
    "PartStatus",
    "Sandbox",
    "SandboxError",
    "SandboxFailure",
    "SandboxStatus",
    "State",
    "current",
    "down",
    "has_backend_of_sandbox",
    "issue_member_certificate",
    "leave_shell_of_sandbox",
    "shell_lines",
    "stacks_with_resources",
    "status",
    "up",
]


@attrs.frozen(kw_only=True)
class Sandbox:
    """
    A sandbox that was started, whether it runs now or not.

    Attributes:
        root: The folder of the project.
        toolchain: The tools that it runs with.
        server: The API server's URL.
        uid: The cluster's identity: the UID of `kube-system`.
    """

    root: Path
    toolchain: tools.Toolchain
    server: str
    uid: str

    @property
    def folder(self) -> Path:
        """`.sandbox`: all its files, and the files generated for the engine."""
        return Layout(self.root).folder

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig, readable by its owner only."""
        return Layout(self.root).kubeconfig

    def environment(self) -> dict[str, str]:
        """
        Return the variables that point `pulumi` and `kubectl` at this sandbox.

        Add them to an environment from which the variables in `AMBIENT` were removed.
        """
        return environment(Layout(self.root), self.toolchain)

    def process_environment(self) -> dict[str, str]:
        """Return a complete environment for a process that uses this sandbox."""
        return process_environment(Layout(self.root), self.toolchain)


def up(
    root: Path,
    *,
    wipe: bool = False,
    console: Console | None = None,
    toolchain: tools.Toolchain | None = None,
    flags: Mapping[str, Sequence[str]] = {},
) -> Sandbox:
    """
    Start every stopped part of the sandbox of *root* and wait until the cluster is usable.

    Args:
        root: The folder of the project.
        wipe: Whether to delete the cluster's data and Pulumi's state first. Default: no.
        console: Where progress is shown. Default: nowhere.
        toolchain: The tools. Default: those of *root*; of the missing ones, those of Kubernetes
            and kwok are built.
        flags: Extra flags by the name of a part, such as
            `{"kube-apiserver": ["--enable-admission-plugins=AlwaysPullImages"]}`. They apply
            to this start only. Default: none.

    Raises:
        SandboxError: Pulumi's state describes a cluster that no longer exists, or a process of
            the control plane ended; the error has the end of its log.
        SandboxError: It cannot be started, or did not become ready in time.
        ToolsError: A tool, or the extra `sandbox` of this package, is not installed.
    """
    # Report a missing package before anything is built.
    with needs(Extra.SANDBOX):
        from tenancy.local.sandbox.starting import bring_up  # noqa: PLC0415
    layout = Layout(root)
    chosen = toolchain or tools.ensure(layout.root, console, tools.OF_SANDBOX)
    with _explain_os_errors(layout), locked(layout, console):
        if wipe:
            take_down(layout)
            layout.wipe()
        # Resolve links: a link may point at another version later.
        programs = {name: chosen.path(name).resolve() for name in NAMES}
        record = bring_up(layout, programs, console, flags)
        tools.install_provider(chosen, layout.pulumi_home)
    return _sandbox(layout, record, chosen)


def down(root: Path, *, wipe: bool = False, console: Console | None = None) -> int:
    """
    Stop the processes of the sandbox of *root*, and no others.

    Args:
        root: The folder of the project.
        wipe: Whether to delete the cluster's data and Pulumi's state too. Default: no.
        console: Where to report that another run holds the lock. Default: nowhere.

    Returns:
        How many processes were stopped.
    """
    layout = Layout(root)
    if not layout.folder.is_dir() or layout.folder.is_symlink():
        return 0
    with _explain_os_errors(layout), locked(layout, console):
        stopped = take_down(layout)
        if wipe:
            layout.wipe()
    return stopped


def current(root: Path, *, has_engine: bool = True) -> Sandbox:
    """
    Return the sandbox of *root* that was started before, whether it runs now or not.

    Args:
        root: The folder of the project.
        has_engine: Whether Pulumi's programs must be installed too. Default: yes.

    Raises:
        SandboxError: None was started in *root*.
        ToolsError: Its tools are no longer installed.
    """
    layout = Layout(root)
    record = SandboxRecord.load(layout.record)
    if record is None or record.uid is None or not layout.kubeconfig.exists():
        raise not_started(layout.root)
    toolchain = (
        tools.find(layout.root) if has_engine else tools.find(layout.root, tools.OF_SANDBOX)
    )
    # The programs of Pulumi may have been installed after the sandbox was started.
    tools.install_provider(toolchain, layout.pulumi_home)
    return _sandbox(layout, record, toolchain)


@contextlib.contextmanager
def _explain_os_errors(layout: Layout) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = error.filename or layout.folder
        raise SandboxError(
            f"{where}: {error.strerror or error}: all files of the sandbox are in "
            f"{layout.folder}, which has to be writable, with 1 GB free on its disk; "
            "correct that and run `tenancy sandbox up` again"
        ) from error


def _sandbox(layout: Layout, record: SandboxRecord, toolchain: tools.Toolchain) -> Sandbox:
    assert record.uid is not None
    return Sandbox(
        root=layout.root,
        toolchain=toolchain,
        server=f"https://{HOST}:{record.ports['kube-apiserver']}",
        uid=record.uid,
    )

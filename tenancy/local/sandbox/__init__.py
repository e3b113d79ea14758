"""
The embedded control plane: a real API server on this machine, with fake nodes.

etcd, kube-apiserver, kube-controller-manager, kube-scheduler and kwok run on the loopback
interface with certificates of their own. Everything stands under `.sandbox` in the project,
so that there can be as many as there are projects. Data survives `down` and `up`.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import attrs
from rich.console import Console

from tenancy.local import tools
from tenancy.local.sandbox.environment import AMBIENT, environment, process_environment
from tenancy.local.sandbox.errors import SandboxError, SandboxFailure, not_started
from tenancy.local.sandbox.layout import Layout
from tenancy.local.sandbox.lifecycle import bring_up, locked, take_down
from tenancy.local.sandbox.parts import NAMES
from tenancy.local.sandbox.ports import HOST
from tenancy.local.sandbox.record import Record
from tenancy.local.sandbox.status import PartStatus, SandboxStatus, State, status

__all__ = [
    "AMBIENT",
    "PartStatus",
    "Sandbox",
    "SandboxError",
    "SandboxFailure",
    "SandboxStatus",
    "State",
    "current",
    "down",
    "status",
    "up",
]


@attrs.frozen(kw_only=True)
class Sandbox:
    """
    An embedded control plane that was started.

    Attributes:
        root: The folder of the project.
        toolchain: The tools that it runs with.
        server: The API server's URL.
        uid: What the cluster is known by: the UID of `kube-system`.
    """

    root: Path
    toolchain: tools.Toolchain
    server: str
    uid: str

    @property
    def folder(self) -> Path:
        """`.sandbox`, which holds everything of it; the engine's generated files too."""
        return Layout(self.root).folder

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig, readable by its owner only."""
        return Layout(self.root).kubeconfig

    def environment(self) -> dict[str, str]:
        """
        Return the variables under which `pulumi` and `kubectl` work on this sandbox.

        They are to be added to an environment without those of `AMBIENT`.
        """
        return environment(Layout(self.root), self.toolchain)

    def process_environment(self) -> dict[str, str]:
        """Return a whole environment for a process that works on this sandbox."""
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
    Start the control plane of *root*, or what of it does not run, and wait until it is usable.

    Args:
        root: The folder of the project.
        wipe: Whether to forget the cluster and Pulumi's state first. Default: no.
        console: Where progress is shown. Default: nowhere.
        toolchain: The tools. Default: those of *root*, which are built where they are missing.
        flags: More flags for a part, by its name, to try the cluster with another setting:
            `{"kube-apiserver": ["--enable-admission-plugins=AlwaysPullImages"]}`. Asked for
            at every start. Default: none.

    Raises:
        SandboxError: Pulumi's state describes a cluster that no longer exists, or a process of
            the control plane ended; the error has the end of its log.
        SandboxError: It cannot be started, or did not become ready in time.
        ToolsError: A tool is missing.
    """
    layout = Layout(root)
    chosen = toolchain or tools.ensure(layout.root, console)
    with _in_words(layout), locked(layout, console) as lock:
        if wipe:
            take_down(layout)
            layout.wipe()
        # The programs themselves: a link may later point at another version.
        programs = {name: chosen.path(name).resolve() for name in NAMES}
        record = bring_up(layout, programs, lock, console, flags)
        tools.install_provider(chosen, layout.pulumi_home)
    return _sandbox(layout, record, chosen)


def down(root: Path, *, wipe: bool = False, console: Console | None = None) -> int:
    """
    End the processes of the sandbox of *root*, exactly those.

    Args:
        root: The folder of the project.
        wipe: Whether to forget the cluster and Pulumi's state, too. Default: no.
        console: Where it is said that another run is waited for. Default: nowhere.

    Returns:
        How many processes were ended.
    """
    layout = Layout(root)
    if not layout.folder.is_dir() or layout.folder.is_symlink():
        return 0
    with _in_words(layout), locked(layout, console):
        ended = take_down(layout)
        if wipe:
            layout.wipe()
    return ended


def current(root: Path) -> Sandbox:
    """
    Return the sandbox of *root* that was started before, whether it runs now or not.

    Raises:
        SandboxError: There is none.
        ToolsError: Its tools are gone.
    """
    layout = Layout(root)
    record = Record.load(layout.record)
    if record is None or record.uid is None or not layout.kubeconfig.exists():
        raise not_started(layout.root)
    return _sandbox(layout, record, tools.find(layout.root))


@contextlib.contextmanager
def _in_words(layout: Layout) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = error.filename or layout.folder
        raise SandboxError(
            f"{where}: {error.strerror or error}: all files of the sandbox are in "
            f"{layout.folder}, which has to be writable, with 1 GB free on its disk; "
            "correct that and run `tenancy sandbox up` again"
        ) from error


def _sandbox(layout: Layout, record: Record, toolchain: tools.Toolchain) -> Sandbox:
    assert record.uid is not None
    return Sandbox(
        root=layout.root,
        toolchain=toolchain,
        server=f"https://{HOST}:{record.ports['kube-apiserver']}",
        uid=record.uid,
    )

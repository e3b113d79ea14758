"""
The real engine, the real provider and a real API server.

All tests of a session, in however many processes, share one throwaway control plane. It is
in the session's temporary folder and ends with the last process that uses it; what a session
that was killed left running is ended by the next one.
"""

import contextlib
import fcntl
import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import attrs
import pytest

from tenancy.local import sandbox as local_sandbox
from tenancy.local import tools
from tenancy.local.sandbox import Sandbox
from tenancy.local.tools import Toolchain, ToolsError
from tests.cluster import other_releases
from tests.cluster.templates import Templates

ROOT = Path(__file__).parents[2]

Manifest = Mapping[str, object]

# The settings of all programs in Go, the control planes too: tests that run side by side lack
# processors and not memory.
for variable, setting in {"GOGC": "400", "GOMAXPROCS": "1", "GOMEMLIMIT": "2GiB"}.items():
    os.environ.setdefault(variable, setting)


@attrs.frozen
class Kubectl:
    """The real `kubectl` on one cluster, as one user."""

    program: Path
    kubeconfig: Path
    cache: Path
    flags: tuple[str, ...] = ()

    def run(
        self, *arguments: str, manifest: Manifest | Sequence[Manifest] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run it, whatever comes of it; a manifest goes to its standard input."""
        items = [manifest] if isinstance(manifest, Mapping) else manifest
        stdin = "\n---\n".join(map(json.dumps, items)) if items is not None else None
        return subprocess.run(
            [
                self.program,
                f"--kubeconfig={self.kubeconfig}",
                f"--cache-dir={self.cache}",
                *self.flags,
                *arguments,
            ],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def __call__(
        self, *arguments: str, manifest: Manifest | Sequence[Manifest] | None = None
    ) -> str:
        """Run it and return what it prints; it has to succeed."""
        done = self.run(*arguments, manifest=manifest)
        assert done.returncode == 0, f"kubectl {' '.join(arguments)}: {done.stderr}"
        return done.stdout

    def json(self, *arguments: str) -> dict:
        """Run it and return the object that it prints."""
        return json.loads(self(*arguments, "-o", "json"))

    def apply(self, *manifests: Manifest) -> str:
        """Apply manifests on the server's side."""
        return self(
            "apply", "--server-side", "--force-conflicts", "-f", "-", manifest=manifests
        )

    def refused(
        self, *arguments: str, manifest: Manifest | Sequence[Manifest] | None = None
    ) -> str:
        """Run it and return why it was refused; it has to be."""
        done = self.run(*arguments, manifest=manifest)
        assert done.returncode != 0, f"kubectl {' '.join(arguments)} was not refused"
        return done.stderr

    def as_user(self, user: str, *groups: str) -> "Kubectl":
        """Return the same for another user."""
        flags = (f"--as={user}", *(f"--as-group={group}" for group in groups))
        return attrs.evolve(self, flags=flags)


@pytest.fixture(scope="session")
def toolchain(tmp_path_factory: pytest.TempPathFactory) -> Toolchain:
    """Every tool; where one is missing, the test fails and names the remedy."""
    try:
        found = tools.find(ROOT)
    except ToolsError as error:
        pytest.fail(str(error), pytrace=False)
    return other_releases.wanted(found, tmp_path_factory.mktemp("toolchain") / "bin")


@pytest.fixture(scope="session")
def sandboxes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that holds the roots of this session's sandboxes."""
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    folder = base / "sandboxes"
    folder.mkdir(exist_ok=True)
    _end_abandoned(base.parent)
    return folder


@pytest.fixture(scope="session")
def sandbox(toolchain: Toolchain, sandboxes: Path) -> Iterator[Sandbox]:
    """Return the control plane that all tests share: names in it have to be a test's own."""
    root = sandboxes / "shared"
    with _user_of(root):
        yield local_sandbox.up(root, toolchain=toolchain)


@pytest.fixture
def own_root(sandboxes: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """Return a root for a sandbox of one test; it is ended and wiped afterwards."""
    # With a space in it, as folders of people's projects have.
    name = re.sub(r"\W+", " ", request.node.name)[:60].strip()
    root = sandboxes / f"{os.getpid()} {name}"
    with _user_of(root):
        yield root


@pytest.fixture(scope="module")
def own_sandbox(
    toolchain: Toolchain, sandboxes: Path, request: pytest.FixtureRequest
) -> Iterator[Sandbox]:
    """Return a control plane of the module's own, for what there is once on a cluster."""
    root = sandboxes / f"{os.getpid()} {request.path.stem}"
    with _user_of(root):
        yield local_sandbox.up(root, toolchain=toolchain, flags=other_releases.wanted_flags())


@pytest.fixture
def kube(sandbox: Sandbox) -> Kubectl:
    """Return `kubectl` on the shared control plane."""
    return kubectl(sandbox)


@pytest.fixture(scope="session")
def kubectl_of() -> Callable[[Sandbox], Kubectl]:
    """Return what makes a `kubectl` for another sandbox."""
    return kubectl


def kubectl(box: Sandbox) -> Kubectl:
    """Return `kubectl` as the administrator of *box*."""
    return Kubectl(box.toolchain.path("kubectl"), box.kubeconfig, box.folder / "cache")


@pytest.fixture(scope="session")
def user_of() -> Callable[[Path], contextlib.AbstractContextManager[None]]:
    """Return what marks a root as used: the last user ends its sandbox, whatever happens."""
    return _user_of


@pytest.fixture(scope="session")
def templates(toolchain: Toolchain, sandboxes: Path) -> Iterator[Templates]:
    """Return what starts projects on which stacks are applied already."""
    used: set[Path] = set()
    with contextlib.ExitStack() as users:

        def use(root: Path) -> None:
            if root not in used:
                users.enter_context(_user_of(root))
                used.add(root)

        yield Templates(sandboxes, toolchain, use)


@contextlib.contextmanager
def _user_of(root: Path) -> Iterator[None]:
    root.mkdir(exist_ok=True)
    mine = root / f"used-by-{os.getpid()}"
    with _locked(root):
        mine.touch()
    try:
        yield
    finally:
        with _locked(root):
            mine.unlink()
            if not list(root.glob("used-by-*")):
                local_sandbox.down(root, wipe=True)


def _end_abandoned(base: Path) -> None:
    for root in base.glob("pytest-*/sandboxes/*"):
        with _locked(root):
            users = list(root.glob("used-by-*"))
            # Roots without a mark end with the process that made them.
            if users and not any(_lives(int(u.name.removeprefix("used-by-"))) for u in users):
                local_sandbox.down(root, wipe=True)
                for user in users:
                    user.unlink()


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


@contextlib.contextmanager
def _locked(root: Path) -> Iterator[None]:
    with (root / "users.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield

"""
Projects with stacks applied, each made once in a session and copied for every module.

A template is a stopped sandbox with its project: the data of etcd, Pulumi's state, the stack
files. A copy has ports of its own and the cluster's identity, so that it cannot be told from
what was applied there.
"""

import contextlib
import fcntl
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs

from tenancy import engine as automation
from tenancy.engine import Engine
from tenancy.local import sandbox as local_sandbox
from tenancy.local.sandbox import Layout, Sandbox
from tenancy.local.sandbox.record import SandboxRecord
from tenancy.local.tools import Toolchain

ROOT = Path(__file__).parents[2]
SHIPPED = (
    "Pulumi.yaml",
    "__main__.py",
    *(f"Pulumi.{s}.yaml" for s in ("platform", "dev", "staging", "prod")),
)
# The engine starts the program in the copy, where the packages are not.
PATHS = {"PYTHONPATH": f"{ROOT}:{ROOT / 'components'}"}
# As `tenancy up` does it: otherwise the engine writes the whole state at every step.
ONE_WRITE = {"PULUMI_SKIP_CHECKPOINTS": "true"}


@attrs.frozen
class Templates:
    """
    The templates of a session, shared by its processes.

    Attributes:
        folder: Where they are.
        toolchain: The tools that their sandboxes run with.
        use: Marks a template as used by this process; the last one deletes it.
    """

    folder: Path
    toolchain: Toolchain
    use: Callable[[Path], None]

    def start(self, root: Path, stacks: tuple[str, ...]) -> Sandbox:
        """Make the shipped project with *stacks* applied in the folder *root*, which exists."""
        if stacks:
            self.copy(root, stacks)
        else:
            _copy_files(ROOT, root)
        return local_sandbox.up(root, toolchain=self.toolchain)

    def copy(self, root: Path, stacks: tuple[str, ...]) -> None:
        """Make it in the folder *root* without starting its control plane."""
        _copy(self._template(stacks), root)

    def _template(self, stacks: tuple[str, ...]) -> Path:
        """Return the stopped project with *stacks* applied in this order, made if need be."""
        root = self.folder / "-".join(("template", *stacks))
        self.use(root)
        done = Layout(root).folder / "done"
        with _locked(root / "template.lock"):
            if not done.exists():
                *before, last = stacks
                # Nothing is applied onto what an attempt that failed left.
                local_sandbox.down(root, wipe=True)
                try:
                    box = self.start(root, tuple(before))
                    variables = {**box.environment(), **PATHS, **ONE_WRITE}
                    automation.local(root, last, Engine(variables=variables)).up()
                finally:
                    local_sandbox.down(root)
                done.touch()
        return root


def _copy(template: Path, root: Path) -> None:
    _copy_files(template, root)
    old, new = Layout(template), Layout(root)
    new.make()
    for name in ("pki", "etcd", "pulumi"):
        place = new.folder / name
        shutil.copytree(old.folder / name, place, symlinks=True, dirs_exist_ok=True)
    # The provider's input is the path of the kubeconfig.
    for state in new.pulumi_state.rglob("*.json"):
        state.write_text(state.read_text().replace(f"{template}/", f"{root}/"))
    record = SandboxRecord.load(old.record)
    assert record is not None
    SandboxRecord(uid=record.uid).save(new.record)


def _copy_files(source: Path, root: Path) -> None:
    for file in SHIPPED:
        shutil.copy(source / file, root / file)
    shutil.copytree(source / "organizations", root / "organizations", dirs_exist_ok=True)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield

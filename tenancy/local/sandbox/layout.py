"""The folders and files of the sandbox, all under `.sandbox`."""

import os
import shutil
from pathlib import Path
from typing import Final

import attrs

from tenancy.config import SANDBOX_FOLDER, SANDBOX_KUBECONFIG
from tenancy.local.sandbox.errors import SandboxError

__all__ = ["Layout", "write_owner_only"]

_NO_LOGS: Final = (
    "Pulumi's engine logs each step into a folder of this name, which costs time.\n"
)


def _absolute(path: Path) -> Path:
    return path.absolute()


@attrs.frozen
class Layout:
    """
    The folders and files of one sandbox.

    Attributes:
        root: The folder of the project, absolute.
    """

    root: Path = attrs.field(converter=_absolute)

    @property
    def folder(self) -> Path:
        """`.sandbox`, which holds all the others."""
        return self.root / SANDBOX_FOLDER

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig."""
        return self.root / SANDBOX_KUBECONFIG

    @property
    def lock(self) -> Path:
        """The file that a process locks while it starts or stops parts."""
        return self.folder / "lock"

    @property
    def record(self) -> Path:
        """Ports, cluster UID and command digests, kept between two runs."""
        return self.folder / "record.json"

    @property
    def pki(self) -> Path:
        """Certificates and keys."""
        return self.folder / "pki"

    @property
    def etcd(self) -> Path:
        """The cluster's data."""
        return self.folder / "etcd"

    @property
    def run(self) -> Path:
        """The process id of each part, and its configuration files."""
        return self.folder / "run"

    @property
    def logs(self) -> Path:
        """The logs of the parts."""
        return self.folder / "logs"

    @property
    def pulumi_home(self) -> Path:
        """`PULUMI_HOME`: plugins and credentials."""
        return self.folder / "pulumi" / "home"

    @property
    def pulumi_state(self) -> Path:
        """The folder of Pulumi's file backend."""
        return self.folder / "pulumi" / "state"

    def log(self, part: str) -> Path:
        """Return the log file of *part*, overwritten at each start."""
        return self.logs / f"{part}.log"

    def make(self) -> None:
        """
        Create the folders, readable by their owner only.

        Raises:
            SandboxError: `.sandbox` is a file or a link.
        """
        if self.folder.is_symlink() or (self.folder.exists() and not self.folder.is_dir()):
            raise SandboxError(
                f"{self.folder} is not a folder: the sandbox keeps its files there, "
                "and --wipe deletes them; move it away"
            )
        for folder in (
            self.folder,
            self.pki,
            self.run,
            self.logs,
            self.pulumi_home,
            self.pulumi_state,
        ):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # With this file a project's own .gitignore need not list the folder.
        (self.folder / ".gitignore").write_text("*\n")
        self._refuse_logs_of_the_engine()

    def _refuse_logs_of_the_engine(self) -> None:
        """
        Let the engine write no logs of each step, which take two fifths of its time.

        It writes them into the folder `logs` of `PULUMI_HOME`, and goes on without logs if
        that cannot be made; there is no setting (pulumi, pkg/logging/encrypted.go).
        """
        logs = self.pulumi_home / "logs"
        if logs.is_dir() and not logs.is_symlink():
            shutil.rmtree(logs)
        if not logs.exists():
            logs.write_text(_NO_LOGS)

    def wipe(self) -> None:
        """Delete everything except the lock file, which the caller has locked."""
        for path in self.folder.iterdir():
            if path == self.lock:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()


def write_owner_only(path: Path, content: bytes) -> None:
    """
    Write *content* to *path* atomically, readable by its owner only.

    A file that already has this content and mode is not written.
    """
    try:
        if path.read_bytes() == content and path.stat().st_mode & 0o777 == 0o600:
            return
    except FileNotFoundError:
        pass
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    temporary.replace(path)

"""Where everything of the embedded control plane stands: under `.sandbox`, and nowhere else."""

import os
import shutil
from pathlib import Path

import attrs

from tenancy.local.sandbox.errors import SandboxError

__all__ = ["Layout", "private"]


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
        """Holds everything else."""
        return self.root / ".sandbox"

    @property
    def kubeconfig(self) -> Path:
        """The administrator's."""
        return self.folder / "kubeconfig"

    @property
    def lock(self) -> Path:
        """Held by whoever starts or ends parts."""
        return self.folder / "lock"

    @property
    def record(self) -> Path:
        """What is remembered between two runs."""
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
        """Which process each part is, and the files it is configured with."""
        return self.folder / "run"

    @property
    def logs(self) -> Path:
        """What the parts say."""
        return self.folder / "logs"

    @property
    def pulumi_home(self) -> Path:
        """`PULUMI_HOME`: plugins and credentials."""
        return self.folder / "pulumi" / "home"

    @property
    def pulumi_state(self) -> Path:
        """The folder of Pulumi's file backend."""
        return self.folder / "pulumi" / "state"

    @property
    def passphrase(self) -> Path:
        """The generated passphrase of the stacks' secrets."""
        return self.folder / "pulumi" / "passphrase"

    def log(self, part: str) -> Path:
        """Return what *part* says since it was last started."""
        return self.logs / f"{part}.log"

    def make(self) -> None:
        """
        Make the folders, readable by nobody else.

        Raises:
            SandboxError: `.sandbox` is something else than a folder of ours.
        """
        if self.folder.is_symlink() or (self.folder.exists() and not self.folder.is_dir()):
            raise SandboxError(
                f"{self.folder} is not a folder: everything of the embedded control plane "
                "stands in it, and --wipe removes it; move it away"
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
        # A project that is not ours need not know that this folder is to be ignored.
        (self.folder / ".gitignore").write_text("*\n")

    def wipe(self) -> None:
        """Remove everything but the lock, which the caller holds."""
        for path in self.folder.iterdir():
            if path == self.lock:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()


def private(path: Path, content: bytes) -> None:
    """
    Write *content* to *path* in one step, readable by nobody else.

    A file that holds it already is left alone.
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

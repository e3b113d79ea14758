"""What can go wrong with the embedded control plane, and what to do about it."""

from pathlib import Path

from tenancy.diagnostics.errors import TenancyError

__all__ = [
    "ClusterGoneError",
    "NoSandboxError",
    "NotReadyError",
    "PartDiedError",
    "SandboxError",
]


class SandboxError(TenancyError):
    """The embedded control plane cannot do what was asked; the message has the remedy."""


class NoSandboxError(SandboxError):
    """There is no embedded control plane here, or it does not run."""


class ClusterGoneError(SandboxError):
    """Pulumi's state speaks of a cluster that no longer exists."""


class NotReadyError(SandboxError):
    """All parts run, but the cluster did not become usable in time."""


class PartDiedError(SandboxError):
    """
    A part of the control plane ended by itself.

    Attributes:
        part: Its name, such as `etcd`.
        log: Where all that it said is.
        tail: The end of that.
    """

    def __init__(self, part: str, log: Path, tail: tuple[str, ...]) -> None:
        self.part = part
        self.log = log
        self.tail = tail
        super().__init__(part, log, tail)

    @property
    def port_was_taken(self) -> bool:
        """Whether it ended because somebody else listens where it wanted to."""
        return any("address already in use" in line for line in self.tail)

    def __str__(self) -> str:
        said = "\n".join(f"    {line}" for line in self.tail) or "    (nothing)"
        return (
            f"{self.part} of the embedded control plane ended; the end of {self.log}:\n{said}\n"
            "Mend what it names and run `tenancy sandbox up` again; if its data is damaged, "
            "`tenancy sandbox up --wipe` starts anew."
        )

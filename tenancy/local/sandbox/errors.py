"""Errors of the sandbox that several modules raise."""

from pathlib import Path

from tenancy.diagnostics import SandboxError, SandboxFailure

__all__ = ["SandboxError", "SandboxFailure", "not_started", "process_ended"]


def not_started(root: Path) -> SandboxError:
    """Return the error for a project in *root* whose sandbox was never started."""
    return SandboxError(
        f"no sandbox in {root}; run `tenancy sandbox up`",
        SandboxFailure.NOT_RUNNING,
    )


def process_ended(name: str, log: Path, tail: tuple[str, ...]) -> SandboxError:
    """
    Return the error for a process of the control plane that ended by itself.

    Args:
        name: Such as `etcd`.
        log: The file with its output.
        tail: The last lines of that.
    """
    is_port = any("address already in use" in line for line in tail)
    output = "\n".join(f"    {line}" for line in tail) or "    (nothing)"
    return SandboxError(
        f"{name} of the sandbox ended; the last lines of {log}:\n{output}\n"
        "Correct what it reports and run `tenancy sandbox up` again; if its data is damaged, "
        "`tenancy sandbox up --wipe` starts with new data.",
        SandboxFailure.PORT_TAKEN if is_port else SandboxFailure.OTHER,
    )

"""Commands as a job runs them: without a terminal, and with all that they print as one text."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

__all__ = ["TENANCY", "run", "succeed"]

TENANCY: Final = (sys.executable, "-c", "from tenancy.cli import main; main()")
"""The command line of this project, in the Python that runs the tests."""


def run(
    command: Sequence[str | Path],
    folder: Path,
    variables: Mapping[str, str],
    *,
    seconds: float = 550,
) -> subprocess.CompletedProcess[str]:
    """Run *command* to its end in *folder*; what it prints as errors is in its output."""
    return subprocess.run(
        command,
        cwd=folder,
        env=dict(variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=seconds,
    )


def succeed(command: Sequence[str | Path], folder: Path, variables: Mapping[str, str]) -> str:
    """Run *command*, which has to succeed, and return what it prints."""
    done = run(command, folder, variables)
    assert 0 == done.returncode, done.stdout
    return done.stdout

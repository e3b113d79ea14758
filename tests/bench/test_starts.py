"""What it takes to start: commands that need files only, and the imports of a program."""

import os
import resource
import subprocess
import sys

import pytest

from tests.bench.figures import ROOT, record

pytestmark = pytest.mark.bench

STARTS = {
    "tenancy --version": "from tenancy.cli import main; main()",
    "tenancy check": "from tenancy.cli import main; main()",
    "tenancy plan --offline": "from tenancy.cli import main; main()",
    "import tenancy": "import tenancy",
    "import tenancy_components": "import tenancy_components",
    "an empty program of Python": "",
}
TIMES = 5


def cpu(code: str, *arguments: str) -> float:
    """Return the CPU seconds of a process of Python."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-c", code, *arguments],
        check=True,
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'components'}"},
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_starts() -> None:
    """The least of several times: others add the work of their neighbours."""
    figures = {
        name: round(min(cpu(code, *name.split()[1:]) for _ in range(TIMES)), 2)
        for name, code in STARTS.items()
    }

    record("starts", figures)
    print(f"\n{figures}")

"""What the README says is so: its offline commands run, its files exist, its code compiles."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)


OFFLINE = [
    line
    for line in blocks("sh")[0].splitlines()
    if line.startswith(".venv/bin/tenancy") and not line.startswith(".venv/bin/tenancy env")
]


def test_the_first_block_needs_no_cluster_and_has_three_commands() -> None:
    assert ["check", "plan", "render"] == [shlex.split(line)[1] for line in OFFLINE]


@pytest.mark.parametrize("line", OFFLINE, ids=lambda line: shlex.split(line)[1])
def test_a_command_of_the_first_block_succeeds_on_the_shipped_stacks(line: str) -> None:
    arguments = shlex.split(line)[1:]
    program = "import sys; from tenancy.cli import main; main()"

    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, "") == (done.returncode, done.stderr)
    assert done.stdout.strip()


def test_every_link_leads_to_a_file() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)

    missing = [link for link in links if not (ROOT / link).exists()]

    assert len(links) > 5
    assert [] == missing


def test_the_python_block_compiles() -> None:
    [code] = blocks("python")

    compile(code, "README.md", "exec")

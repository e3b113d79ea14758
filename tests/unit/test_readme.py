"""The documents are true: commands run, linked files exist, blocks compile and parse."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

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


DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
YAML_BLOCKS = [
    pytest.param(block, id=f"{path.relative_to(ROOT)}-{number}")
    for path in DOCUMENTS
    for number, block in enumerate(
        re.findall(r"^```yaml\n(.*?)^```", path.read_text(), flags=re.MULTILINE | re.DOTALL)
    )
]


def test_the_readme_has_yaml_blocks_for_the_organization_the_stack_and_pulumi_yaml() -> None:
    assert 3 == len(blocks("yaml"))


@pytest.mark.parametrize("block", YAML_BLOCKS)
def test_a_yaml_block_of_the_documents_is_a_mapping_of_valid_yaml(block: str) -> None:
    assert isinstance(yaml.safe_load(block), dict)


@pytest.mark.parametrize(
    "path",
    [ROOT / name for name in ("ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    + sorted((ROOT / "docs").rglob("*.md"))
    + sorted((ROOT / "examples").rglob("*.md")),
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_every_file_that_a_document_links_to_exists(path: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text())

    assert [] == [link for link in links if not (path.parent / link).exists()]


@pytest.mark.parametrize("name", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_every_path_of_the_package_that_a_document_names_exists(name: str) -> None:
    text = (ROOT / name).read_text()
    named = re.findall(r"`((?:tenancy|components|tests|docs)/[\w./-]*)`", text)

    assert len(named) > 10
    assert [] == [path for path in named if not (ROOT / path).exists()]


def test_every_make_target_that_a_document_names_exists() -> None:
    targets = set(
        re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    )
    text = README + (ROOT / "CONTRIBUTING.md").read_text()
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", text, flags=re.MULTILINE))

    assert {"up", "down", "test", "lint"} <= named
    assert set() == named - targets

"""The documents name what exists: files, paths of the package, targets of make."""

import re
from pathlib import Path

import pytest

from tests.snippets import blocks

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def test_every_link_leads_to_a_file() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)

    missing = [link for link in links if not (ROOT / link).exists()]

    assert len(links) > 5
    assert [] == missing


def test_the_readme_has_yaml_blocks_for_the_organization_the_stack_and_pulumi_yaml() -> None:
    assert 3 == len(blocks("yaml", "README.md"))


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

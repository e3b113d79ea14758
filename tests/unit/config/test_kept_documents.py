"""Documents that are kept by their content: the same as parsed ones, also if damaged."""

import hashlib
import os
import random
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tenancy.config.document import KeptDocuments, parse
from tenancy.config.project import load

ROOT = Path(__file__).parents[3]
FILES = 60


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder where documents are kept during a test."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "tenancy" / "documents"


def changed(text: str, chance: random.Random) -> str:
    """Return *text* with a mistake, or with another value, or as it is."""
    lines = text.splitlines()
    at = chance.randrange(len(lines))
    key = lines[at].partition(":")[0]
    made = chance.choice(
        [
            lines[at], lines[at], lines[at], f"{key}: no", f"{key}: 0755", f"{key}: *alias",
            f"{lines[at]}\n{lines[at]}", f"{key}: \x07", f"{key}\t: [", "", f"{key}: 1.50",
            f"{key}x: ü",
        ]
    )  # fmt: skip
    return "\n".join([*lines[:at], made, *lines[at + 1 :]]) + "\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a project of many files."""
    root = tmp_path / "project"
    (root / "organizations").mkdir(parents=True)
    for path in ROOT.glob("Pulumi*.yaml"):
        shutil.copy(path, root)
    [text, *_] = [one.read_text() for one in sorted((ROOT / "organizations").glob("*.yaml"))]
    for number in range(FILES):
        (root / "organizations" / f"team-{number}.yaml").write_text(text)
    return root


def everything(root: Path) -> list[object]:
    """Return all that can be known of the files at *root*."""
    found, findings = load(root)
    written = (found.environments, found.platforms, found.organizations)
    documents = [
        (source, one.value, one.root, one.findings, dict(one.places), one.lines)
        for source, one in found.documents.items()
    ]
    return [written, documents, findings]


@pytest.mark.parametrize("seed", range(5))
def test_kept_documents_are_the_parsed_ones(
    root: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)
    for path in sorted((*root.glob("Pulumi.*.yaml"), *root.glob("organizations/*"))):
        path.write_text(changed(path.read_text(), chance))
    with monkeypatch.context() as patch:
        # The control: no document can be kept there.
        patch.setenv("XDG_CACHE_HOME", os.devnull)
        parsed = everything(root)
        assert not cache.exists()

    first, kept = everything(root), len(list(cache.glob("*.json")))
    second = everything(root)

    assert parsed == first == second
    # Files with mistakes are parsed each time.
    assert FILES // 3 < kept < FILES


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return where the sources of documents appear when they are parsed."""
    sources: list[str] = []

    def counting(text: str | bytes, source: str, *, largest: int) -> object:
        sources.append(source)
        return parse(text, source, largest=largest)

    monkeypatch.setattr("tenancy.config.document.reading.parse", counting)
    return sources


def test_only_a_changed_file_is_parsed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load(root)
    sources = counted(monkeypatch)
    load(root)
    assert [] == sources

    file = root / "organizations" / "team-7.yaml"
    file.write_text(file.read_text().replace("Acme Agents", "Seven", 1))
    found, _ = load(root)

    assert ["organizations/team-7.yaml"] == sources
    assert "Seven" == found.organizations["team-7"].spec.display_name


def with_its_checksum(text: bytes) -> bytes:
    return hashlib.sha256(text).hexdigest().encode() + b"\n" + text


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[: len(content) // 2],
        lambda content: content[:-9] + bytes([content[-9] ^ 1]) + content[-8:],
        lambda content: content[::-1],
        lambda content: b"\xff" + content,
        lambda content: with_its_checksum(b"{"),
        lambda content: with_its_checksum(b"[]"),
        lambda content: with_its_checksum(b'{"value": 1}'),
        lambda content: with_its_checksum(b'{"value": 1, "root": [1, 2]}'),
        lambda content: with_its_checksum(b'{"value": 1, "root": ["a", 2, {}]}'),
        lambda content: with_its_checksum(b'{"value": 1, "root": [1, 2, null]}'),
    ],
    ids=[
        "empty", "truncated", "changed", "reversed", "no text", "no JSON", "a list",
        "a missing part", "a short node", "no line", "no content",
    ],
)  # fmt: skip
def test_a_damaged_document_is_parsed_again(
    root: Path,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    damage: Callable[[bytes], bytes],
) -> None:
    before = everything(root)
    files = sorted(cache.glob("*.json"))
    assert len(files) > FILES
    for file in files:
        file.write_bytes(damage(file.read_bytes()))
    sources = counted(monkeypatch)

    assert before == everything(root)
    assert len(files) == len(sources)
    assert before == everything(root)
    assert len(files) == len(sources)


def test_without_a_folder_that_can_be_written_everything_is_parsed(
    root: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(root)
    shutil.rmtree(cache)
    cache.write_text("a file")
    sources = counted(monkeypatch)

    assert before == everything(root)
    assert before == everything(root)
    assert len(sources) > 2 * FILES


def test_for_a_user_without_a_home_everything_is_parsed(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setenv("XDG_CACHE_HOME", "")
    monkeypatch.setattr(Path, "home", unknown)
    sources = counted(monkeypatch)

    assert everything(root) == everything(root)
    assert len(sources) > 2 * FILES


def test_another_version_parses_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load(root)
    monkeypatch.setattr(sys, "version", "another")
    sources = counted(monkeypatch)

    load(root)

    assert len(sources) > FILES


def test_a_document_that_was_not_used_for_long_is_deleted(tmp_path: Path) -> None:
    kept = KeptDocuments(tmp_path)
    for text in ("a: 1", "a: 2"):
        kept.parsed(text.encode(), "a.yaml", "", lambda text=text: parse(text, "a.yaml"))
    old, new = sorted(tmp_path.glob("*.json"))
    os.utime(old, (0, 0))

    kept.forget_unused()

    assert [new] == list(tmp_path.glob("*.json"))
    os.utime(new, (0, 0))
    kept.forget_unused()  # It is looked for once a day.
    assert [new] == list(tmp_path.glob("*.json"))


def test_a_small_project_keeps_nothing(root: Path, cache: Path) -> None:
    for path in (root / "organizations").iterdir():
        path.unlink()
    load(root)
    assert not cache.exists()

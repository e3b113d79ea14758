"""Files have bounds: in kind, place, size, number of entries and of mistakes."""

import os
import time
from pathlib import Path

import pytest

from tenancy.config.document import parse
from tenancy.config.document.building import LONGEST, MOST_ENTRIES
from tenancy.config.project import LARGEST_ORGANIZATION, load
from tenancy.config.spec.validation_findings import MOST_MISTAKES

ACME = "prefix: acme\nnamespaces:\n  - id: dev\n"


def codes(folder: Path) -> list[str]:
    return [finding.code for finding in load(folder)[1] if finding.code != "file-unused"]


@pytest.fixture
def organization(tmp_path: Path) -> Path:
    """The file of an organization, which is not there yet."""
    folder = tmp_path / "project" / "organizations"
    folder.mkdir(parents=True)
    return folder / "acme.yaml"


def outcome(organization: Path) -> list[str]:
    return [
        code
        for code in codes(organization.parent.parent)
        if code.startswith(("file-", "yaml-", "too-", "unknown-"))
    ]


def test_a_regular_file_and_a_link_inside_the_project_are_read(organization: Path) -> None:
    organization.write_text(ACME)
    assert [] == outcome(organization)

    organization.rename(organization.parent.parent / "acme.yaml")
    organization.symlink_to("../acme.yaml")
    assert [] == outcome(organization)


def test_a_link_that_leads_out_of_the_project_is_refused(
    organization: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret.yaml").write_text(ACME)
    organization.symlink_to("../../secret.yaml")

    assert ["file-outside"] == outcome(organization)


@pytest.mark.parametrize("target", ["/dev/zero", "/proc/self/environ", "/etc/passwd"])
def test_a_link_to_the_system_is_refused_and_not_read(organization: Path, target: str) -> None:
    organization.symlink_to(target)

    assert ["file-outside"] == outcome(organization)


def test_a_pipe_is_refused_and_not_waited_for(organization: Path) -> None:
    os.mkfifo(organization)
    began = time.monotonic()

    assert ["file-special"] == outcome(organization)
    assert time.monotonic() - began < 5


def test_links_in_a_circle_a_folder_and_nothing_are_refused(organization: Path) -> None:
    organization.symlink_to("acme.yaml")
    assert ["file-unreadable"] == outcome(organization)

    organization.unlink()
    organization.mkdir()
    assert ["file-unreadable"] == outcome(organization)


def test_an_organizations_file_has_at_most_one_mebibyte(organization: Path) -> None:
    organization.write_text(ACME + "#" * (LARGEST_ORGANIZATION - len(ACME)))
    assert [] == outcome(organization)

    organization.write_text(ACME + "#" * (LARGEST_ORGANIZATION - len(ACME) + 1))
    assert ["yaml-too-large"] == outcome(organization)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: {0}", "yaml-long-value"),
        ("? {0}\n: a", "yaml-long-value"),
        ("- [a, {0}]", "yaml-long-value"),
    ],
)
def test_a_key_and_a_value_have_at_most_4096_characters(text: str, code: str) -> None:
    assert () == parse(text.format("x" * 1000), "f").findings
    assert [code] == [f.code for f in parse(text.format("x" * (LONGEST + 1)), "f").findings]


@pytest.mark.parametrize("line", ["k{0}: 1\n", "- {0}\n"])
def test_a_mapping_and_a_list_have_at_most_5000_entries(line: str) -> None:
    def found(count: int) -> list[str]:
        text = "".join(line.format(i) for i in range(count))
        return [finding.code for finding in parse(text, "f").findings]

    assert [] == found(MOST_ENTRIES)
    assert ["yaml-too-many-entries"] == found(MOST_ENTRIES + 1)


@pytest.mark.parametrize("count", [MOST_ENTRIES - 100, 60_000])
def test_any_number_of_unknown_keys_ends_within_seconds(organization: Path, count: int) -> None:
    organization.write_text(ACME + "".join(f"key{i}: {i}\n" for i in range(count)))
    began = time.monotonic()

    found = outcome(organization)

    assert time.monotonic() - began < 20
    if count > MOST_ENTRIES:
        assert ["yaml-too-many-entries"] == found
    else:
        assert ["unknown-key"] * MOST_MISTAKES + ["too-many-mistakes"] == found


def test_a_hundred_thousand_unknown_keys_of_a_stack_end_within_seconds(tmp_path: Path) -> None:
    keys = "".join(f"  tenancy:key{i}: {i}\n" for i in range(100_000))
    (tmp_path / "Pulumi.dev.yaml").write_text(f"config:\n{keys}")
    began = time.monotonic()

    assert "yaml-too-many-entries" in codes(tmp_path)
    assert time.monotonic() - began < 20

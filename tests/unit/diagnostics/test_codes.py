"""The table of codes: complete, frozen, and the source of docs/checks.md."""

import re
from pathlib import Path

import pytest

from tenancy.diagnostics.codes import CODES, GROUPS
from tenancy.diagnostics.codes.reference import markdown
from tenancy.diagnostics.finding import Finding
from tenancy.diagnostics.origin import Origin
from tenancy.diagnostics.severity import Severity

ROOT = Path(__file__).parents[3]
KEBAB_CASE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
SOURCES = [
    path.read_text(encoding="utf-8")
    for folder in (ROOT / "tenancy", ROOT / "components" / "tenancy_components")
    for path in sorted(folder.rglob("*.py"))
    if "diagnostics/codes" not in path.as_posix()
]
FROZEN = dict(
    line.split()
    for line in Path(__file__).with_name("frozen_codes.txt").read_text("utf-8").splitlines()
)
# A pydantic error without a code of ours is called after its type, so the source does not have
# the whole name: config/spec/validation_findings.py.
DERIVED = {"wrong-count", "wrong-number", "wrong-text", "wrong-value"}


def a_finding(code: str, severity: Severity = Severity.ERROR) -> Finding:
    return Finding(
        code=code, origin=Origin("x"), found="", allowed="", remedy="", severity=severity
    )


def test_each_code_is_in_one_group_and_in_kebab_case() -> None:
    names = [code.name for group in GROUPS for code in group.codes]

    assert sorted(set(names)) == sorted(names)
    assert [] == [name for name in names if not KEBAB_CASE.fullmatch(name)]


def test_each_row_has_all_its_texts() -> None:
    empty = [
        code.name
        for code in CODES.values()
        if not all((code.summary, code.example, code.remedy, code.severities))
    ]

    assert [] == empty


def test_a_finding_takes_a_code_of_the_table_and_no_other() -> None:
    assert "yaml-tab" == a_finding("yaml-tab").code
    with pytest.raises(LookupError, match="no 'yaml-tba' with the severity 'error'"):
        a_finding("yaml-tba")


def test_a_finding_has_a_severity_that_the_table_has_for_its_code() -> None:
    assert Severity.WARNING is a_finding("member-twice", Severity.WARNING).severity
    with pytest.raises(LookupError, match="no 'member-twice' with the severity 'error'"):
        a_finding("member-twice")


def test_a_backend_of_another_package_has_codes_under_its_own_name() -> None:
    assert "acme/rack-missing" == a_finding("acme/rack-missing").code


def test_each_code_is_used() -> None:
    unused = [
        name
        for name in CODES.keys() - DERIVED
        if not any(f'"{name}"' in source for source in SOURCES)
    ]

    assert [] == unused


def test_each_code_in_the_source_is_in_the_table() -> None:
    used = {
        name
        for source in SOURCES
        for name in re.findall(r'\bcode(?:: str)? ?= ?"(.+?)"', source)
    }

    assert 50 < len(used)
    assert set() == used - CODES.keys()


def test_a_code_that_is_renamed_removed_or_weighs_otherwise_is_in_the_changelog() -> None:
    """Scripts match on codes. What is added needs no line; the frozen list is never edited."""
    table = {
        code.name: ",".join(severity.name.lower() for severity in code.severities)
        for code in CODES.values()
    }
    changed = {name for name, severities in FROZEN.items() if severities != table.get(name)}
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert [] == sorted(name for name in changed if f"`{name}`" not in changelog)


def test_the_committed_reference_is_up_to_date() -> None:
    written = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")

    assert markdown() == written, "run `python -m tenancy.diagnostics.codes`"

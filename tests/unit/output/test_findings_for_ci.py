"""Findings as SARIF, as annotations of GitHub and as JUnit."""

import json
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenancy.config.document import Document, parse
from tenancy.diagnostics import Finding, Origin, Severity
from tenancy.diagnostics.codes import CODES
from tenancy.output import CiForm, FindingsForCi

FILE = "Pulumi.dev.yaml"
DOCUMENT: Document = parse("config:\n  a:\n    b: 1\n", FILE)


def finding(code: str, severity: Severity, found: str = "100%, <a>\nand: b") -> Finding:
    return Finding(
        code=code,
        severity=severity,
        origin=Origin(FILE, ("config", "a", "b")),
        found=found,
        allowed="less",
        remedy="write less",
        details=("a sum",),
    )


ERROR = finding("wrong-value", Severity.ERROR)
WARNING = finding(
    next(c.name for c in CODES.values() if Severity.WARNING in c.severities), Severity.WARNING
)
UNCHECKED = finding("file-not-read", Severity.NOT_CHECKED)
ALL = (WARNING, UNCHECKED, ERROR, ERROR)


def written(form: CiForm, *findings: Finding, strict: bool = False) -> str:
    """Return *findings* of a project in the folder `clusters/eu` of its repository."""
    return FindingsForCi(
        findings=findings, documents={FILE: DOCUMENT}, folder="clusters/eu", strict=strict
    ).text(form)


def test_sarif_has_each_finding_once_with_its_rule_level_and_place() -> None:
    [run] = json.loads(written(CiForm.SARIF, *ALL))["runs"]

    results = run["results"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert ["error", "warning", "note"] == [one["level"] for one in results]
    assert [one["ruleId"] for one in results] == [rules[one["ruleIndex"]] for one in results]
    place = results[0]["locations"][0]["physicalLocation"]
    assert {"uri": f"clusters/eu/{FILE}"} == place["artifactLocation"]
    assert {"startLine": 3, "startColumn": 5} == place["region"]
    assert "config.a.b: 100%, <a>and: b\n" in results[0]["message"]["text"]
    assert "do: write less\na sum" in results[0]["message"]["text"]


def test_sarif_without_findings_is_a_run_without_results() -> None:
    [run] = json.loads(written(CiForm.SARIF))["runs"]

    assert [] == run["results"]


def test_an_annotation_is_one_line_and_its_text_cannot_end_it() -> None:
    error, warning, notice = written(CiForm.GITHUB, *ALL).splitlines()

    assert error.startswith(
        f"::error file=clusters/eu/{FILE},title=wrong-value,line=3,col=5::config.a.b: 100%25,"
    )
    assert error.endswith("%0Aallowed: less%0Ado: write less%0Aa sum")
    assert warning.startswith("::warning ")
    assert notice.startswith("::notice ")


def test_a_property_of_an_annotation_cannot_begin_another() -> None:
    odd = Finding(
        code="wrong-value",
        origin=Origin("a,b:c.yaml"),
        found="x",
        allowed="y",
        remedy="z",
    )

    [line] = written(CiForm.GITHUB, odd).splitlines()

    assert "file=clusters/eu/a%2Cb%3Ac.yaml,title=wrong-value::" in line


def test_junit_has_a_case_for_each_finding_and_counts_them() -> None:
    [suite] = ET.fromstring(written(CiForm.JUNIT, *ALL))

    counts = {key: suite.get(key) for key in ("tests", "failures", "skipped")}
    assert {"tests": "3", "failures": "1", "skipped": "1"} == counts
    assert [["failure"], ["system-out"], ["skipped"]] == [
        [part.tag for part in case] for case in suite
    ]
    assert f"clusters/eu/{FILE}:3" in suite[0][0].text
    assert "wrong-value config.a.b" == suite[0].get("name")


def test_junit_without_findings_is_one_case_that_passes() -> None:
    [suite] = ET.fromstring(written(CiForm.JUNIT))

    assert ("1", "0") == (suite.get("tests"), suite.get("failures"))
    assert [[]] == [list(case) for case in suite]


@pytest.mark.parametrize(
    ("form", "word"),
    [
        (CiForm.SARIF, '"level": "error"'),
        (CiForm.GITHUB, "::error "),
        (CiForm.JUNIT, "<failure "),
    ],
)
def test_what_was_not_checked_is_an_error_when_strict(form: CiForm, word: str) -> None:
    assert word not in written(form, UNCHECKED)
    assert word in written(form, UNCHECKED, strict=True)


def test_a_file_with_a_space_is_a_reference_that_sarif_accepts() -> None:
    odd = Finding(
        code="wrong-value",
        origin=Origin("organizations/a b.yaml"),
        found="x",
        allowed="y",
        remedy="z",
    )

    [run] = json.loads(written(CiForm.SARIF, odd))["runs"]

    [result] = run["results"]
    [place] = result["locations"]
    where = place["physicalLocation"]["artifactLocation"]
    assert {"uri": "clusters/eu/organizations/a%20b.yaml"} == where


@given(found=st.text(), file=st.text(min_size=1), detail=st.text())
def test_whatever_is_found_each_form_is_parsed_back(found: str, file: str, detail: str) -> None:
    odd = Finding(
        code="wrong-value",
        origin=Origin(file),
        found=found,
        allowed="y",
        remedy="z",
        details=(detail,),
    )

    [run] = json.loads(written(CiForm.SARIF, odd))["runs"]
    [suite] = ET.fromstring(written(CiForm.JUNIT, odd))
    lines = written(CiForm.GITHUB, odd).split("\n")

    assert 1 == len(run["results"])
    assert [["failure"]] == [[part.tag for part in case] for case in suite]
    assert 2 == len(lines)
    assert "" == lines[1]

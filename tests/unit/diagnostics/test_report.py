import io

import pytest
import rich.console
from hypothesis import given
from hypothesis import strategies as st

from tenancy.config.document import parse
from tenancy.diagnostics import report
from tenancy.diagnostics.finding import Finding, Severity
from tenancy.diagnostics.finding_data import findings_data
from tenancy.diagnostics.origin import Origin
from tenancy.output.findings_text import rich_report

DEV = parse("a: 1\nb:\n  - id: x\n    cpu: no\n", "Pulumi.dev.yaml")
DOCUMENTS = {"Pulumi.dev.yaml": DEV}


def finding(**parts):
    return Finding(
        **{
            "code": "acme/over-ceiling",
            "origin": Origin("Pulumi.dev.yaml", ("b", 0, "id")),
            "found": "5 is asked for",
            "allowed": "4 or less",
            "remedy": "ask for less",
            **parts,
        }
    )


def test_a_report_says_where_what_is_allowed_and_what_to_do():
    findings = [
        finding(
            severity=Severity.WARNING, origin=Origin("argument", ("x",)), code="acme/odd-value"
        ),
        finding(
            details=("  acme-dev   2", "  acme-prod  3"),
            found="the organization's namespaces ask for 5 CPUs altogether in all environments",
        ),
        finding(severity=Severity.NOT_CHECKED, origin=Origin("Pulumi.dev.yaml")),
    ]

    text = report.text(findings, DOCUMENTS, width=60)

    expected = """\
Errors

  Pulumi.dev.yaml:3  b[0].id  [acme/over-ceiling]
    found:   the organization's namespaces ask for 5 CPUs
             altogether in all environments
    allowed: 4 or less
    do:      ask for less
        acme-dev   2
        acme-prod  3

Warnings

  argument  x  [acme/odd-value]
    found:   5 is asked for
    allowed: 4 or less
    do:      ask for less

Not checked

  Pulumi.dev.yaml:1  [acme/over-ceiling]
    found:   5 is asked for
    allowed: 4 or less
    do:      ask for less

1 error, 1 warning, 1 not checked"""
    assert expected == text


def test_a_trap_is_shown_at_its_own_line():
    text = report.text(DEV.findings, DOCUMENTS)

    assert "Pulumi.dev.yaml:4  b[0].cpu  [yaml-boolean-word]" in text


@pytest.mark.parametrize(
    ("severities", "expected"),
    [
        pytest.param([], "0 errors", id="none"),
        pytest.param([Severity.ERROR], "1 error", id="one"),
        pytest.param([Severity.ERROR] * 3, "3 errors", id="three"),
        pytest.param([Severity.WARNING] * 2, "0 errors, 2 warnings", id="warnings"),
        pytest.param(
            [Severity.NOT_CHECKED] * 2 + [Severity.WARNING],
            "0 errors, 1 warning, 2 not checked",
            id="not-checked-is-never-left-out",
        ),
    ],
)
def test_the_last_line_counts(severities, expected):
    findings = [finding(severity=s, found=str(n)) for n, s in enumerate(severities)]

    assert expected == report.summary(findings)
    assert expected == report.text(findings, {}).splitlines()[-1]


def test_equal_findings_are_said_and_counted_once():
    once, twice = (report.text([finding()] * n, DOCUMENTS) for n in (1, 2))

    assert once == twice


def test_findings_stand_in_the_order_of_the_lines():
    findings = [
        finding(origin=Origin("Pulumi.dev.yaml", path)) for path in [("b", 0, "cpu"), ("a",)]
    ]

    assert [1, 4] == [each["line"] for each in findings_data(findings, DOCUMENTS)]


def test_the_data_has_a_stable_shape():
    findings = [finding(organization="acme", details=("a", "b")), finding(code="acme/zzz")]

    first, second = findings_data(findings, DOCUMENTS)

    assert {
        "code": "acme/over-ceiling",
        "severity": "error",
        "file": "Pulumi.dev.yaml",
        "line": 3,
        "column": 5,
        "path": "b[0].id",
        "found": "5 is asked for",
        "allowed": "4 or less",
        "remedy": "ask for less",
        "organization": "acme",
        "details": ["a", "b"],
    } == first
    assert list(first) == list(second)
    assert (None, []) == (second["organization"], second["details"])


def test_without_a_document_there_is_a_path_and_no_line():
    [found] = findings_data([finding(origin=Origin("argument", ("x", 0)))], DOCUMENTS)

    assert (None, None, "x[0]") == (found["line"], found["column"], found["path"])


def test_no_format_lets_a_terminal_be_steered():
    wild = finding(
        origin=Origin("a\x1b[2Jb", ("k\x1b[31m", "\x9b1m")),
        found="x\x1b]0;t\x07y",
        details=("\x1b[1md",),
    )

    said = report.text([wild], {}) + str(findings_data([wild], {}))

    assert "xy" in said
    assert not any(ord(character) < 32 and character != "\n" for character in said)
    assert "x1b" not in said


def test_the_rich_report_says_the_same_words():
    findings = [finding(), finding(severity=Severity.WARNING), *DEV.findings]
    console = rich.console.Console(file=io.StringIO(), width=200, no_color=True)

    console.print(rich_report(findings, DOCUMENTS))

    assert report.text(findings, DOCUMENTS).split() == console.file.getvalue().split()


def test_the_rich_report_takes_no_markup_from_what_was_written():
    console = rich.console.Console(file=io.StringIO(), width=200)

    console.print(rich_report([finding(found="[bold]x[/bold]")], {}))

    assert "[bold]x[/bold]" in console.file.getvalue()


words = st.text("abcdefgh-/.[]{}", min_size=1, max_size=20)
sentences = st.lists(words, min_size=1, max_size=30).map(" ".join)


@given(
    st.lists(
        st.builds(
            finding,
            found=sentences,
            allowed=sentences,
            remedy=sentences,
            severity=st.sampled_from(Severity),
            details=st.lists(sentences, max_size=3).map(tuple),
        ),
        max_size=5,
    ),
    st.integers(50, 120),
)
def test_no_line_is_longer_than_asked_for_and_no_word_is_lost(findings, width):
    text = report.text(findings, DOCUMENTS, width=width)

    assert all(len(line) <= width for line in text.splitlines())
    for each in findings:
        assert "".join(each.found.split()) in "".join(text.split())

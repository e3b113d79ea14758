"""Findings in the forms that CI systems read: SARIF, annotations of GitHub, and JUnit."""

import enum
import json
import urllib.parse
import xml.sax.saxutils
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import attrs

from tenancy import __version__
from tenancy.diagnostics import Finding, FindingData, Source, findings_data, refusals
from tenancy.diagnostics.codes import CODES

__all__ = ["CiForm", "FindingsForCi"]

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Final = {"error": "error", "warning": "warning", "not checked": "note"}
_COMMANDS: Final = {"error": "error", "warning": "warning", "note": "notice"}
_SUITE: Final = "tenancy check"


class CiForm(enum.StrEnum):
    """A form that a CI system reads."""

    SARIF = "sarif"
    """SARIF 2.1.0, for code scanning."""
    GITHUB = "github"
    """Workflow commands of GitHub Actions, which become annotations."""
    JUNIT = "junit"
    """JUnit XML, for test reports of GitLab and others."""


@attrs.frozen(kw_only=True)
class FindingsForCi:
    """
    Findings, and what is needed to name their files as a CI system does.

    Attributes:
        findings: Equal ones are written once.
        documents: By source, for line numbers.
        folder: The project's folder in the repository, such as `clusters/eu`; empty if the
            project is at the top.
        strict: Whether what was not checked is an error too. Default: no.
    """

    findings: tuple[Finding, ...]
    documents: Mapping[str, Source]
    folder: str = ""
    strict: bool = False

    def text(self, form: CiForm) -> str:
        """Return the findings in *form*."""
        match form:
            case CiForm.SARIF:
                return json.dumps(self._sarif(), indent=2) + "\n"
            case CiForm.GITHUB:
                return "".join(f"{line}\n" for line in self._annotations())
            case CiForm.JUNIT:
                return "".join(f"{line}\n" for line in self._junit())

    def _rows(self) -> Iterator[tuple[FindingData, str]]:
        """Yield each finding and its level: error, warning or note."""
        for row in findings_data(self.findings, self.documents):
            is_error = self.strict and row["severity"] == "not checked"
            yield row, "error" if is_error else _LEVELS[row["severity"]]

    def _path(self, row: FindingData) -> str:
        return (Path(self.folder) / row["file"]).as_posix()

    def _sarif(self) -> dict[str, object]:
        rows = tuple(self._rows())
        used = list(dict.fromkeys(row["code"] for row, _ in rows))
        rules = [
            {"id": code, "shortDescription": {"text": CODES[code].summary}} for code in used
        ]
        results = [
            {
                "ruleId": row["code"],
                "ruleIndex": used.index(row["code"]),
                "level": level,
                "message": {"text": _message(row)},
                "locations": [{"physicalLocation": self._location(row)}],
            }
            for row, level in rows
        ]
        driver = {"name": "tenancy", "version": __version__, "rules": rules}
        return {
            "$schema": _SCHEMA,
            "version": "2.1.0",
            "runs": [{"tool": {"driver": driver}, "results": results}],
        }

    def _location(self, row: FindingData) -> dict[str, object]:
        place: dict[str, object] = {
            "artifactLocation": {"uri": urllib.parse.quote(self._path(row))}
        }
        if row["line"] is not None:
            place["region"] = {"startLine": row["line"], "startColumn": row["column"] or 1}
        return place

    def _annotations(self) -> Iterator[str]:
        for row, level in self._rows():
            properties = {"file": self._path(row), "title": row["code"]}
            if row["line"] is not None:
                properties |= {"line": str(row["line"]), "col": str(row["column"] or 1)}
            written = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
            yield f"::{_COMMANDS[level]} {written}::{_data(_message(row))}"

    def _junit(self) -> Iterator[str]:
        rows = tuple(self._rows())
        failures = len(refusals(dict.fromkeys(self.findings), strict=self.strict))
        skipped = sum(level == "note" for _, level in rows)
        counts = f'tests="{max(len(rows), 1)}" failures="{failures}" skipped="{skipped}"'
        yield '<?xml version="1.0" encoding="UTF-8"?>'
        yield f'<testsuites><testsuite name="{_SUITE}" {counts}>'
        if not rows:
            yield f'<testcase classname="{_SUITE}" name="no findings"/>'
        for row, level in rows:
            yield from self._case(row, level)
        yield "</testsuite></testsuites>"

    def _case(self, row: FindingData, level: str) -> Iterator[str]:
        path = self._path(row)
        place = path if row["line"] is None else f"{path}:{row['line']}"
        name = f"{row['code']} {row['path']}".strip()
        yield (
            f"<testcase classname={_attribute(path)} name={_attribute(name)}"
            f" file={_attribute(path)}>"
        )
        text = xml.sax.saxutils.escape(f"{place}\n{_message(row)}")
        kind = {"error": "failure", "note": "skipped"}.get(level, "system-out")
        head = "" if kind == "system-out" else f" message={_attribute(row['found'])}"
        yield f"<{kind}{head}>{text}</{kind}>"
        yield "</testcase>"


def _message(row: FindingData) -> str:
    """Return a finding on as many lines as people read: what, allowed, what to do, details."""
    parts = [f"{row['path']}: {row['found']}" if row["path"] else row["found"]]
    parts += [f"allowed: {row['allowed']}", f"do: {row['remedy']}", *row["details"]]
    return "\n".join(parts)


def _attribute(text: str) -> str:
    return xml.sax.saxutils.quoteattr(text)


def _data(text: str) -> str:
    """Return a message as a workflow command has it (actions/toolkit, core/src/command.ts)."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

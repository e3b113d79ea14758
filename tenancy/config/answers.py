"""The answers for a new project: from a file, or from flags and questions."""

from collections.abc import Mapping
from pathlib import Path

import pydantic

from tenancy.config.document import JSON, Document, read
from tenancy.config.spec import AnswersSpec, findings_from
from tenancy.diagnostics import Origin, RefusedError, errors_in

__all__ = ["given_answers", "read_answers"]


def read_answers(path: Path) -> AnswersSpec:
    """
    Return the answers in the file *path*.

    Raises:
        RefusedError: The file cannot be read or has mistakes; each is listed with its line.
    """
    document = read(path, str(path))
    if errors_in(document.findings):
        raise RefusedError(document.findings, {document.source: document})
    return _answers(document)


def given_answers(values: Mapping[str, JSON]) -> AnswersSpec:
    """
    Return the answers from flags and questions.

    Args:
        values: By key of an answers file.

    Raises:
        RefusedError: A value is not allowed.
    """
    return _answers(Document.of(dict(values), source="answers"))


def _answers(document: Document) -> AnswersSpec:
    try:
        return AnswersSpec.model_validate(document.value or {})
    except pydantic.ValidationError as error:
        findings = findings_from(
            error, origin=Origin(document.source), document=document, model=AnswersSpec
        )
        raise RefusedError(findings, {document.source: document}) from error

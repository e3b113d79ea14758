"""Hostile files, 1,600 of them: each ends in findings, never in a traceback."""

import json
import random
import re
import time
from collections.abc import Iterator

import pydantic
import pytest

from tenancy import checks
from tenancy.config.document import parse
from tenancy.config.project import Project, Written
from tenancy.config.spec import EnvironmentSpec, Spec
from tenancy.config.spec.validation_findings import findings_from
from tenancy.diagnostics import report
from tenancy.diagnostics.finding_data import findings_data
from tenancy.diagnostics.origin import Origin
from tenancy.model import resolve
from tests.unit.config.test_malformed import ENVIRONMENT

COUNT = 400
"""Inputs of each of the four ways to make one."""
SECONDS = 5.0
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]")
PIECES = [
    *(
        "\x1b[2J",
        "\x1b]0;x\x07",
        "\u202e",
        "\u200b",
        "\x85",
        "\u2028",
        "\ufeff",
        "\x00",
        "\ud7ff",
    ),
    *(
        "{{id}}",
        "{prefix}",
        "{id}{id}",
        "%s",
        "{0.__class__}",
        "$(reboot)",
        "`reboot`",
        "../../x",
    ),
    *(
        "[/red]",
        "[bold]",
        ":warning:",
        "@ann",
        "<b>",
        "&amp;",
        "\\",
        '"',
        "'",
        "|",
        ">",
        "- ",
        "? ",
    ),
    *(
        "&a",
        "*a",
        "!!python/object:os.system",
        "<<",
        "%YAML 1.1",
        "---",
        "...",
        "#",
        "\t",
        "~",
        "",
    ),
    *("0755", "1_000", "1e999", ".nan", "12:30", "9" * 400, "-1", "1Zi", "1e-99999", "²", "٣"),
    *(
        "kube-system",
        "system:masters",
        "*",
        "a" * 64,
        "A" * 5000,
        "é",
        "\u0430cme",
        "xn--x",
        "a/b/c",
    ),
    *("0.0.0.0/0", "::/0", "[" * 40, "{" * 40, "{a: {a: {a: 1}}}", "[[1],[2]]", "null", "on"),
]
DOCUMENT = ENVIRONMENT


def replaced_values(chance: random.Random) -> str:
    """A document in which one or two values are hostile."""
    lines = DOCUMENT.splitlines()
    for _ in range(chance.randint(1, 2)):
        at = chance.randrange(len(lines))
        key, colon, _ = lines[at].partition(":")
        if colon:
            lines[at] = f"{key}: {chance.choice(PIECES)}"
    return "\n".join(lines)


def quoted_values(chance: random.Random) -> str:
    """A document in which the text of one value is hostile, quoted so that YAML reads it."""
    words = list(re.finditer(r"(?<=[:\[{,] )[\w./-]+(?=[,}\]\n])", DOCUMENT))
    word = chance.choice(words)
    text = "".join(chance.choice(PIECES) for _ in range(chance.randint(1, 3)))
    return DOCUMENT[: word.start()] + json.dumps(text) + DOCUMENT[word.end() :]


def replaced_keys(chance: random.Random) -> str:
    """A document in which one key is hostile."""
    keys = list(re.finditer(r"\b[a-zA-Z]+(?=:)", DOCUMENT))
    key = chance.choice(keys)
    return DOCUMENT[: key.start()] + json.dumps(chance.choice(PIECES)) + DOCUMENT[key.end() :]


def broken_text(chance: random.Random) -> str:
    """A document with pieces, cuts and repetitions anywhere."""
    text = DOCUMENT
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(text))
        match chance.randrange(3):
            case 0:
                text = text[:at] + chance.choice(PIECES) + text[at:]
            case 1:
                text = text[:at] + text[at + chance.randrange(60) :]
            case 2:
                text = text[: at + 40] + text[at:]
    return text


WAYS = (replaced_values, quoted_values, replaced_keys, broken_text)


def written(text: str, model: type[Spec]) -> Iterator[object]:
    """Yield the findings of *text*, read as *model*, and those of the checks after it."""
    document = parse(text, "Pulumi.dev.yaml")
    yield from document.findings
    if document.value is None:
        return
    origin = Origin("Pulumi.dev.yaml")
    try:
        spec = model.model_validate(document.value)
    except pydantic.ValidationError as error:
        yield from findings_from(error, origin=origin, document=document, model=model)
        return
    assert isinstance(spec, EnvironmentSpec)
    tenancy, unresolved = resolve(Project(environments={"dev": Written(spec, origin)}))
    yield from unresolved
    yield from checks.check(tenancy)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_hostile_documents_end_in_findings_that_show_no_control_character(
    way, record_property
) -> None:
    refused = 0
    for seed in range(COUNT):
        text = way(random.Random(seed))
        began = time.monotonic()

        findings = list(written(text, EnvironmentSpec))
        shown = report.text(findings, {})
        data = json.dumps(findings_data(findings, {}))

        assert time.monotonic() - began < SECONDS, text
        assert not CONTROL.search(shown), (seed, shown)
        assert not CONTROL.search(data), (seed, data)
        refused += bool(findings)
    record_property("hostile", f"documents|{COUNT}")
    assert refused > COUNT / 2


def test_the_document_itself_is_read_and_checked() -> None:
    found = list(written(DOCUMENT, EnvironmentSpec))

    assert [] == [
        f for f in found if str(getattr(f, "code", "")).startswith(("yaml-", "unknown-key"))
    ]

"""A hostile text as a value or a key anywhere in the files, and every output of it."""

import copy
import json
import random
import re
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping

import pydantic
import pytest
import yaml
from markdown_it import MarkdownIt

from tenancy import checks
from tenancy.config.project import Project, Written
from tenancy.config.spec import EnvironmentSpec, PlatformStackSpec
from tenancy.config.spec.validation_findings import findings_from
from tenancy.diagnostics import Finding, report
from tenancy.diagnostics.finding_data import findings_data
from tenancy.diagnostics.origin import Origin
from tenancy.diagnostics.redaction import clean
from tenancy.model import Tenancy, resolve
from tenancy.output import summary_text
from tenancy.output.findings_for_ci import CiForm, FindingsForCi
from tenancy.output.plan_as_text import plan_text
from tenancy.output.plan_markdown import markdown
from tenancy.planning import summarize, summary_data
from tenancy.planning.build import plan
from tenancy.planning.plan_json import plan_data
from tests.unit.config.test_malformed import ENVIRONMENT, PLATFORM
from tests.unit.output.test_hostile_text import CALLS
from tests.unit.output.test_hostile_text import PIECES as OF_OUTPUTS
from tests.unit.planning.changing import recorded
from tests.unit.test_hostile_inputs import PIECES as OF_DOCUMENTS
from tests.unit.test_hostile_inputs import SECONDS

FORGE = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
PIECES = [*OF_OUTPUTS, *OF_DOCUMENTS]
SHARES = 8
"""Of the places; each is a test of its own."""
OURS = re.compile(r"(<!--[^<>]*-->|</?details>|<summary>[^<>]*</summary>|\s)*")
"""What the page itself has of HTML."""
BLOCKS = ("heading", "paragraph", "bullet_list", "list_item")
FREE = {"displayName", "owner", "reason", "user", "group", "description", "overcommitReason"}
"""Keys of texts that are never refused for their form, so that they reach the plan."""

Written_ = dict[str, object]
Place = tuple[str, str, tuple[str | int, ...]]


def environment() -> Written_:
    written = yaml.safe_load(ENVIRONMENT)
    acme = written["organizations"]["acme"]
    first = acme["namespaces"][0]
    first["network"] = {
        "egress": [{"cidrs": ["192.0.2.0/24"], "ports": [443], "podLabels": {"app": "a"}}],
        "ingress": [{"organization": "globex", "namespaces": ["web"], "ports": [80]}],
        "sharedServices": ["obs"],
    }
    first["enforcement"] = {"mode": "audit", "reason": "moves in", "until": "2999-01-31"}
    first |= {"ignore": ["ConfigMap/a"], "imagePullSecrets": ["a"]}
    acme["hosts"] = ["acme.example"]
    written["organizations"]["globex"] = {
        "prefix": "globex",
        "namespaces": [{"id": "web", "profile": "small"}],
    }
    for key in ("allowDeletion", "allowBelowUsage", "environmentOrderExceptions"):
        del written[key]
    return written


FILES: Mapping[str, Written_] = {"dev": environment(), "platform": yaml.safe_load(PLATFORM)}


def texts(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str, tuple]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield "key", (*path, key)
            yield from texts(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from texts(inner, (*path, index))
    elif isinstance(value, str):
        yield "value", path


def places() -> list[Place]:
    """Every place of a text; the free ones several times."""
    every = [(file, what, path) for file in FILES for what, path in texts(FILES[file])]
    free = [one for one in every if one[1] == "value" and FREE & set(map(str, one[2][-2:]))]
    return [*every, *free * 8]


def with_text(file: str, what: str, path: tuple[str | int, ...], text: str) -> dict:
    made = copy.deepcopy(dict(FILES))
    at = made[file]
    for step in path[:-1]:
        at = at[step]  # type: ignore[index]
    if what == "value":
        at[path[-1]] = text  # type: ignore[index]
    else:
        at[text] = at.pop(path[-1])  # type: ignore[arg-type]
    return made


def read(files: Mapping[str, Written_]) -> Project | list[Finding]:
    models = {"dev": EnvironmentSpec, "platform": PlatformStackSpec}
    found = {}
    for name, model in models.items():
        origin = Origin(f"Pulumi.{name}.yaml")
        try:
            found[name] = Written(model.model_validate(files[name]), origin)
        except pydantic.ValidationError as error:
            return findings_from(error, origin=origin, model=model)
    return Project(
        environments={"dev": found["dev"]}, platforms={"platform": found["platform"]}
    )


@pytest.fixture(scope="module")
def usual() -> Tenancy:
    project = read(FILES)
    assert isinstance(project, Project)
    tenancy, unresolved = resolve(project)
    assert () == unresolved
    return tenancy


def outputs(files: Mapping[str, Written_], usual: Tenancy) -> Iterator[tuple[str, str]]:
    """Yield every output about *files*, and about a change from and to what is *usual*."""
    project = read(files)
    if isinstance(project, list):
        yield from of_findings(project)
        return
    tenancy, unresolved = resolve(project)
    findings = [*unresolved, *checks.check(tenancy)]
    yield from of_findings(findings)
    if unresolved:
        return
    summary = summarize(tenancy, findings)
    yield "text", summary_text(summary)
    yield "json", json.dumps(summary_data(summary))
    for before, after in ((usual, tenancy), (tenancy, usual)):
        made = plan(recorded(before, "dev"), after, "dev", None, in_state=())
        yield "text", plan_text(made, most=None)
        yield "markdown", markdown(made)
        yield "json", json.dumps(plan_data(made))


def of_findings(found: list[Finding]) -> Iterator[tuple[str, str]]:
    findings = tuple(dict.fromkeys(found))
    yield "text", report.text(findings, {})
    yield "json", json.dumps(findings_data(findings, {}))
    for_ci = FindingsForCi(findings=findings, documents={})
    yield "json", for_ci.text(CiForm.SARIF)
    yield "github", for_ci.text(CiForm.GITHUB)
    yield "xml", for_ci.text(CiForm.JUNIT)


def wrong(form: str, text: str) -> list[str]:
    """What *text* does besides telling."""
    found = [] if "\n".join(map(clean, text.split("\n"))) == text else ["unsafe characters"]
    if form == "json":
        json.loads(text)
    elif form == "xml":
        ElementTree.fromstring(text)
    elif form == "github":
        command = re.compile(r"::(error|warning|notice) file=[^:]*::")
        found += [line for line in text.splitlines() if not command.match(line)]
    elif form == "markdown":
        found += obeyed(text)
    return found


def obeyed(text: str) -> Iterator[str]:
    """Yield what a forge would do with a page, other than what the page is made of."""
    own = {"text", "text_special", "html_inline", "softbreak", "code_inline"}
    own |= {f"{name}_{end}" for name in ("strong", "em") for end in ("open", "close")}
    blocks = {f"{name}_{end}" for name in BLOCKS for end in ("open", "close")}
    for token in FORGE.parse(text):
        if token.type not in {*blocks, "inline", "html_block"}:
            yield token.type
        if token.type == "html_block" and not OURS.fullmatch(token.content.strip()):
            yield token.content
        parts = token.children or []
        yield from {part.type for part in parts} - own
        yield from (
            part.content
            for part in parts
            if part.type == "html_inline" and not OURS.fullmatch(part.content)
        )
        split = {"html_inline", "code_inline"}
        runs = "".join("\0" if part.type in split else part.content for part in parts)
        yield from (run for run in runs.split("\0") if CALLS.search(run))


@pytest.mark.parametrize("share", range(SHARES))
def test_a_hostile_text_in_any_place_only_is_told(
    share: int, usual: Tenancy, record_property: pytest.FixtureRequest
) -> None:
    mine = places()[share::SHARES]
    told: dict[str, int] = {}
    for number, (file, what, path) in enumerate(mine):
        chance = random.Random(f"{share} {number}")
        text = "".join(chance.choice(PIECES) for _ in range(chance.randint(1, 4)))[:4000]
        began = time.monotonic()

        for form, output in outputs(with_text(file, what, path, text), usual):
            told[form] = told.get(form, 0) + 1
            assert [] == [*wrong(form, output)], (file, what, path, text)

        assert time.monotonic() - began < SECONDS
    record_property("hostile", f"values and keys|{len(mine)}")

    assert {"text", "json", "github", "xml", "markdown"} == told.keys()
    assert told["markdown"] > len(mine) / 4


def test_what_looks_for_obeyed_markdown_would_find_it() -> None:
    for page in ("<b>x</b>", "[a](http://b)", "| a |\n|---|\n| b |", "see @ann", "![a](b)"):
        assert [*obeyed(page)], page
    assert [] == [*obeyed("<!-- tenancy plan dev -->\n\n**x** `y`")]

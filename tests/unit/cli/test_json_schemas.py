"""What each command writes with --json fulfils its schema, which lets keys be added."""

import json
import re
from collections.abc import Callable

import jsonschema
import pytest
from pydantic import ValidationError
from typer.main import get_command
from typer.testing import Result

from tenancy.cli import app
from tenancy.output.documents import document, documents
from tenancy.output.json_schemas import schemas, written

Run = Callable[..., Result]

COMMANDS = {kind: one.example for kind, one in documents().items()}
"""Commands that need neither an engine nor a cluster, by the name of their schema."""


@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_written_fulfils_its_schema(run: Run, name: str) -> None:
    result = run(*COMMANDS[name])
    data = json.loads(result.stdout[result.stdout.index("{") :])
    schema = written(name)

    assert (1, name) == (data["version"], data["kind"])
    jsonschema.validate(data, schema)
    jsonschema.validate({**data, "added": "later"}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({key: data[key] for key in data if key != "kind"}, schema)


def test_every_published_schema_is_tested() -> None:
    others = {"organization", "stack", "plan", "revisions", "outcomes"}

    assert {"check", "summary", "usage"} <= set(COMMANDS)
    assert {f"{name}.json" for name in (*COMMANDS, *others)} == set(schemas())


def test_a_document_is_checked_against_its_published_shape() -> None:
    findings = {"refused": False, "findings": []}

    assert {"version": 1, "kind": "check", **findings} == document("check", **findings)
    with pytest.raises(ValidationError, match="refused"):
        document("check", findings=[])
    with pytest.raises(KeyError, match="chekc"):
        document("chekc", **findings)


def commands_with_json(group: object, path: str = "") -> set[str]:
    """Return every command below *group* that has the option --json, as it is typed."""
    found = set()
    for name, command in getattr(group, "commands", {}).items():
        typed = f"{path} {name}".strip()
        options = {option for parameter in command.params for option in parameter.opts}
        found |= {typed} if "--json" in options else set()
        found |= commands_with_json(command, typed)
    return found


def test_every_command_that_writes_json_has_a_published_schema() -> None:
    titles = " ".join(str(schema["title"]) for schema in schemas().values())
    described = set(
        re.findall(r"`(?:tenancy )?([a-z][a-z -]*?)(?: --offline)?(?: --json)?`", titles)
    )

    written = commands_with_json(get_command(app))

    assert {"check", "plan", "up", "sandbox status"} <= written
    assert set() == written - described

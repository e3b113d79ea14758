"""What each command writes with --json fulfils its schema, which lets keys be added."""

import json
import re
from collections.abc import Callable

import jsonschema
import pytest
from typer.main import get_command
from typer.testing import Result

from tenancy.cli import app
from tenancy.output.json_schemas import schemas, written

Run = Callable[..., Result]

COMMANDS = {
    "check": ("check", "--json"),
    "summary": ("plan", "--offline", "--json"),
    "who-can": ("who-can", "get", "secrets", "-n", "acme-dev", "--json"),
    "what-can": ("what-can", "acme-developers", "--json"),
    "usage": ("usage", "--stack", "dev", "--json"),
    "doctor": ("doctor", "--json"),
    "sandbox": ("sandbox", "status", "--json"),
}
"""The commands that need neither an engine nor a cluster, by the name of their schema."""


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

    assert {f"{name}.json" for name in (*COMMANDS, *others)} == set(schemas())


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

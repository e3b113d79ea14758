from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
import yaml
from typer.testing import Result

from tenancy.cli import schema
from tenancy.diagnostics.exit_codes import Exit
from tenancy.output.json_schemas import organization_schema, stack_schema

Run = Callable[..., Result]

ROOT = Path(__file__).parents[3]


def test_the_committed_schemas_are_up_to_date() -> None:
    """Run `tenancy schema --write` where they are not."""
    committed = {path.name: path.read_text() for path in (ROOT / schema.FOLDER).iterdir()}

    assert schema.texts() == committed


@pytest.mark.parametrize(
    "path", [pytest.param(p, id=p.name) for p in sorted(ROOT.glob("Pulumi.*.yaml"))]
)
def test_the_shipped_stacks_fulfil_their_schema(path: Path) -> None:
    jsonschema.validate(yaml.safe_load(path.read_text()), stack_schema())


def test_the_shipped_organizations_fulfil_their_schema() -> None:
    for path in (ROOT / "organizations").glob("*.yaml"):
        jsonschema.validate(yaml.safe_load(path.read_text()), organization_schema())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("tenancy:cluster", "tenancy:clustr", id="misspelt key"),
        pytest.param("tenancy:environment: dev", "tenancy:environment: [dev]", id="a list"),
        pytest.param("enforce: baseline", "enforce: privileged", id="unknown choice"),
    ],
)
def test_the_schema_refuses_what_the_checks_refuse(old: str, new: str) -> None:
    text = (ROOT / "Pulumi.dev.yaml").read_text()
    assert old in text

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(text.replace(old, new)), stack_schema())


def test_keys_of_others_may_stand_beside_ours() -> None:
    written = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())
    written["config"]["aws:region"] = "eu-central-1"
    written["encryptionsalt"] = "v1:…"

    jsonschema.validate(written, stack_schema())


def test_write_puts_them_where_the_files_look_for_them(run: Run, project: Path) -> None:
    result = run("schema", "--write")

    assert 0 == result.exit_code
    assert (project / "docs/schema/stack.json").read_text() == schema.texts()["stack.json"]


def test_an_unknown_schema_is_a_usage_error(run: Run) -> None:
    assert Exit.USAGE == run("schema", "nothing.json").exit_code


def test_the_schema_of_stack_files_has_the_keys_of_the_project(run: Run, project: Path) -> None:
    path = project / "Pulumi.yaml"
    path.write_text(path.read_text().replace("name: tenancy", "name: shared"))

    keys = run("schema").stdout

    assert '"shared:environment"' in keys
    assert "tenancy:environment" not in keys

"""JSON Schemas of the config files, for editors, and of every `--json`, for programs."""

from collections.abc import Mapping

from pydantic import BaseModel, TypeAdapter

from tenancy.config.document import JSON
from tenancy.config.spec import EnvironmentSpec, OrganizationSpec, PlatformStackSpec
from tenancy.output.documents import documents, published
from tenancy.output.outcomes_json import schema as outcomes_schema
from tenancy.planning import SummaryData, plan_schema, revisions_schema

__all__ = ["organization_schema", "schemas", "stack_schema", "written"]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"

published("`tenancy plan --offline --json`", "plan", "--offline", "--json")(SummaryData)


def schemas(project: str = "tenancy") -> dict[str, dict[str, JSON]]:
    """
    Return every schema by the name of its file under `docs/schema`.

    Args:
        project: The project's name, which begins each key of its stack files.
    """
    return {
        "organization.json": organization_schema(),
        "stack.json": stack_schema(project),
        **{
            f"{name}.json": written(name)
            for name in ("plan", "revisions", "outcomes", *documents())
        },
    }


def organization_schema() -> dict[str, JSON]:
    """Return the schema of `organizations/<name>.yaml`."""
    return {"$schema": _DIALECT, **_of(OrganizationSpec), "title": "An organization of Tenancy"}


def written(name: str) -> dict[str, JSON]:
    """
    Return the schema of what a command writes with `--json`; it allows further keys.

    Args:
        name: The name of its file under `docs/schema`, without the suffix: `plan`, `usage`.
    """
    if name == "plan":
        command, schema = "`tenancy plan --json`", plan_schema()
    elif name == "revisions":
        command, schema = "`tenancy plan --since --json`", revisions_schema()
    elif name == "outcomes":
        command = "`tenancy preview`, `up`, `refresh`, `drift` and `destroy --json`"
        schema = outcomes_schema()
    else:
        document = documents()[name]
        command = document.commands
        adapter: TypeAdapter[object] = TypeAdapter(document.shape)
        schema = adapter.json_schema()
    return {"$schema": _DIALECT, **_open(schema), "title": f"{command}, version 1"}


def stack_schema(project: str = "tenancy") -> dict[str, JSON]:
    """
    Return the schema of `Pulumi.<stack>.yaml`.

    Config with the key `platform` is a platform's, any other an environment's. Keys of other
    config namespaces, and the engine's own, are allowed.

    Args:
        project: The project's name, which is the namespace of Tenancy's keys.
    """
    environment, environment_definitions = _keys(EnvironmentSpec, project)
    platform, platform_definitions = _keys(PlatformStackSpec, project)
    return {
        "$schema": _DIALECT,
        "title": "A stack of Tenancy: an environment, or a cluster's platform",
        "type": "object",
        "properties": {
            "config": {
                "type": "object",
                "if": {"required": [f"{project}:platform"]},
                "then": platform,
                "else": environment,
            }
        },
        "$defs": {**environment_definitions, **platform_definitions},
    }


def _keys(model: type[BaseModel], project: str) -> tuple[dict[str, JSON], dict[str, JSON]]:
    """Return the schema of *model* with the project's name before keys, and definitions."""
    whole = _of(model)
    definitions = whole.pop("$defs", {})
    properties, required = whole.get("properties"), whole.get("required", [])
    assert isinstance(definitions, dict)
    assert isinstance(properties, dict)
    assert isinstance(required, list)
    return {
        "properties": {f"{project}:{key}": value for key, value in properties.items()},
        "required": [f"{project}:{key}" for key in required],
        # Only keys with the project's name are checked, so that a misspelled one is reported.
        "propertyNames": {
            "anyOf": [
                {"enum": [f"{project}:{key}" for key in properties]},
                {"not": {"pattern": f"^{project}:"}},
            ]
        },
    }, definitions


def _open(schema: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return *schema* so that it accepts further keys, which a later release may write."""
    found = {k: v for k, v in schema.items() if (k, v) != ("additionalProperties", False)}
    return {key: _open(v) if isinstance(v, dict) else v for key, v in found.items()}


def _of(model: type[BaseModel]) -> dict[str, JSON]:
    found: dict[str, JSON] = model.model_json_schema(by_alias=True)
    return found

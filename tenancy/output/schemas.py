"""JSON Schemas: of what people write, for editors, and of what we say, for programs."""

from collections.abc import Mapping

from pydantic import BaseModel

from tenancy.config.document import JSON
from tenancy.config.spec import EnvironmentSpec, OrganizationSpec, PlatformStackSpec
from tenancy.output.outcomes_json import schema as outcomes_schema
from tenancy.output.plan_json import schema as plan_schema

__all__ = ["organization", "outcomes", "plan", "schemas", "stack"]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, JSON]]:
    """Return every schema by the name of its file under `docs/schema`."""
    return {
        "organization.json": organization(),
        "outcomes.json": outcomes(),
        "plan.json": plan(),
        "stack.json": stack(),
    }


def organization() -> dict[str, JSON]:
    """Return the schema of `organizations/<name>.yaml`."""
    return {"$schema": _DIALECT, **_of(OrganizationSpec), "title": "An organization of Tenancy"}


def outcomes() -> dict[str, JSON]:
    """Return the schema of what `preview`, `up`, `refresh`, `drift`, `destroy --json` write."""
    title = "What came of stacks of Tenancy, version 1"
    return {"$schema": _DIALECT, **_open(outcomes_schema()), "title": title}


def plan() -> dict[str, JSON]:
    """Return the schema of what `tenancy plan --json` writes for one stack."""
    return _open(plan_schema())


def stack(project: str = "tenancy") -> dict[str, JSON]:
    """
    Return the schema of `Pulumi.<stack>.yaml`.

    Config that has the key `platform` is a platform's, any other an environment's. Keys of
    other namespaces, and what the engine writes itself, may stand beside ours.

    Args:
        project: The project's name, which is the namespace of our keys.
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
    """Return the schema of *model* with our namespace before each key, and its definitions."""
    whole = _of(model)
    definitions = whole.pop("$defs", {})
    properties, required = whole.get("properties"), whole.get("required", [])
    assert isinstance(definitions, dict)
    assert isinstance(properties, dict)
    assert isinstance(required, list)
    return {
        "properties": {f"{project}:{key}": value for key, value in properties.items()},
        "required": [f"{project}:{key}" for key in required],
        # Only our own keys are known here, so a misspelt one is seen by its namespace.
        "propertyNames": {
            "anyOf": [
                {"enum": [f"{project}:{key}" for key in properties]},
                {"not": {"pattern": f"^{project}:"}},
            ]
        },
    }, definitions


def _open(schema: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return *schema* so that it lets further keys be, which a later release may write."""
    found = {k: v for k, v in schema.items() if (k, v) != ("additionalProperties", False)}
    return {key: _open(v) if isinstance(v, dict) else v for key, v in found.items()}


def _of(model: type[BaseModel]) -> dict[str, JSON]:
    found: dict[str, JSON] = model.model_json_schema(by_alias=True)
    return found

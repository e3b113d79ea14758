"""
The package's schema, derived from the models that people write.

The engine's own inference reads annotations; it drops unknown keys and loses enums.
"""

import functools
from collections.abc import Mapping
from typing import Final, cast

import attrs
from pydantic import BaseModel

from tenancy import __version__
from tenancy.aws import NodeGroup, immutable_inputs
from tenancy_components.arguments import OUTPUT_LEAVES
from tenancy_components.node_taints import CLUSTER_UID
from tenancy_components.provider.inputs import (
    GpuNodePoolInputs,
    NamespaceInputs,
    OrganizationInputs,
    PlatformInputs,
)
from tenancy_components.provider.node_taints import NodeTaintsInputs
from tenancy_components.type_tokens import (
    GPU_NODE_POOL,
    NAMESPACE,
    NODE_GROUP,
    NODE_TAINTS,
    ORGANIZATION,
    PACKAGE,
    PLATFORM,
)

__all__ = ["REPOSITORY", "package_schema", "resource_schema"]

REPOSITORY: Final = "https://tenancy.example/tenancy"
"""Where the source is; `example` until there is a public repository."""
_IMPORTS: Final = REPOSITORY.removeprefix("https://")

JsonMap = Mapping[str, object]

_PLAIN_TYPES = frozenset({"string", "integer", "number", "boolean"})


@attrs.frozen
class _Reader:
    """
    One model's JSON Schema, read as Pulumi's.

    Attributes:
        module: The module of the type tokens: `tenancy:aws`.
        is_plain: Whether values determine which resources exist, so that no language may pass
            an output.
        definitions: The models that are referred to.
        types: The types read so far, by token.
    """

    module: str
    definitions: Mapping[str, JsonMap]
    is_plain: bool = False
    types: dict[str, JsonMap] = attrs.field(factory=dict)

    def properties(self, model: JsonMap, owner: str) -> dict[str, JsonMap]:
        found = cast("Mapping[str, JsonMap]", model.get("properties") or {})
        return {key: self.property(key, part, owner) for key, part in found.items()}

    def property(self, key: str, part: JsonMap, owner: str) -> JsonMap:
        words = _words(part)
        read = self.type_of(part, f"{owner}{key[:1].upper()}{key[1:]}", words)
        if self.is_plain and not self.takes_output(key, part):
            read = _plain(read)
        return {**read, **words}

    def takes_output(self, key: str, part: JsonMap) -> bool:
        """Return whether *key* is a leaf that may be an output, or contains one."""
        if key in OUTPUT_LEAVES:
            return True
        if "$ref" in part:
            model = self.definitions[str(part["$ref"]).rpartition("/")[2]]
            inside = cast("Mapping[str, JsonMap]", model.get("properties") or {})
            return any(self.takes_output(one, inner) for one, inner in inside.items())
        parts = [*cast("list[JsonMap]", part.get("anyOf") or []), part.get("items")]
        parts.append(part.get("additionalProperties"))
        return any(self.takes_output("", one) for one in parts if isinstance(one, Mapping))

    def type_of(self, part: JsonMap, name: str, words: JsonMap) -> dict[str, object]:
        if "anyOf" in part:
            kinds = [k for k in cast("list[JsonMap]", part["anyOf"]) if k.get("type") != "null"]
            if len(kinds) == 1:
                return self.type_of(kinds[0], name, words)
            return {"oneOf": [self.type_of(kind, name, words) for kind in kinds]}
        if "$ref" in part:
            return self.reference(str(part["$ref"]).rpartition("/")[2])
        if "const" in part:
            return self.enumeration([str(part["const"])], name, words)
        if "enum" in part:
            return self.enumeration(cast("list[str]", part["enum"]), name, words)
        kind = str(part.get("type", ""))
        if kind == "array":
            return {
                "type": "array",
                "items": self.type_of(cast("JsonMap", part["items"]), name, words),
            }
        if kind == "object":
            values = part.get("additionalProperties")
            inner: JsonMap = values if isinstance(values, Mapping) else {}
            return {"type": "object", "additionalProperties": self.type_of(inner, name, words)}
        if kind in _PLAIN_TYPES:
            return {"type": kind}
        return {"$ref": "pulumi.json#/Any"}

    def enumeration(self, values: list[str], name: str, words: JsonMap) -> dict[str, object]:
        token = f"{self.module}:{name}"
        allowed = [{"value": value} for value in values]
        self.types[token] = {"type": "string", **words, "enum": allowed}
        return {"$ref": f"#/types/{token}"}

    def reference(self, name: str) -> dict[str, object]:
        token = f"{self.module}:{name}"
        if token not in self.types:
            model = self.definitions[name]
            self.types[token] = {}
            self.types[token] = {
                "type": "object",
                **_words(model),
                "properties": self.properties(model, name),
                "required": sorted(cast("list[str]", model.get("required") or [])),
            }
        return {"$ref": f"#/types/{token}"}


def _plain(kind: Mapping[str, object]) -> dict[str, object]:
    """Return *kind* so that no language passes an output for it, or for a part of it."""
    inner: dict[str, object] = {
        key: _plain(cast("JsonMap", kind[key]))
        for key in ("items", "additionalProperties")
        if key in kind
    }
    if "oneOf" in kind:
        inner["oneOf"] = [_plain(one) for one in cast("list[JsonMap]", kind["oneOf"])]
    return {**kind, **inner, "plain": True}


def _words(part: JsonMap) -> dict[str, object]:
    return {"description": part["description"]} if "description" in part else {}


def resource_schema(
    model: type[BaseModel],
    token: str,
    outputs: Mapping[str, JsonMap],
    replaces: frozenset[str] = frozenset(),
    *,
    is_component: bool = False,
) -> tuple[JsonMap, Mapping[str, JsonMap]]:
    """
    Return the schema of a resource whose inputs are *model*, and the types it refers to.

    Args:
        model: The inputs.
        token: `tenancy:aws:NodeGroup`.
        outputs: Further outputs of the resource; all are always set.
        replaces: Inputs whose change replaces the resource. Default: none.
        is_component: Whether it is a component; its inputs are then not outputs. Default: no.
    """
    written = model.model_json_schema(by_alias=True)
    module, _, name = token.rpartition(":")
    definitions = cast("Mapping[str, JsonMap]", written.get("$defs") or {})
    reader = _Reader(module, definitions, is_component)
    inputs = {
        key: {**part, "willReplaceOnChanges": True} if key in replaces else part
        for key, part in reader.properties(written, name).items()
    }
    required = sorted(cast("list[str]", written.get("required") or []))
    if is_component:
        return {
            **_words(written),
            "isComponent": True,
            "inputProperties": inputs,
            "requiredInputs": required,
            "properties": dict(outputs),
            "required": sorted(outputs),
        }, reader.types
    return {
        **_words(written),
        "inputProperties": inputs,
        "requiredInputs": required,
        "properties": {**inputs, **outputs},
        "required": sorted({*required, *outputs}),
    }, reader.types


_COMPONENTS: Final[Mapping[str, tuple[type[BaseModel], Mapping[str, JsonMap]]]] = {
    GPU_NODE_POOL: (
        GpuNodePoolInputs,
        {
            "resourceNames": {
                "type": "array",
                "items": {"type": "string"},
                "description": "The extended resources that pods request, sorted.",
            }
        },
    ),
    NAMESPACE: (
        NamespaceInputs,
        {"name": {"type": "string", "description": "The name in the cluster."}},
    ),
    ORGANIZATION: (
        OrganizationInputs,
        {
            "namespaces": {
                "type": "object",
                "additionalProperties": {"type": "string"},
                "description": "The names of its namespaces in the cluster, by id.",
            }
        },
    ),
    PLATFORM: (PlatformInputs, {}),
}


@functools.cache
def package_schema() -> Mapping[str, object]:
    """Return the schema of the package `tenancy`: its resources and its components."""
    resource, types = resource_schema(
        NodeGroup,
        NODE_GROUP,
        {
            "arn": {"type": "string", "description": "Its Amazon resource name."},
            "autoScalingGroups": {
                "type": "array",
                "items": {"type": "string"},
                "description": "The names of its Auto Scaling groups.",
            },
        },
        immutable_inputs(),
    )
    taints, taint_types = resource_schema(
        NodeTaintsInputs,
        NODE_TAINTS,
        {
            CLUSTER_UID: {
                "type": "string",
                "description": "The UID of the cluster's `kube-system` namespace.",
            }
        },
        frozenset({"node"}),
    )
    resources: dict[str, JsonMap] = {NODE_GROUP: resource, NODE_TAINTS: taints}
    component_types: dict[str, JsonMap] = {}
    for token, (model, outputs) in _COMPONENTS.items():
        resources[token], found = resource_schema(model, token, outputs, is_component=True)
        component_types.update(found)
    return {
        "name": PACKAGE,
        "version": __version__,
        "displayName": "Tenancy",
        "description": "Organizations on shared (GPU) Kubernetes clusters.",
        "license": "Apache-2.0",
        "publisher": "Tenancy",
        "repository": REPOSITORY,
        "keywords": [
            "category/infrastructure",
            "kind/component",
            "gpu",
            "kubernetes",
            "multi-tenancy",
            "namespace",
            "quota",
        ],
        "resources": dict(sorted(resources.items())),
        "types": dict(sorted({**types, **taint_types, **component_types}.items())),
        # The SDKs have this version; without it each gets that of the engine's release.
        "language": {
            "csharp": {"respectSchemaVersion": True},
            "go": {
                "importBasePath": f"{_IMPORTS}/sdk/go/{PACKAGE}",
                "respectSchemaVersion": True,
            },
            "java": {},
            "nodejs": {"respectSchemaVersion": True},
            "python": {"respectSchemaVersion": True, "pyproject": {"enabled": True}},
        },
    }

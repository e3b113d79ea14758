"""The base of every model: strictness, camelCase keys, and the scalar types."""

from datetime import date
from typing import Annotated, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    JsonValue,
    Strict,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel

from tenancy.config.spec.descriptions import descriptions
from tenancy.kubernetes.quantity import Quantity

__all__ = ["Day", "Listed", "Quantities", "QuantityField", "Reason", "Spec", "Text", "Texts"]


def _described(schema: dict[str, JsonValue], model: type[BaseModel]) -> None:
    """Put the docstrings of the attributes of *model* into its JSON schema."""
    properties = schema.get("properties")
    for name, text in descriptions(model).items():
        key = model.model_fields[name].alias if name in model.model_fields else None
        written = properties.get(key or "") if isinstance(properties, dict) else None
        if isinstance(written, dict):
            written.setdefault("description", text)


class Spec(BaseModel):
    """
    Something that people or programs write: strict, frozen, unknown keys refused.

    Keys are camelCase, as in every Kubernetes manifest; Python may write snake_case. A model is
    built when something is first read as it, and its docstrings are read for schemas only.
    """

    model_config = ConfigDict(
        strict=True,
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        populate_by_name=True,
        arbitrary_types_allowed=True,
        defer_build=True,
        json_schema_extra=_described,
    )


def _quantity(value: object) -> Quantity:
    return value if isinstance(value, Quantity) else Quantity.parse(value)


QuantityField = Annotated[
    Quantity,
    BeforeValidator(_quantity),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": r"^[0-9.]+([a-zA-Z]*[0-9]*)$"},
                {"type": "integer"},
            ],
            "description": "A Kubernetes quantity: 500m, 2, 2Gi. Text or a whole number.",
        }
    ),
]
"""A Kubernetes quantity, written as text or as a whole number."""

Quantities = dict[str, QuantityField]
"""Quantities by resource name; at most one for each name."""


def _day(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value) if len(value) == len("2027-01-31") else value
    except ValueError:
        return value


Day = Annotated[
    date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})
]
"""A day, written as `2027-01-31`."""

T = TypeVar("T")
Listed = Annotated[tuple[T, ...], Strict(False)]
"""A list as people write it, kept as a tuple so that nothing changes it later."""

Text = str
Texts = Listed[str]

Reason = str
"""Why an exception is made, as text. Never empty."""

"""The engine's property values as plain ones, and back."""

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from pulumi.provider.experimental.property_value import Computed, PropertyValue
from pulumi.runtime import rpc

from tenancy.config.document import JSON

__all__ = ["UNKNOWN", "Json", "known", "plain", "properties", "secret_as", "unknown_keys"]

Json: TypeAlias = JSON

UNKNOWN: Final = PropertyValue(rpc.UNKNOWN)
"""
A value that is not known before the update. The SDK reads and writes it as the protocol's
placeholder text, and cannot write its own `Computed`.
"""


def plain(value: PropertyValue) -> Json:
    """
    Return *value* as a JSON value; whole numbers are int, and what is not known yet is None.

    >>> plain(PropertyValue({"a": PropertyValue(1.0), "b": PropertyValue([])}))
    {'a': 1, 'b': []}
    """
    inner = value.value
    if isinstance(inner, bool | str):
        return inner
    if isinstance(inner, float):
        return int(inner) if inner.is_integer() else inner
    if isinstance(inner, Mapping):
        return {key: plain(one) for key, one in inner.items() if one.value is not None}
    if isinstance(inner, list | tuple):
        return [plain(one) for one in inner]
    return None


def known(values: Mapping[str, PropertyValue]) -> dict[str, Json]:
    """Return those of *values* that are set and completely known, as JSON."""
    hidden = unknown_keys(values)
    return {
        key: plain(value)
        for key, value in values.items()
        if key not in hidden and value.value is not None and not key.startswith("__")
    }


def unknown_keys(values: Mapping[str, PropertyValue]) -> frozenset[str]:
    """Return the keys of *values* in which something is not known yet."""
    return frozenset(key for key, value in values.items() if _is_unknown(value))


def _is_unknown(value: PropertyValue) -> bool:
    inner = value.value
    if isinstance(inner, Computed) or inner == rpc.UNKNOWN:
        return True
    if isinstance(inner, Mapping):
        return any(map(_is_unknown, inner.values()))
    if isinstance(inner, list | tuple):
        return any(map(_is_unknown, inner))
    return False


def properties(values: Mapping[str, object]) -> dict[str, PropertyValue]:
    """Return *values* as the engine expects them."""
    return {key: _property(value) for key, value in values.items()}


def secret_as(
    values: Mapping[str, PropertyValue], inputs: Mapping[str, PropertyValue]
) -> dict[str, PropertyValue]:
    """
    Return *values*; each is a secret if the input of its name has one.

    >>> given = {"a": PropertyValue("x", is_secret=True)}
    >>> secret_as({"a": PropertyValue("x"), "b": PropertyValue("y")}, given)["a"].is_secret
    True
    """
    hidden = {key for key, value in inputs.items() if value.contains_secret()}
    return {
        key: value.with_secret(True) if key in hidden else value
        for key, value in values.items()
    }


def _property(value: object) -> PropertyValue:
    if value is None or isinstance(value, bool | str):
        return PropertyValue(value)
    if isinstance(value, int | float):
        return PropertyValue(float(value))
    if isinstance(value, Mapping):
        return PropertyValue({str(key): _property(one) for key, one in value.items()})
    if isinstance(value, Sequence):
        return PropertyValue([_property(one) for one in value])
    raise TypeError(f"{type(value).__name__} is not a type that the engine accepts")

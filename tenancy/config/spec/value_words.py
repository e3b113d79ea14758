"""Descriptions of values and types in YAML's words, for messages."""

from collections.abc import Mapping, Sequence

from tenancy.diagnostics import PathStep, shown

__all__ = ["BOOLEAN", "LIST", "MAPPING", "NOTHING", "NUMBER", "TEXT", "WHOLE"]
__all__ += ["described", "either", "plain"]

TEXT, WHOLE, NUMBER, BOOLEAN = "text", "a whole number", "a number", "true or false"
MAPPING, LIST, NOTHING = "a mapping", "a list", "nothing"


def described(value: object, path: tuple[PathStep, ...], literal: str | None) -> str:
    """
    Return a description of *value* in YAML's words, as it was written.

    Args:
        value: The value.
        path: Where it is; under a secret's key it is hidden.
        literal: The text as written, if it is a scalar of a document.

    >>> described(0.1, (), "0.10"), described([1], (), None)
    ('the decimal number 0.10', 'a list of 1')
    """
    literal_text = shown(literal if literal is not None else plain(value), path)
    match value:
        case None:
            return "nothing"
        case bool():
            return literal_text
        case int():
            return f"the whole number {literal_text}"
        case float():
            return f"the decimal number {literal_text}"
        case str():
            return f"the text `{literal_text}`" if value else "empty text"
        case Mapping():
            keys = ", ".join(shown(str(key), path) for key in list(value)[:5])
            plural = "" if len(value) == 1 else "s"
            return f"a mapping with the key{plural} {keys}" if keys else "an empty mapping"
        case list() | tuple():
            return f"a list of {len(value)}" if value else "an empty list"
        case _:
            return f"an object of type {type(value).__name__}"


def plain(value: object) -> str:
    """Return *value* as YAML writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def either(choices: Sequence[str]) -> str:
    """
    Return *choices* as one phrase.

    >>> either(["dev", "staging", "prod"])
    'dev, staging or prod'
    """
    return " or ".join(filter(None, (", ".join(choices[:-1]), *choices[-1:])))

"""Facts of a namespace in the objects that its platform puts there."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from tenancy.config.document import JSON
from tenancy.diagnostics import PathStep

__all__ = ["FACTS", "facts_in", "filled", "is_fact"]

FACTS: Final = (
    "name",
    "id",
    "organization",
    "environment",
    "displayName",
    "owner",
    "workload",
    "subscription",
    "subscriptionGroup",
    "costCenter",
)
"""The facts by name; further ones are `labels.<key>` and `annotations.<key>`."""

_BY_KEY: Final = ("labels.", "annotations.")
_FACT: Final = re.compile(r"\{namespace\.([^{}\s]*)\}")


def is_fact(name: str) -> bool:
    """Return whether every namespace may have the fact *name*."""
    return name in FACTS or any(
        name.startswith(start) and len(name) > len(start) for start in _BY_KEY
    )


def facts_in(
    value: JSON | Mapping[str, JSON], path: tuple[PathStep, ...] = ()
) -> Iterator[tuple[str, tuple[PathStep, ...]]]:
    """Yield each fact that texts of *value* name, and its place in it."""
    if isinstance(value, str):
        for found in _FACT.finditer(value):
            yield found[1], path
    elif isinstance(value, Mapping):
        for key, entry in value.items():
            yield from ((name, (*path, key)) for name, _ in facts_in(key))
            yield from facts_in(entry, (*path, key))
    elif isinstance(value, list | tuple):
        for index, entry in enumerate(value):
            yield from facts_in(entry, (*path, index))


def filled(value: JSON, facts: Mapping[str, str]) -> JSON:
    """
    Return *value* with *facts* in its texts; a fact that is missing stays as written.

    >>> filled({"team": "{namespace.organization}"}, {"organization": "acme"})
    {'team': 'acme'}
    """
    if isinstance(value, str):
        return _FACT.sub(lambda found: facts.get(found[1], found[0]), value)
    if isinstance(value, Mapping):
        return {str(filled(key, facts)): filled(entry, facts) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [filled(entry, facts) for entry in value]
    return value

"""The documents that commands write with `--json`; each has a published, versioned shape."""

import importlib
from collections.abc import Callable, Mapping
from typing import Final, TypeVar, get_args, get_type_hints

import attrs
from pydantic import TypeAdapter

__all__ = ["PublishedShape", "document", "documents", "published"]

_Shape = TypeVar("_Shape", bound=type)


@attrs.frozen
class PublishedShape:
    """
    A published shape.

    Attributes:
        shape: A closed TypedDict with the keys `version` and `kind`.
        commands: The commands that write it, for the title of its schema.
        example: The arguments of a call of `tenancy` that writes one and needs neither an
            engine nor a cluster. The tests compare its output with the schema.
    """

    shape: type
    commands: str
    example: tuple[str, ...]


_MODULES: Final = ("answers_data", "check_json", "json_schemas", "local_data")
"""The modules of this package that publish shapes."""

_PUBLISHED: Final[dict[str, PublishedShape]] = {}


def documents() -> Mapping[str, PublishedShape]:
    """Return every shape by its kind, which is also the name of its schema in `docs/schema`."""
    for module in _MODULES:
        importlib.import_module(f"tenancy.output.{module}")
    return _PUBLISHED


def published(commands: str, *example: str) -> Callable[[_Shape], _Shape]:
    """
    Return a decorator that publishes a shape under its `kind`.

    Args:
        commands: The commands that write it, in Markdown.
        example: The arguments of a call that writes one; see `PublishedShape`.
    """

    def publish(shape: _Shape) -> _Shape:
        [kind] = get_args(get_type_hints(shape)["kind"])
        _PUBLISHED[kind] = PublishedShape(shape, commands, example)
        return shape

    return publish


def document(kind: str, **values: object) -> dict[str, object]:
    """
    Return *values* as a document of *kind*, checked against its published shape.

    Raises:
        KeyError: No shape of this kind is published.
        ValidationError: The values do not have the shape.
    """
    adapter: TypeAdapter[dict[str, object]] = TypeAdapter(documents()[kind].shape)
    return adapter.validate_python({"version": 1, "kind": kind, **values})

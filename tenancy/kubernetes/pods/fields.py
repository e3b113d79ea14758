"""Parts of Kubernetes objects as JSON; what is missing or of another type is empty."""

from collections.abc import Iterator, Mapping, Sequence

__all__ = ["Fields", "items", "mapping", "strings"]

Fields = Mapping[str, object]


def mapping(value: object) -> Fields:
    """
    Return *value* where it is a mapping.

    >>> mapping({"a": 1}), mapping(None)
    ({'a': 1}, {})
    """
    return value if isinstance(value, Mapping) else {}


def items(value: object) -> Iterator[Fields]:
    """
    Yield the mappings in the list *value*.

    >>> list(items([{"name": "a"}, None])), list(items("a"))
    ([{'name': 'a'}], [])
    """
    if isinstance(value, Sequence) and not isinstance(value, str):
        yield from (item for item in value if isinstance(item, Mapping))


def strings(value: object) -> tuple[str, ...]:
    """
    Return the list *value* as texts.

    >>> strings(["ALL"]), strings("ALL")
    (('ALL',), ())
    """
    is_list = isinstance(value, Sequence) and not isinstance(value, str)
    return tuple(map(str, value)) if is_list and isinstance(value, Sequence) else ()

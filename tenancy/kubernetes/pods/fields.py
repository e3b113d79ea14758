"""Parts of Kubernetes objects as JSON; missing parts and those of another type are empty."""

from collections.abc import Iterator, Mapping, Sequence

__all__ = ["Fields", "items", "mapping", "strings"]

Fields = Mapping[str, object]


def mapping(value: object) -> Fields:
    """
    Return *value* if it is a mapping, else an empty one.

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
    Return the strings in the list *value*.

    >>> strings(["ALL"]), strings("ALL")
    (('ALL',), ())
    """
    is_list = isinstance(value, Sequence) and not isinstance(value, str)
    return tuple(map(str, value)) if is_list and isinstance(value, Sequence) else ()

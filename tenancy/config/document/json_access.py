"""Read parts of JSON that others wrote, such as an API server; a missing part is empty."""

import json
from collections.abc import Iterator, Mapping

from tenancy.config.document.tree import JSON

__all__ = ["as_json", "items", "mapping", "text", "texts"]


def as_json(value: object) -> JSON:
    """
    Return *value* as it is after it was written as JSON and read, with lists for tuples.

    >>> as_json({"a": (1, 2)})
    {'a': [1, 2]}
    """
    plain: JSON = json.loads(json.dumps(value))
    return plain


def mapping(value: Mapping[str, JSON] | JSON) -> Mapping[str, JSON]:
    """
    Return *value* if it is a mapping, else an empty one.

    >>> mapping({"a": 1}), mapping(None)
    ({'a': 1}, {})
    """
    return value if isinstance(value, Mapping) else {}


def items(value: JSON) -> Iterator[Mapping[str, JSON]]:
    """
    Yield the mappings in the list *value*.

    >>> list(items([{"name": "a"}, None])), list(items("a"))
    ([{'name': 'a'}], [])
    """
    for item in value if isinstance(value, list) else ():
        if isinstance(item, Mapping):
            yield item


def text(value: Mapping[str, JSON] | JSON, *path: str) -> str:
    """
    Return the text at *path* in *value*, else an empty one.

    >>> text({"metadata": {"uid": "1"}}, "metadata", "uid"), text({}, "metadata", "uid")
    ('1', '')
    """
    for key in path:
        value = mapping(value).get(key)
    return value if isinstance(value, str) else ""


def texts(value: JSON) -> Mapping[str, str]:
    """
    Return a mapping of texts, such as labels.

    >>> texts({"pods": "20"}), texts(None)
    ({'pods': '20'}, {})
    """
    return {key: str(one) for key, one in mapping(value).items()}

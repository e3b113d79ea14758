"""Read parts of JSON that others wrote, such as an API server; a missing part is empty."""

from collections.abc import Mapping

from tenancy.config.document.tree import JSON

__all__ = ["mapping", "text", "texts"]


def mapping(value: Mapping[str, JSON] | JSON) -> Mapping[str, JSON]:
    """
    Return *value* if it is a mapping, else an empty one.

    >>> mapping({"a": 1}), mapping(None)
    ({'a': 1}, {})
    """
    return value if isinstance(value, Mapping) else {}


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

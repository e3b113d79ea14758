"""The docstrings of attributes, which the schemas and messages show."""

import ast
import functools
import inspect
import sys
from collections.abc import Iterator, Mapping

__all__ = ["descriptions"]


@functools.cache
def descriptions(model: type) -> Mapping[str, str]:
    """
    Return the docstring of each attribute of *model*, its bases' included.

    They are read from the source when they are first asked for: few commands show them.
    """
    found: dict[str, str] = {}
    for one in reversed(model.__mro__):
        found.update(_of_module(one.__module__).get(one.__qualname__, {}))
    return found


@functools.cache
def _of_module(name: str) -> Mapping[str, Mapping[str, str]]:
    """Return the docstrings of the attributes of each class of a module."""
    try:
        tree = ast.parse(inspect.getsource(sys.modules[name]))
    except (OSError, TypeError):  # It has no source file.
        return {}
    return {
        node.name: dict(_of_class(node)) for node in tree.body if isinstance(node, ast.ClassDef)
    }


def _of_class(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for attribute, after in zip(node.body, node.body[1:], strict=False):
        if (
            isinstance(attribute, ast.AnnAssign)
            and isinstance(attribute.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
            and isinstance(after.value.value, str)
        ):
            yield attribute.target.id, inspect.cleandoc(after.value.value)

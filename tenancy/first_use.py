"""Packages that import a name when it is first used, so that a command starts quickly."""

import importlib
import sys
from collections.abc import Callable, Iterable, Mapping

__all__ = ["at_first_use"]


def at_first_use(package: str, names: Mapping[str, Iterable[str]]) -> Callable[[str], object]:
    """
    Return the `__getattr__` of *package*, which imports a name when it is first asked for.

    Args:
        package: The package's own name.
        names: What it offers, by the module that defines it.
    """
    module_of = {name: module for module, those in names.items() for name in those}

    def imported(name: str) -> object:
        if name not in module_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value: object = getattr(importlib.import_module(module_of[name]), name)
        setattr(sys.modules[package], name, value)
        return value

    return imported

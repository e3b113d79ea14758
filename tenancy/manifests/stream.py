"""Manifests as a YAML stream that kubectl applies."""

import re
from collections.abc import Iterable
from typing import Final

import yaml

from tenancy.manifests.manifest import Manifest

__all__ = ["to_yaml"]

# Text that every YAML reader reads as text without quotes. `y`, `no`, `1e3` and `0755` are not.
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*", re.ASCII)
# In a block, readers change other line breaks, and spaces at the beginning or end of lines.
_BLOCK: Final = re.compile(r"(?:[!-~](?:[ -~]*[!-~])?)(?:\n+[!-~](?:[ -~]*[!-~])?)*\n?")
_WORDS: Final = frozenset(
    ("y", "yes", "n", "no", "on", "off", "true", "false", "null", "nan", "inf")
)


class _Dumper(yaml.SafeDumper):
    """Writes text so that YAML 1.1 and 1.2 both read it as text; writes no references."""

    def ignore_aliases(self, data: object) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless=False)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    if "\n" in value and _BLOCK.fullmatch(value):
        style = "|"
    elif _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        style = ""
    else:
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def to_yaml(manifests: Iterable[Manifest]) -> str:
    """
    Return *manifests* as a YAML stream, in the same order, with the order of their keys.

    >>> print(to_yaml([{"kind": "Namespace", "metadata": {"name": "on"}}]), end="")
    ---
    kind: Namespace
    metadata:
      name: "on"
    """
    return yaml.dump_all(
        manifests,
        Dumper=_Dumper,
        explicit_start=True,
        sort_keys=False,
        allow_unicode=True,
        width=2**31,
    )

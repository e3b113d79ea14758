"""
The reference of the backends and their options in Markdown: `docs/backends.md`.

`python -m tenancy.gpu.reference` writes it into the project in the current folder.
"""

import inspect
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from tenancy.config.document import JSON, mapping
from tenancy.config.spec import Spec
from tenancy.gpu.backend import DescribedBackend, own_backends

__all__ = ["markdown"]

_HEAD = """\
# Backends of GPU node pools

<!-- Generated from tenancy/gpu by `python -m tenancy.gpu.reference`. -->

A pool names the backend that creates its nodes with the key `backend`. Another package adds
one by an entry point of the group `tenancy.gpu_backends`. A backend refuses options that it
does not know.
"""

_REFERENCE: Final = re.compile(r'"#/\$defs/(\w+)"')


def markdown() -> str:
    """Return the whole page, which ends with a line break."""
    return "\n".join([_HEAD, *("\n".join(_section(name)) for name in own_backends())])


def _section(name: str) -> Iterator[str]:
    backend = own_backends()[name]
    yield from (f"## `{name}`", "", inspect.getdoc(type(backend)) or "", "")
    options = list(_options(backend.options)) if isinstance(backend, DescribedBackend) else []
    if not options:
        yield from ("It has no options.", "")
        return
    yield from ("| option | meaning |", "|---|---|")
    yield from (f"| `{key}` | {_cell(text)} |" for key, text in options)
    yield ""


def _options(model: type[Spec]) -> Iterator[tuple[str, str]]:
    """Yield each option of *model* with its description, those of nested values too."""
    schema = model.model_json_schema(by_alias=True)
    yield from _properties(schema, schema.get("$defs", {}), "")


def _properties(
    schema: Mapping[str, JSON], definitions: Mapping[str, JSON], prefix: str
) -> Iterator[tuple[str, str]]:
    listed = schema.get("required")
    required = listed if isinstance(listed, list) else []
    for key, value in mapping(schema.get("properties")).items():
        text = str(mapping(value).get("description", ""))
        yield f"{prefix}{key}", f"{text} Required.".strip() if key in required else text
        for name in dict.fromkeys(_REFERENCE.findall(json.dumps(value))):
            yield from _properties(mapping(definitions[name]), definitions, f"{prefix}{key}.")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    Path("docs/backends.md").write_text(markdown(), encoding="utf-8")

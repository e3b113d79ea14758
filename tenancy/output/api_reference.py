"""
The reference of the Python API in Markdown: `docs/api.md`, from the docstrings.

Written by `python -m tenancy.output.api_reference`.
"""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import tenancy

__all__ = ["FILE", "api_reference"]

FILE: Final = "docs/api.md"
"""The page, from the project's folder."""

_HEAD: Final = """\
# Python API

<!-- Generated from the docstrings by `python -m tenancy.output.api_reference`. -->

Everything here is a name of the package `tenancy`; nothing else is public.
`tenancy.load` or `tenancy.assess` reads a project, and every verb takes what they return.
"""
_SECTION: Final = re.compile(r"^(Args|Attributes|Raises|Yields|Returns):$")
_ENTRY: Final = re.compile(r"^    (\*{0,2}\w+): (.*)$")

_Definition = ast.FunctionDef | ast.ClassDef


def api_reference() -> str:
    """Return the whole page, which ends with a line break."""
    public = {name: getattr(tenancy, name) for name in tenancy.__all__}
    errors = [name for name, one in public.items() if _is_error(one)]
    classes = [n for n, one in public.items() if inspect.isclass(one) and n not in errors]
    verbs = [name for name in public if name not in {*errors, *classes}]
    parts = [_HEAD]
    for title, names in (("Functions", verbs), ("Classes", classes), ("Errors", errors)):
        parts.append(f"## {title}\n")
        parts += ["\n".join(_object(name, public[name])) for name in names]
    return "\n".join(parts)


def _is_error(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, Exception)


def _object(name: str, value: object) -> Iterator[str]:
    """Yield the lines of one public name: its signature, its docstring, its methods."""
    yield from (f"### `{name}`", "")
    definition = _definition(value)
    if isinstance(definition, ast.FunctionDef):
        yield from _code(_signature(definition))
        yield from _described(definition)
        return
    yield from _described(definition)
    for member in definition.body:
        if isinstance(member, ast.FunctionDef) and not member.name.startswith("_"):
            yield from (f"#### `{name}.{member.name}`", "")
            if not _is_property(member):
                yield from _code(_signature(member))
            yield from _described(member)


def _definition(value: object) -> _Definition:
    assert inspect.isclass(value) or inspect.isfunction(value)
    [node] = ast.parse(textwrap.dedent(inspect.getsource(value))).body
    assert isinstance(node, ast.FunctionDef | ast.ClassDef)
    return node


def _is_property(function: ast.FunctionDef) -> bool:
    return any(ast.unparse(one) == "property" for one in function.decorator_list)


def _signature(function: ast.FunctionDef) -> str:
    """Return the signature as it is written, an argument a line."""
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(positional) - len(arguments.defaults)) + [*arguments.defaults]
    lines = [
        _argument(one, default)
        for one, default in zip(positional, defaults, strict=True)
        if one.arg not in ("self", "cls")
    ]
    if arguments.kwonlyargs:
        lines.append("*")
        lines += [
            _argument(one, default)
            for one, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        ]
    returned = f" -> {ast.unparse(function.returns)}" if function.returns else ""
    if not lines:
        return f"{function.name}(){returned}"
    return "\n".join([f"{function.name}(", *(f"    {line}," for line in lines), f"){returned}"])


def _argument(argument: ast.arg, default: ast.expr | None) -> str:
    kind = f": {ast.unparse(argument.annotation)}" if argument.annotation else ""
    return f"{argument.arg}{kind}" + (f" = {ast.unparse(default)}" if default else "")


def _code(text: str) -> Iterator[str]:
    yield from ("```python", text, "```", "")


def _described(definition: _Definition) -> Iterator[str]:
    """Yield the docstring: sections as lists, examples as they are."""
    is_list = False
    for line in (ast.get_docstring(definition) or "").splitlines():
        section, entry = _SECTION.match(line), _ENTRY.match(line)
        if section:
            is_list = True
            yield f"**{section.group(1)}**"
            yield ""
        elif is_list and entry:
            yield f"- `{entry.group(1)}`: {entry.group(2)}"
        elif is_list and line.strip():
            yield f"  {line.strip()}"
        else:
            is_list = is_list and not line.strip()
            yield line
    yield ""


if __name__ == "__main__":
    Path(FILE).write_text(api_reference(), encoding="utf-8")

"""
Writes the types of the components' arguments from the models of the config.

    python -m tenancy_components.argument_types.generation
"""

import datetime
import keyword
import re
import types
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from tenancy.config.spec import (
    GpuNodePoolSpec,
    OrganizationSpec,
    PlatformSpec,
    Spec,
    StandaloneNamespaceSpec,
)
from tenancy.kubernetes.quantity import Quantity
from tenancy_components.arguments import OUTPUT_LEAVES

__all__ = ["texts", "write"]

_FOLDER: Final = Path(__file__).parent
_FILES: Final[Mapping[str, tuple[type[Spec], ...]]] = {
    "organization": (OrganizationSpec, StandaloneNamespaceSpec),
    "platform": (PlatformSpec, GpuNodePoolSpec),
}
"""The models of each file; what they refer to is beside them, or in an earlier file."""
_NAMES: Final = {
    "NamespaceSpec": "OrganizationNamespaceArgs",
    "StandaloneNamespaceSpec": "NamespaceArgs",
}
"""Names that are not the model's with `Args` for `Spec`."""
_FACE: Final = (
    '"""The types of the components\' arguments and of their parts:'
    ' dicts with the keys of YAML."""\n'
)
_LONGEST: Final = 84
"""The longest description that fits a line, in characters."""
_PLAIN: Final[Mapping[object, str]] = {
    str: "str",
    int: "int",
    float: "float",
    bool: "bool",
    object: "object",
    types.NoneType: "None",
    # As people write them: "5" and 5, "2027-01-31".
    Quantity: "str | int",
    datetime.date: "str | datetime.date",
}


def texts() -> dict[str, str]:
    """Return the content of each file by its name."""
    found: dict[str, str] = {}
    written: dict[type[Spec], str] = {}
    for name, roots in _FILES.items():
        models = [
            model
            for model in dict.fromkeys(one for root in roots for one in _models(root))
            if model not in written
        ]
        found[f"{name}.py"] = _file(name, models, written)
        written |= dict.fromkeys(models, name)
    found["__init__.py"] = _face(written)
    return found


def write() -> None:
    """Write every file."""
    for name, text in texts().items():
        (_FOLDER / name).write_text(text)


def _file(name: str, models: list[type[Spec]], written: Mapping[type[Spec], str]) -> str:
    classes = "\n\n".join(_class(model) for model in models)
    elsewhere = {one for model in models for one in _referred(model) if one in written}
    imports = [
        "from collections.abc import Mapping, Sequence",
        f"from typing import {'Literal, ' if 'Literal[' in classes else ''}Required, TypedDict",
    ]
    if "datetime." in classes:
        imports.insert(0, "import datetime")
    if "pulumi." in classes:
        imports.append("\nimport pulumi")
    for module in sorted({written[one] for one in elsewhere}):
        names = sorted(_name(one) for one in elsewhere if written[one] == module)
        source = f"tenancy_components.argument_types.{module}"
        imports.append(
            f"\nfrom {source} import (\n" + "".join(f"    {one},\n" for one in names) + ")"
        )
    listed = "".join(f'    "{one}",\n' for one in sorted(map(_name, models)))
    what = f"Arguments of the {name}, as dicts with the keys of YAML; this file is generated."
    head = f'"""{what}"""\n\n' + "\n".join(imports)
    return f"{head}\n\n__all__ = [\n{listed}]\n\n\n{classes}\n"


def _face(written: Mapping[type[Spec], str]) -> str:
    """Return the package's own file, which offers every type."""
    imports = [
        f"from tenancy_components.argument_types.{file} import ("
        + ", ".join(sorted(_name(model) for model, name in written.items() if name == file))
        + ")"
        for file in _FILES
    ]
    offered = ", ".join(f'"{name}"' for name in sorted(map(_name, written)))
    return "\n".join([_FACE, *imports, "", f"__all__ = [{offered}]", ""])


def _class(model: type[Spec]) -> str:
    lines = [
        f"class {_name(model)}(TypedDict, total=False):",
        f'    """{_summary(model)}"""',
        "",
    ]
    for name, field in model.model_fields.items():
        key = field.alias or name
        if keyword.iskeyword(key) or not key.isidentifier():
            raise ValueError(f"{model.__name__}.{key}: a class cannot have such a key")
        kind = _type(field.annotation, is_output=key in OUTPUT_LEAVES)
        lines.append(f"    {key}: {f'Required[{kind}]' if field.is_required() else kind}")
    return "\n".join(lines) + "\n"


def _summary(model: type[Spec]) -> str:
    """Return the first sentence of the model's description; its beginning if it is long."""
    doc = (model.__doc__ or "").strip().splitlines()[0]
    return doc if len(doc) <= _LONGEST else f"{re.split('[:;,.] ', doc)[0]}."


def _type(annotation: object, *, is_output: bool = False) -> str:
    """Return *annotation* as people write the value: lists and dicts of any kind."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation in _PLAIN:
        kind = _PLAIN[annotation]
        return f"{kind} | pulumi.Output[{kind}]" if is_output and kind == "str" else kind
    if origin is typing.Annotated:
        return _type(arguments[0], is_output=is_output)
    if origin in (typing.Union, types.UnionType):
        return " | ".join(dict.fromkeys(_type(one, is_output=is_output) for one in arguments))
    if origin is typing.Literal:
        return f"Literal[{', '.join(map(_quoted, arguments))}]"
    if origin is tuple:
        return f"Sequence[{_type(arguments[0])}]"
    if origin is dict:
        return f"Mapping[{_type(arguments[0])}, {_type(arguments[1], is_output=is_output)}]"
    if isinstance(annotation, type) and issubclass(annotation, Spec):
        return _name(annotation)
    raise TypeError(f"{annotation}: there is no type for such a value")


def _quoted(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _models(model: type[Spec]) -> Iterator[type[Spec]]:
    """Yield every model that *model* refers to, and then *model*."""
    for one in _referred(model):
        yield from _models(one)
    yield model


def _referred(model: type[Spec]) -> Iterator[type[Spec]]:
    for field in model.model_fields.values():
        yield from _inside(field.annotation)


def _inside(annotation: object) -> Iterator[type[Spec]]:
    if isinstance(annotation, type) and issubclass(annotation, Spec):
        yield annotation
    for one in typing.get_args(annotation):
        yield from _inside(one)


def _name(model: type[Spec]) -> str:
    return _NAMES.get(model.__name__, model.__name__.removesuffix("Spec") + "Args")


if __name__ == "__main__":
    write()

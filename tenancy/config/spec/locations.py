"""Converts pydantic's error locations to the paths that people wrote, by following the model."""

import types
import typing
from collections.abc import Mapping, Sequence

import attrs
import pydantic
import typing_extensions
from pydantic.fields import FieldInfo

from tenancy.config.spec.descriptions import descriptions
from tenancy.diagnostics import PathStep

__all__ = ["Location", "description_at", "field_at", "fields_by_key", "locate"]


@attrs.frozen
class Location:
    """
    Where an error is, and what is allowed there.

    Attributes:
        path: The steps as they were written, without the labels of alternatives.
        owner: The model in which the last step is a key. None if it is an item or an
            entry of a free mapping.
        alternatives: For each choice between types that was passed on the way: how long the
            path was there, and which alternative the error is about.
        is_key: Whether the error is about the last key itself rather than its value.
    """

    path: tuple[PathStep, ...] = ()
    owner: type[pydantic.BaseModel] | None = None
    alternatives: tuple[tuple[int, str], ...] = ()
    is_key: bool = False


def locate(model: type[pydantic.BaseModel], loc: Sequence[PathStep]) -> Location:
    """
    Return the place of *loc* in a document that is read as *model*.

    Pydantic adds a step for each choice between types: the tag or the type's name. Only
    the model determines which steps are such labels, so a key with the same name is kept.
    """
    here: object = model
    found = Location()
    for index, step in enumerate(loc):
        members = _alternatives(here)
        if step == "[key]" and index == len(loc) - 1:
            found = attrs.evolve(found, is_key=True)
        elif members:
            here = _chosen(members, str(step))
            found = attrs.evolve(
                found,
                alternatives=(*found.alternatives, (len(found.path), str(step))),
                owner=None,
            )
        else:
            bare = _bare(here)
            owner = bare if _is_model(bare) else None
            here = _inside(bare, step)
            found = attrs.evolve(found, path=(*found.path, step), owner=owner)
    return found


def field_at(location: Location) -> FieldInfo | None:
    """Return the field that the last step of *location* names, by either of its spellings."""
    name = _name_at(location)
    return None if location.owner is None else location.owner.model_fields.get(name)


def description_at(location: Location) -> str | None:
    """Return the docstring of the field that the last step of *location* names."""
    return (
        None if location.owner is None else descriptions(location.owner).get(_name_at(location))
    )


def _name_at(location: Location) -> str:
    if location.owner is not None and location.path:
        for name, field in location.owner.model_fields.items():
            if location.path[-1] in (field.alias, name):
                return name
    return ""


def fields_by_key(model: type[pydantic.BaseModel]) -> dict[str, FieldInfo]:
    """Return the fields of *model* by the key that people write."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _bare(annotation: object) -> object:
    """Return *annotation* without `Annotated` and the like."""
    while True:
        origin = typing.get_origin(annotation)
        if origin is typing.Annotated:
            annotation = typing.get_args(annotation)[0]
        elif isinstance(annotation, typing_extensions.TypeAliasType):
            annotation = annotation.__value__
        elif origin in (typing.Union, types.UnionType):
            members = _without_none(annotation)
            if len(members) != 1:
                return annotation
            annotation = members[0]
        elif isinstance(annotation, type) and issubclass(annotation, pydantic.RootModel):
            annotation = annotation.model_fields["root"].annotation
        else:
            return annotation


def _without_none(annotation: object) -> list[object]:
    return [member for member in typing.get_args(annotation) if member is not type(None)]


def _alternatives(annotation: object) -> list[object]:
    bare = _bare(annotation)
    if typing.get_origin(bare) in (typing.Union, types.UnionType):
        return _without_none(bare)
    return []


def _chosen(members: list[object], label: str) -> object:
    for member in members:
        tags = [
            m.tag for m in getattr(member, "__metadata__", ()) if isinstance(m, pydantic.Tag)
        ]
        bare = _bare(member)
        name = getattr(bare, "__name__", "")
        if label in tags or label == name or (not _is_model(bare) and name and name in label):
            return member
        if _is_model(bare) and label in _literals(bare):
            return member
    return object


def _literals(model: type[pydantic.BaseModel]) -> set[object]:
    return {
        value
        for field in model.model_fields.values()
        if typing.get_origin(field.annotation) is typing.Literal
        for value in typing.get_args(field.annotation)
    }


def _is_model(annotation: object) -> typing_extensions.TypeIs[type[pydantic.BaseModel]]:
    return isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel)


def _inside(bare: object, step: PathStep) -> object:
    if _is_model(bare):
        for name, field in bare.model_fields.items():
            if step in (field.alias, name):
                return field.annotation
        return object
    arguments = typing.get_args(bare)
    origin = typing.get_origin(bare)
    if not arguments or not isinstance(origin, type):
        return object
    if issubclass(origin, Mapping):
        return arguments[1]
    if issubclass(origin, tuple) and arguments[-1] is not Ellipsis and isinstance(step, int):
        return arguments[step] if step < len(arguments) else object
    return arguments[0]

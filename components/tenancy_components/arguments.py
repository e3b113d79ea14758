"""The arguments of a component: plain data, checked before any resource is created."""

from collections.abc import Iterator, Mapping
from typing import Protocol, TypeVar, runtime_checkable

import pulumi
import pydantic
from pulumi.output import Unknown

from tenancy import model
from tenancy.config.spec import Spec, findings_from
from tenancy.diagnostics import ARGUMENT, Finding, Origin, PathStep, joined
from tenancy.manifests import NAMESPACE_TOKEN
from tenancy.model import Platform
from tenancy_components.refusal import ComponentRefusedError

__all__ = [
    "LISTS",
    "OUTPUT_LEAVES",
    "DescribedPlatform",
    "Late",
    "parse",
    "platform_values",
    "refuse_deleted_with",
    "refuse_other_types",
    "require_provider",
    "separate",
]

S = TypeVar("S", bound=Spec)

UNKNOWN_TEXT = "(an output)"
"""What a plan shows in place of an annotation that is an Output."""

OUTPUT_LEAVES = ("annotations",)
"""Mappings whose values may be Outputs; every other value must be known."""

Late = Mapping[tuple[PathStep, ...], pulumi.Output[str]]
"""Values that are known only after another resource is created, by path in the arguments."""


@runtime_checkable
class DescribedPlatform(Protocol):
    """The component `Platform`, which organizations and namespaces take."""

    @property
    def resolved(self) -> Platform:
        """The values of the platform."""
        ...


def platform_values(platform: DescribedPlatform | Platform | None) -> Platform | None:
    """Return the values of *platform*, which may be the component or its values."""
    return platform if platform is None or isinstance(platform, Platform) else platform.resolved


_OPTIONS = "pulumi.ResourceOptions"

LISTS = (list, tuple, set, frozenset)
"""The types of an argument that lists names; a text would be read as its letters."""


def refuse_other_types(
    name: object, opts: object, others: Mapping[str, tuple[object, tuple[type, ...]]]
) -> None:
    """
    Refuse arguments of other types, as where one was passed in the place of another.

    Args:
        name: The component's name.
        opts: The component's options.
        others: The other arguments by name, each with the types that it may have.

    Raises:
        ComponentRefusedError: An argument has another type.
    """
    every = {"name": (name, (str,)), **others}
    every["opts"] = (opts, (pulumi.ResourceOptions, type(None)))
    origin = Origin(f"{ARGUMENT} of {name if isinstance(name, str) else 'a component'}")
    refused = [
        Finding(
            code="wrong-type",
            origin=origin / argument,
            found=_type_name(type(value)),
            allowed=joined([n for n in map(_type_name, types) if n], last="or"),
            remedy=f"write opts={_OPTIONS}(...) as a keyword argument"
            if isinstance(value, pulumi.ResourceOptions)
            else f"pass such a value as {argument}",
        )
        for argument, (value, types) in every.items()
        if not isinstance(value, types)
    ]
    if refused:
        raise ComponentRefusedError(refused)


_TYPE_NAMES: dict[type, str] = {
    type(None): "None",
    Mapping: "a dict",
    DescribedPlatform: "a Platform",
    pulumi.ResourceOptions: _OPTIONS,
    # Values of the model are for this package itself.
    **dict.fromkeys((model.Organization, model.Namespace, model.Platform), ""),
}


def _type_name(kind: type) -> str:
    """Return the name of *kind* for people; empty if people never pass it."""
    public = issubclass(kind, pulumi.ResourceOptions | pulumi.Output)
    plain = f"pulumi.{kind.__name__}" if public else kind.__name__
    return _TYPE_NAMES.get(kind, plain)


def separate(args: Mapping[str, object]) -> tuple[dict[str, object], Late]:
    """
    Return *args* without the Outputs that are allowed, and those Outputs.

    >>> separate({"annotations": {"a": "b"}})
    ({'annotations': {'a': 'b'}}, {})
    """
    late: dict[tuple[PathStep, ...], pulumi.Output[str]] = {}

    def without(value: object, path: tuple[PathStep, ...]) -> object:
        if isinstance(value, Mapping):
            return {key: without(one, (*path, str(key))) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [without(one, (*path, index)) for index, one in enumerate(value)]
        if isinstance(value, pulumi.Output) and path[-2:-1] in _LEAVES:
            late[path] = value
            return UNKNOWN_TEXT
        return value

    return {key: without(one, (key,)) for key, one in args.items()}, late


_LEAVES = [(leaf,) for leaf in OUTPUT_LEAVES]


def parse(model: type[S], args: Mapping[str, object] | S, name: str) -> S:
    """
    Return *args* as *model*.

    Raises:
        ComponentRefusedError: They are invalid, or have an Output where none is allowed.
    """
    if isinstance(args, model):
        return args
    origin = Origin(f"{ARGUMENT} of {name}")
    outputs = list(_outputs(args, origin))
    if outputs:
        raise ComponentRefusedError(outputs)
    try:
        return model.model_validate(args)
    except pydantic.ValidationError as error:
        raise ComponentRefusedError(
            findings_from(error, origin=origin, document=None, model=model)
        ) from None


def _outputs(value: object, origin: Origin) -> Iterator[Finding]:
    if isinstance(value, pulumi.Output | Unknown):
        yield Finding(
            code="output-not-known",
            origin=origin,
            found="an Output, whose value is not known when the program runs",
            allowed="a plain value, because it determines which resources exist",
            remedy="pass the value itself, from config or a constant",
        )
    elif isinstance(value, Mapping):
        for key, entry in value.items():
            yield from _outputs(entry, origin / str(key))
    elif isinstance(value, list | tuple):
        for index, entry in enumerate(value):
            step: PathStep = index
            yield from _outputs(entry, origin / step)


def refuse_deleted_with(name: str, opts: pulumi.ResourceOptions | None) -> None:
    """
    Refuse `deleted_with`, which a child cannot switch off.

    The engine would not delete the role bindings, because it assumes that they were deleted
    with the other resource; the access would remain.

    Raises:
        ComponentRefusedError: The caller passed `deleted_with`.
    """
    if opts is not None and opts.deleted_with is not None:
        raise ComponentRefusedError(
            [
                Finding(
                    code="deleted-with",
                    origin=Origin(f"{ARGUMENT} of {name}", ("opts", "deleted_with")),
                    found="deleted_with",
                    allowed="protect, retain_on_delete, provider, parent, depends_on, aliases",
                    remedy="remove it: role bindings must be deleted one by one",
                )
            ]
        )


def require_provider(name: str, component: pulumi.ComponentResource) -> None:
    """
    Refuse a component without a Kubernetes provider, before it creates anything.

    Its children would be created on the cluster that the ambient kubeconfig names at that
    moment.

    Raises:
        ComponentRefusedError: Neither the caller nor a parent passed one.
    """
    if component.get_provider(NAMESPACE_TOKEN) is None:
        raise ComponentRefusedError(
            [
                Finding(
                    code="provider-missing",
                    origin=Origin(f"{ARGUMENT} of {name}", ("opts", "provider")),
                    found="no Kubernetes provider",
                    allowed="an explicit one, of the component or of its parent; the ambient"
                    " kubeconfig is never used",
                    remedy="pass pulumi.ResourceOptions(provider=…), a"
                    " pulumi_kubernetes.Provider for the cluster",
                )
            ]
        )

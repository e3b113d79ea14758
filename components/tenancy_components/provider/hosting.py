"""Creates the components for programs in other languages, at the engine's request."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, cast

import pulumi

# This type identifies the caller's provider, so that its kubeconfig can be read.
import pulumi_kubernetes  # noqa: F401
from pulumi.provider import ConstructResult, Provider

from tenancy import model as resolve
from tenancy.config.spec import OrganizationSpec, PlatformSpec, Spec, StandaloneNamespaceSpec
from tenancy.diagnostics import TenancyError, nearest
from tenancy_components.argument_types import NamespaceArgs, OrganizationArgs
from tenancy_components.arguments import parse, separate
from tenancy_components.gpu_node_pool import GpuNodePool
from tenancy_components.namespace import Namespace
from tenancy_components.node_group import hosted
from tenancy_components.organization import Organization
from tenancy_components.platform import Platform
from tenancy_components.provider.inputs import (
    GpuNodePoolInputs,
    NamespaceInputs,
    OrganizationInputs,
    PlatformInputs,
)
from tenancy_components.resolving import resolved_platform
from tenancy_components.type_tokens import GPU_NODE_POOL, NAMESPACE, ORGANIZATION, PLATFORM

__all__ = ["Components"]

State = Mapping[str, object]
Made = tuple[pulumi.ComponentResource, State]


class Components(Provider):
    """
    Every component of the package by its token, built as in a program that imports it.

    Errors are also reported as there: all at once, by path, before anything is created.

    Args:
        version: The package's.
    """

    def __init__(self, version: str) -> None:
        super().__init__(version)

    def construct(
        self,
        name: str,
        resource_type: str,
        inputs: pulumi.Inputs,
        options: pulumi.ResourceOptions | None = None,
    ) -> ConstructResult:
        """
        Create one component.

        Raises:
            ComponentRefusedError: Its inputs have errors.
            TenancyError: The package has no such component.
        """
        make = _MAKERS.get(resource_type)
        if make is None:
            guess = nearest(resource_type, _MAKERS)
            raise TenancyError(
                f"the package `tenancy` has no component {resource_type!r};"
                f" allowed: {', '.join(_MAKERS)}; "
                + (f"did you mean {guess!r}?" if guess else "write one of them")
            )
        # The engine runs this program, so no component needs to search for it.
        token = hosted.set(True)
        try:
            component, state = make(name, _mapping(inputs), options)
        finally:
            hosted.reset(token)
        return ConstructResult(component.urn, dict(state))


def _organization(
    name: str, inputs: Mapping[str, object], options: pulumi.ResourceOptions | None
) -> Made:
    spec = parse(OrganizationInputs, separate(inputs)[0], name)
    made = Organization(
        name,
        cast("OrganizationArgs", _without(inputs, OrganizationInputs, OrganizationSpec)),
        _ground(name, spec.platform),
        spec.environment,
        options,
        allow_deletion=spec.allow_deletion,
        allow_below_usage=spec.allow_below_usage,
    )
    return made, {"namespaces": {key: one.name for key, one in made.namespaces.items()}}


def _namespace(
    name: str, inputs: Mapping[str, object], options: pulumi.ResourceOptions | None
) -> Made:
    spec = parse(NamespaceInputs, separate(inputs)[0], name)
    written = cast("NamespaceArgs", _without(inputs, NamespaceInputs, StandaloneNamespaceSpec))
    made = Namespace(name, written, _ground(name, spec.platform), options)
    return made, {"name": made.name}


def _platform(
    name: str, inputs: Mapping[str, object], options: pulumi.ResourceOptions | None
) -> Made:
    spec = parse(PlatformInputs, inputs, name)
    made = Platform(name, spec, spec.mutating, options, allow_deletion=spec.allow_deletion)
    return made, {}


def _gpu_node_pool(
    name: str, inputs: Mapping[str, object], options: pulumi.ResourceOptions | None
) -> Made:
    made = GpuNodePool(name, parse(GpuNodePoolInputs, inputs, name), options)
    return made, {"resourceNames": list(made.resource_names)}


_MAKERS: Final[
    Mapping[str, Callable[[str, Mapping[str, object], pulumi.ResourceOptions | None], Made]]
] = {
    ORGANIZATION: _organization,
    NAMESPACE: _namespace,
    PLATFORM: _platform,
    GPU_NODE_POOL: _gpu_node_pool,
}


def _ground(name: str, spec: PlatformSpec | None) -> resolve.Platform | None:
    return None if spec is None else resolved_platform(name, spec)[0]


def _without(
    inputs: Mapping[str, object], model: type[Spec], base: type[Spec]
) -> Mapping[str, object]:
    """Return *inputs* without the fields that only *model* has; they are passed separately."""
    own = model.model_fields.keys() - base.model_fields.keys()
    names = own | {str(model.model_fields[name].alias) for name in own}
    return {key: value for key, value in inputs.items() if key not in names}


def _mapping(inputs: pulumi.Inputs) -> Mapping[str, object]:
    return {key: _plain(value) for key, value in sorted(inputs.items()) if value is not None}


def _plain(value: object) -> object:
    """
    Return *value* as it was written, in the order of keys.

    The protocol sends whole numbers as floats, and keys in an order that changes.
    """
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in sorted(value.items()) if one is not None}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_plain(one) for one in value]
    return value

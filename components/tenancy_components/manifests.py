"""Registers manifests as Pulumi resources, unchanged; nothing is decided here."""

from collections.abc import Mapping, Sequence

import pulumi

from tenancy.drifting import Identity
from tenancy.kubernetes import ANNOTATION, field_manager
from tenancy.manifests import NAMESPACE_TOKEN, type_token
from tenancy_components.patch_managers import applied_by

__all__ = ["child", "create", "field_manager_of"]


def create(
    name: str,
    manifest: Mapping[str, object],
    opts: pulumi.ResourceOptions,
    *,
    patch: bool = False,
) -> pulumi.CustomResource:
    """
    Create *manifest* as the resource *name*.

    The provider accepts manifests in Kubernetes' spelling. The classes of its SDK would convert
    each field to Python's spelling and back, and take almost half a second to load.

    Every object is applied under one field manager of the stack, which the annotation
    `pulumi.com/patchFieldManager` names: an update that was interrupted and is resumed, also
    with the state lost, applies as the same manager and conflicts with nothing. Another stack
    has another manager, so an object that this stack applied is never taken over silently.

    Args:
        patch: Whether a controller has created the object, and only the fields of
            the manifest are managed. Default: the whole object is managed.
    """
    token = type_token(manifest) + ("Patch" if patch else "")
    manager = (
        patch_manager(opts.parent, name, manifest) if patch else field_manager_of(opts.parent)
    )
    return pulumi.CustomResource(token, name, _applied_by(manager, manifest), opts)


def field_manager_of(parent: pulumi.Resource | None, patch: str = "") -> str:
    """
    Return the field manager of the running stack on the cluster of *parent*'s provider.

    Args:
        parent: A component. None without one.
        patch: The name of a patch, which has another manager. Default: no patch.
    """
    provider = None if parent is None else parent.get_provider(NAMESPACE_TOKEN)
    # A program in another language passes a reference, whose name is not known
    # here. On one cluster, project and stack identify a manager.
    cluster = provider.pulumi_resource_name if provider is not None else ""
    return field_manager(pulumi.get_project(), pulumi.get_stack(), cluster, patch)


def patch_manager(
    parent: pulumi.Resource | None, name: str, manifest: Mapping[str, object]
) -> pulumi.Input[str]:
    """
    Return the field manager of the patch *name*.

    A patch that is deleted gives up every field of its manager, so each patch has another. It
    is named by the patch when that is created, and stays if the patch is renamed: the API
    server refuses an object to another manager.

    Args:
        parent: The component of the patch.
        name: The patch.
        manifest: What it manages.
    """
    own, of_stack = field_manager_of(parent, name), field_manager_of(parent)
    return applied_by(Identity.of(manifest), own, of_stack)


def _applied_by(
    manager: pulumi.Input[str], manifest: Mapping[str, object]
) -> dict[str, object]:
    metadata = manifest["metadata"]
    assert isinstance(metadata, Mapping)
    annotations = {**metadata.get("annotations", {}), ANNOTATION: manager}
    return {**manifest, "metadata": {**metadata, "annotations": annotations}}


def child(
    parent: pulumi.Resource,
    *,
    depends_on: Sequence[pulumi.Resource] = (),
    protect: bool | None = None,
    retain_on_delete: bool | None = None,
    deleted_with: pulumi.Resource | None = None,
    hooks: pulumi.ResourceHookBinding | None = None,
) -> pulumi.ResourceOptions:
    """Return the options of a child of *parent*; others have the engine's defaults."""
    return pulumi.ResourceOptions(
        parent=parent,
        depends_on=list(depends_on),
        protect=protect,
        retain_on_delete=retain_on_delete,
        deleted_with=deleted_with,
        hooks=hooks,
    )

"""Manifests as Pulumi resources: one kind is one class, and nothing is decided here."""

import importlib
from collections.abc import Callable, Mapping, Sequence

import pulumi

__all__ = ["child", "create", "object_name", "resource_name"]

_BUILT_IN_GROUPS = ("", "apps", "batch", "policy")


def create(
    name: str,
    manifest: Mapping[str, object],
    opts: pulumi.ResourceOptions,
    *,
    patch: bool = False,
) -> pulumi.CustomResource:
    """
    Create *manifest* as the resource *name*.

    Args:
        patch: Whether the object exists already, made by a controller, and only the fields of
            the manifest become ours. Default: the object is ours.
    """
    fields = {
        key: value for key, value in manifest.items() if key not in {"apiVersion", "kind"}
    }
    api_version, kind = str(manifest["apiVersion"]), str(manifest["kind"])
    group, _, version = api_version.rpartition("/")
    if group in _BUILT_IN_GROUPS or group.endswith(".k8s.io"):
        module = importlib.import_module(
            f"pulumi_kubernetes.{group.split('.')[0] or 'core'}.{version}"
        )
        resource: Callable[..., pulumi.CustomResource] | None = getattr(
            module, f"{kind}Patch" if patch else kind, None
        )
        # A kind that is newer than the provider's SDK is created as any other is.
        if resource is not None:
            return resource(name, opts=opts, **{_argument(key): fields[key] for key in fields})
    custom: Callable[..., pulumi.CustomResource] = importlib.import_module(
        "pulumi_kubernetes.apiextensions"
    ).CustomResource
    return custom(
        name,
        api_version=api_version,
        kind=kind,
        metadata=fields["metadata"],
        spec=fields["spec"],
        opts=opts,
    )


def _argument(key: str) -> str:
    """Return the Python argument for a manifest's top-level key."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in key)


def object_name(manifest: Mapping[str, object]) -> str:
    """Return the object's own name in the cluster."""
    metadata = manifest["metadata"]
    assert isinstance(metadata, Mapping)
    return str(metadata["name"])


def resource_name(prefix: str, manifest: Mapping[str, object]) -> str:
    """Return a logical name from identity alone: *prefix* and the object's own name."""
    return f"{prefix}-{object_name(manifest).replace(':', '-')}"


def child(
    parent: pulumi.Resource,
    *,
    depends_on: Sequence[pulumi.Resource] = (),
    protect: bool | None = None,
    retain_on_delete: bool | None = None,
    deleted_with: pulumi.Resource | None = None,
) -> pulumi.ResourceOptions:
    """Return the options of a child of *parent*; what is left out is the engine's default."""
    return pulumi.ResourceOptions(
        parent=parent,
        depends_on=list(depends_on),
        protect=protect,
        retain_on_delete=retain_on_delete,
        deleted_with=deleted_with,
    )

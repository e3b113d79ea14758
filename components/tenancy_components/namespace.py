"""One namespace with its walls and, last of all, its doors."""

from collections.abc import Sequence

import attrs
import pulumi

from tenancy import render, resolve
from tenancy_components.arguments import refuse_deleted_with
from tenancy_components.manifests import child, create, resource_name

__all__ = ["Built", "Namespace", "build"]


class Namespace(pulumi.ComponentResource):
    """
    A namespace, its quotas, limit range and network policies, and its role bindings.

    The namespace itself is protected and kept on deletion unless it may be deleted. Walls come
    before doors: role bindings wait until every quota binds.

    Attributes:
        name: The name in the cluster, a plain str.
        namespace: The Kubernetes namespace.
        walls: Quotas, limit range, network policies; there before anybody is let in.
        doors: Role bindings.
    """

    name: str

    def __init__(
        self,
        name: str,
        args: resolve.Namespace,
        platform: resolve.Platform,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        refuse_deleted_with(name, opts)
        super().__init__("tenancy:index:Namespace", name, {"name": args.name}, opts)
        built = build(self, name, render.namespace(args, platform), protect=args.protect)
        self.name = args.name
        self.namespace = built.namespace
        self.walls = built.walls
        self.doors = built.doors
        self.register_outputs({"name": args.name})


@attrs.frozen(kw_only=True)
class Built:
    """The resources of one namespace, in the order in which they come to exist."""

    namespace: pulumi.Resource
    walls: Sequence[pulumi.Resource]
    doors: Sequence[pulumi.Resource]

    @property
    def all(self) -> list[pulumi.Resource]:
        """Every one of them."""
        return [self.namespace, *self.walls, *self.doors]


def build(
    parent: pulumi.Resource,
    name: str,
    manifests: render.NamespaceManifests,
    *,
    protect: bool,
    after: Sequence[pulumi.Resource] = (),
) -> Built:
    """
    Create *manifests* below *parent*: the namespace, then its walls, then its doors.

    Args:
        name: What the logical names begin with.
        protect: Whether the namespace may not be deleted, and stays if its resource goes.
        after: What has to exist before. Default: nothing.
    """
    namespace = create(
        name,
        manifests.namespace,
        child(parent, depends_on=after, protect=protect, retain_on_delete=protect),
    )
    # Only where the namespace really goes may its deletion stand for that of its content.
    gone_with = None if protect else namespace

    def wall(manifest: render.Manifest, *, patch: bool) -> pulumi.Resource:
        opts = child(parent, depends_on=[namespace], deleted_with=gone_with)
        return create(resource_name(name, manifest), manifest, opts, patch=patch)

    walls = [
        *(wall(manifest, patch=False) for manifest in manifests.walls),
        *(wall(manifest, patch=True) for manifest in manifests.patches),
    ]
    doors = [
        create(
            resource_name(name, manifest),
            manifest,
            child(
                parent, depends_on=[namespace, *walls], protect=False, retain_on_delete=False
            ),
        )
        for manifest in manifests.doors
    ]
    return Built(namespace=namespace, walls=walls, doors=doors)

"""One namespace with its walls and, last of all, its doors."""

from collections.abc import Mapping

import pulumi

from tenancy import render, resolve
from tenancy.plan import snapshot
from tenancy_components.arguments import refuse_deleted_with
from tenancy_components.manifests import child, create, resource_name

__all__ = ["Namespace"]


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
        manifests = render.namespace(args, platform)
        self.name = args.name
        self.namespace = create(
            name,
            manifests.namespace,
            child(self, protect=args.protect, retain_on_delete=args.protect),
        )
        # Only where the namespace really goes may its deletion stand for that of its content.
        gone_with = None if args.protect else self.namespace
        self.walls = [
            create(
                resource_name(name, manifest),
                manifest,
                child(self, depends_on=[self.namespace], deleted_with=gone_with),
            )
            for manifest in manifests.walls
        ] + [
            create(
                resource_name(name, manifest),
                manifest,
                child(self, depends_on=[self.namespace], deleted_with=gone_with),
                patch=True,
            )
            for manifest in manifests.patches
        ]
        self.doors = [
            create(
                resource_name(name, manifest),
                manifest,
                child(
                    self,
                    depends_on=[self.namespace, *self.walls],
                    protect=False,
                    retain_on_delete=False,
                ),
            )
            for manifest in manifests.doors
        ]
        self.register_outputs({"name": args.name})


def inputs(args: resolve.Namespace) -> Mapping[str, object]:
    """Return what a stand-alone namespace records of itself."""
    return snapshot.namespace(args)

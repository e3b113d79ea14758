"""The cluster-wide resources: roles, policies, operators, common namespaces, GPU pools."""

from collections.abc import Iterable, Mapping, Sequence

import pulumi

from tenancy import manifests as render
from tenancy import model
from tenancy.config.spec import PlatformSpec
from tenancy.manifests import destroy_guard_name, object_name, resource_name
from tenancy.planning import snapshot
from tenancy_components.argument_types import PlatformArgs
from tenancy_components.arguments import (
    LISTS,
    refuse_deleted_with,
    refuse_other_types,
    require_provider,
)
from tenancy_components.destroy_guard import DestroyGuard
from tenancy_components.existing_dependencies import if_these_exist
from tenancy_components.gpu_node_pool import GpuNodePool
from tenancy_components.manifests import child, create
from tenancy_components.namespace import Built, build
from tenancy_components.resolving import resolved_platform
from tenancy_components.type_tokens import PLATFORM
from tenancy_components.update_plan import ComponentPlan, update_plan, written_platform

__all__ = ["Platform"]


class Platform(pulumi.ComponentResource):
    """
    The cluster-wide resources of one cluster.

    Args:
        name: The platform's name.
        args: The value of `tenancy:platform` in `Pulumi.platform.yaml`, as a dict or a
            `PlatformSpec`; or a platform that is already resolved and checked.
        mutating: Whether the cluster serves MutatingAdmissionPolicy v1, which sets the node
            selector of GPU pods. Default: it does not, and people write the node selector.
        opts: An explicit provider is required.
        allow_deletion: Exact names of the public and the shared namespaces that may be deleted
            with everything in them; apply this before you remove them. Default: none.

    Attributes:
        resolved: The values that the organizations on it use.

    Raises:
        ComponentRefusedError: It has errors; all are listed, and nothing is created.
    """

    def __init__(
        self,
        name: str,
        args: PlatformArgs | PlatformSpec | model.Platform,
        mutating: bool = False,
        opts: pulumi.ResourceOptions | None = None,
        *,
        allow_deletion: Sequence[str] = (),
    ) -> None:
        refuse_other_types(
            name,
            opts,
            {
                "args": (args, (Mapping, PlatformSpec, model.Platform)),
                "mutating": (mutating, (bool,)),
                "allow_deletion": (allow_deletion, LISTS),
            },
        )
        refuse_deleted_with(name, opts)
        self.resolved = (
            args
            if isinstance(args, model.Platform)
            else resolved_platform(name, args, allow_deletion)[0]
        )
        self._name = name
        self._after: list[pulumi.Resource] = []
        super().__init__(PLATFORM, name, dict(snapshot.platform(self.resolved)), opts)
        require_provider(name, self)
        manifests = render.platform(self.resolved)
        if self.resolved is not args:
            plan = ComponentPlan(
                type=PLATFORM,
                name=name,
                args=written_platform(self.resolved) or {},
                allow_deletion=allow_deletion,
            )
            self._after = [update_plan(self, plan, manifests)]
        roles = self._create([*manifests.operators, *manifests.roles])
        classes = self._create(manifests.priority_classes)
        for pool in self.resolved.pools:
            opts_of_pool = pulumi.ResourceOptions(parent=self, depends_on=self._after)
            GpuNodePool(f"{name}-{pool.name}", pool, opts_of_pool)
        queues = self._create(manifests.queues)
        spaces = [self._namespace(found, roles) for found in manifests.namespaces]
        policies = self._create(manifests.policies)
        if mutating:
            policies += self._create(manifests.mutations)
        # Guards are put into force last, after everything that they guard is created.
        last = [resource for built in spaces for resource in built.last]
        bindings = [
            *manifests.policy_bindings,
            *(manifests.mutation_bindings if mutating else ()),
        ]
        armed = self._create(bindings, after=[*roles, *classes, *queues, *last, *policies])
        protect = any(self._is_protected(found) for found in manifests.namespaces)
        DestroyGuard(destroy_guard_name(name), self, [*armed, *last], protect=protect)
        self.register_outputs({})

    def _create(
        self, manifests: Iterable[render.Manifest], after: Sequence[pulumi.Resource] = ()
    ) -> list[pulumi.Resource]:
        hooks = if_these_exist(self, f"{self._name}-policies", after) if after else None
        return [
            create(
                resource_name(self._name, manifest),
                manifest,
                child(
                    self,
                    depends_on=[*self._after, *after],
                    hooks=hooks,
                    # The caller's protect or retain_on_delete must never keep access.
                    protect=False,
                    retain_on_delete=False,
                ),
            )
            for manifest in manifests
        ]

    def _namespace(
        self, manifests: render.NamespaceManifests, after: Sequence[pulumi.Resource]
    ) -> Built:
        name = object_name(manifests.namespace)
        return build(
            self,
            f"{self._name}-{name}",
            manifests,
            protect=self._is_protected(manifests),
            after=[*self._after, *after],
        )

    def _is_protected(self, manifests: render.NamespaceManifests) -> bool:
        return object_name(manifests.namespace) not in self.resolved.allow_deletion

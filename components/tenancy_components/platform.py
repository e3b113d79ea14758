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
        rules = [*manifests.policies, *(manifests.mutations if mutating else ())]
        policies = dict(zip(map(_key, rules), self._create(rules), strict=True))
        # Guards are put into force last, after everything that they guard is created.
        last = [resource for built in spaces for resource in built.last]
        bindings = [
            *manifests.policy_bindings,
            *(manifests.mutation_bindings if mutating else ()),
        ]
        armed = self._arm(bindings, policies, [*roles, *classes, *queues, *last])
        protect = any(self._is_protected(found) for found in manifests.namespaces)
        DestroyGuard(destroy_guard_name(name), self, [*armed, *last], protect=protect)
        self.register_outputs({})

    def _create(self, manifests: Iterable[render.Manifest]) -> list[pulumi.Resource]:
        return [self._made(manifest, self._after) for manifest in manifests]

    def _arm(
        self,
        bindings: Sequence[render.Manifest],
        policies: Mapping[tuple[object, str], pulumi.Resource],
        guarded: Sequence[pulumi.Resource],
    ) -> list[pulumi.Resource]:
        """
        Create *bindings* after all *policies* and everything that they guard.

        The first waits for all of it, and the others for the first: the state lists what each
        resource waits for, and would be a third larger if each waited for everything.
        """
        every = [*guarded, *policies.values()]
        hooks = if_these_exist(self, f"{self._name}-policies", every)
        armed: list[pulumi.Resource] = []
        for binding in bindings:
            after = [armed[0], policies[_policy_of(binding)]] if armed else every
            armed.append(self._made(binding, [*self._after, *after], hooks))
        return armed

    def _made(
        self,
        manifest: render.Manifest,
        after: Sequence[pulumi.Resource],
        hooks: pulumi.ResourceHookBinding | None = None,
    ) -> pulumi.Resource:
        return create(
            resource_name(self._name, manifest),
            manifest,
            child(
                self,
                depends_on=after,
                hooks=hooks,
                # The caller's protect or retain_on_delete must never keep access.
                protect=False,
                retain_on_delete=False,
            ),
        )

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


def _key(policy: render.Manifest) -> tuple[object, str]:
    return policy["kind"], object_name(policy)


def _policy_of(binding: render.Manifest) -> tuple[object, str]:
    """Return the key of the policy that *binding* puts into force."""
    spec = binding["spec"]
    assert isinstance(spec, Mapping)
    return str(binding["kind"]).removesuffix("Binding"), str(spec["policyName"])

"""One namespace with its guardrails and then its role bindings."""

from collections.abc import Mapping, Sequence

import attrs
import pulumi

from tenancy import manifests as render
from tenancy import model
from tenancy.config.spec import StandaloneNamespaceSpec
from tenancy.manifests import destroy_guard_name, resource_name
from tenancy.planning import snapshot
from tenancy_components.argument_types import NamespaceArgs
from tenancy_components.arguments import (
    DescribedPlatform,
    parse,
    platform_values,
    refuse_deleted_with,
    refuse_other_types,
    require_provider,
    separate,
)
from tenancy_components.destroy_guard import DestroyGuard
from tenancy_components.existing_dependencies import if_these_exist
from tenancy_components.manifests import child, create
from tenancy_components.resolving import resolved_namespace, unwritten_platform
from tenancy_components.type_tokens import NAMESPACE
from tenancy_components.update_plan import ComponentPlan, update_plan, written, written_platform

__all__ = ["Built", "Namespace", "build"]


class Namespace(pulumi.ComponentResource):
    """
    A namespace, its quotas, limit range and network policies, and its role bindings.

    The namespace itself is protected and kept on deletion unless it may be deleted. Guardrails
    come before access: role bindings wait until every quota is enforced.

    Args:
        name: The logical name.
        args: A `StandaloneNamespaceSpec` or a dict like one, for a standalone namespace;
            what needs its organization is then not checked. Or one that is already resolved.
        platform: The platform. Default: not known; what needs it
            is not checked, and the namespace has Roles instead of ClusterRoles.
        opts: An explicit provider is required.
        annotations: Further ones whose values may be Outputs. Default: none; those of
            *args* may be Outputs too.

    Attributes:
        name: The name in the cluster, a plain str.
        built: The Kubernetes namespace, its guardrails and its role bindings.

    Raises:
        ComponentRefusedError: It has errors; all are listed, and nothing is created.
    """

    name: str

    def __init__(
        self,
        name: str,
        args: NamespaceArgs | StandaloneNamespaceSpec | model.Namespace,
        platform: DescribedPlatform | model.Platform | None = None,
        opts: pulumi.ResourceOptions | None = None,
        *,
        annotations: Mapping[str, pulumi.Output[str]] | None = None,
    ) -> None:
        refuse_other_types(
            name,
            opts,
            {
                "args": (args, (Mapping, StandaloneNamespaceSpec, model.Namespace)),
                "platform": (platform, (DescribedPlatform, model.Platform, type(None))),
            },
        )
        refuse_deleted_with(name, opts)
        ground = platform_values(platform) or unwritten_platform(name)
        late = dict(annotations or {})
        spec: StandaloneNamespaceSpec | None = None
        if isinstance(args, model.Namespace):
            resolved = args
        else:
            if isinstance(args, StandaloneNamespaceSpec):
                spec = args
            else:
                plain, found = separate(args)
                late |= {str(path[-1]): value for path, value in found.items()}
                spec = parse(StandaloneNamespaceSpec, plain, name)
            its, _ = resolved_namespace(name, spec, ground, stack=pulumi.get_stack())
            resolved = its.namespaces[0]
        alone = spec is not None
        inputs = dict(snapshot.namespace(resolved)) if alone else {"name": resolved.name}
        super().__init__(NAMESPACE, name, inputs, opts)
        require_provider(name, self)
        self.name = resolved.name
        manifests = render.namespace(resolved, ground)
        planned: list[pulumi.Resource] = []
        if spec is not None:
            plan = ComponentPlan(
                type=NAMESPACE,
                name=name,
                args=written(spec),
                platform_name=ground.stack,
                platform=written_platform(ground),
            )
            planned.append(update_plan(self, plan, manifests, late))
        created = _annotated(manifests, late)
        self.built = build(self, name, created, protect=resolved.protect, after=planned)
        if alone:
            guard = destroy_guard_name(name)
            DestroyGuard(guard, self, self.built.last, protect=resolved.protect)
        self.register_outputs({"name": resolved.name})


def _annotated(
    manifests: render.NamespaceManifests, late: Mapping[str, pulumi.Output[str]]
) -> render.NamespaceManifests:
    """Return *manifests* with annotations whose values are not known yet."""
    if not late:
        return manifests
    metadata = manifests.namespace["metadata"]
    assert isinstance(metadata, Mapping)
    changed = {**metadata, "annotations": {**metadata["annotations"], **late}}
    return attrs.evolve(manifests, namespace={**manifests.namespace, "metadata": changed})


@attrs.frozen(kw_only=True)
class Built:
    """
    The resources of one namespace, in the order in which they are created.

    Attributes:
        objects: The objects of the platform. Nothing waits for them.
    """

    namespace: pulumi.Resource
    guardrails: Sequence[pulumi.Resource]
    role_bindings: Sequence[pulumi.Resource]
    objects: Sequence[pulumi.Resource] = ()

    @property
    def all(self) -> list[pulumi.Resource]:
        """All resources."""
        return [self.namespace, *self.guardrails, *self.role_bindings, *self.objects]

    @property
    def last(self) -> Sequence[pulumi.Resource]:
        """The resources on which no other depends: role bindings, else guardrails."""
        return [*(self.role_bindings or self.guardrails or [self.namespace]), *self.objects]


def build(
    parent: pulumi.Resource,
    name: str,
    manifests: render.NamespaceManifests,
    *,
    protect: bool,
    after: Sequence[pulumi.Resource] = (),
) -> Built:
    """
    Create *manifests* below *parent*: the namespace, its guardrails, then its role bindings.

    Args:
        name: Begins the logical names.
        protect: Whether the namespace may not be deleted, and is kept if its resource is
            removed.
        after: What must exist before. Default: nothing.
    """
    namespace = create(
        name,
        manifests.namespace,
        child(parent, depends_on=after, protect=protect, retain_on_delete=protect),
    )
    # Only if the namespace is really deleted may the engine skip the deletion of its content.
    gone_with = None if protect else namespace

    def guardrail(manifest: render.Manifest, *, patch: bool) -> pulumi.Resource:
        opts = child(parent, depends_on=[namespace], deleted_with=gone_with)
        return create(resource_name(name, manifest), manifest, opts, patch=patch)

    guardrails = [
        *(guardrail(manifest, patch=False) for manifest in manifests.guardrails),
        *(guardrail(manifest, patch=True) for manifest in manifests.patches),
    ]
    before = [namespace, *guardrails]
    hooks = if_these_exist(parent, f"{name}-access", before) if manifests.access else None
    role_bindings = [
        create(
            resource_name(name, manifest),
            manifest,
            child(
                parent,
                depends_on=before,
                hooks=hooks,
                protect=False,
                retain_on_delete=False,
            ),
        )
        for manifest in manifests.access
    ]
    return Built(
        namespace=namespace,
        guardrails=guardrails,
        role_bindings=role_bindings,
        objects=[guardrail(manifest, patch=False) for manifest in manifests.objects],
    )

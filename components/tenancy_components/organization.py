"""An organization: its namespaces, each with its guardrails and role bindings."""

from collections.abc import Iterator, Mapping, Sequence

import pulumi

from tenancy import manifests as render
from tenancy import model
from tenancy.config.spec import OrganizationSpec
from tenancy.diagnostics import NotFoundError
from tenancy.manifests import destroy_guard_name, organization_queues, resource_name
from tenancy.planning import snapshot
from tenancy_components.argument_types import OrganizationArgs
from tenancy_components.arguments import (
    LISTS,
    DescribedPlatform,
    Late,
    parse,
    platform_values,
    refuse_deleted_with,
    refuse_other_types,
    require_provider,
    separate,
)
from tenancy_components.destroy_guard import DestroyGuard
from tenancy_components.manifests import child, create
from tenancy_components.namespace import Namespace
from tenancy_components.resolving import resolved_organization, unwritten_platform
from tenancy_components.type_tokens import ORGANIZATION
from tenancy_components.update_plan import ComponentPlan, update_plan, written, written_platform

__all__ = ["Organization"]


class Organization(pulumi.ComponentResource):
    """
    An organization on one cluster.

    Args:
        name: The organization's name.
        args: The content of `organizations/<name>.yaml`, as a dict or an `OrganizationSpec`;
            or an organization that is already resolved and checked.
        platform: The platform. Default: not known; what needs it
            is not checked, and each namespace has Roles instead of ClusterRoles.
        environment: The environment; namespaces of others are left out. Default: all exist.
        opts: An explicit provider is required.
        allow_deletion: Exact names of namespaces in the cluster that may be deleted with
            everything in them; apply this before you remove them. Default: none.
        allow_below_usage: `<namespace>/<quota key>` that may be set below its use. Default:
            none.

    Attributes:
        namespaces: By id. `acme.namespaces["dev"].name` is a plain str.

    Raises:
        ComponentRefusedError: It has errors; all are listed, and nothing is created.
    """

    def __init__(
        self,
        name: str,
        args: OrganizationArgs | OrganizationSpec | model.Organization,
        platform: DescribedPlatform | model.Platform | None = None,
        environment: str | None = None,
        opts: pulumi.ResourceOptions | None = None,
        *,
        allow_deletion: Sequence[str] = (),
        allow_below_usage: Sequence[str] = (),
    ) -> None:
        refuse_other_types(
            name,
            opts,
            {
                "args": (args, (Mapping, OrganizationSpec, model.Organization)),
                "platform": (platform, (DescribedPlatform, model.Platform, type(None))),
                "environment": (environment, (str, type(None))),
                "allow_deletion": (allow_deletion, LISTS),
                "allow_below_usage": (allow_below_usage, LISTS),
            },
        )
        refuse_deleted_with(name, opts)
        ground = platform_values(platform) or unwritten_platform(name)
        late: dict[str, dict[str, pulumi.Output[str]]] = {}
        spec: OrganizationSpec | None = None
        if isinstance(args, model.Organization):
            resolved = args
        else:
            if isinstance(args, OrganizationSpec):
                spec = args
            else:
                plain, found = separate(args)
                late = _by_id(plain, found)
                spec = parse(OrganizationSpec, plain, name)
            resolved, _ = resolved_organization(
                name,
                spec,
                ground,
                stack=pulumi.get_stack(),
                environment=environment,
                allow_deletion=allow_deletion,
                allow_below_usage=allow_below_usage,
            )
        super().__init__(ORGANIZATION, name, dict(snapshot.organization(resolved)), opts)
        require_provider(name, self)
        planned: list[pulumi.Resource] = []
        if spec is not None:
            plan = ComponentPlan(
                type=ORGANIZATION,
                name=name,
                args=written(spec),
                platform_name=ground.stack,
                platform=written_platform(ground),
                environment=environment,
                allow_deletion=allow_deletion,
                allow_below_usage=allow_below_usage,
            )
            unknown = {key for keys in late.values() for key in keys}
            planned.append(update_plan(self, plan, _manifests(resolved, ground), unknown))
        queues = self._queues(name, resolved, ground, planned)
        self.namespaces: Mapping[str, Namespace] = _Namespaces(
            name,
            {
                namespace.id: Namespace(
                    f"{name}-{namespace.id}",
                    namespace,
                    ground,
                    pulumi.ResourceOptions(parent=self, depends_on=planned),
                    annotations=late.get(namespace.id),
                )
                for namespace in resolved.namespaces
            },
        )
        last = [one for found in self.namespaces.values() for one in found.built.last]
        protect = any(namespace.protect for namespace in resolved.namespaces)
        DestroyGuard(destroy_guard_name(name), self, [*queues, *last], protect=protect)
        self.register_outputs({"namespaces": {n.id: n.name for n in resolved.namespaces}})

    def _queues(
        self,
        name: str,
        resolved: model.Organization,
        platform: model.Platform,
        after: Sequence[pulumi.Resource],
    ) -> list[pulumi.Resource]:
        return [
            create(
                resource_name(name, manifest),
                manifest,
                child(self, depends_on=after, protect=False, retain_on_delete=False),
            )
            for manifest in organization_queues(resolved, platform)
        ]


class _Namespaces(dict[str, Namespace]):
    """The namespaces of an organization, by id."""

    def __init__(self, organization: str, namespaces: Mapping[str, Namespace]) -> None:
        super().__init__(namespaces)
        self._organization = organization

    def __missing__(self, key: str) -> Namespace:
        kind = f"namespace of {self._organization} with the id"
        raise pulumi.RunError(str(NotFoundError(kind, key, self)))


def _manifests(
    resolved: model.Organization, platform: model.Platform
) -> Iterator[render.Manifest]:
    yield from organization_queues(resolved, platform)
    for namespace in resolved.namespaces:
        yield from render.namespace(namespace, platform)


def _by_id(args: Mapping[str, object], late: Late) -> dict[str, dict[str, pulumi.Output[str]]]:
    """Return annotations that are not known yet, by the id of their namespace."""
    found: dict[str, dict[str, pulumi.Output[str]]] = {}
    namespaces = args.get("namespaces")
    for path, value in late.items():
        match path:
            case ("annotations", key):
                for written in namespaces if isinstance(namespaces, list) else ():
                    if isinstance(written, Mapping) and key not in (
                        written.get("annotations") or {}
                    ):
                        found.setdefault(str(written.get("id")), {})[str(key)] = value
            case ("namespaces", int(index), "annotations", key):
                written = namespaces[index] if isinstance(namespaces, list) else None
                if isinstance(written, Mapping):
                    found.setdefault(str(written.get("id")), {})[str(key)] = value
    return found

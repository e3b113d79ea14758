"""What is cluster-wide: roles, policies, operators, public and shared namespaces, GPU pools."""

from collections.abc import Mapping, Sequence

import pulumi

from tenancy import checks, render, resolve
from tenancy.origin import ARGUMENT, Origin
from tenancy.plan import snapshot
from tenancy.project import Written
from tenancy.resolve.platforms import platform as resolve_platform
from tenancy.spec import PlatformSpec, PlatformStackSpec
from tenancy_components.arguments import parse, refuse_deleted_with
from tenancy_components.manifests import BINDINGS, child, create, resource_name
from tenancy_components.refusal import refuse_errors

__all__ = ["Platform"]


class Platform(pulumi.ComponentResource):
    """
    What is cluster-wide on one cluster.

    Args:
        name: The platform's name.
        args: What `Pulumi.platform.yaml` says under `tenancy:platform`, as a mapping or a
            `PlatformSpec`; or a platform that is resolved and checked already.
        opts: An explicit provider is required.

    Attributes:
        resolved: What the organizations on it read.

    Raises:
        Refusal: It cannot be right; every reason is listed and nothing is registered.
    """

    def __init__(
        self,
        name: str,
        args: Mapping[str, object] | PlatformSpec | resolve.Platform,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        refuse_deleted_with(name, opts)
        self.resolved = args if isinstance(args, resolve.Platform) else _resolve(name, args)
        super().__init__(
            "tenancy:index:Platform", name, dict(snapshot.platform(self.resolved)), opts
        )
        done: Sequence[pulumi.Resource] = ()
        for stage in render.platform(self.resolved).stages:
            done = [self._create(name, manifest, done) for manifest in stage] or done
        self.register_outputs({})

    def _create(
        self, name: str, manifest: Mapping[str, object], after: Sequence[pulumi.Resource]
    ) -> pulumi.Resource:
        opens = manifest["kind"] in BINDINGS
        keep = manifest["kind"] == "Namespace" and _name(manifest) not in set(
            self.resolved.allow_deletion
        )
        return create(
            resource_name(name, manifest),
            manifest,
            child(
                self,
                depends_on=after,
                protect=False if opens else keep or None,
                retain_on_delete=False if opens else keep or None,
            ),
        )


def _name(manifest: Mapping[str, object]) -> str:
    metadata = manifest["metadata"]
    assert isinstance(metadata, Mapping)
    return str(metadata["name"])


def _resolve(name: str, args: Mapping[str, object] | PlatformSpec) -> resolve.Platform:
    spec = parse(PlatformSpec, args, name)
    stack = PlatformStackSpec(cluster=name, platform=spec)
    resolved, violations = resolve_platform(name, Written(stack, Origin(f"{ARGUMENT} of {name}")))
    refuse_errors([*violations, *checks.check_platform(resolved)])
    return resolved

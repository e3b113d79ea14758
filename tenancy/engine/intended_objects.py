"""The objects that an update of an environment intends, as they are named in its state."""

from collections.abc import Iterator, Mapping

import attrs

from tenancy import manifests
from tenancy.assessment import Assessment
from tenancy.config.document import JSON, as_json, mapping
from tenancy.drifting import Identity
from tenancy.kubernetes import ANNOTATION, field_manager
from tenancy.manifests import (
    DESTROY_GUARD_TOKEN,
    NAMESPACE_COMPONENT_TOKEN,
    ORGANIZATION_TOKEN,
    STACK_TOKEN,
    Manifest,
    destroy_guard_name,
    organization_queues,
    resource_name,
    type_token,
)
from tenancy.model import Namespace, Organization, Platform

__all__ = ["IntendedObject", "guard_of", "intended_objects", "stack_urn"]


@attrs.frozen(kw_only=True, slots=True)
class IntendedObject:
    """
    One Kubernetes object of an update, as the engine will record it.

    Attributes:
        urn: Its name in the state.
        parents: The URNs of its components, the outermost first.
        manifest: The manifest that the update applies, with the annotation of its manager.
        manager: The field manager that applies it.
        is_patch: Whether Kubernetes creates the object, and only fields of it are applied.
        protect: Whether it is protected and kept on deletion.
        after: The URNs of what must exist before it.
    """

    urn: str
    parents: tuple[str, ...]
    manifest: Mapping[str, JSON]
    manager: str
    is_patch: bool
    protect: bool
    after: tuple[str, ...]

    @property
    def identity(self) -> Identity:
        """Its kind and name on the cluster."""
        return Identity.of(self.manifest)


def stack_urn(project: str, stack: str) -> str:
    """Return the URN of the resource of a stack itself."""
    return f"urn:pulumi:{stack}::{project}::{STACK_TOKEN}::{project}-{stack}"


def guard_of(organization: str) -> str:
    """
    Return the URN of the destroy guard of the organization with the URN *organization*.

    >>> guard_of("urn:pulumi:dev::shop::tenancy:index:Organization::acme")
    'urn:pulumi:dev::shop::tenancy:index:Organization$tenancy:index:DestroyGuard::acme-destroy-guard'
    """
    head, _, name = organization.rpartition("::")
    return f"{head}${DESTROY_GUARD_TOKEN}::{destroy_guard_name(name)}"


def intended_objects(assessment: Assessment, stack: str) -> tuple[IntendedObject, ...]:
    """
    Return every object of the environment *stack*, in the order in which they must exist.

    Args:
        assessment: The project, checked for the stack.
        stack: An environment.
    """
    environment = assessment.tenancy.environments[stack]
    names = _Names(
        project=assessment.name,
        stack=stack,
        provider=assessment.cluster(stack).provider_name,
    )
    platform = assessment.tenancy.platform_of(environment)
    return tuple(
        found
        for organization in environment.organizations
        for found in _of_organization(names, organization, platform)
    )


@attrs.frozen(kw_only=True)
class _Names:
    """What the names of all resources of a stack begin with."""

    project: str
    stack: str
    provider: str

    def urn(self, types: str, name: str) -> str:
        return f"urn:pulumi:{self.stack}::{self.project}::{types}::{name}"

    def made(
        self,
        name: str,
        manifest: Manifest,
        parents: tuple[str, ...],
        *,
        after: tuple[str, ...] = (),
        is_patch: bool = False,
        protect: bool = False,
    ) -> IntendedObject:
        token = type_token(manifest) + ("Patch" if is_patch else "")
        manager = field_manager(
            self.project, self.stack, self.provider, name if is_patch else ""
        )
        plain = dict(mapping(as_json(manifest)))
        metadata = mapping(plain["metadata"])
        annotations = {**mapping(metadata.get("annotations")), ANNOTATION: manager}
        types = parents[-1].split("::")[2]
        return IntendedObject(
            urn=self.urn(f"{types}${token}", name),
            parents=parents,
            manifest={**plain, "metadata": {**metadata, "annotations": annotations}},
            manager=manager,
            is_patch=is_patch,
            protect=protect,
            after=after,
        )


def _of_organization(
    names: _Names, organization: Organization, platform: Platform
) -> Iterator[IntendedObject]:
    parents = (names.urn(ORGANIZATION_TOKEN, organization.name),)
    for queue in organization_queues(organization, platform):
        yield names.made(resource_name(organization.name, queue), queue, parents)
    for namespace in organization.namespaces:
        yield from _of_namespace(names, namespace, platform, parents)


def _of_namespace(
    names: _Names, namespace: Namespace, platform: Platform, parents: tuple[str, ...]
) -> Iterator[IntendedObject]:
    name = f"{namespace.organization}-{namespace.id}"
    component = names.urn(f"{ORGANIZATION_TOKEN}${NAMESPACE_COMPONENT_TOKEN}", name)
    inside = (*parents, component)
    rendered = manifests.namespace(namespace, platform)
    first = names.made(name, rendered.namespace, inside, protect=namespace.protect)
    yield first
    before: tuple[str, ...] = (first.urn,)
    for is_patch, group in ((False, rendered.guardrails), (True, rendered.patches)):
        for manifest in group:
            made = names.made(
                resource_name(name, manifest),
                manifest,
                inside,
                after=(first.urn,),
                is_patch=is_patch,
            )
            before = (*before, made.urn)
            yield made
    for manifest in rendered.access:
        yield names.made(resource_name(name, manifest), manifest, inside, after=before)
    for manifest in rendered.objects:
        yield names.made(resource_name(name, manifest), manifest, inside, after=(first.urn,))

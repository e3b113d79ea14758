"""The objects of a state beside those that the files of its stack describe."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from tenancy import gpu, manifests
from tenancy.assessment import Assessment
from tenancy.config.document import JSON, as_json, mapping, text
from tenancy.drifting import AppliedObject
from tenancy.engine.state_reading import StateReading
from tenancy.kubernetes import ANNOTATION, field_manager
from tenancy.manifests import BUILT_IN_TOKENS, NAMESPACE_TOKEN, Manifest, is_kubernetes
from tenancy.model import Platform
from tenancy.planning import snapshot

__all__ = ["applied_objects", "holds_exactly", "pool_objects"]

_PATCH: Final = "Patch"
_PACKAGE: Final = "tenancy"
_MUTATING: Final = ("MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding")
_COMPONENTS: Final = BUILT_IN_TOKENS | {
    f"{_PACKAGE}:index:{name}"
    for name in ("Organization", "Namespace", "Platform", "GpuNodePool", "DestroyGuard")
}
_KNOWN_KEYS: Final = frozenset(
    (
        *("urn", "custom", "id", "type", "inputs", "outputs", "parent", "provider"),
        *("dependencies", "propertyDependencies", "deletedWith", "protect", "retainOnDelete"),
        *("created", "modified", "sourcePosition", "stackTrace", "resourceHooks"),
        *("ignoreChanges", "sequenceNumber"),
    )
)
"""Other keys mean a failed or pending step: `delete`, `initErrors`, `taint`, `external`, …"""


class _Name(NamedTuple):
    kind: str
    namespace: str
    name: str
    is_patch: bool


def holds_exactly(assessment: Assessment, stack: str, state: StateReading) -> bool:
    """
    Return whether an update of *stack* has reached what its files describe, and nothing else.

    It compares the inputs of each object, and the protection of namespaces from deletion. It is
    False with resources that are not known here, such as those of a cloud.

    Args:
        assessment: The project, checked for the stack.
        stack: The stack.
        state: Its state.
    """
    outputs = state.outputs
    provider = assessment.cluster(stack).provider_name
    record, deletable = _record(assessment, stack)
    if outputs.get("tenancy") != as_json(record):
        return False
    if outputs.get("fieldManager") != field_manager(assessment.name, stack, provider):
        return False
    described = dict(_described(assessment, stack))
    found: dict[_Name, JSON] = {}
    for resource in state.resources:
        kind = str(resource.get("type"))
        if not _KNOWN_KEYS.issuperset(resource):
            return False
        if not is_kubernetes(kind):
            if kind not in _COMPONENTS:
                return False
            continue
        inputs = resource.get("inputs")
        name = _named(inputs, is_patch=kind.endswith(_PATCH))
        if name in found or not _is_protected_as(resource, name, deletable):
            return False
        patch = str(resource.get("urn")).rpartition("::")[2] if name.is_patch else ""
        manager = field_manager(assessment.name, stack, provider, patch)
        found[name] = _without_manager(inputs, manager)
    unserved = {name for name in described if name.kind in _MUTATING} - found.keys()
    # They are not created on a cluster that does not serve their kinds.
    if len(unserved) not in (0, sum(name.kind in _MUTATING for name in described)):
        return False
    return found == {n: value for n, value in described.items() if n not in unserved}


def applied_objects(state: StateReading) -> Iterator[AppliedObject]:
    """Yield each object of *state* as the last update applied it."""
    for resource in state.resources:
        if is_kubernetes(resource.get("type")):
            yield AppliedObject(
                inputs=mapping(resource.get("inputs")),
                manager=text(mapping(resource.get("outputs")), "__fieldManager"),
                resource=str(resource.get("urn")).rpartition("::")[2],
            )


def _described(assessment: Assessment, stack: str) -> Iterator[tuple[_Name, JSON]]:
    """Yield each object that the files of *stack* describe."""
    tenancy = assessment.tenancy
    environment = tenancy.environments.get(stack)
    if environment is not None:
        platform = tenancy.platform_of(environment)
        for organization in environment.organizations:
            for namespace in organization.namespaces:
                yield from _of_namespace(manifests.namespace(namespace, platform))
        return
    own = tenancy.platforms[stack]
    rendered = manifests.platform(own)
    for found in rendered.namespaces:
        yield from _of_namespace(found)
    patches = {id(patch) for found in rendered.namespaces for patch in found.patches}
    inside = {id(one) for found in rendered.namespaces for one in found} - patches
    yield from _each(
        (one for one in rendered if id(one) not in inside | patches), is_patch=False
    )
    for made, is_patch in _of_pools(own):
        yield from _each([made], is_patch=is_patch)


def pool_objects(platform: Platform) -> Iterator[Manifest]:
    """Yield each Kubernetes object of the GPU node pools of *platform*, or the patch of one."""
    yield from (made for made, _ in _of_pools(platform))


def _of_pools(platform: Platform) -> Iterator[tuple[Manifest, bool]]:
    """Yield each object of the pools, and whether it is a patch of one that exists."""
    for pool in platform.pools:
        for made in gpu.render(pool):
            if isinstance(made, gpu.NodePatch):
                yield made.to_manifest(), True
            elif isinstance(made, dict):
                yield made, False


def _of_namespace(made: manifests.NamespaceManifests) -> Iterator[tuple[_Name, JSON]]:
    yield from _each([made.namespace, *made.guardrails, *made.access], is_patch=False)
    yield from _each(made.patches, is_patch=True)


def _each(
    rendered: Iterable[Mapping[str, object]], *, is_patch: bool
) -> Iterator[tuple[_Name, JSON]]:
    for one in rendered:
        plain = as_json(one)
        yield _named(plain, is_patch=is_patch), plain


def _named(manifest: JSON, *, is_patch: bool) -> _Name:
    given = manifest if isinstance(manifest, dict) else {}
    metadata = given.get("metadata")
    about = metadata if isinstance(metadata, dict) else {}
    return _Name(
        kind=str(given.get("kind")),
        namespace=str(about.get("namespace") or ""),
        name=str(about.get("name")),
        is_patch=is_patch,
    )


def _record(assessment: Assessment, stack: str) -> tuple[JSON, frozenset[str]]:
    """Return the snapshot of *stack*, and the namespaces that may be deleted."""
    environment = assessment.tenancy.environments.get(stack)
    if environment is not None:
        deletable = (found.name for found in environment.namespaces if not found.protect)
        return snapshot.environment(environment), frozenset(deletable)
    platform = assessment.tenancy.platforms[stack]
    return snapshot.platform(platform), frozenset(platform.allow_deletion)


def _is_protected_as(
    resource: Mapping[str, JSON], name: _Name, deletable: frozenset[str]
) -> bool:
    is_kept = resource.get("type") == NAMESPACE_TOKEN and name.name not in deletable
    flags = (resource.get("protect") or False, resource.get("retainOnDelete") or False)
    return flags == (is_kept, is_kept)


def _without_manager(inputs: JSON, manager: str) -> JSON:
    """Return *inputs* as the files describe them; nothing if *manager* is not named."""
    given = inputs if isinstance(inputs, dict) else {}
    metadata = given.get("metadata")
    about = dict(metadata) if isinstance(metadata, dict) else {}
    annotations = about.get("annotations")
    named = dict(annotations) if isinstance(annotations, dict) else {}
    if named.pop(ANNOTATION, None) != manager:
        return None
    about.pop("annotations", None)
    if named:
        about["annotations"] = named
    return {**given, "metadata": about}

"""The engine's state without the resources of namespaces that are released."""

import copy
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from tenancy.config.document import JSON, mapping
from tenancy.engine.protection import Resources
from tenancy.manifests import NAMESPACE_TOKEN, PLATFORM_TOKEN, STACK_TOKEN

__all__ = ["KEYS_OF_MANAGED", "queued_namespaces", "without_namespaces"]

_LOCAL_QUEUE: Final = ":LocalQueue"
KEYS_OF_MANAGED: Final = ("podSecurity", "enforcement")
"""The keys, in a file and in the record, that only a managed shared namespace has."""
_RECORDED_KEYS: Final = (*KEYS_OF_MANAGED, "enforcementPodSecurity")


def without_namespaces(resources: Resources, names: Collection[str]) -> Resources:
    """
    Return *resources* of a state without the namespaces *names* and what is in them.

    An organization without a further namespace leaves with its destroy guard; a platform stays.
    The record in the stack's outputs does not have them either, so that the next plan deletes
    nothing.

    Args:
        resources: As the engine exports them.
        names: The names in the cluster.
    """
    changed: Resources = copy.deepcopy(resources)
    around = _components(changed)
    parents = {str(one["urn"]): str(one.get("parent")) for one in changed}
    leaving = {urn for urn, name in around.items() if name in names}
    stay = {parents[urn] for urn in around.keys() - leaving}
    emptied = {parents[urn] for urn in leaving} - stay - _stacks(changed)
    gone = _below(changed, leaving | emptied | set(_of_platforms(changed, names)))
    left = [_independent(one, gone) for one in changed if not _is_in(one, gone)]
    for one in left:
        if one.get("type") == STACK_TOKEN:
            one["outputs"] = _without(mapping(one.get("outputs")), names)
        elif one.get("type") == PLATFORM_TOKEN:
            # The record of a platform is in the inputs of its component.
            one["inputs"] = _without_shared(mapping(one.get("inputs")), names)
    return left


def queued_namespaces(
    resources: Iterable[Mapping[str, JSON]], names: Collection[str]
) -> tuple[str, ...]:
    """Return those of *names* with a queue of GPU jobs in the state, sorted."""
    found = {
        str(mapping(mapping(one.get("inputs")).get("metadata")).get("namespace"))
        for one in resources
        if str(one.get("type")).endswith(_LOCAL_QUEUE)
    }
    return tuple(sorted(found & set(names)))


def _components(resources: Resources) -> dict[str, str]:
    """Return the name of the namespace in each component; the component is its parent."""
    stacks, platforms = _stacks(resources), _platforms(resources)
    found = {}
    for one in resources:
        parent = str(one.get("parent"))
        if one.get("type") == NAMESPACE_TOKEN and parent not in platforms:
            metadata = mapping(mapping(one.get("inputs")).get("metadata"))
            name = str(metadata.get("name"))
            found[str(one["urn"]) if parent in stacks else parent] = name
    return found


def _of_platforms(resources: Resources, names: Collection[str]) -> Iterator[str]:
    """Yield the namespaces *names* of platforms, and what is in them."""
    platforms = _platforms(resources)
    for one in resources:
        metadata = mapping(mapping(one.get("inputs")).get("metadata"))
        is_namespace = one.get("type") == NAMESPACE_TOKEN
        where = metadata.get("name" if is_namespace else "namespace")
        if one.get("parent") in platforms and where in names:
            yield str(one["urn"])


def _platforms(resources: Resources) -> set[str]:
    return {str(one["urn"]) for one in resources if one.get("type") == PLATFORM_TOKEN}


def _stacks(resources: Resources) -> set[str]:
    return {str(one["urn"]) for one in resources if one.get("type") == STACK_TOKEN}


def _below(resources: Resources, roots: set[str]) -> set[str]:
    """Return *roots* and everything whose parent is one of them, or below one."""
    found = set(roots)
    while more := {
        str(one["urn"])
        for one in resources
        if one.get("parent") in found and not _is_in(one, found)
    }:
        found |= more
    return found


def _is_in(resource: Mapping[str, JSON], urns: Collection[str]) -> bool:
    return str(resource["urn"]) in urns


def _independent(resource: dict[str, JSON], gone: Collection[str]) -> dict[str, JSON]:
    """Remove the names of resources of *gone*, which the engine refuses in a state."""
    dependencies = resource.get("dependencies")
    if isinstance(dependencies, list):
        resource["dependencies"] = [urn for urn in dependencies if urn not in gone]
    of_fields = resource.get("propertyDependencies")
    if isinstance(of_fields, dict):
        resource["propertyDependencies"] = {
            field: [urn for urn in urns if urn not in gone] if isinstance(urns, list) else urns
            for field, urns in of_fields.items()
        }
    if resource.get("deletedWith") in gone:
        resource.pop("deletedWith")
    return resource


def _without(outputs: Mapping[str, JSON], names: Collection[str]) -> dict[str, JSON]:
    """Return the outputs of the stack, whose record no longer has *names*."""
    record = mapping(outputs.get("tenancy"))
    if record.get("kind") == "platform":
        return {**outputs, "tenancy": _without_shared(record, names)}
    kept: dict[str, JSON] = {}
    for organization, held in mapping(record.get("organizations")).items():
        namespaces = mapping(mapping(held).get("namespaces"))
        rest = {name: one for name, one in namespaces.items() if name not in names}
        if rest:
            kept[organization] = {**mapping(held), "namespaces": rest}
    return {**outputs, "tenancy": {**record, "organizations": kept}} if record else {**outputs}


def _without_shared(record: Mapping[str, JSON], names: Collection[str]) -> dict[str, JSON]:
    """Return the record of a platform, in which shared namespaces *names* are not managed."""
    managed = record.get("namespaces")
    settings = mapping(record.get("settings"))
    shared: dict[str, JSON] = {}
    for name, held in mapping(settings.get("shared")).items():
        one = {k: v for k, v in mapping(held).items() if k not in _RECORDED_KEYS}
        shared[name] = {**one, "managed": False} if name in names else held
    return {
        **record,
        "namespaces": [n for n in managed if n not in names]
        if isinstance(managed, list)
        else managed,
        "settings": {**settings, "shared": shared},
    }

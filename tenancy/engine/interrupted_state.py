"""
The state of an update that was cut, put right from what is on the cluster.

The engine then sees what it would have written: objects that the update created are in the
state, objects that it deleted are not, and every other one is as it is now.
"""

import copy
import uuid
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata
from typing import Final

from tenancy.cluster import ProviderOptions
from tenancy.config.document import JSON, as_json, mapping
from tenancy.drifting import Identity, writers
from tenancy.engine.intended_objects import IntendedObject, guard_of, stack_urn
from tenancy.engine.protection import Resources, protected_again
from tenancy.engine.update_intent import UpdateIntent, with_intent
from tenancy.kubernetes import ANNOTATION
from tenancy.manifests import (
    DESTROY_GUARD_TOKEN,
    KUBERNETES_PROVIDER_TOKEN,
    STACK_TOKEN,
    is_kubernetes,
    type_token,
)
from tenancy.planning import RECOVERED_OUTPUT

__all__ = ["Live", "is_applied_by", "kinds_of", "namespaces_of", "put_right"]

_PATCH: Final = "Patch"
_SERVER: Final = ("creationTimestamp", "generation", "managedFields", "resourceVersion", "uid")
"""Metadata that the API server writes."""
_NAME_LABEL: Final = "kubernetes.io/metadata.name"

Live = Mapping[Identity, Mapping[str, JSON]]


def kinds_of(resources: Resources, intent: UpdateIntent) -> tuple[str, ...]:
    """Return the kinds of all objects that are in a state, or that *intent* creates."""
    return tuple(dict.fromkeys(one.listed_as for one in _identities(resources, intent)))


def namespaces_of(resources: Resources, intent: UpdateIntent) -> frozenset[str]:
    """Return the names of the namespaces in a state, and of those that *intent* creates."""
    known = _identities(resources, intent)
    return frozenset(one.name for one in known if one.kind == "Namespace")


def _identities(resources: Resources, intent: UpdateIntent) -> Iterator[Identity]:
    yield from (_identity(one) for one in resources if is_kubernetes(one.get("type")))
    yield from (one.identity for one in intent.created)


def is_applied_by(manager: str, live: Mapping[str, JSON]) -> bool:
    """Return whether the field manager *manager* has applied fields of the object *live*."""
    return any(by.manager == manager and by.applies for by in writers(live))


def put_right(
    resources: Resources,
    intent: UpdateIntent,
    live: Live,
    *,
    project: str,
    stack: str,
    provider: ProviderOptions,
) -> Resources:
    """
    Return *resources* as they are on the cluster, without the record of *intent*.

    An object is taken as ours only if our field manager applied it. What a destroy had cleared
    is set again.

    Args:
        resources: The resources of the state, as the engine exports them.
        intent: What the update intended.
        live: Every object on the cluster of the kinds that `kinds_of` returns.
        project: The project's name.
        stack: The stack's name.
        provider: The Kubernetes provider, for a state that has none yet.
    """
    changed = protected_again(resources)
    changed = _without_deleted(changed, live)
    changed = [_as_it_is(one, intent, live) for one in changed]
    _create(changed, intent, live, project=project, stack=stack, provider=provider)
    for one in changed:
        if one.get("type") == STACK_TOKEN:
            outputs = with_intent(mapping(one.get("outputs")), None)
            # The next update runs even if no object changes, and records what it reached.
            one["outputs"] = {**outputs, RECOVERED_OUTPUT: intent.id}
            one.pop("protect", None)
    return changed


def _without_deleted(resources: Resources, live: Live) -> Resources:
    """Return *resources* without objects that no longer exist, nor references to them."""
    gone = {
        str(one.get("urn"))
        for one in resources
        if is_kubernetes(one.get("type")) and not _exists(one, live.get(_identity(one)))
    }
    kept = [one for one in resources if str(one.get("urn")) not in gone]
    for one in kept:
        if isinstance(found := one.get("dependencies"), list):
            one["dependencies"] = [urn for urn in found if urn not in gone]
        if one.get("deletedWith") in gone:
            del one["deletedWith"]
        if isinstance(by_property := one.get("propertyDependencies"), dict):
            one["propertyDependencies"] = {
                key: [urn for urn in urns if urn not in gone]
                if isinstance(urns, list)
                else urns
                for key, urns in by_property.items()
            }
    return kept


def _exists(resource: Mapping[str, JSON], live: Mapping[str, JSON] | None) -> bool:
    if live is None:
        return False
    if not str(resource.get("type")).endswith(_PATCH):
        return True
    # Kubernetes creates the object; the patch exists if its manager applied something.
    manager = mapping(resource.get("outputs")).get("__fieldManager")
    return is_applied_by(str(manager), live)


def _as_it_is(resource: dict[str, JSON], intent: UpdateIntent, live: Live) -> dict[str, JSON]:
    """
    Return *resource* with the outputs that it has on the cluster now.

    If the update may have changed it, its inputs are the whole live object. The provider
    compares only fields that the inputs have, and the update may have added some.
    """
    if not is_kubernetes(resource.get("type")):
        return resource
    there, outputs = live[_identity(resource)], mapping(resource.get("outputs"))
    version = str(mapping(resource.get("inputs")).get("apiVersion"))
    values = _values(there, version, str(outputs.get("__fieldManager")))
    if str(resource.get("urn")) in intent.changed:
        return {**resource, **values}
    now = {**mapping(values["outputs"]), "__inputs": outputs.get("__inputs")}
    return {**resource, "outputs": now}


def _create(
    resources: Resources,
    intent: UpdateIntent,
    live: Live,
    *,
    project: str,
    stack: str,
    provider: ProviderOptions,
) -> None:
    """Add to *resources* the objects that the update created before it was cut."""
    known = {str(one.get("urn")): one for one in resources}
    created = [
        one
        for one in intent.created
        if one.urn not in known
        and one.identity in live
        and is_applied_by(one.manager, live[one.identity])
    ]
    if not created:
        return
    reference = _reference(resources, project, stack, provider)
    for one in created:
        outer = stack_urn(project, stack)
        for parent in one.parents:
            if parent not in known:
                known[parent] = _component(parent, outer)
                resources.append(known[parent])
            outer = parent
        after = [urn for urn in one.after if urn in known]
        known[one.urn] = _resource(one, live[one.identity], reference, after)
        resources.append(known[one.urn])
    _guard(resources, created, known)


def _reference(
    resources: Resources, project: str, stack: str, provider: ProviderOptions
) -> str:
    """Return the reference to the Kubernetes provider, which is added if there is none."""
    for one in resources:
        if one.get("type") == KUBERNETES_PROVIDER_TOKEN and one.get("inputs"):
            return f"{one['urn']}::{one['id']}"
    inputs, version = provider.inputs(), metadata.version("pulumi-kubernetes")
    urn = f"urn:pulumi:{stack}::{project}::{KUBERNETES_PROVIDER_TOKEN}::{provider.name}"
    made: dict[str, JSON] = {
        "urn": urn,
        "custom": True,
        "id": str(uuid.uuid4()),
        "type": KUBERNETES_PROVIDER_TOKEN,
        "inputs": {**inputs, "version": version, "__internal": {}},
        "outputs": {**inputs, "version": version},
        "parent": stack_urn(project, stack),
    }
    resources.append(made)
    return f"{urn}::{made['id']}"


def _component(urn: str, parent: str) -> dict[str, JSON]:
    kind = urn.split("::")[2].rpartition("$")[2]
    return {"urn": urn, "custom": False, "type": kind, "parent": parent}


def _resource(
    one: IntendedObject, there: Mapping[str, JSON], provider: str, after: Iterable[str]
) -> dict[str, JSON]:
    about, version = one.identity, str(one.manifest["apiVersion"])
    protection: dict[str, JSON] = (
        {"protect": True, "retainOnDelete": True} if one.protect else {}
    )
    place = f"{about.namespace}/{about.name}" if about.namespace else about.name
    return {
        "urn": one.urn,
        "custom": True,
        "id": place,
        "type": type_token(one.manifest) + (_PATCH if one.is_patch else ""),
        **_values(there, version, one.manager),
        "parent": one.parents[-1],
        "dependencies": list(after),
        "provider": provider,
        **protection,
    }


def _values(there: Mapping[str, JSON], version: str, manager: str) -> dict[str, JSON]:
    """Return the inputs and outputs of an object as they are on the cluster."""
    whole = dict(mapping(as_json(there)))
    whole["apiVersion"] = version
    about = mapping(whole.get("metadata"))
    labels = mapping(about.get("labels"))
    kept = {key: value for key, value in about.items() if key not in _SERVER}
    kept["annotations"] = {**mapping(about.get("annotations")), ANNOTATION: manager}
    if labels:
        kept["labels"] = {key: value for key, value in labels.items() if key != _NAME_LABEL}
    inputs = {key: value for key, value in whole.items() if key != "status"}
    if whole.get("kind") == "Namespace":
        inputs.pop("spec", None)
    inputs["metadata"] = kept
    outputs = {
        **whole,
        "__inputs": copy.deepcopy(inputs),
        "__initialApiVersion": version,
        "__fieldManager": manager,
    }
    return {"inputs": inputs, "outputs": outputs}


def _guard(
    resources: Resources,
    created: Iterable[IntendedObject],
    known: Mapping[str, dict[str, JSON]],
) -> None:
    """Make the destroy guard of each organization depend on what was added."""
    added: dict[str, list[IntendedObject]] = {}
    for one in created:
        added.setdefault(one.parents[0], []).append(one)
    for organization, inside in added.items():
        urn = guard_of(organization)
        guard = known.get(urn) or {
            "urn": urn,
            "custom": False,
            "type": DESTROY_GUARD_TOKEN,
            "parent": organization,
        }
        before = guard.get("dependencies")
        earlier = before if isinstance(before, list) else []
        guard["dependencies"] = [*earlier, *(one.urn for one in inside)]
        if any(one.protect for one in inside):
            guard["protect"] = True
        # Resources are listed after those on which they depend.
        resources[:] = [one for one in resources if one.get("urn") != urn] + [guard]


def _identity(resource: Mapping[str, JSON]) -> Identity:
    return Identity.of(mapping(resource.get("inputs")))

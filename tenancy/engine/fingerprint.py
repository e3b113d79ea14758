"""What a plan is made from, and what of it has moved since."""

from collections.abc import Iterator, Mapping
from typing import Final

import attrs

from tenancy.assessment import Assessment
from tenancy.config.document import JSON
from tenancy.config.project import STACK_FILE
from tenancy.drifting import Identity
from tenancy.drifting.meaning import digest, live_meanings, meaning
from tenancy.engine.drift import compared
from tenancy.engine.session import Session
from tenancy.planning import snapshot

__all__ = ["SECRET_MARK", "Basis", "basis", "moved", "state_digests"]

SECRET_MARK: Final = "4dabf18193072939515e22adb298388d"  # noqa: S105
"""The engine's mark of a value that it wrapped; encrypted anew, it looks like another one."""
_STACK: Final = "pulumi:pulumi:Stack"
_LASTING: Final = (
    "type",
    "id",
    "inputs",
    "parent",
    "provider",
    "dependencies",
    "protect",
    "retainOnDelete",
    "delete",
    "external",
)
"""What an update writes into the state; times and what the cluster fills in are left out."""


@attrs.frozen(kw_only=True)
class Basis:
    """
    What a plan is made from, as digests by name.

    Attributes:
        files: What the files say for the stack: its own file, the platform, each organization,
            and each object that follows from them.
        state: The resources in the state, by URN.
        cluster_uid: The UID of the cluster's `kube-system`.
        objects: The objects on the cluster that count, by what they are.
    """

    files: Mapping[str, str]
    state: Mapping[str, str]
    cluster_uid: str
    objects: Mapping[str, str]


def basis(found: Assessment, opened: Session) -> Basis:
    """
    Return what a plan of the stack *opened* is made from, now.

    Args:
        found: The project, read now.

    Raises:
        ClusterError: The cluster cannot be reached or read.
        EngineError: The state cannot be read.
    """
    drifted = compared(found, opened.name)
    return Basis(
        files={
            **dict(_written(found, opened.name)),
            **{str(Identity.of(one)): meaning(one) for one in drifted.desired},
        },
        state=state_digests(opened.state()),
        cluster_uid=drifted.connection.uid,
        objects={
            str(identity): said
            for identity, said in live_meanings(
                drifted.desired, drifted.live, opened.name
            ).items()
        },
    )


def moved(then: Basis, now: Basis) -> tuple[str, ...]:
    """
    Return what of *then* is different *now*, each by its name, in words.

    >>> then = Basis(files={"organization acme": "1"}, state={}, cluster_uid="u", objects={})
    >>> moved(then, attrs.evolve(then, files={"organization acme": "2"}))
    ('the files say something else of organization acme',)
    """
    found = [
        *(
            f"the files say {verb} {name}"
            for name, verb in _differing(
                then.files, now.files, "something else of", "in addition", "no more"
            )
        ),
        *(
            f"the state was moved by another update: {_named(urn)} {verb}"
            for urn, verb in _differing(
                then.state, now.state, "is another", "was added", "is gone"
            )
        ),
    ]
    if then.cluster_uid != now.cluster_uid:
        found.append(
            f"another cluster answers: kube-system has the UID {now.cluster_uid}, and had "
            f"{then.cluster_uid}"
        )
        return tuple(found)
    found += (
        f"on the cluster, {name} {verb}"
        for name, verb in _differing(
            then.objects, now.objects, "was changed", "was added", "is gone"
        )
    )
    return tuple(found)


def state_digests(resources: list[Mapping[str, JSON]]) -> Mapping[str, str]:
    """
    Return a digest of each of *resources*, a state as the engine exports it, by URN.

    Secrets have no part in it, and of outputs only the stack's own have.
    """
    found: dict[str, str] = {}
    for resource in resources:
        kept: dict[str, JSON] = {key: resource[key] for key in _LASTING if key in resource}
        dependencies = kept.get("dependencies")
        if isinstance(dependencies, list):
            kept["dependencies"] = [*sorted(map(str, dependencies))]
        if resource.get("type") == _STACK:
            kept["outputs"] = resource.get("outputs")
        urn = str(resource.get("urn"))
        # A resource that waits to be deleted has the URN of the one that replaced it.
        while urn in found:
            urn += " "
        found[urn] = digest(_without_secrets(kept))
    return found


def _written(found: Assessment, stack: str) -> Iterator[tuple[str, str]]:
    file = STACK_FILE.format(stack=stack)
    document = found.documents.get(file)
    if document is not None:
        yield file, digest(document.value)
    environment = found.tenancy.environments.get(stack)
    if environment is None:
        yield f"platform {stack}", digest(snapshot.platform(found.tenancy.platforms[stack]))
        return
    ground = found.tenancy.platform_of(environment)
    yield f"platform {ground.stack}", digest(snapshot.platform(ground))
    for organization in environment.organizations:
        yield (
            f"organization {organization.name}",
            digest(snapshot.organization(organization)),
        )


def _differing(
    then: Mapping[str, str], now: Mapping[str, str], changed: str, added: str, gone: str
) -> Iterator[tuple[str, str]]:
    for name in dict.fromkeys((*then, *now)):
        if name not in now:
            yield name, gone
        elif name not in then:
            yield name, added
        elif then[name] != now[name]:
            yield name, changed


def _named(urn: str) -> str:
    _, _, rest = urn.strip().partition("::")
    return f"{rest.rpartition('::')[0].rpartition(':')[2]} {urn.strip().rpartition('::')[2]}"


def _without_secrets(value: JSON) -> JSON:
    if isinstance(value, dict):
        if SECRET_MARK in value:
            return "a secret"
        return {key: _without_secrets(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_without_secrets(entry) for entry in value]
    return value

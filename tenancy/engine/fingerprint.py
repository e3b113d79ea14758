"""A fingerprint of everything that a plan is made from, and what has changed since."""

from collections.abc import Iterator, Mapping
from typing import Final

import attrs

from tenancy.assessment import Assessment
from tenancy.config import stack_file
from tenancy.config.document import JSON
from tenancy.drifting import Identity, digest, live_meanings, meaning
from tenancy.engine.comparison import compare
from tenancy.engine.sdk_stack import SECRET_MARK
from tenancy.engine.session import Session
from tenancy.manifests import STACK_TOKEN
from tenancy.planning import snapshot

__all__ = ["Fingerprint", "differences", "fingerprint", "state_digests"]

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
"""Keys that an update writes; times and values that the cluster fills in are left out."""


@attrs.frozen(kw_only=True)
class Fingerprint:
    """
    Digests of everything that a plan is made from.

    Attributes:
        files: The configuration of the stack: its own file, the platform, each organization,
            and each object that they describe.
        state: The resources in the state, by URN.
        cluster_uid: The UID of the cluster's `kube-system`.
        objects: The objects on the cluster that matter to the plan, by kind and name.
    """

    files: Mapping[str, str]
    state: Mapping[str, str]
    cluster_uid: str
    objects: Mapping[str, str]


def fingerprint(assessment: Assessment, session: Session) -> Fingerprint:
    """
    Return the fingerprint of the stack of *session* as it is now.

    Args:
        assessment: The project, read now.

    Raises:
        ClusterError: The cluster cannot be reached or read.
        EngineError: The state cannot be read.
    """
    drifted = compare(assessment, session.name)
    return Fingerprint(
        files={
            **dict(_configuration(assessment, session.name)),
            **{str(Identity.of(one)): meaning(one) for one in drifted.desired},
        },
        state=state_digests(session.state()),
        cluster_uid=drifted.connection.uid,
        objects={
            str(identity): value
            for identity, value in live_meanings(
                drifted.desired, drifted.live, session.name
            ).items()
        },
    )


def differences(then: Fingerprint, now: Fingerprint) -> tuple[str, ...]:
    """
    Return what differs between two fingerprints, each difference as a sentence.

    >>> then = Fingerprint(
    ...     files={"organization acme": "1"}, state={}, cluster_uid="u", objects={}
    ... )
    >>> differences(then, attrs.evolve(then, files={"organization acme": "2"}))
    ('the configuration of organization acme changed',)
    """
    sentences = [
        *(
            f"the configuration of {name} {verb}"
            for name, verb in _differing(then.files, now.files)
        ),
        *(
            f"another update changed the state: {_named(urn)} {verb}"
            for urn, verb in _differing(then.state, now.state)
        ),
    ]
    if then.cluster_uid != now.cluster_uid:
        sentences.append(
            f"another cluster answers: the UID of kube-system is {now.cluster_uid}; it was "
            f"{then.cluster_uid}"
        )
        return tuple(sentences)
    sentences += (
        f"on the cluster, {name} {verb}" for name, verb in _differing(then.objects, now.objects)
    )
    return tuple(sentences)


def state_digests(resources: list[Mapping[str, JSON]]) -> Mapping[str, str]:
    """
    Return a digest of each of *resources*, a state as the engine exports it, by URN.

    Secrets are left out, and so are all outputs but the stack's own.
    """
    digests: dict[str, str] = {}
    for resource in resources:
        kept: dict[str, JSON] = {key: resource[key] for key in _LASTING if key in resource}
        dependencies = kept.get("dependencies")
        if isinstance(dependencies, list):
            kept["dependencies"] = [*sorted(map(str, dependencies))]
        if resource.get("type") == STACK_TOKEN:
            kept["outputs"] = resource.get("outputs")
        urn = str(resource.get("urn"))
        # A resource that waits to be deleted has the URN of the one that replaced it.
        while urn in digests:
            urn += " "
        digests[urn] = digest(_without_secrets(kept))
    return digests


def _configuration(assessment: Assessment, stack: str) -> Iterator[tuple[str, str]]:
    file = stack_file(stack)
    document = assessment.documents.get(file)
    if document is not None:
        yield file, digest(document.value)
    environment = assessment.tenancy.environments.get(stack)
    if environment is None:
        platform = assessment.tenancy.platforms[stack]
        yield f"platform {stack}", digest(snapshot.platform(platform))
        return
    platform = assessment.tenancy.platform_of(environment)
    yield f"platform {platform.stack}", digest(snapshot.platform(platform))
    for organization in environment.organizations:
        yield (
            f"organization {organization.name}",
            digest(snapshot.organization(organization)),
        )


def _differing(then: Mapping[str, str], now: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name in dict.fromkeys((*then, *now)):
        if name not in now:
            yield name, "was removed"
        elif name not in then:
            yield name, "was added"
        elif then[name] != now[name]:
            yield name, "changed"


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

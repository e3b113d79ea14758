"""Digests of objects, equal as long as their relevant fields are unchanged."""

import hashlib
import json
from collections.abc import Iterable, Mapping

from tenancy.drifting.comparison import is_addition, unwanted
from tenancy.drifting.difference import Identity
from tenancy.drifting.fields import fields
from tenancy.kubernetes import labels
from tenancy.kubernetes.quantity import Quantity
from tenancy.manifests import Manifest

__all__ = ["digest", "live_meanings", "meaning"]

Live = Mapping[Identity, Mapping[str, object]]


def meaning(manifest: Mapping[str, object]) -> str:
    """
    Return a digest of the relevant fields of *manifest*, a desired or a live object.

    Status, versions, managers, times, and values of the API server and Kubernetes' controllers
    are left out. A recreated Namespace has another digest, because its contents are lost.

    >>> one = {"kind": "ResourceQuota", "spec": {"hard": {"cpu": "1"}}, "status": {}}
    >>> meaning(one) == meaning({"kind": "ResourceQuota", "spec": {"hard": {"cpu": "1000m"}}})
    True
    """
    identity = Identity.of(manifest)
    found = [
        [list(field), value.meaning]
        for field, value in fields(manifest).items()
        if is_addition(identity, field, manifest)
    ]
    metadata = manifest.get("metadata")
    given = metadata if isinstance(metadata, Mapping) else {}
    going = "deletionTimestamp" in given
    uid = given.get("uid") if identity.kind == "Namespace" else None
    return digest([sorted(found, key=lambda entry: json.dumps(entry[0])), going, uid])


def live_meanings(
    desired: Iterable[Manifest], live: Live, stack: str
) -> Mapping[Identity, str]:
    """
    Return the digest of each object that an update of *stack* depends on.

    These are the objects in the files, and the compared ones in the stack's namespaces,
    including namespaces that the update would delete.

    Args:
        live: As for `tenancy.drifting.differences`.
    """
    wanted: dict[Identity, Manifest] = {Identity.of(one): one for one in desired}
    for identity, there in live.items():
        if identity.kind == "Namespace" and _is_of(there, stack):
            wanted.setdefault(identity, dict(there))
    kept = [identity for identity in wanted if identity in live]
    return {
        identity: meaning(live[identity])
        for identity in sorted({*kept, *unwanted(wanted, live)})
    }


def digest(value: object) -> str:
    """Return a digest of *value*, plain data that may contain quantities."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _plain(value: object) -> object:
    if isinstance(value, Quantity):
        return ["quantity", value.nanos]
    raise TypeError(type(value))


def _is_of(there: Mapping[str, object], stack: str) -> bool:
    metadata = there.get("metadata")
    found = metadata.get("labels") if isinstance(metadata, Mapping) else None
    own = found if isinstance(found, Mapping) else {}
    return own.get(labels.MANAGED) == "true" and own.get(labels.STACK) == stack

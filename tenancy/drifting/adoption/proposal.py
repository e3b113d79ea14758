"""Config for namespaces on the cluster that keeps what they have."""

import itertools
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final

import attrs

from tenancy.config.document import JSON, text
from tenancy.drifting.accept import limit_range_spec, quota_spec
from tenancy.drifting.adoption.grants import proposed_grants
from tenancy.drifting.adoption.spaces import by_namespace
from tenancy.drifting.adoption.subjects import member, role_of
from tenancy.drifting.comparison import KINDS
from tenancy.drifting.difference import Identity
from tenancy.kubernetes.pods import POD_SECURITY_LABEL, POD_SECURITY_LEVELS
from tenancy.model import Platform

__all__ = ["Left", "Proposal", "propose"]

Live = Mapping[Identity, Mapping[str, JSON]]

_ID: Final = re.compile(r"[a-z0-9]+")
_LIMIT_TYPES: Final = frozenset({"Container", "Pod", "PersistentVolumeClaim"})
_KEPT_LEVEL: Final = "the level that was enforced when the namespace was adopted"
_NEW_LEVEL: Final = "no level or privileged was enforced when the namespace was adopted"


@attrs.frozen(kw_only=True, slots=True)
class Left:
    """An object that stays unchanged because the config cannot describe it, and why."""

    object: Identity
    why: str


@attrs.frozen(kw_only=True)
class Proposal:
    """
    The config of the adopted namespaces.

    Attributes:
        ids: The ids of the namespaces, by name in the cluster.
        namespaces: Entries of `namespaces`.
        members: Entries of `members`, each for adopted namespaces only.
        profiles: Profiles by name; each namespace has its own, so that it inherits no quota.
        left: Objects that stay unchanged.
    """

    ids: Mapping[str, str]
    namespaces: tuple[JSON, ...]
    members: tuple[JSON, ...]
    profiles: Mapping[str, JSON]
    left: tuple[Left, ...]

    def organization(self, prefix: str) -> JSON:
        """Return the content of a new organization's file."""
        return {
            "prefix": prefix,
            **({"members": list(self.members)} if self.members else {}),
            "defaultNamespace": next(iter(self.ids.values())),
            "namespaces": list(self.namespaces),
            "profiles": dict(self.profiles),
        }


def propose(
    names: Sequence[str],
    live: Live,
    platform: Platform,
    *,
    environment: str,
    prefix: str,
    reason: str,
    until: date | None,
    taken: Collection[str] = (),
) -> Proposal:
    """
    Return the config that describes the namespaces *names* unchanged, in audit.

    Args:
        live: Every object of `KINDS` and every pod in them.
        environment: The name of the environment.
        prefix: The organization's.
        reason: Why they are in audit.
        until: The last day of the audit. Default: none.
        taken: Ids that the organization has already.
    """
    ids = _ids(names, prefix, taken)
    spaces = by_namespace(live)
    members: dict[tuple[str, ...], tuple[dict[str, JSON], list[JSON]]] = {}
    namespaces: list[JSON] = []
    profiles: dict[str, JSON] = {}
    left: list[Left] = []
    for name in names:
        here = spaces.get(name, {})
        profiles[ids[name]], apart = _profile(name, here)
        bindings, people, others = _bindings(name, ids, here, platform)
        policies = [
            Left(object=identity, why="it is a network policy of the namespace itself")
            for identity, _ in _inside(name, "NetworkPolicy", here)
        ]
        stays = [*apart, *others, *policies]
        for key, subject in people:
            _, where = members.setdefault(key, (subject, []))
            if ids[name] not in where:
                where.append(ids[name])
        is_by_rule = name == f"{prefix}-{ids[name]}" and _fits_rule(ids[name], platform)
        adopted: dict[str, JSON] = {"origin": "adopt", "reason": reason}
        adopted |= {} if is_by_rule else {"name": name}
        adopted |= {"roleBindings": bindings} if bindings else {}
        ignored: list[JSON] = [f"{one.object.kind}/{one.object.name}" for one in stays]
        namespaces.append(
            {
                "id": ids[name],
                "environments": [environment],
                "profile": ids[name],
                "adopted": adopted,
                **_levels(_level(name, here), reason, until),
                "gpus": proposed_grants(name, here, platform),
                **({"ignore": ignored} if ignored else {}),
                **_pull_secrets(name, here, platform),
            }
        )
        left += stays
    return Proposal(
        ids=ids,
        namespaces=tuple(namespaces),
        members=tuple({**subject, "namespaces": of} for subject, of in members.values()),
        profiles=profiles,
        left=tuple(left),
    )


def _levels(kept: str | None, reason: str, until: date | None) -> dict[str, JSON]:
    """Return the audit, in which *kept* stays enforced, and the level that follows it."""
    is_level = kept in POD_SECURITY_LEVELS[1:]
    return {
        "enforcement": {
            "mode": "audit",
            "reason": reason,
            **({"until": until.isoformat()} if until else {}),
            **({"podSecurity": kept} if kept else {}),
        },
        "podSecurity": {
            "enforce": kept if is_level else "baseline",
            "reason": _KEPT_LEVEL if is_level else _NEW_LEVEL,
        },
    }


def _pull_secrets(name: str, live: Live, platform: Platform) -> dict[str, JSON]:
    """Return the account's own image pull secrets, where the platform's would replace them."""
    if not any(template.image_pull_secret for template in platform.namespace_objects):
        return {}
    account = live.get(Identity(kind="ServiceAccount", namespace=name, name="default"), {})
    written = account.get("imagePullSecrets")
    names: list[JSON] = [
        text(one, "name") for one in (written if isinstance(written, list) else ())
    ]
    return {"imagePullSecrets": names} if names else {}


def _fits_rule(identifier: str, platform: Platform) -> bool:
    return len(identifier) <= platform.max_id_length and bool(_ID.fullmatch(identifier))


def _ids(names: Iterable[str], prefix: str, taken: Collection[str]) -> dict[str, str]:
    """Return the id of each name: the part after the prefix, or the whole name, never cut."""
    found: dict[str, str] = {}
    used = set(taken)
    for name in names:
        candidates = (name.removeprefix(f"{prefix}-"), name)
        numbered = (f"{name}-{number}" for number in itertools.count(2))
        chosen = next(one for one in itertools.chain(candidates, numbered) if one not in used)
        found[name] = chosen
        used.add(chosen)
    return found


def _level(name: str, live: Live) -> str | None:
    metadata = live[Identity(kind="Namespace", name=name)].get("metadata")
    texts = metadata.get("labels") if isinstance(metadata, dict) else None
    level = texts.get(POD_SECURITY_LABEL) if isinstance(texts, dict) else None
    return str(level) if level in POD_SECURITY_LEVELS else None


def _profile(name: str, live: Live) -> tuple[JSON, list[Left]]:
    quotas: dict[str, JSON] = {}
    main: JSON = {}
    for identity, found in _inside(name, "ResourceQuota", live):
        spec = found.get("spec")
        written = quota_spec(spec if isinstance(spec, dict) else {})
        if identity.name == "quota" and set(written) == {"hard"} and written["hard"]:
            main = written["hard"]
        else:
            quotas[identity.name] = written
    ranges: dict[str, JSON] = {}
    left: list[Left] = []
    for identity, found in _inside(name, "LimitRange", live):
        spec = found.get("spec")
        limits = spec.get("limits") if isinstance(spec, dict) else None
        types = [
            item.get("type")
            for item in (limits if isinstance(limits, list) else ())
            if isinstance(item, dict)
        ]
        if types and isinstance(spec, dict) and set(map(str, types)) <= _LIMIT_TYPES:
            ranges[identity.name] = limit_range_spec(spec)
        else:
            why = f"it limits {', '.join(map(str, types)) or 'nothing'}"
            left.append(Left(object=identity, why=why))
    profile: dict[str, JSON] = {"quota": main}
    if quotas:
        profile["quotas"] = quotas
    if ranges:
        profile["limitRanges"] = ranges
    return profile, left


People = list[tuple[tuple[str, ...], dict[str, JSON]]]


def _bindings(
    name: str, ids: Mapping[str, str], live: Live, platform: Platform
) -> tuple[dict[str, JSON], People, list[Left]]:
    """
    Return the binding and the subjects of each role, and the bindings that stay unchanged.

    A binding with a subject that the config cannot name stays: Tenancy's would drop that
    subject.
    """
    names: dict[str, JSON] = {}
    people: People = []
    left: list[Left] = []
    for identity, found in _inside(name, "RoleBinding", live):
        role, why = role_of(found, platform)
        subjects = found.get("subjects")
        written: list[dict[str, JSON]] = []
        for subject in subjects if isinstance(subjects, list) else ():
            named, reason = member(subject, name, ids, platform)
            if named is None:
                why = why or reason
            else:
                written.append(named)
        if why is None and not written:
            why = "it has no subject"
        if why is None and role in names:
            why = f"{names[role]} already binds that role"
        if why is not None or role is None:
            left.append(Left(object=identity, why=why or ""))
            continue
        names[role] = identity.name
        people += [((role, *map(str, one.values())), {**one, "role": role}) for one in written]
    return names, people, left


def _inside(
    namespace: str, kind: str, live: Live
) -> Iterator[tuple[Identity, Mapping[str, JSON]]]:
    assert kind in KINDS
    for identity, found in sorted(live.items(), key=lambda pair: pair[0]):
        if identity.namespace == namespace and identity.kind == kind:
            yield identity, found

"""Live namespaces as an organization's config, so that what they hold stays what it is."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from tenancy.config.document import JSON
from tenancy.drifting.accept import limit_range_spec, quota_spec
from tenancy.drifting.difference import Identity
from tenancy.kubernetes import labels
from tenancy.model import KUBERNETES, KUBERNETES_PREFIX, LIMITS_NAME, Platform

__all__ = ["organization"]

Live = Mapping[Identity, Mapping[str, JSON]]

_ID: Final = re.compile(r"[a-z0-9]{1,7}")
_RESERVED: Final = (labels.DOMAIN, "kubernetes.io", "k8s.io", "pulumi.com", "helm.sh")
_ENFORCE: Final = "pod-security.kubernetes.io/enforce"
_UNSAID: Final = "adopted: what runs there was not made for restricted"


def organization(
    names: Sequence[str],
    live: Live,
    platform: Platform,
    *,
    environment: str,
    prefix: str,
    reason: str,
) -> JSON:
    """
    Return what `organizations/<name>.yaml` says of the namespaces *names*.

    Each has a profile of its own, for inherited quotas would bind beside those that it has.
    Role bindings to Kubernetes' own roles become members, and one for each role keeps its name.

    Args:
        reason: Why names stay that break the rule `<prefix>-<id>`.
    """
    ids = _ids(names, prefix)
    members: dict[str, JSON] = {}
    spaces: list[JSON] = []
    profiles: dict[str, JSON] = {}
    for name in names:
        for member in _members(name, ids, live, platform):
            members[repr(member)] = member
        adopted = _older(name, ids, live, platform, prefix=prefix)
        if adopted:
            adopted |= {"origin": "adopt", "reason": reason}
        spaces.append(
            _namespace(name, ids[name], live, environment=environment, adopted=adopted)
        )
        profiles[ids[name]] = _profile(name, live)
    return {
        "prefix": prefix,
        **({"members": list(members.values())} if members else {}),
        "defaultNamespace": ids[names[0]],
        "namespaces": spaces,
        "profiles": profiles,
    }


def _ids(names: Iterable[str], prefix: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in names:
        own = name.removeprefix(f"{prefix}-")
        plain = re.sub(r"[^a-z0-9]", "", own)[:7]
        wanted = own if _ID.fullmatch(own) and own != name else plain
        number = 1
        while wanted in found.values():
            number += 1
            wanted = f"{plain[: 7 - len(str(number))]}{number}"
        found[name] = wanted
    return found


def _namespace(
    name: str,
    identifier: str,
    live: Live,
    *,
    environment: str,
    adopted: dict[str, JSON],
) -> JSON:
    metadata = live[Identity(kind="Namespace", name=name)]["metadata"]
    assert isinstance(metadata, dict)
    written: dict[str, JSON] = {
        "id": identifier,
        "environments": [environment],
        "profile": identifier,
    }
    if adopted:
        written["adopted"] = adopted
    for part in ("labels", "annotations"):
        own = metadata.get(part)
        kept = {k: v for k, v in own.items() if _is_own(k)} if isinstance(own, dict) else {}
        if kept:
            written[part] = kept
    texts = metadata.get("labels")
    enforced = texts.get(_ENFORCE) if isinstance(texts, dict) else None
    if enforced != "restricted":
        written["podSecurity"] = {"enforce": "baseline", "reason": _UNSAID}
    return written


def _older(
    name: str, ids: Mapping[str, str], live: Live, platform: Platform, *, prefix: str
) -> dict[str, JSON]:
    """Return the names that are kept, of the namespace *name* and of what is in it."""
    kept: dict[str, JSON] = {}
    if name != f"{prefix}-{ids[name]}":
        kept["name"] = name
    ranges = _inside(name, "LimitRange", live)
    if ranges and ranges[0][0].name != LIMITS_NAME:
        kept["limitRange"] = ranges[0][0].name
    bindings: dict[str, JSON] = {}
    for identity, found in _inside(name, "RoleBinding", live):
        role = _role(found)
        subjects = found.get("subjects")
        # One with a subject that no file can name stays as it is, for ours would drop it.
        if role is None or not isinstance(subjects, list):
            continue
        if subjects and all(_subject(one, name, ids, platform) for one in subjects):
            bindings.setdefault(role, identity.name)
    if bindings:
        kept["roleBindings"] = bindings
    return kept


def _is_own(key: str) -> bool:
    domain = key.partition("/")[0] if "/" in key else ""
    return not any(domain == other or domain.endswith(f".{other}") for other in _RESERVED)


def _profile(name: str, live: Live) -> JSON:
    profile: dict[str, JSON] = {}
    quotas: dict[str, JSON] = {}
    for identity, found in _inside(name, "ResourceQuota", live):
        spec = found.get("spec")
        if not isinstance(spec, dict):
            continue
        written = quota_spec(spec)
        if identity.name == "quota" and set(written) == {"hard"}:
            profile["quota"] = written["hard"]
        else:
            quotas[identity.name] = written
    if quotas:
        profile["quotas"] = quotas
    for _, found in _inside(name, "LimitRange", live)[:1]:
        spec = found.get("spec")
        if isinstance(spec, dict) and (limits := limit_range_spec(spec)):
            profile["limitRange"] = limits
    return profile


def _members(
    name: str, ids: Mapping[str, str], live: Live, platform: Platform
) -> Iterable[JSON]:
    for _, found in _inside(name, "RoleBinding", live):
        role, subjects = _role(found), found.get("subjects")
        if role is None:
            continue
        for subject in subjects if isinstance(subjects, list) else ():
            written = _subject(subject, name, ids, platform)
            if written is not None:
                yield {**written, "role": role, "namespaces": [ids[name]]}


def _role(binding: Mapping[str, JSON]) -> str | None:
    """Return the role that *binding* gives, as members name it; None where they cannot."""
    reference = binding.get("roleRef")
    if not isinstance(reference, dict) or reference.get("kind") != "ClusterRole":
        return None
    name = reference.get("name")
    return f"{KUBERNETES_PREFIX}{name}" if name in KUBERNETES else None


def _subject(
    subject: JSON, name: str, ids: Mapping[str, str], platform: Platform
) -> dict[str, JSON] | None:
    if not isinstance(subject, dict):
        return None
    kind, who = subject.get("kind"), str(subject.get("name"))
    if kind == "ServiceAccount":
        where = str(subject.get("namespace") or name)
        return {"serviceAccount": f"{ids[where]}/{who}"} if where in ids else None
    key = {"User": "user", "Group": "group"}.get(str(kind))
    prefix = platform.username_prefix if key == "user" else platform.groups_prefix
    if key is None or not (who.startswith(("system:", prefix))):
        return None
    return {key: who if who.startswith("system:") else who.removeprefix(prefix)}


def _inside(namespace: str, kind: str, live: Live) -> list[tuple[Identity, Mapping[str, JSON]]]:
    return [
        (identity, found)
        for identity, found in sorted(live.items(), key=lambda pair: pair[0])
        if identity.namespace == namespace and identity.kind == kind
    ]

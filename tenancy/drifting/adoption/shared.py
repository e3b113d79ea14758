"""The config of a namespace that becomes a shared one, with the services that it has."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from tenancy.config.document import JSON, mapping, text, texts
from tenancy.drifting.difference import Identity
from tenancy.kubernetes.pods import (
    POD_SECURITY_LABEL,
    POD_SECURITY_LEVELS,
    items,
    pod_security_violations,
    target_port,
)

__all__ = ["propose_shared"]

Live = Mapping[Identity, Mapping[str, JSON]]
_ENDED: Final = ("Succeeded", "Failed")


def propose_shared(
    name: str, live: Live, *, purpose: str, reason: str, until: date | None
) -> dict[str, JSON]:
    """
    Return the entry under `shared` that describes the namespace *name*, in audit.

    Every Service with pods is listed, because every namespace may reach it now. The Pod
    Security level is the strictest that the namespace or its pods meet.

    Args:
        live: The Namespace, and its pods and Services.
        purpose: `observability` or `services`.
        reason: Why it is in audit.
        until: The last day of the audit. Default: none.
    """
    pods = [one for identity, one in live.items() if identity.kind == "Pod"]
    namespace = live[Identity(kind="Namespace", name=name)]
    kept = texts(mapping(namespace.get("metadata")).get("labels")).get(POD_SECURITY_LABEL)
    level = _level(kept, [one for one in pods if text(one, "status", "phase") not in _ENDED])
    audit: dict[str, JSON] = {"mode": "audit", "reason": reason}
    audit |= {"until": until.isoformat()} if until else {}
    audit |= {"podSecurity": kept} if kept in POD_SECURITY_LEVELS else {}
    looser: dict[str, JSON] = {
        "enforce": level,
        "reason": "its pods needed it when the namespace was adopted",
    }
    return {
        "name": name,
        "purpose": purpose,
        "services": list(_services(live, pods)),
        **({} if level == POD_SECURITY_LEVELS[-1] else {"podSecurity": looser}),
        "enforcement": audit,
    }


def _level(kept: str | None, pods: Sequence[Mapping[str, JSON]]) -> str:
    """Return the strictest level that all *pods* meet, and at least the one that is *kept*."""
    least = POD_SECURITY_LEVELS.index(kept) if kept in POD_SECURITY_LEVELS else 0
    for level in reversed(POD_SECURITY_LEVELS[least:]):
        if not any(
            pod_security_violations(level, mapping(p.get("metadata")), mapping(p.get("spec")))
            for p in pods
        ):
            return level
    return POD_SECURITY_LEVELS[least]


def _services(live: Live, pods: Sequence[Mapping[str, JSON]]) -> Iterator[JSON]:
    for identity, service in sorted(live.items(), key=lambda pair: pair[0]):
        spec = mapping(service.get("spec"))
        selector = texts(spec.get("selector"))
        if identity.kind != "Service" or not selector:
            continue
        behind = [one for one in pods if selector.items() <= _labels(one).items()]
        ports: list[JSON] = [
            *dict.fromkeys(
                number
                for port in items(spec.get("ports"))
                if str(port.get("protocol") or "TCP") == "TCP"
                for number in _numbers(port, behind)
            )
        ]
        if ports:
            labels: JSON = dict(selector)
            yield {"name": identity.name, "ports": ports, "podLabels": labels}


def _numbers(port: Mapping[str, object], pods: Sequence[Mapping[str, JSON]]) -> Iterator[int]:
    """Yield the ports of *pods* behind a port of a Service."""
    target = port.get("targetPort") or port.get("port")
    if isinstance(target, int):
        yield target
        return
    for pod in pods:
        if (found := target_port(port, mapping(pod.get("spec")))) is not None:
            yield found[0]


def _labels(pod: Mapping[str, JSON]) -> Mapping[str, str]:
    return texts(mapping(pod.get("metadata")).get("labels"))

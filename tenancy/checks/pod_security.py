"""Pod Security: reasons, and exceptions that the platform lists."""

from collections.abc import Iterable, Iterator
from typing import Final

from tenancy.diagnostics import Finding, joined, misnamed, nearest, quoted, reason_blank
from tenancy.kubernetes.names import InvalidNameError, parse_label
from tenancy.kubernetes.pods import BASELINE_CAPABILITIES
from tenancy.model import Namespace, Organization, Platform

__all__ = ["exceptions", "pod_security"]

ALLOWED: Final = (
    *("IPC_LOCK", "IPC_OWNER", "LEASE", "SYS_NICE", "SYS_PACCT", "SYS_PTRACE", "WAKE_ALARM"),
)
"""
Capabilities beyond `baseline` that give nothing outside of a container and its pod.

Not `NET_RAW`, with which a pod forges packets of other pods, and not `SYS_RESOURCE`, with which
it uses what the node's disk reserves (capabilities(7)).
"""


def pod_security(
    organizations: Iterable[Organization], platform: Platform
) -> Iterator[Finding]:
    """Refuse blank reasons of Pod Security levels, and exceptions that do not exist."""
    for organization in organizations:
        for namespace in organization.namespaces:
            found = namespace.pod_security
            if found.origin is None:
                continue
            yield from reason_blank(found.reason, found.origin / "reason")
            for name, reason in found.exceptions.items():
                place = found.origin / "exceptions" / name
                yield from reason_blank(reason, place, organization.name)
                yield from _unknown(name, namespace, platform)
            if found.exceptions and found.enforce != "baseline":
                yield Finding(
                    code="pod-security-exception-level",
                    origin=found.origin / "enforce",
                    found=f"exceptions of {namespace.name} from the level {found.enforce}",
                    allowed="exceptions from baseline, whose other controls are enforced",
                    remedy="write enforce: baseline, or remove the exceptions",
                    organization=organization.name,
                )


def _unknown(name: str, namespace: Namespace, platform: Platform) -> Iterator[Finding]:
    listed = platform.pod_security_exceptions
    if name in listed or namespace.pod_security.origin is None:
        return
    guess = nearest(name, listed)
    yield Finding(
        code="pod-security-exception-unknown",
        origin=namespace.pod_security.origin / "exceptions" / name,
        found=f"the exception {quoted(name)} of the namespace {namespace.name}",
        allowed="exceptions that the platform lists under podSecurityExceptions"
        f" ({joined(tuple(listed)) or 'it lists none'})",
        remedy=f"did you mean {guess!r}?"
        if guess
        else "list the exception under podSecurityExceptions, or remove it",
        organization=namespace.organization,
    )


def exceptions(platform: Platform) -> Iterator[Finding]:
    """Refuse exceptions of *platform* that give more than a container may have."""
    for name, written in platform.pod_security_exceptions.items():
        place = platform.origin / "podSecurityExceptions" / name
        try:
            parse_label(name, what="an exception's name")
        except InvalidNameError as error:
            yield misnamed(
                error, code="pod-security-exception", origin=place, what="the exception"
            )
        if not written.capabilities and not written.device_classes:
            yield Finding(
                code="pod-security-exception",
                origin=place,
                found=f"the exception {quoted(name)}, which allows nothing",
                allowed="capabilities, deviceClasses, or both",
                remedy="write what it allows, or remove it",
            )
        for index, capability in enumerate(written.capabilities):
            if capability not in ALLOWED:
                yield Finding(
                    code="pod-security-capability",
                    origin=place / "capabilities" / index,
                    found=f"the capability {quoted(capability)}"
                    + (
                        ", which baseline allows already"
                        if capability in BASELINE_CAPABILITIES
                        else ""
                    ),
                    allowed=f"{', '.join(ALLOWED)}; other capabilities reach the node, its"
                    " network or its other pods",
                    remedy=f"did you mean {capability.upper().removeprefix('CAP_')!r}?"
                    if capability.upper().removeprefix("CAP_") in ALLOWED
                    else "remove it",
                )
        for device, count in written.device_classes.items():
            where = place / "deviceClasses" / device
            if count < 1:
                yield Finding(
                    code="pod-security-exception",
                    origin=where,
                    found=f"{count} devices of {device}",
                    allowed="1 or more",
                    remedy="write how many devices a namespace may claim, or remove the class",
                )
            granted = [p.name for p in platform.pools if device in p.device_classes.values()]
            if granted:
                yield Finding(
                    code="pod-security-exception",
                    origin=where,
                    found=f"the device class {device} of the GPU node pool {granted[0]}",
                    allowed="classes of host devices, which no pool has",
                    remedy="grant the pool under gpus instead",
                )

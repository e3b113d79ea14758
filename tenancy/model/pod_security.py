"""The Pod Security level of a namespace, and its exceptions."""

from collections.abc import Mapping

import attrs

from tenancy.config.spec import PodSecurityExceptionSpec, PodSecuritySpec
from tenancy.diagnostics import Origin

__all__ = ["PodSecurity", "pod_security"]


@attrs.frozen(kw_only=True, slots=True)
class PodSecurity:
    """
    The Pod Security level that is enforced; `restricted` always gives warnings.

    Attributes:
        enforce: The level that pods must meet, but for the exceptions.
        exceptions: Why each exception of the platform is granted, by name.
        capabilities: What containers may add because of them, sorted.
        devices: How many devices may be claimed because of them, by device class.
    """

    enforce: str
    version: str
    reason: str | None = None
    origin: Origin | None = None
    exceptions: Mapping[str, str] = attrs.field(factory=dict)
    capabilities: tuple[str, ...] = ()
    devices: Mapping[str, int] = attrs.field(factory=dict)

    @property
    def label(self) -> str:
        """The level of the namespace's label; with exceptions, a policy enforces the rest."""
        return "privileged" if self.exceptions else self.enforce


def pod_security(
    written: tuple[PodSecuritySpec, Origin] | None,
    version: str,
    listed: Mapping[str, PodSecurityExceptionSpec],
) -> PodSecurity:
    """
    Return the level that *written* sets; `restricted` if it sets none.

    Args:
        version: The version of the Pod Security Standards.
        listed: The exceptions of the platform. A check refuses others.
    """
    if written is None:
        return PodSecurity(enforce="restricted", version=version)
    spec, origin = written
    granted = [listed[name] for name in spec.exceptions if name in listed]
    devices: dict[str, int] = {}
    for one in granted:
        for name, count in one.device_classes.items():
            devices[name] = max(count, devices.get(name, 0))
    return PodSecurity(
        enforce=spec.enforce,
        version=version,
        reason=spec.reason,
        origin=origin,
        exceptions=spec.exceptions,
        capabilities=tuple(sorted({c for one in granted for c in one.capabilities})),
        devices=devices,
    )

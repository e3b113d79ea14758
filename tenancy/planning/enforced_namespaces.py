"""The existing namespaces of a plan that change to enforced, or are in audit."""

from collections.abc import Mapping

import attrs

from tenancy.kubernetes.pods import POD_SECURITY_LEVELS
from tenancy.model import Live, Namespace
from tenancy.planning.comparison import Comparison

__all__ = ["Watched", "watched"]


@attrs.frozen(kw_only=True, slots=True)
class Watched:
    """
    An existing namespace in which more will be refused.

    Attributes:
        namespace: After the update.
        is_audit: Whether it is in audit, so that nothing is refused yet.
        is_new: Whether our network policies and quotas are also new there; otherwise only
            the Pod Security level is stricter.
    """

    namespace: Namespace
    is_audit: bool
    is_new: bool


def watched(comparison: Comparison, live: Live) -> tuple[Watched, ...]:
    """Return these namespaces, in the order of the files."""
    before: Mapping[str, Namespace] = {n.name: n for n in comparison.enforced_before}
    return tuple(
        found
        for namespace in comparison.enforced_after
        if namespace.name in (live.namespaces or {})
        and (not comparison.only or namespace.name in comparison.only)
        and (found := _watched(namespace, before.get(namespace.name))) is not None
    )


def _watched(namespace: Namespace, before: Namespace | None) -> Watched | None:
    is_audit = namespace.enforcement.is_audit
    is_new = before is None or before.enforcement.is_audit
    if is_audit or is_new or (before is not None and _is_stricter(namespace, before)):
        return Watched(namespace=namespace, is_audit=is_audit, is_new=is_new)
    return None


def _is_stricter(namespace: Namespace, before: Namespace) -> bool:
    if set(before.pod_security.exceptions) - set(namespace.pod_security.exceptions):
        return True
    now, was = namespace.pod_security.enforce, before.pod_security.enforce
    if now not in POD_SECURITY_LEVELS or was not in POD_SECURITY_LEVELS:
        return False
    return POD_SECURITY_LEVELS.index(now) > POD_SECURITY_LEVELS.index(was)

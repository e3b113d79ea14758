"""Adopted namespaces: their kept names, quotas and limit ranges."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

import attrs

from tenancy.diagnostics import Finding, Severity, misnamed, quoted, reason_blank
from tenancy.kubernetes.names import InvalidNameError, parse_rbac_name, parse_subdomain
from tenancy.model import Adopted, Namespace, Organization, binding_name

__all__ = ["adoption", "left_as_it_is", "only_adopted", "without_adopted"]

_LEFT: Final = frozenset(
    {
        "bare-pod-refused",
        "limit-range-gpu",
        "limit-range-over-quota",
        "limit-range-quantity",
        "limit-range-resource",
        "no-default-pod-fits",
        "quota-empty",
        "quota-gpus-by-hand",
        "quota-key",
        "quota-key-twice",
        "quota-needs-default",
        "quota-only-scoped",
        "quota-quantity",
        "quota-scope-key",
    }
)
"""Codes that are only warnings for adopted namespaces: the API server accepted them earlier."""


def without_adopted(organizations: Iterable[Organization]) -> Iterator[Organization]:
    """Yield *organizations* with only their namespaces that were not adopted."""
    for each in organizations:
        some = tuple(n for n in each.namespaces if n.adopted is None)
        yield each if len(some) == len(each.namespaces) else attrs.evolve(each, namespaces=some)


def only_adopted(organizations: Iterable[Organization]) -> Iterator[Organization]:
    """Yield *organizations* with only the namespaces that were adopted."""
    for each in organizations:
        if some := tuple(n for n in each.namespaces if n.adopted is not None):
            yield attrs.evolve(each, namespaces=some)


def left_as_it_is(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield *findings*; a mistake that the API server accepted earlier is a warning."""
    for finding in findings:
        # Tenancy's quota gets another name.
        if finding.code == "quota-name-reserved":
            continue
        is_left = finding.code in _LEFT and finding.severity is Severity.ERROR
        yield attrs.evolve(finding, severity=Severity.WARNING) if is_left else finding


def adoption(
    namespace: Namespace, adopted: Adopted, rule: str, *, is_id_uncut: bool
) -> Iterator[Finding]:
    """
    Yield findings about the names that *namespace* keeps.

    Args:
        adopted: The names that it keeps.
        rule: The namespace's name without them.
        is_id_uncut: Whether its id is one that only an adopted namespace may have.
    """
    place, organization = namespace.origin / "adopted", namespace.organization
    yield from reason_blank(adopted.reason, place / "reason", organization)
    if adopted.name == rule and not is_id_uncut:
        yield Finding(
            code="adopted-name-needless",
            origin=place / "name",
            found=f"the adopted name {adopted.name!r}",
            allowed=f"a name that differs from {rule!r}, which Tenancy would give",
            remedy="remove the key name: Tenancy gives the same name",
            organization=organization,
        )
    keeps = (adopted.name, adopted.limit_range, adopted.role_bindings)
    # A namespace that `tenancy adopt` took over also has older quotas and limit ranges.
    if not any(keeps) and adopted.origin == "move":
        yield Finding(
            code="adopted-nothing",
            origin=place,
            found="adopted without the name of an existing object",
            allowed="name, limitRange or roleBindings, with names of existing objects",
            remedy="write one of these keys, or remove the key adopted",
            organization=organization,
        )
    if adopted.limit_range is not None:
        try:
            parse_subdomain(adopted.limit_range, what="a limit range's name")
        except InvalidNameError as error:
            yield misnamed(
                error,
                code="adopted-name",
                origin=place / "limitRange",
                what="the limit range's name",
                organization=organization,
            )
    yield from _bindings(namespace, adopted)


def _bindings(namespace: Namespace, adopted: Adopted) -> Iterator[Finding]:
    place, organization = namespace.origin / "adopted" / "roleBindings", namespace.organization
    held = {binding.role for binding in namespace.bindings}
    given = Counter(map(binding_name, namespace.bindings))
    for role, name in adopted.role_bindings.items():
        try:
            parse_rbac_name(name)
        except InvalidNameError as error:
            yield misnamed(
                error,
                code="adopted-name",
                origin=place / role,
                what="the role binding's name",
                organization=organization,
            )
        if role not in held:
            yield Finding(
                code="adopted-binding-unused",
                origin=place / role,
                found=f"a name for the role binding of {quoted(role)}, a role that no"
                " member has here",
                allowed=", ".join(sorted(held)) or "none: the namespace has no members",
                remedy="remove the entry, or name a role that a member holds",
                severity=Severity.WARNING,
                organization=organization,
            )
        elif given[name] > 1:
            yield Finding(
                code="adopted-binding-taken",
                origin=place / role,
                found=f"the name {quoted(name)}, which another role's binding has too",
                allowed="one binding for each role, each with a name of its own",
                remedy="remove the entry; Tenancy then names the binding",
                organization=organization,
            )

"""Adopted names: each is needed, can be a name, and is given once."""

from collections import Counter
from collections.abc import Iterator

from tenancy.diagnostics import Finding, Severity, misnamed, quoted, reason_blank
from tenancy.kubernetes.names import InvalidNameError, parse_rbac_name, parse_subdomain
from tenancy.model import Adopted, Namespace, binding_name

__all__ = ["adoption"]


def adoption(namespace: Namespace, adopted: Adopted, rule: str) -> Iterator[Finding]:
    """
    Yield what is wrong with the names that *namespace* keeps.

    Args:
        adopted: Those names.
        rule: What the namespace would be called without them.
    """
    place, organization = namespace.origin / "adopted", namespace.organization
    yield from reason_blank(adopted.reason, place / "reason", organization)
    if adopted.name == rule:
        yield Finding(
            code="adopted-name-needless",
            origin=place / "name",
            found=f"the adopted name {adopted.name!r}",
            allowed=f"a name that differs from the rule's, which is {rule!r}",
            remedy="remove it: the rule gives the same name",
            organization=organization,
        )
    if adopted.name is None and adopted.limit_range is None and not adopted.role_bindings:
        yield Finding(
            code="adopted-nothing",
            origin=place,
            found="adopted, which keeps no name",
            allowed="name, limitRange or roleBindings with the name that something has",
            remedy="write one of them, or remove adopted",
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
                found=f"a name for the role binding of {quoted(role)}, without a member here",
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
                remedy="remove the entry: the rule gives a name that is free",
                organization=organization,
            )

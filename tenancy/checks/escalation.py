"""Escalation: roles give nothing beyond a namespace, and every rule has an effect."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

import attrs

from tenancy.checks.dangerous_rights import (
    DANGERS,
    GROUPS_WITH_DANGERS,
    of_subresource,
    of_verb,
)
from tenancy.diagnostics import Finding, Origin, Severity, joined, nearest, quoted
from tenancy.kubernetes.resources import CLUSTER_SCOPED, GROUPS, UNCOUNTED
from tenancy.model import ALL_VERBS, READ, Platform, Role, Rule

__all__ = ["escalations", "role"]

_NAMESPACED: Final[Mapping[str, frozenset[str]]] = {
    **GROUPS,
    "": GROUPS[""] | (UNCOUNTED - {"localsubjectaccessreviews"}),
    "authorization.k8s.io": frozenset({"localsubjectaccessreviews"}),
    "events.k8s.io": frozenset({"events"}),
    "metrics.k8s.io": frozenset({"pods"}),
}
"""Namespaced resources by group, in RBAC's spelling: plural and lower case."""

_KNOWN: Final = frozenset({*_NAMESPACED, *GROUPS_WITH_DANGERS, "coordination.k8s.io"})
"""API groups that need no reason."""

_SCALED: Final = frozenset({"scale", "status"})
_SUBRESOURCES: Final[Mapping[str, frozenset[str]]] = {
    "deployments": _SCALED,
    "pods": frozenset(
        {
            "attach",
            "binding",
            "ephemeralcontainers",
            "eviction",
            "exec",
            "log",
            "portforward",
            "proxy",
            "resize",
            "status",
        }
    ),
    "replicasets": _SCALED,
    "replicationcontrollers": _SCALED,
    "resourceclaims": frozenset({"binding", "status"}),
    "serviceaccounts": frozenset({"token"}),
    "services": frozenset({"proxy", "status"}),
    "statefulsets": _SCALED,
}
_KIND: Final = re.compile(r"[a-z][a-z0-9]*")
_GROUP_HINTS: Final = {
    "core": '""',
    "v1": '""',
    "rbac": "rbac.authorization.k8s.io",
    "extensions": "networking.k8s.io",
}


def escalations(platform: Platform) -> Iterator[Finding]:
    """Yield findings about the rules of every role that *platform* defines."""
    for found in platform.roles.values():
        yield from role(found)
    for rule in platform.custom_kinds:
        yield from role(Role(name="customKinds", cluster_role="", rules=(rule,)))
        yield from _not_custom(rule)
    if platform.public is not None:
        for index, name in enumerate(platform.public.reads):
            yield from _read_by_everyone(name, platform.public.origin / "reads" / index)


def _read_by_everyone(name: str, origin: Origin) -> Iterator[Finding]:
    """Refuse kinds that readers of the public namespace may never read, and unknown kinds."""
    plural, _, group = name.partition(".")
    if (plural, group) == ("secrets", "") or not _KIND.fullmatch(plural):
        yield _finding(
            "public-kind",
            origin,
            f"{quoted(name)} among the kinds that readers of the public namespace read",
            "kinds by their plural names, without subresources and wildcards; never Secrets",
            "remove it",
        )
        return
    rule = Rule(
        api_groups=(group,),
        resources=(plural,),
        verbs=READ,
        origin=origin,
        reason="its objects are only read",
    )
    for found in role(Role(name="public", cluster_role="", rules=(rule,))):
        yield attrs.evolve(found, origin=origin)


def _not_custom(rule: Rule) -> Iterator[Finding]:
    """Refuse kinds of Kubernetes among custom ones: the built-in roles define those."""
    for group in rule.api_groups:
        if group in _NAMESPACED:
            yield _finding(
                "role-group",
                _within(rule.origin or Origin("built-in roles"), "apiGroup"),
                f"the API group {quoted(group)} of custom kinds",
                "API groups of custom resource definitions",
                "write a role under roles, or remove the API group",
            )


def role(role: Role) -> Iterator[Finding]:
    """
    Yield findings about the rules of *role*.

    Resources are identified by group and plural name, as in the API server: `roles` of a custom
    API group are harmless, and the singular `role` has no effect.
    """
    if not role.rules:
        yield _finding(
            "role-rule-empty",
            role.origin,
            f"the role {role.name} without a rule",
            "at least one rule",
            "write what the role allows, or remove the role",
        )
    for rule in role.rules:
        yield from _rule(rule, role)


def _rule(rule: Rule, role: Role) -> Iterator[Finding]:
    origin = rule.origin or role.origin
    lists = (
        ("apiGroups", rule.api_groups),
        ("resources", rule.resources),
        ("verbs", rule.verbs),
        ("resourceNames", rule.resource_names),
    )
    for key, values in lists:
        if not values and key != "resourceNames":
            yield _finding(
                "role-rule-empty",
                origin,
                f"a rule of the role {role.name} without {key}",
                "apiGroups, resources and verbs, at least one each",
                f"write {key}, or remove the rule",
            )
        for value in values:
            if "*" in value:
                yield _finding(
                    "role-wildcard",
                    _within(origin, key),
                    f"{quoted(value)} in {key} of the role {role.name}",
                    "single names; a wildcard also matches what does not exist yet",
                    f"write the {key} that are needed",
                )
    yield from _groups(rule, role, _within(origin, "apiGroups"))
    yield from _verbs(rule, role, _within(origin, "verbs"))
    for resource in rule.resources:
        if "*" not in resource:
            yield from _resource(resource, rule, role, _within(origin, "resources"))


def _groups(rule: Rule, role: Role, origin: Origin | None) -> Iterator[Finding]:
    for group in rule.api_groups:
        if "*" in group:
            continue
        hint = _GROUP_HINTS.get(group)
        if "/" in group:
            hint = group.partition("/")[0]
        elif "." not in group and group not in _NAMESPACED:
            # Groups without a dot are Kubernetes' own.
            hint = hint or nearest(group, _NAMESPACED) or "the group's full name"
        if hint is not None:
            yield _finding(
                "role-group",
                origin,
                f"the API group {quoted(group)} of the role {role.name}",
                'groups without a version, and "" for the core group',
                f"write {hint}",
            )
        elif group not in _KNOWN and rule.reason is None:
            yield _finding(
                "role-group-unknown",
                origin,
                f"the API group {quoted(group)} of the role {role.name}, whose objects may give"
                " permissions: Tenancy does not know them",
                "API groups of Kubernetes; any other API group with a reason",
                "write under reason why its controllers do nothing outside of the namespace",
            )


def _verbs(rule: Rule, role: Role, origin: Origin | None) -> Iterator[Finding]:
    for verb in rule.verbs:
        if (why := of_verb(verb)) is not None:
            yield _escalation(role, origin, f"the verb {verb}", why)
        elif verb not in ALL_VERBS and "*" not in verb:
            guess = nearest(verb, ALL_VERBS)
            yield _finding(
                "role-verb",
                origin,
                f"the verb {quoted(verb)} of the role {role.name}",
                ", ".join(ALL_VERBS),
                f"did you mean {guess!r}?" if guess else "write one of these verbs",
            )


def _resource(
    resource: str, rule: Rule, role: Role, origin: Origin | None
) -> Iterator[Finding]:
    reasons = [
        danger.why
        for group in rule.api_groups
        for danger in DANGERS
        if danger.matches(group, resource, rule.verbs)
    ]
    base, slash, sub = resource.partition("/")
    if (why := of_subresource(sub, rule.verbs)) is not None:
        reasons.append(why)
    if reasons:
        allowed = [verb for verb in rule.verbs if of_verb(verb) is None]
        yield _escalation(role, origin, f"{joined(allowed)} {resource}".strip(), reasons[0])
        return
    if (base, sub) == ("serviceaccounts", "token") and "" in rule.api_groups:
        yield _finding(
            "role-token",
            origin,
            f"tokens of service accounts in the role {role.name}",
            "roles that do not allow acting as another identity",
            "remove it, unless members may act as every service account of the namespace",
            severity=Severity.WARNING,
        )
    elif base in CLUSTER_SCOPED and base != "namespaces":
        yield _finding(
            "role-cluster-scoped",
            origin,
            f"{resource} in the role {role.name}",
            "namespaced resources; this one is cluster-wide, so the rule has no effect",
            "remove it",
            severity=Severity.WARNING,
        )
    elif any(group not in _NAMESPACED for group in rule.api_groups):
        # A custom API group, whose resources are unknown here.
        return
    else:
        yield from _misspelt(base, sub if slash else None, rule, role, origin)


def _misspelt(
    base: str, sub: str | None, rule: Rule, role: Role, origin: Origin | None
) -> Iterator[Finding]:
    """Refuse a resource that is in none of the rule's groups: such a rule has no effect."""
    known = {r for group in rule.api_groups for r in _NAMESPACED[group]} | {"namespaces"}
    subresources = _SUBRESOURCES.get(base, frozenset({"status"}))
    if base not in known:
        elsewhere = [group for group, found in _NAMESPACED.items() if base in found]
        guess = nearest(base, known)
        if elsewhere:
            remedy = f"it belongs to {_group(elsewhere[0])}"
        elif guess is not None:
            remedy = f"did you mean {guess!r}?"
        else:
            remedy = "write its plural name in lower case"
        yield _finding(
            "role-resource",
            origin,
            f"the resource {quoted(base)} of the role {role.name}",
            f"plural names of {joined([_group(g) for g in rule.api_groups])}",
            remedy,
        )
    elif sub is not None and sub not in subresources:
        guess = nearest(sub, subresources)
        yield _finding(
            "role-resource",
            origin,
            f"the subresource {quoted(f'{base}/{sub}')} of the role {role.name}",
            ", ".join(f"{base}/{name}" for name in sorted(subresources)),
            f"did you mean '{base}/{guess}'?" if guess else "write one of them",
        )


def _group(name: str) -> str:
    return f"the API group {name}" if name else "the core group"


def _escalation(role: Role, origin: Origin | None, what: str, why: str) -> Finding:
    return _finding(
        "role-escalation",
        origin,
        f"{what} in the role {role.name}, {why}",
        "permissions within a namespace that do not affect its guardrails",
        "remove it from the rule",
    )


def _within(origin: Origin | None, key: str) -> Origin | None:
    return None if origin is None else origin / key


def _finding(
    code: str,
    origin: Origin | None,
    found: str,
    allowed: str,
    remedy: str,
    *,
    severity: Severity = Severity.ERROR,
) -> Finding:
    return Finding(
        code=code,
        origin=origin or Origin("built-in roles"),
        found=found,
        allowed=allowed,
        remedy=remedy,
        severity=severity,
    )

"""Escalation: roles give nothing beyond a namespace, and every rule has an effect."""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

import attrs

from tenancy.diagnostics import Finding, Origin, Severity, joined, nearest, quoted
from tenancy.kubernetes import DOMAIN
from tenancy.kubernetes.resources import CLUSTER_SCOPED, GROUPS, UNCOUNTED
from tenancy.model import ALL_VERBS, READ, Platform, Role, Rule

__all__ = ["escalations", "role"]

_WRITES: Final = frozenset(ALL_VERBS) - frozenset(READ)

_GIVING_VERBS: Final = {
    "approve": "to approve certificates of any user",
    "attest": "to attest certificates of any user",
    "bind": "to bind roles with more permissions than one's own",
    "escalate": "to write roles with more permissions than one's own",
    "impersonate": "to act as another user",
    "manage": "to change what this tool manages",
    "sign": "to sign certificates of any user",
}
"""Verbs that escalate permissions with any resource."""

_RBAC: Final = "rbac.authorization.k8s.io"


@attrs.frozen(slots=True)
class _Danger:
    """
    Resources that reach beyond the namespace or avoid its guardrails.

    Attributes:
        group: Their API group.
        resources: Plural names, with their subresources; empty for the whole group.
        verbs: The verbs that do so; empty for all.
        why: What they allow, for the message.
    """

    group: str
    resources: frozenset[str]
    verbs: frozenset[str]
    why: str

    def matches(self, group: str, resource: str, verbs: Collection[str]) -> bool:
        base = resource.partition("/")[0]
        return (
            group == self.group
            and (not self.resources or resource in self.resources or base in self.resources)
            and (not self.verbs or not self.verbs.isdisjoint(verbs))
        )


def _danger(
    group: str, resources: str, why: str, verbs: frozenset[str] = frozenset()
) -> _Danger:
    return _Danger(group, frozenset(resources.split()), verbs, why)


_DANGERS: Final = (
    _danger("", "nodes", "to reach every pod of a node without admission and audit"),
    _danger("", "namespaces", "to change labels by which policies select a namespace", _WRITES),
    _danger("", "persistentvolumes", "to mount paths of a node and volumes of others"),
    _danger("", "resourcequotas limitranges", "to change one's own limits", _WRITES),
    _danger("", "bindings pods/binding", "to place pods on any node without the scheduler"),
    _danger("", "endpoints", "to send a service's traffic elsewhere", _WRITES),
    _danger("", "users groups", "to act as another user"),
    _danger("discovery.k8s.io", "endpointslices", "to send traffic elsewhere", _WRITES),
    _danger("authentication.k8s.io", "", "to act as another user"),
    _danger(_RBAC, "roles rolebindings", "to give permissions to others", _WRITES),
    _danger(
        _RBAC,
        "clusterroles clusterrolebindings",
        "to give cluster-wide permissions",
        _WRITES,
    ),
    _danger("certificates.k8s.io", "", "to get a certificate for any user"),
    _danger("admissionregistration.k8s.io", "", "to change the admission control", _WRITES),
    _danger(
        "apiextensions.k8s.io",
        "",
        "to change custom resource definitions",
        _WRITES,
    ),
    _danger("apiregistration.k8s.io", "", "to answer for the API server", _WRITES),
    _danger("flowcontrol.apiserver.k8s.io", "", "to starve others' requests", _WRITES),
    _danger("node.k8s.io", "", "to place pods on nodes of others", _WRITES),
    _danger("scheduling.k8s.io", "", "to preempt pods of others", _WRITES),
    _danger("storage.k8s.io", "", "to change storage of the whole cluster", _WRITES),
    _danger(
        "resource.k8s.io",
        "deviceclasses resourceslices resourceclaims/status resourceclaims/binding",
        "to use devices of others",
        _WRITES,
    ),
    _danger(DOMAIN, "", "to change what this tool manages"),
)

_NAMESPACED: Final[Mapping[str, frozenset[str]]] = {
    **GROUPS,
    "": GROUPS[""] | (UNCOUNTED - {"localsubjectaccessreviews"}),
    "authorization.k8s.io": frozenset({"localsubjectaccessreviews"}),
    "events.k8s.io": frozenset({"events"}),
    "metrics.k8s.io": frozenset({"pods"}),
}
"""Namespaced resources by group, in RBAC's spelling: plural and lower case."""

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
_GROUP_HINTS: Final = {
    "core": '""',
    "v1": '""',
    "rbac": _RBAC,
    "extensions": "networking.k8s.io",
}


def escalations(platform: Platform) -> Iterator[Finding]:
    """Yield findings about the rules of every role that *platform* defines."""
    for found in platform.roles.values():
        yield from role(found)


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
            "write what it allows, or remove it",
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


def _verbs(rule: Rule, role: Role, origin: Origin | None) -> Iterator[Finding]:
    for verb in rule.verbs:
        if (why := _GIVING_VERBS.get(verb)) is not None:
            yield _escalation(role, origin, f"the verb {verb}", why)
        elif verb not in ALL_VERBS and "*" not in verb:
            guess = nearest(verb, ALL_VERBS)
            yield _finding(
                "role-verb",
                origin,
                f"the verb {quoted(verb)} of the role {role.name}",
                ", ".join(ALL_VERBS),
                f"did you mean {guess!r}?" if guess else "write one of them",
            )


def _resource(
    resource: str, rule: Rule, role: Role, origin: Origin | None
) -> Iterator[Finding]:
    reasons = [
        danger.why
        for group in rule.api_groups
        for danger in _DANGERS
        if danger.matches(group, resource, rule.verbs)
    ]
    if reasons:
        allowed = [verb for verb in rule.verbs if verb not in _GIVING_VERBS]
        yield _escalation(role, origin, f"{joined(allowed)} {resource}".strip(), reasons[0])
        return
    base, slash, sub = resource.partition("/")
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

"""
The guard of tenants' own bindings: an admin grants access only to members.

Kubernetes lets users grant only permissions that they have. In addition, a binding may name
only members of the organization, service accounts of its namespaces in the same environment,
and subjects that the platform lists; and no role that other software may extend.

The members are an annotation of the namespace, which only operators can write. If it is
missing, no subject is a member.
"""

from collections.abc import Iterable
from typing import Final

from tenancy.kubernetes import labels
from tenancy.manifests.manifest import RBAC
from tenancy.manifests.policies.guard import (
    NOT_AUTHORISED,
    ORGANIZATIONS,
    Condition,
    Guard,
    PolicyRule,
    Resources,
    annotation,
    changed,
    guard,
    text,
    texts,
)
from tenancy.model import Subject
from tenancy.model.roles import PREFIX

__all__ = ["BINDINGS", "ROLES", "role_bindings", "tenant_roles"]

BINDINGS: Final = "tenancy-role-bindings"
ROLES: Final = "tenancy-roles"

_NAMESPACE_OF: Final = "dyn(s).?namespace.orValue(request.namespace)"
"""The namespace of a service account; without one, RBAC takes the binding's."""


def role_bindings(cluster_roles: Iterable[str], bindable: Iterable[Subject] = ()) -> Guard:
    """
    Return the guard of RoleBindings.

    Args:
        cluster_roles: The only ClusterRoles that may be bound.
        bindable: Subjects that may be bound in addition to members of the organization.
            Default: none.
    """
    allowed = sorted(cluster_roles)
    others = sorted(map(str, bindable))
    subjects = "object.?subjects.orValue([])"
    return guard(
        BINDINGS,
        [Resources(RBAC, ("rolebindings",))],
        [
            PolicyRule(
                f"{subjects}.all(s, s.kind == 'ServiceAccount'"
                " || !s.name.startsWith('system:'))",
                "subjects may not be named system:…, which no identity provider issues",
            ),
            PolicyRule(
                f"{subjects}.all(s, s.name != '*')",
                "a subject may not be *: name people, groups or service accounts",
            ),
            PolicyRule(
                f"{subjects}.all(s, s.kind != 'ServiceAccount'"
                f" || {_NAMESPACE_OF} == request.namespace"
                f" || {_NAMESPACE_OF} in variables.namespaces"
                f" || ('ServiceAccount ' + {_NAMESPACE_OF} + '/' + s.name)"
                f" in {texts(others)})",
                "'service accounts of other organizations may not be bound here; only of '"
                " + (variables.namespaces.size() == 0 ? request.namespace"
                " : variables.namespaces.join(', '))",
                computed=True,
            ),
            PolicyRule(
                f"{subjects}.all(s, s.kind == 'ServiceAccount'"
                " || (s.kind + ' ' + s.name) in variables.members"
                f" || (s.kind + ' ' + s.name) in {texts(others)})",
                f"{subjects}.filter(s, s.kind != 'ServiceAccount'"
                " && !((s.kind + ' ' + s.name) in variables.members)"
                f" && !((s.kind + ' ' + s.name) in {texts(others)}))"
                ".map(s, s.kind + ' ' + s.name).join(', ').replace('\\n', ' ')"
                " + ' may not be bound here, only members of the organization'"
                f" + {text(_besides(others))}"
                " + (variables.members.size() == 0 ? '; this namespace has no list of members:"
                " an operator applies its stack' : '')",
                computed=True,
            ),
            PolicyRule(
                f"object.roleRef.kind == 'Role' || object.roleRef.name in {texts(allowed)}",
                f"of ClusterRoles only {', '.join(allowed)} may be bound",
            ),
            _not_ours("role binding"),
        ],
        conditions=[changed("{}.?subjects.orValue([])"), NOT_AUTHORISED],
        variables=[
            Condition("members", annotation(labels.MEMBERS, "\\n")),
            Condition("namespaces", annotation(labels.NAMESPACES)),
        ],
        namespaces=ORGANIZATIONS,
        is_permanent=True,
    )


def _besides(others: Iterable[str]) -> str:
    listed = ", ".join(others)
    return f" and subjects that the platform lists ({listed})" if listed else ""


def _not_ours(what: str) -> PolicyRule:
    """Return the rule that no new object has a name that Tenancy may need later."""
    return PolicyRule(
        f"oldObject != null || !object.metadata.?name.orValue('').startsWith({text(PREFIX)})",
        f"a {what} may not be named {PREFIX}…: Tenancy names its own so",
    )


def tenant_roles() -> Guard:
    """Return the guard of Roles: no wildcards, and no verb that gives further permissions."""
    rules = "object.?rules.orValue([])"
    wildcards = " && ".join(
        f"!('*' in rule.?{field}.orValue([]))" for field in ("apiGroups", "resources", "verbs")
    )
    verbs = ("escalate", "bind", "impersonate")
    return guard(
        ROLES,
        [Resources(RBAC, ("roles",))],
        [
            PolicyRule(
                f"{rules}.all(rule, {wildcards})",
                "a role may have no wildcards: they widen it whenever a new kind appears",
            ),
            PolicyRule(
                # Kubernetes 1.35 and later know verbs such as `impersonate:user-info`.
                f"{rules}.all(rule, rule.verbs.all(verb, !(verb in {texts(verbs)})"
                " && !verb.startsWith('impersonate:') && !verb.startsWith('impersonate-on:')))",
                f"a role may not have the verbs {', '.join(verbs)}, nor any that begin with"
                " impersonate",
            ),
            _not_ours("role"),
        ],
        conditions=[changed("{}.?rules.orValue([])"), NOT_AUTHORISED],
        namespaces=ORGANIZATIONS,
        is_permanent=True,
    )

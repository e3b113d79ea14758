"""
The guard of tenants' own bindings: an admin hands out access to the namespace, and no more.

Kubernetes lets nobody give what they do not hold. On top of that, nobody is named who is not a
person, a group or a service account of the namespace, and no role that others may widen.
"""

from collections.abc import Iterable
from typing import Final

from tenancy.manifests.manifest import RBAC
from tenancy.manifests.policies.guard import (
    NOT_AUTHORISED,
    ORGANIZATIONS,
    Guard,
    Resources,
    Rule,
    changed,
    guard,
    texts,
)

__all__ = ["BINDINGS", "ROLES", "role_bindings", "tenant_roles"]

BINDINGS: Final = "tenancy-role-bindings"
ROLES: Final = "tenancy-roles"


def role_bindings(cluster_roles: Iterable[str]) -> Guard:
    """Return the guard of RoleBindings; of ClusterRoles only *cluster_roles* may be bound."""
    allowed = sorted(cluster_roles)
    subjects = "object.?subjects.orValue([])"
    return guard(
        BINDINGS,
        [Resources(RBAC, ("rolebindings",))],
        [
            Rule(
                f"{subjects}.all(s, s.kind == 'ServiceAccount'"
                " || !s.name.startsWith('system:'))",
                "subjects may not be named system:…, which no identity provider issues",
            ),
            Rule(
                f"{subjects}.all(s, s.name != '*')",
                "a subject may not be *: name people, groups or service accounts",
            ),
            Rule(
                f"{subjects}.all(s, s.kind != 'ServiceAccount'"
                " || dyn(s).?namespace.orValue('') == request.namespace)",
                "'service accounts of other namespaces may not be bound here; only those of '"
                " + request.namespace",
                computed=True,
            ),
            Rule(
                f"object.roleRef.kind == 'Role' || object.roleRef.name in {texts(allowed)}",
                f"of ClusterRoles only {', '.join(allowed)} may be bound",
            ),
        ],
        conditions=[changed("{}.?subjects.orValue([])"), NOT_AUTHORISED],
        namespaces=ORGANIZATIONS,
    )


def tenant_roles() -> Guard:
    """Return the guard of Roles: no wildcards, and no verb that gives what it does not name."""
    rules = "object.?rules.orValue([])"
    wildcards = " && ".join(
        f"!('*' in rule.?{field}.orValue([]))" for field in ("apiGroups", "resources", "verbs")
    )
    verbs = ("escalate", "bind", "impersonate")
    return guard(
        ROLES,
        [Resources(RBAC, ("roles",))],
        [
            Rule(
                f"{rules}.all(rule, {wildcards})",
                "a role may have no wildcards: they widen it whenever a new kind appears",
            ),
            Rule(
                f"{rules}.all(rule, !{texts(verbs)}.exists(verb, verb in rule.verbs))",
                f"a role may not have the verbs {', '.join(verbs)}",
            ),
        ],
        conditions=[changed("{}.?rules.orValue([])"), NOT_AUTHORISED],
        namespaces=ORGANIZATIONS,
    )

"""
The built-in roles: what a viewer, a developer and an admin may do inside a namespace.

Every rule is written out. Nothing is aggregated and nothing is a wildcard, so that neither a
new kind of object nor a ClusterRole of other software widens what a member may do. Each role
has all permissions of the one before it; so an admin may bind the others, which Kubernetes
allows only to those who have the permissions that they grant.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

import attrs

from tenancy.config.spec import CustomKindsSpec
from tenancy.diagnostics import Origin
from tenancy.kubernetes import labels
from tenancy.model.platform import Platform, Role, Rule
from tenancy.model.values import RoleBinding

__all__ = [
    "ALL_VERBS",
    "BUILT_IN",
    "KUBERNETES",
    "KUBERNETES_PREFIX",
    "PREFIX",
    "PUBLIC_READER",
    "READ",
    "binding_name",
    "custom_rules",
    "find",
    "is_kubernetes",
    "label",
    "names",
    "of",
    "of_binding",
    "public_reader",
    "written_kinds",
]

PREFIX: Final = "tenancy:"
"""Begins the names of our ClusterRoles, Roles and RoleBindings."""

KUBERNETES_PREFIX: Final = "kubernetes:"
"""Begins, in config, the name of one of Kubernetes' own roles."""

KUBERNETES: Final = ("admin", "edit", "view")
"""Kubernetes' own roles; each is aggregated, so other software may add permissions to it."""

READ: Final = ("get", "list", "watch")
ALL_VERBS: Final = (*READ, "create", "update", "patch", "delete", "deletecollection")

_SCALE: Final = ("get", "update", "patch")
_WRITING: Final = frozenset(("create", "update", "patch"))
_REVIEWS: Final = "authorization.k8s.io"
"""The group of questions about access, of which nothing is stored."""


def _rule(group: str, resources: Iterable[str], verbs: Iterable[str]) -> Rule:
    return Rule(api_groups=(group,), resources=tuple(resources), verbs=tuple(verbs))


def _role(name: str, *rules: Rule) -> Role:
    return Role(name=name, cluster_role=PREFIX + name, rules=rules)


_CORE: Final = (
    "configmaps",
    "persistentvolumeclaims",
    "pods",
    "replicationcontrollers",
    "services",
)
_APPS: Final = ("daemonsets", "deployments", "replicasets", "statefulsets")
_SCALED: Final = ("deployments/scale", "replicasets/scale", "statefulsets/scale")
_CLAIMS: Final = ("resourceclaims", "resourceclaimtemplates")

_VIEWER: Final = (
    _rule("", ("namespaces",), ("get",)),
    _rule(
        "",
        (
            *_CORE,
            "endpoints",
            "events",
            "limitranges",
            "pods/log",
            "resourcequotas",
            "serviceaccounts",
        ),
        READ,
    ),
    _rule("apps", _APPS, READ),
    _rule("apps", _SCALED, ("get",)),
    _rule("autoscaling", ("horizontalpodautoscalers",), READ),
    _rule("batch", ("cronjobs", "jobs"), READ),
    _rule("discovery.k8s.io", ("endpointslices",), READ),
    _rule("events.k8s.io", ("events",), READ),
    _rule("networking.k8s.io", ("ingresses", "networkpolicies"), READ),
    _rule("policy", ("poddisruptionbudgets",), READ),
    _rule("rbac.authorization.k8s.io", ("rolebindings", "roles"), READ),
    _rule("resource.k8s.io", _CLAIMS, READ),
)

_DEVELOPER: Final = (
    *_VIEWER,
    _rule("", (*_CORE, "secrets", "serviceaccounts"), ALL_VERBS),
    _rule("", ("pods/attach", "pods/exec", "pods/portforward"), ("get", "create")),
    _rule("", ("pods/eviction",), ("create",)),
    _rule("", ("replicationcontrollers/scale",), _SCALE),
    _rule("apps", _APPS, ALL_VERBS),
    _rule("apps", _SCALED, _SCALE),
    _rule("autoscaling", ("horizontalpodautoscalers",), ALL_VERBS),
    _rule("batch", ("cronjobs", "jobs"), ALL_VERBS),
    _rule("networking.k8s.io", ("ingresses",), ALL_VERBS),
    _rule("policy", ("poddisruptionbudgets",), ALL_VERBS),
    _rule("resource.k8s.io", _CLAIMS, ALL_VERBS),
)

# Admission policies limit what an admin may do with policies and bindings: managed objects
# cannot be changed, and subjects outside of the organization cannot be bound.
_ADMIN: Final = (
    *_DEVELOPER,
    _rule("", ("serviceaccounts/token",), ("create",)),
    _rule("authorization.k8s.io", ("localsubjectaccessreviews",), ("create",)),
    _rule("networking.k8s.io", ("networkpolicies",), ALL_VERBS),
    _rule("rbac.authorization.k8s.io", ("rolebindings", "roles"), ALL_VERBS),
)

BUILT_IN: Final[Mapping[str, Role]] = MappingProxyType(
    {
        "viewer": _role("viewer", *_VIEWER),
        "developer": _role("developer", *_DEVELOPER),
        "admin": _role("admin", *_ADMIN),
    }
)
"""The built-in roles by name, from the smallest to the largest."""

PUBLIC_READER: Final = _role(
    "public-reader",
    _rule("", ("namespaces",), ("get",)),
    _rule("", ("configmaps", "endpoints", "pods", "services"), READ),
    _rule("apps", _APPS, READ),
    _rule("batch", ("cronjobs", "jobs"), READ),
    _rule("discovery.k8s.io", ("endpointslices",), READ),
    _rule("networking.k8s.io", ("ingresses",), READ),
)
"""What everyone reads in the public namespace: no secrets, no logs, no names of people."""


_NAMESPACED: Final = ":namespaced"
"""Ends the name of a binding of a Role: the API server lets no binding change its role."""


def binding_name(binding: RoleBinding, kind: str = "ClusterRole") -> str:
    """
    Return the name of *binding* in the cluster, which is the role's unless it was adopted.

    So a change of role is a new binding, and so is a change of the kind of role.

    >>> edit = RoleBinding(role="kubernetes:edit", subjects=(), origins=())
    >>> binding_name(edit), binding_name(edit, "Role")
    ('tenancy:kubernetes:edit', 'tenancy:kubernetes:edit:namespaced')
    """
    end = _NAMESPACED if kind == "Role" else ""
    return binding.adopted_name or f"{PREFIX}{binding.role}{end}"


def label(role: str) -> str:
    """
    Return *role* as in the label of its binding, because a label's value has no colon.

    >>> label("kubernetes:edit")
    'kubernetes.edit'
    """
    return role.replace(":", ".")


def of_binding(name: str, labelled: Mapping[str, str]) -> str:
    """
    Return the role of our binding *name*, also if the name is an adopted one.

    >>> of_binding("tenancy:developer", {})
    'developer'
    >>> of_binding("tenancy:developer:namespaced", {})
    'developer'
    >>> of_binding("devs", {labels.ROLE: "kubernetes.edit"})
    'kubernetes:edit'
    """
    if name.startswith(PREFIX):
        return name.removeprefix(PREFIX).removesuffix(_NAMESPACED)
    role_label = labelled.get(labels.ROLE, name)
    ours = label(KUBERNETES_PREFIX)
    return (
        KUBERNETES_PREFIX + role_label.removeprefix(ours)
        if role_label.startswith(ours)
        else role_label
    )


def is_kubernetes(name: str) -> bool:
    """
    Return whether *name* is written as one of Kubernetes' own roles.

    >>> is_kubernetes("kubernetes:edit"), is_kubernetes("developer")
    (True, False)
    """
    return name.startswith(KUBERNETES_PREFIX)


def of(platform: Platform) -> Mapping[str, Role]:
    """Return the roles of *platform* by name: its own, and built-in ones with listed kinds."""
    return {
        **{role.name: _with_listed(role, platform) for role in BUILT_IN.values()},
        **platform.roles,
    }


def _with_listed(role: Role, platform: Platform) -> Role:
    """Return *role* with gang jobs and custom kinds: viewers read, the others write them."""
    by_group: dict[str, list[str]] = {}
    for name in platform.gang_jobs:
        plural, _, group = name.partition(".")
        by_group.setdefault(group, []).append(plural)
    verbs = READ if role.name == "viewer" else ALL_VERBS
    rules = (_rule(group, sorted(names), verbs) for group, names in sorted(by_group.items()))
    custom = _custom(platform, is_read=role.name == "viewer")
    return attrs.evolve(role, rules=(*role.rules, *rules, *custom))


def custom_rules(written: Iterable[CustomKindsSpec], origin: Origin) -> Iterator[Rule]:
    """Yield one rule for each entry of a platform's `customKinds`, with its widest verbs."""
    for index, kinds in enumerate(written):
        yield Rule(
            api_groups=(kinds.api_group,),
            resources=kinds.resources,
            verbs=ALL_VERBS if kinds.write else READ,
            origin=origin / index,
            reason=kinds.reason,
        )


def written_kinds(platform: Platform) -> tuple[tuple[str, str], ...]:
    """Return API group and plural of every kind that some role of *platform* may write."""
    return tuple(
        sorted(
            {
                (group, resource)
                for role in of(platform).values()
                for rule in role.rules
                if not _WRITING.isdisjoint(rule.verbs)
                for group in rule.api_groups
                for resource in rule.resources
                if group != _REVIEWS and "*" not in group + resource and "/" not in resource
            }
        )
    )


def public_reader(platform: Platform) -> Role:
    """Return the role of readers of the public namespace, with what *platform* lists."""
    by_group: dict[str, list[str]] = {}
    for name in () if platform.public is None else platform.public.reads:
        plural, _, group = name.partition(".")
        by_group.setdefault(group, []).append(plural)
    listed = (_rule(group, sorted(names), READ) for group, names in sorted(by_group.items()))
    rules = (*PUBLIC_READER.rules, *_custom(platform, is_read=True), *listed)
    return attrs.evolve(PUBLIC_READER, rules=rules)


def _custom(platform: Platform, is_read: bool) -> Iterator[Rule]:
    for rule in platform.custom_kinds:
        yield attrs.evolve(rule, verbs=READ) if is_read else rule


def find(name: str, platform: Platform) -> Role | None:
    """Return the role *name*: the platform's, else the built-in one, if there is one."""
    return of(platform).get(name)


def names(platform: Platform) -> tuple[str, ...]:
    """Return every role that a member may hold, the built-in ones first."""
    return (
        *BUILT_IN,
        *(name for name in platform.roles if name not in BUILT_IN),
        *(KUBERNETES_PREFIX + name for name in reversed(KUBERNETES)),
    )

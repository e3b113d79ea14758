"""Role bindings, roles, tokens and device variables, as their admission policies judge them."""

from collections.abc import Iterator
from typing import Final

from tenancy.kubernetes.pods import Fields, items, mapping, strings
from tenancy.manifests import device_variables
from tenancy.model import roles
from tenancy.planning.judged.judge import ExpectedRefusal, Rules

__all__ = ["config_map", "role", "role_binding", "token_secret"]

_VERBS: Final = ("escalate", "bind", "impersonate")
_TOKEN: Final = "kubernetes.io/service-account-token"  # noqa: S105


def role_binding(found: Fields, rules: Rules) -> Iterator[ExpectedRefusal]:
    """Yield why a change of a RoleBinding's subjects would be refused."""
    namespace = rules.namespace
    known = {str(one) for one in (*namespace.organization_members, *rules.platform.bindable)}
    own = {namespace.name, *namespace.organization_namespaces}
    strangers = []
    for subject in items(found.get("subjects")):
        kind, name = str(subject.get("kind")), str(subject.get("name"))
        # RBAC takes the namespace of the binding for a service account without one.
        inside = str(subject.get("namespace") or namespace.name)
        shown = f"{kind} {inside}/{name}" if kind == "ServiceAccount" else f"{kind} {name}"
        is_own = kind == "ServiceAccount" and inside in own
        is_reserved = kind != "ServiceAccount" and (name.startswith("system:") or name == "*")
        if is_reserved or (shown not in known and not is_own):
            strangers.append(shown)
    if strangers:
        yield ExpectedRefusal(
            reason=f"it names {', '.join(strangers)}, not of the organization",
            remedy="make them members, or list them under bindableSubjects of the platform",
        )
    reference = mapping(found.get("roleRef"))
    allowed = {one.cluster_role for one in roles.of(rules.platform).values()}
    if reference.get("kind") == "ClusterRole" and reference.get("name") not in allowed:
        yield ExpectedRefusal(
            reason=f"it binds the ClusterRole {reference.get('name')}",
            remedy="bind a role of the platform or a Role of the namespace",
        )


def role(found: Fields, rules: Rules) -> Iterator[ExpectedRefusal]:
    """Yield why a change of a Role would be refused."""
    del rules
    some = tuple(items(found.get("rules")))
    if any(
        "*" in strings(one.get(part))
        for one in some
        for part in ("apiGroups", "resources", "verbs")
    ):
        yield ExpectedRefusal(reason="it has wildcards", remedy="list the kinds and verbs")
    verbs = {verb for one in some for verb in strings(one.get("verbs"))}
    if wide := sorted(v for v in verbs if v in _VERBS or v.startswith("impersonate")):
        yield ExpectedRefusal(
            reason=f"it has the verbs {', '.join(wide)}", remedy="remove them"
        )


def token_secret(found: Fields, rules: Rules) -> Iterator[ExpectedRefusal]:
    """Yield that another Secret with a token that never expires would be refused."""
    del rules
    if found.get("type") == _TOKEN:
        yield ExpectedRefusal(
            reason=f"it is of the type {_TOKEN}",
            remedy="request tokens with kubectl create token, which expire",
            is_new=True,
        )


def config_map(found: Fields, rules: Rules) -> Iterator[ExpectedRefusal]:
    """Yield the variables of device runtimes that a ConfigMap has."""
    known = device_variables(rules.platform.allowed)
    if held := sorted(name for name in mapping(found.get("data")) if name in known):
        yield ExpectedRefusal(
            reason=f"its data has {', '.join(held)}, which envFrom would pass to containers",
            remedy="remove them, and request GPUs under resources",
        )

"""
What all guards share: a policy, the binding that puts it into force, and who may pass.

The API server itself evaluates policies, so no webhook can be down.
Every text that comes from config enters an expression through `text` or `texts` alone.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Final

import attrs

from tenancy.kubernetes import labels
from tenancy.manifests.manifest import Manifest, manifest

__all__ = [
    "AUDITED",
    "AUTHORISED",
    "CONTROLLERS",
    "ENFORCED",
    "MANAGE",
    "NOT_AUTHORISED",
    "ORGANIZATIONS",
    "Condition",
    "Guard",
    "PolicyRule",
    "RequiredPermission",
    "Resources",
    "annotation",
    "changed",
    "constraints",
    "each",
    "guard",
    "namespace_label",
    "text",
    "texts",
]

_API: Final = "admissionregistration.k8s.io/v1"


@attrs.frozen(kw_only=True)
class RequiredPermission:
    """A verb on a virtual resource; RBAC accepts it although no object of the kind exists."""

    group: str
    resource: str
    verb: str


MANAGE: Final = RequiredPermission(group=labels.DOMAIN, resource="tenancy", verb="manage")
"""The permission that operators have and the guards require."""


@attrs.frozen(kw_only=True)
class Guard:
    """A policy, and the bindings that put it into force."""

    policy: Manifest
    bindings: tuple[Manifest, ...]


@attrs.frozen
class Condition:
    """A named expression: a condition under which the policy applies, or a variable."""

    name: str
    expression: str


@attrs.frozen
class PolicyRule:
    """
    A rule of a policy.

    Attributes:
        expression: True if the request is allowed.
        message: The reason of a refusal: text, or an expression if it is *computed*.
    """

    expression: str
    message: str
    computed: bool = False


@attrs.frozen
class Resources:
    """Kinds of one API group, listed by name, never with a wildcard."""

    group: str
    names: Sequence[str]
    operations: Sequence[str] = ("CREATE", "UPDATE")
    versions: Sequence[str] = ("v1",)


@attrs.frozen
class Parameter:
    """
    A cluster-wide kind whose objects are the policy's parameters (`params`).

    If no such object exists, the policy does not apply.
    """

    api_version: str
    kind: str


def text(value: str) -> str:
    r"""
    Return *value* as a string of an expression, with any content.

    >>> text("it's \"quoted\"")
    '"it\'s \\"quoted\\""'
    """
    return json.dumps(value, ensure_ascii=False)


def texts(values: Iterable[str]) -> str:
    """
    Return *values* as a list of strings of an expression.

    >>> texts(["a", "b"])
    '["a", "b"]'
    """
    return f"[{', '.join(text(value) for value in values)}]"


def namespace_label(key: str) -> str:
    """Return the expression for the label *key* of the namespace; an empty text without it."""
    return f"namespaceObject.metadata.?labels[{text(key)}].orValue('')"


def annotation(key: str, separator: str = ",") -> str:
    """
    Return the expression for the annotation *key* of the namespace, as a list.

    Only operators can write it, because the namespace guard refuses others.
    """
    return (
        f"namespaceObject.metadata.?annotations[{text(key)}].orValue('')"
        f".split('{separator}').filter(item, item != '')"
    )


def each(items: str, name: str, holds: str) -> str:
    """
    Return the condition that *holds* is true for each of *items*, called *name* in it.

    For long lists, on which `all` takes several times as long: the API server counts costs
    with a stack that it searches again and again, and which `all` makes longer.

    >>> each("names", "n", "n != ''")
    "!(false in names.map(n, n != ''))"
    """
    return f"!(false in {items}.map({name}, {holds}))"


AUTHORISED: Final = (
    f"authorizer.group({text(MANAGE.group)}).resource({text(MANAGE.resource)})"
    f".check({text(MANAGE.verb)}).allowed()"
)
"""Whether the caller is an operator."""

NOT_AUTHORISED: Final = Condition("not-an-operator", f"!{AUTHORISED}")


def changed(value: str) -> Condition:
    """
    Return the condition that *value*, written with `{}` for the object, is new.

    An update that does not change it is allowed for every user: the garbage
    collector removes finalizers, also from objects with values that only operators may write.

    >>> changed("{}.spec").expression
    'oldObject == null || object.spec != oldObject.spec'
    """
    now, before = (value.replace("{}", thing, 1) for thing in ("object", "oldObject"))
    return Condition("changed", f"oldObject == null || {now} != {before}")


CONTROLLERS: Final = (
    "system:kube-controller-manager",
    "system:serviceaccount:kube-system:generic-garbage-collector",
    "system:serviceaccount:kube-system:namespace-controller",
)
"""The controllers that clean up.

Without them, no namespace with a guarded object could be deleted.
"""

_EXISTS: Final = ({"key": labels.ORGANIZATION, "operator": "Exists"},)

ORGANIZATIONS: Final[Manifest] = {"matchExpressions": list(_EXISTS)}
"""Selects the namespaces of organizations.

Their labels are guarded, so tenants cannot remove them.
"""

_IN_AUDIT: Final = {"key": labels.ENFORCEMENT, "operator": "In", "values": [labels.AUDIT]}

AUDITED: Final[Manifest] = {"matchExpressions": [*_EXISTS, _IN_AUDIT]}
"""Namespaces in which policies only give warnings."""

ENFORCED: Final[Manifest] = {"matchExpressions": [*_EXISTS, {**_IN_AUDIT, "operator": "NotIn"}]}
"""All other namespaces, also those whose label is missing or has an unknown value."""


def guard(
    name: str,
    resources: Iterable[Resources],
    rules: Iterable[PolicyRule],
    *,
    conditions: Iterable[Condition] = (),
    variables: Iterable[Condition] = (),
    namespaces: Manifest | None = None,
    objects: Manifest | None = None,
    actions: Sequence[str] = ("Deny",),
    is_permanent: bool = False,
    parameter: Parameter | None = None,
) -> Guard:
    """
    Return the guard *name*.

    Args:
        name: The name of the policy, which is in every refusal.
        resources: The kinds that it checks.
        rules: Its rules.
        conditions: It applies only if all are true.
        variables: Named expressions that rules use.
        namespaces: Applies only to objects in namespaces with these labels. Default:
            everywhere. Never for Namespaces, because their new labels would be matched.
        objects: Applies only to objects that have these labels, before or after.
        actions: Default: refuse.
        is_permanent: Whether it also refuses in namespaces in audit. Default: it gives warnings
            there, if it applies to namespaces of organizations.
        parameter: The kind that is `params` in rules. Default: none.
    """
    spec: Manifest = {
        "failurePolicy": "Fail",
        "matchConstraints": constraints(resources, objects),
    }
    for key, found in (("matchConditions", conditions), ("variables", variables)):
        if entries := [attrs.asdict(entry) for entry in found]:
            spec[key] = entries
    spec["validations"] = [_validation(rule) for rule in rules]
    binding: Manifest = {"policyName": name, "validationActions": []}
    if parameter is not None:
        spec["paramKind"] = {"apiVersion": parameter.api_version, "kind": parameter.kind}
        binding["paramRef"] = {"selector": {}, "parameterNotFoundAction": "Allow"}
    bound = [(name, namespaces, list(actions))]
    if namespaces is ORGANIZATIONS and list(actions) == ["Deny"] and not is_permanent:
        bound = [
            (name, ENFORCED, ["Deny"]),
            (f"{name}-{labels.AUDIT}", AUDITED, ["Warn", "Audit"]),
        ]
    return Guard(
        policy=manifest(_API, "ValidatingAdmissionPolicy", name, spec=spec),
        bindings=tuple(
            manifest(
                _API,
                "ValidatingAdmissionPolicyBinding",
                called,
                spec={
                    **binding,
                    "validationActions": how,
                    **(
                        {"matchResources": {"namespaceSelector": where}}
                        if where is not None
                        else {}
                    ),
                },
            )
            for called, where, how in bound
        ),
    )


def constraints(resources: Iterable[Resources], objects: Manifest | None = None) -> Manifest:
    """Return a policy's match constraints: *resources* that have the labels of *objects*."""
    found: Manifest = {
        "matchPolicy": "Equivalent",
        "resourceRules": [
            {
                "apiGroups": [kinds.group],
                # The API server checks the types of expressions only if a version is named.
                "apiVersions": list(kinds.versions),
                "operations": list(kinds.operations),
                "resources": list(kinds.names),
            }
            for kinds in resources
        ],
    }
    if objects is not None:
        found["objectSelector"] = objects
    return found


def _validation(rule: PolicyRule) -> Manifest:
    return {
        "expression": rule.expression,
        "messageExpression" if rule.computed else "message": rule.message,
        "reason": "Forbidden",
    }

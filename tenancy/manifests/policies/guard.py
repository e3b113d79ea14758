"""
What every guard has in common: a policy, the binding that puts it into force, and who may pass.

Policies run in the API server's own admission, so there is no webhook that may be down.
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
    "guard",
    "text",
    "texts",
]

_API: Final = "admissionregistration.k8s.io/v1"


@attrs.frozen(kw_only=True)
class RequiredPermission:
    """A verb on a virtual resource; RBAC knows it although no object of the kind exists."""

    group: str
    resource: str
    verb: str


MANAGE: Final = RequiredPermission(group=labels.DOMAIN, resource="tenancy", verb="manage")
"""What operators hold, and the guards ask for."""


@attrs.frozen(kw_only=True)
class Guard:
    """A policy, and the bindings that put it into force."""

    policy: Manifest
    bindings: tuple[Manifest, ...]


@attrs.frozen
class Condition:
    """A named expression: a condition without which the policy does not look, or a variable."""

    name: str
    expression: str


@attrs.frozen
class PolicyRule:
    """
    What has to hold.

    Attributes:
        expression: True if it holds.
        message: What the person reads otherwise: text, or an expression if it is *computed*.
    """

    expression: str
    message: str
    computed: bool = False


@attrs.frozen
class Resources:
    """Kinds of one API group; main resources are listed by name, never with a wildcard."""

    group: str
    names: Sequence[str]
    operations: Sequence[str] = ("CREATE", "UPDATE")


@attrs.frozen
class Parameter:
    """
    A cluster-wide kind beside each of whose objects a policy looks, as `params`.

    Where there is no such object, the policy does not look.
    """

    api_version: str
    kind: str


def text(value: str) -> str:
    r"""
    Return *value* as a text in an expression, whatever stands in it.

    >>> text("it's \"quoted\"")
    '"it\'s \\"quoted\\""'
    """
    return json.dumps(value, ensure_ascii=False)


def texts(values: Iterable[str]) -> str:
    """
    Return *values* as a list of texts in an expression.

    >>> texts(["a", "b"])
    '["a", "b"]'
    """
    return f"[{', '.join(text(value) for value in values)}]"


def annotation(key: str, separator: str = ",") -> str:
    """
    Return the expression for the annotation *key* of the namespace, as a list.

    Only operators can write it, for the namespace guard says so.
    """
    return (
        f"namespaceObject.metadata.?annotations[{text(key)}].orValue('')"
        f".split('{separator}').filter(item, item != '')"
    )


AUTHORISED: Final = (
    f"authorizer.group({text(MANAGE.group)}).resource({text(MANAGE.resource)})"
    f".check({text(MANAGE.verb)}).allowed()"
)
"""Whether the caller is an operator."""

NOT_AUTHORISED: Final = Condition("not-an-operator", f"!{AUTHORISED}")


def changed(value: str) -> Condition:
    """
    Return that *value*, written with `{}` for the object, is new.

    An update that leaves it alone passes, whoever makes it: the garbage collector takes
    finalizers away, also from what operators wrote and nobody else may write.

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
"""Who cleans up. Without them no namespace that holds a guarded object ever goes."""

_EXISTS: Final = ({"key": labels.ORGANIZATION, "operator": "Exists"},)

ORGANIZATIONS: Final[Manifest] = {"matchExpressions": list(_EXISTS)}
"""Selects the namespaces of organizations. Their labels are guarded, so none can slip out."""

_IN_AUDIT: Final = {"key": labels.ENFORCEMENT, "operator": "In", "values": [labels.AUDIT]}

AUDITED: Final[Manifest] = {"matchExpressions": [*_EXISTS, _IN_AUDIT]}
"""Those in which policies only warn."""

ENFORCED: Final[Manifest] = {"matchExpressions": [*_EXISTS, {**_IN_AUDIT, "operator": "NotIn"}]}
"""All others, also those whose label is missing or has an unknown value."""


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
        name: What stands in every refusal.
        resources: What it looks at.
        rules: What has to hold.
        conditions: Without which it does not look.
        variables: Named expressions that rules use.
        namespaces: Looks only at objects in namespaces with these labels. Default: everywhere.
            Never for namespaces themselves, whose new labels it would be matched with.
        objects: Looks only at objects that have these labels, before or after.
        actions: Default: refuse.
        is_permanent: Whether it refuses in namespaces in audit too. Default: there it warns,
            if it looks at namespaces of organizations.
        parameter: The kind that rules know as `params`. Default: none.
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
    """Return what a policy looks at: *resources*, those with the labels of *objects*."""
    found: Manifest = {
        "matchPolicy": "Equivalent",
        "resourceRules": [
            {
                "apiGroups": [kinds.group],
                # The API server checks the types of expressions only where a version is named.
                "apiVersions": ["v1"],
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

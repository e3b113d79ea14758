"""
The namespace guard: only operators set a namespace's labels of ours.

Every other guard and every network policy trusts them. Labels can also be changed through the
subresources `status` and `finalize`, so all three are checked.
The binding has no namespace selector: it would be matched with the new labels, so removing the
label would also remove the guard.
"""

from typing import Final

from tenancy.kubernetes import labels
from tenancy.manifests.policies.guard import (
    AUTHORISED,
    CONTROLLERS,
    MANAGE,
    Condition,
    Guard,
    PolicyRule,
    Resources,
    guard,
    text,
    texts,
)

__all__ = ["NAME", "namespaces"]

NAME: Final = "tenancy-namespaces"

_DOMAIN: Final = f"{labels.DOMAIN}/"
_GUARDED_ANNOTATIONS: Final = (_DOMAIN, "scheduler.alpha.kubernetes.io/")


def namespaces() -> Guard:
    """Return the guard of every namespace that has, or would get, one of our labels."""
    return guard(
        NAME,
        [
            Resources(
                "",
                ("namespaces", "namespaces/status", "namespaces/finalize"),
                ("CREATE", "UPDATE", "DELETE"),
            )
        ],
        [
            _rule("request.operation != 'CREATE'", "created with labels of " + labels.DOMAIN),
            _rule("request.operation != 'DELETE'", "deleted"),
            _rule(
                f"request.operation != 'UPDATE' || {_same('labels')}",
                "given other labels",
            ),
            _rule(
                f"request.operation != 'UPDATE' || {_same_annotations()}",
                f"given other annotations of {labels.DOMAIN} or of the scheduler",
            ),
            _rule(
                "request.operation != 'UPDATE' || variables.controller"
                f" || ({_same('ownerReferences', '[]')} && {_same('finalizers', '[]')})",
                "given other owners or finalizers",
            ),
        ],
        conditions=[
            Condition("ours-before-or-after", f"{_ours('oldObject')} || {_ours('object')}")
        ],
        variables=[
            Condition("authorised", AUTHORISED),
            Condition("controller", f"request.userInfo.username in {texts(CONTROLLERS)}"),
        ],
    )


def _rule(expression: str, done: str) -> PolicyRule:
    who = f"only by users who may {MANAGE.verb} {MANAGE.resource}.{MANAGE.group}"
    return PolicyRule(
        f"({expression}) || variables.authorised",
        f"{text('namespace ')} + request.name + {text(f' may be {done} {who}; you are ')}"
        " + request.userInfo.username",
        computed=True,
    )


def _ours(thing: str) -> str:
    held = (
        f"{thing}.metadata.?{field}.orValue({{}}).exists(key, key.startsWith({text(_DOMAIN)}))"
        for field in ("labels", "annotations")
    )
    return f"({thing} != null && ({' || '.join(held)}))"


def _same(field: str, nothing: str = "{}") -> str:
    return (
        f"object.metadata.?{field}.orValue({nothing})"
        f" == oldObject.metadata.?{field}.orValue({nothing})"
    )


def _same_annotations() -> str:
    old, new = (
        f"{thing}.metadata.?annotations.orValue({{}})" for thing in ("oldObject", "object")
    )
    guarded = " || ".join(f"key.startsWith({text(start)})" for start in _GUARDED_ANNOTATIONS)
    return (
        f"({old}.all(key, !({guarded}) || (key in {new} && {new}[key] == {old}[key]))"
        f" && {new}.all(key, !({guarded}) || key in {old}))"
    )

"""Codes of findings: the plan."""

from typing import Final

from tenancy.diagnostics.codes.code import Code, Group
from tenancy.diagnostics.severity import Severity

__all__ = ["GROUP"]

_WARNING: Final = Severity.WARNING
_NOT_CHECKED: Final = Severity.NOT_CHECKED

GROUP: Final = Group(
    "The plan",
    (
        Code(
            "quota-below-usage",
            "a new limit is lower than the current use",
            '`pods: "3"` where 5 run',
            "raise it, stop what uses it, or name `<namespace>/<quota key>` under `allowBelowUsage`",
        ),
        Code(
            "usage-not-checked",
            "the cluster has not counted a new quota yet",
            "a quota of a moment ago",
            "wait, and repeat",
            (_NOT_CHECKED,),
        ),
        Code(
            "name-taken",
            "a namespace exists already and was not created by this stack",
            "one made with kubectl",
            "choose another name, or adopt it",
        ),
        Code(
            "last-update-unfinished",
            "the cluster differs from what the last update set out to create",
            "an interrupted update",
            "apply again",
            (_WARNING,),
        ),
        Code(
            "live-not-read",
            "a part of the cluster could not be read",
            "no right to list quotas",
            "give the right to list it",
            (_NOT_CHECKED,),
        ),
        Code(
            "group-members-not-checked",
            "somebody loses a role, and only the identity provider knows who is in which group",
            "a member who is removed",
            "remove them from the groups in the identity provider",
            (_NOT_CHECKED,),
        ),
        Code(
            "network-not-checked",
            "too many pairs of namespaces change at once",
            "a first update with hundreds",
            "change fewer at once",
            (_NOT_CHECKED,),
        ),
    ),
    intro="""\
These come from comparing the files with the last update and with the cluster.
They need the cluster, so `tenancy check` does not make them.""",
)

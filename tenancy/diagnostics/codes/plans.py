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
            '`pods: "3"` where 5 pods run',
            "raise the limit, stop what uses it, or name `<namespace>/<quota key>` under `allowBelowUsage`",
        ),
        Code(
            "usage-not-checked",
            "the cluster has not counted a new quota yet",
            "a quota created a moment ago",
            "wait, and run the command again",
            (_NOT_CHECKED,),
        ),
        Code(
            "name-taken",
            "a namespace exists already and was not created by this stack",
            "a namespace that was created with kubectl",
            "choose another name, or adopt it",
        ),
        Code(
            "namespace-being-deleted",
            "a namespace that the files describe is being deleted",
            "`kubectl delete namespace`, and a finalizer that holds it",
            "wait until the namespace is deleted, then run `tenancy refresh` and `tenancy up`, which create an empty one",
        ),
        Code(
            "namespace-gone",
            "a namespace that the stack's state has does not exist on the cluster; a warning under plain `pulumi`, which may run with `--refresh`",
            "`kubectl delete namespace`",
            "run `tenancy refresh` and `tenancy up`, which create an empty namespace",
            (Severity.ERROR, _WARNING),
        ),
        Code(
            "last-update-unfinished",
            "the cluster differs from what the last update set out to create",
            "an interrupted update, a change by hand",
            "apply again after an interruption; else run `tenancy drift --repair`, or `pulumi up --refresh` for a program with components",
            (_WARNING,),
        ),
        Code(
            "evictions-blocked",
            "a disruption budget by which no pod may be evicted",
            "`minAvailable: 3`, and 3 pods",
            "lower `minAvailable`, or run more pods",
            (_WARNING,),
        ),
        Code(
            "upgrade-changes",
            "a change of Kubernetes between the cluster's release and `--kubernetes`, and what it means for the guardrails",
            "`DRAExtendedResource` of 1.36",
            "do what the finding names",
            (_WARNING,),
        ),
        Code(
            "upgrade-skips",
            "an upgrade over more than one minor release",
            "an upgrade from 1.35 to 1.37",
            "upgrade by one minor release at a time",
            (_WARNING,),
        ),
        Code(
            "upgrade-older",
            "a release that is older than the cluster's, or than what the platform needs",
            "`--kubernetes 1.35` with `allocation: both`",
            "write a newer release",
        ),
        Code(
            "upgrade-unknown",
            "a release whose changes this version of Tenancy does not know",
            "`--kubernetes 1.40`",
            "read the release notes of Kubernetes",
            (_NOT_CHECKED,),
        ),
        Code(
            "live-not-read",
            "a part of the cluster could not be read",
            "no right to list quotas",
            "grant the right to list that part",
            (_NOT_CHECKED,),
        ),
        Code(
            "group-members-not-checked",
            "members lose a role, but may keep access through a group; only the identity provider knows its members",
            "a member who is removed",
            "remove the members from the groups in the identity provider",
            (_NOT_CHECKED,),
        ),
        Code(
            "network-not-checked",
            "too many pairs of namespaces change at once",
            "a first update with hundreds of namespaces",
            "change fewer namespaces at once",
            (_NOT_CHECKED,),
        ),
    ),
    intro="""\
These findings compare the files with the last update and with the cluster.
They need the cluster, so `tenancy check` does not report them.""",
)

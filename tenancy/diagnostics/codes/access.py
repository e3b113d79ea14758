"""Codes of findings: access."""

from typing import Final

from tenancy.diagnostics.codes.code import Code, Group
from tenancy.diagnostics.severity import Severity

__all__ = ["GROUP"]

_ERROR: Final = Severity.ERROR
_WARNING: Final = Severity.WARNING
_NOT_CHECKED: Final = Severity.NOT_CHECKED

GROUP: Final = Group(
    "Access",
    (
        Code(
            "subject-not-one",
            "not exactly one of user, group and serviceAccount",
            "both `user` and `group`",
            "make one entry for each of them",
        ),
        Code(
            "subject-name",
            "a name of the system, a wildcard, a blank or a look-alike",
            "`system:masters`",
            "name your own users and groups",
        ),
        Code(
            "subject-look-alike",
            "two names that differ only in case",
            "`Ana`, `ana`",
            "write the name as the identity provider does",
            (_WARNING,),
        ),
        Code(
            "foreign-service-account",
            "a service account of another organization",
            "`other/builder`",
            "name a service account of this organization, or list it under the platform's `bindableSubjects`",
        ),
        Code(
            "member-namespace-unknown",
            "a namespace that the organization does not have",
            "`namespaces: [dve]`",
            "correct the id",
        ),
        Code(
            "member-namespaces-in-namespace",
            "a member of one namespace lists namespaces",
            "a member under a namespace, with `namespaces: [dev]`",
            "remove the list",
        ),
        Code(
            "member-twice",
            "the same member and role twice",
            "a copied entry",
            "remove one of the entries",
            (_WARNING,),
        ),
        Code(
            "oidc-prefix",
            "a prefix that makes names of the system",
            "`system:`",
            "use a prefix such as `oidc:`",
        ),
        Code(
            "operators-missing",
            "no operator could change what the admission policies protect",
            "`operators: []`",
            "name a group of operators",
        ),
        Code(
            "role-unknown",
            "a role that does not exist; *not checked* where the platform is not described",
            "`develper`",
            "name an existing role",
            (
                _ERROR,
                _NOT_CHECKED,
            ),
        ),
        Code(
            "role-aggregated",
            "a role of Kubernetes that others may extend",
            "`kubernetes:edit`",
            "use a built-in role",
            (_WARNING,),
        ),
        Code(
            "role-name",
            "a role's name is not a DNS label",
            "`Auditor`",
            "write it in lower case",
        ),
        Code("role-name-reserved", "a built-in role's name", "`admin`", "rename it"),
        Code(
            "role-rule-empty",
            "a rule without groups, resources or verbs",
            "`verbs: []`",
            "write the missing part",
        ),
        Code(
            "public-kind",
            "a kind that readers of the public namespace may never read, or a name that is not a kind",
            "`reads: [secrets]`, `reads: [pods/exec]`",
            "remove the kind",
        ),
        Code("role-wildcard", "`*` in a rule", '`resources: ["*"]`', "write out what is meant"),
        Code(
            "role-escalation",
            "a right that reaches beyond the namespace, or past its quotas and policies",
            "`nodes/proxy`",
            "remove the right",
        ),
        Code(
            "role-group",
            "an API group that is not valid",
            "`apps/v1`",
            "write the API group without the version",
        ),
        Code(
            "role-group-unknown",
            "an API group that Tenancy does not know, without a reason",
            "`apiGroups: [example.com]`",
            "write a `reason`, or remove the rule",
        ),
        Code(
            "role-resource",
            "a resource that the groups do not have",
            "`pod`",
            "write the plural name",
        ),
        Code("role-verb", "a verb that does not exist", "`read`", "write `get`"),
        Code(
            "role-token",
            "tokens of every service account of the namespace",
            "`serviceaccounts/token`",
            "remove the right",
            (_WARNING,),
        ),
        Code(
            "role-cluster-scoped",
            "a resource that is not in a namespace",
            "`storageclasses`",
            "remove the resource",
            (_WARNING,),
        ),
    ),
)

"""Codes of findings: namespaces in audit, and adoption."""

from typing import Final

from tenancy.diagnostics.codes.code import Code, Group
from tenancy.diagnostics.severity import Severity

__all__ = ["GROUP"]

_ERROR: Final = Severity.ERROR
_WARNING: Final = Severity.WARNING

GROUP: Final = Group(
    "Adoption and audit",
    (
        Code(
            "audit-without-reason",
            "a namespace in audit without a reason",
            "`enforcement: {mode: audit}`",
            "write `reason`",
        ),
        Code(
            "audit-without-end",
            "an audit without a last day, where the platform limits its length",
            "`limits.auditDays: 90` and no `until`",
            "write `until`",
        ),
        Code(
            "audit-over",
            "the last day of an audit is in the past",
            "`until: 2026-01-31`",
            "write `mode: enforce`, or a later day",
        ),
        Code(
            "audit-too-long",
            "an audit that is longer than the platform allows",
            "`until` in two years",
            "write an earlier day",
        ),
        Code(
            "audit-level-unused",
            "a Pod Security level for an audit that is over",
            "`{mode: enforce, podSecurity: baseline}`",
            "remove the level",
            (_WARNING,),
        ),
        Code(
            "shared-not-managed",
            "enforcement of a shared namespace in which Tenancy manages nothing",
            "`{managed: false, enforcement: {mode: enforce}}`",
            "remove the key, or take the namespace over with `tenancy adopt --shared`",
        ),
        Code(
            "pods-refused",
            "pods that run, and would be refused when they start again",
            "`hostNetwork: true` where `baseline` is to be enforced",
            "correct the pods, or name the workload under `enforcement.mayStop`",
            (_ERROR, _WARNING),
        ),
        Code(
            "connection-stopped",
            "a connection that an object names, and that network policies would stop",
            "an Ingress to a namespace whose `network.ingress` names no controller",
            "write the connection under `network`, or name the object under `enforcement.mayStop`",
            (_ERROR, _WARNING),
        ),
        Code(
            "weakened",
            "a change of an adopted namespace that allows more than its objects do on the cluster",
            "`mode: enforce` with `podSecurity: baseline`, where `restricted` was kept in audit",
            "write the value that the cluster has, or name the object under `enforcement.mayWeaken`",
            (_ERROR, _WARNING),
        ),
        Code(
            "change-refused",
            "an object that stays, and whose next change the admission policies would refuse",
            "a Service of type NodePort, an Ingress without a host, `maxUnavailable: 0`",
            "correct the object; it stays as it is until its next change",
            (_WARNING,),
        ),
        Code(
            "pods-not-checked",
            "pods that were not tested against the admission policies before these are enforced",
            "a namespace that is enforced at once when it is adopted",
            "put the namespace in audit first",
            (Severity.NOT_CHECKED,),
        ),
    ),
)

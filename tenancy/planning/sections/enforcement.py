"""Enforcement: pods that would be refused at their next start, and stopped connections."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

import attrs
from pydantic import with_config
from typing_extensions import TypedDict

from tenancy.diagnostics import Finding, Origin, Severity, counted, joined
from tenancy.kubernetes.pods import Fields, pod_amounts, pod_security_violations
from tenancy.model import Live, LiveWorkloads, Namespace, Platform, Workload
from tenancy.planning.comparison import Comparison
from tenancy.planning.enforced_namespaces import Watched, watched
from tenancy.planning.facts import Fact, Importance, shortened
from tenancy.planning.pod_limits import limit_range_violations, quota_violations
from tenancy.planning.refused_changes import refused_objects
from tenancy.planning.section import Section
from tenancy.planning.shapes import CLOSED
from tenancy.planning.shared_namespaces import is_shared
from tenancy.planning.stopped_traffic import stopped_connections

__all__ = ["Enforced", "Stopped"]


@attrs.frozen(kw_only=True, slots=True)
class Stopped:
    """
    A workload that would be refused at its next start, or a connection that would stop.

    Attributes:
        kind: `pods`; `connection`; `token`: pods would no longer have a token of `default`; or
            `change`: an object that stays, and whose next change would be refused.
        object: Such as `Deployment/web`.
        reason: Why it would be refused, or which connection it is.
        remedy: What to do.
        is_audit: Whether the namespace is in audit, so that nothing is refused yet.
        is_allowed: Whether the namespace's `mayStop` names it.
    """

    organization: str | None
    namespace: str
    kind: str
    object: str
    reason: str
    remedy: str
    is_audit: bool
    is_allowed: bool
    origin: Origin


@with_config(CLOSED)
class StoppedData(TypedDict):
    """A workload that would be refused at its next start, or a connection that would stop."""

    organization: str | None
    namespace: str
    kind: str
    object: str
    reason: str
    audit: bool


@attrs.frozen
class Enforced(Section):
    """
    Workloads and connections that enforcement would refuse or stop.

    Attributes:
        stopped: All of them.
        unasked: Namespaces whose pods were not tested against the admission policies.
        exempt: Namespaces whose pods were tested as an operator, who is exempt from some.
    """

    name = "enforcement"
    shape = list[StoppedData]

    stopped: Sequence[Stopped]
    unasked: Sequence[Watched]
    exempt: Sequence[Watched] = ()

    @classmethod
    def compute(cls, comparison: Comparison) -> "Enforced":
        """Return the section; empty if the cluster was not read."""
        live = comparison.live
        if live is None or live.workloads is None:
            return cls((), ())
        some = watched(comparison, live)
        found = [
            stopped
            for one in some
            for stopped in (
                *_pods(one, comparison.platform, live.workloads),
                *_tokens(one, live.workloads),
                *_changes(one, comparison.platform, live.workloads),
            )
        ]
        found += _connections(comparison, some, live)
        asked = live.workloads.policy_answers
        unasked = tuple(
            one
            for one in some
            if one.is_new
            # The admission policies apply to namespaces of organizations only.
            and not is_shared(one.namespace)
            and any(
                workload.name not in asked.get(one.namespace.name, {})
                for workload in live.workloads.workloads.get(one.namespace.name, ())
            )
        )
        exempt = tuple(one for one in some if live.workloads.is_exempt and one not in unasked)
        return cls(tuple(dict.fromkeys(found)), unasked, exempt)

    @property
    def changes(self) -> Sequence[Stopped]:
        """What is refused after this update; in audit nothing is refused."""
        return tuple(one for one in self.stopped if not one.is_audit)

    def facts(self) -> Iterator[Fact]:
        """Yield one fact for each workload and connection."""
        for one in self.stopped:
            importance = Importance.NOTE if one.is_audit else Importance.DANGER
            yield self.fact(_text(one), importance, one.organization)
        by_organization: dict[str, list[str]] = {}
        for unasked in self.unasked:
            namespace = unasked.namespace
            by_organization.setdefault(namespace.organization, []).append(namespace.name)
        for organization, names in by_organization.items():
            text = (
                f"{shortened(names)}: their pods were not tested against the admission policies"
            )
            yield self.fact(text, Importance.NOTE, organization)

    def data(self) -> list[StoppedData]:
        """Return the data, in order."""
        return [
            {
                "organization": one.organization,
                "namespace": one.namespace,
                "kind": one.kind,
                "object": one.object,
                "reason": one.reason,
                "audit": one.is_audit,
            }
            for one in self.stopped
        ]

    def findings(self) -> Iterator[Finding]:
        """Refuse what would stop and is not named, and list what was not checked."""
        for one in self.stopped:
            if not one.is_audit:
                yield _finding(one)
        for unasked in self.unasked:
            namespace = unasked.namespace
            if not unasked.is_audit:
                yield _not_checked(
                    namespace,
                    "the admission policies, which can be tested only in a namespace that is in"
                    " audit",
                    "apply enforcement: {mode: audit} first, and plan again",
                )
        for exempt in self.exempt:
            if exempt.is_new and not exempt.is_audit and not is_shared(exempt.namespace):
                yield _not_checked(
                    exempt.namespace,
                    "the admission policies from which operators are exempt, because your user"
                    " may not impersonate the service account that creates pods",
                    "allow your user to impersonate the service account replicaset-controller"
                    " in kube-system, and plan again",
                )


def _not_checked(namespace: Namespace, what: str, remedy: str) -> Finding:
    return Finding(
        code="pods-not-checked",
        origin=namespace.enforcement.origin or namespace.origin,
        found=f"the pods of {namespace.name} against {what}",
        allowed="pods that start again after they end",
        remedy=remedy,
        severity=Severity.NOT_CHECKED,
        organization=namespace.organization,
    )


_WARNED: Final = ("token", "change")
"""Kinds of rows that do not lose a pod or a connection."""
_CODES: Final = {
    "pods": "pods-refused",
    "token": "pods-refused",
    "connection": "connection-stopped",
    "change": "change-refused",
}


def _text(one: Stopped) -> str:
    is_pods = one.kind == "pods"
    if one.is_audit:
        verb = "would be refused at its next start" if is_pods else "would stop"
    else:
        verb = "will be refused at its next start" if is_pods else "will stop"
    if one.kind in _WARNED:
        return f"{one.namespace}: {one.object}: {one.reason}"
    if not is_pods:
        return f"{one.namespace}: {one.reason} {verb} (named by {one.object})"
    return f"{one.namespace}: {one.object} {verb}: {one.reason}"


def _finding(one: Stopped) -> Finding:
    return Finding(
        code=_CODES[one.kind],
        origin=one.origin,
        found=_text(one),
        allowed="workloads keep running and can start again",
        remedy=one.remedy
        if one.kind in _WARNED
        else f"{one.remedy}, or list {one.object!r} under enforcement.mayStop",
        severity=Severity.WARNING if one.is_allowed or one.kind in _WARNED else Severity.ERROR,
        organization=one.organization,
    )


def _pods(one: Watched, platform: Platform, live: LiveWorkloads) -> Iterator[Stopped]:
    namespace = one.namespace
    answers = live.policy_answers.get(namespace.name, {})
    judged: set[str] = set()
    for workload in live.workloads.get(namespace.name, ()):
        reasons = _reasons(one, workload, answers.get(workload.name, ()))
        for reason, remedy in (*reasons, *_devices(one, platform, workload)):
            judged.add(workload.name)
            yield _stopped(one, "pods", workload.name, reason, remedy)
    if not judged:
        # The API server may have reasons that the evaluator does not know.
        for warning in live.pod_security_answers.get(namespace.name, ()):
            yield _stopped(
                one, "pods", f"Pod/{warning.partition(' ')[0].rstrip(':')}", warning, _LEVEL
            )


_LEVEL: Final = "correct the pods, or write a looser podSecurity"
_ANSWER: Final = re.compile(
    r"Validation failed for ValidatingAdmissionPolicy '([^']*)' with binding '[^']*'"
)


def _reasons(
    one: Watched, workload: Workload, answers: Sequence[str]
) -> Iterator[tuple[str, str]]:
    namespace, spec = one.namespace, workload.spec
    level, allowed = namespace.pod_security.enforce, namespace.pod_security.capabilities
    many = f" ({counted(workload.pods, 'pod')})" if workload.pods > 1 else ""
    if reasons := pod_security_violations(level, workload.metadata, spec, allowed):
        yield f"Pod Security {level}: {'; '.join(reasons)}{many}", _LEVEL
    if not one.is_new:
        return
    ranges = namespace.limit_ranges
    if reasons := limit_range_violations(spec, ranges):
        yield f"limit range: {'; '.join(reasons)}{many}", "correct the pods, or the limit range"
    if reasons := quota_violations(spec, namespace.quotas, ranges):
        remedy = "add it to the pods, or write a default in limitRange"
        yield f"{'; '.join(reasons)}{many}", remedy
    for answer in dict.fromkeys(answers):
        if "PodSecurity" not in answer:
            yield f"{_answer(answer)}{many}", "correct the pods"


def _devices(one: Watched, platform: Platform, workload: Workload) -> Iterator[tuple[str, str]]:
    """Yield the devices of *workload* that the quota of a shared namespace sets to 0."""
    if not one.is_new or not is_shared(one.namespace):
        return
    requested = {key.removeprefix("requests.") for key in pod_amounts(workload.spec)}
    if resources := sorted(requested & set(platform.gpu_resources)):
        yield (
            f"its pods request {joined(resources)}, and shared namespaces have no GPUs",
            "run it in a namespace of an organization with a grant",
        )


def _answer(text: str) -> str:
    """Return the answer of an admission policy, after the policy's name."""
    return _ANSWER.sub(r"policy \1", text)


def _tokens(one: Watched, live: LiveWorkloads) -> Iterator[Stopped]:
    if not one.is_new or one.namespace.name in live.token_unmounted:
        return
    for workload in live.workloads.get(one.namespace.name, ()):
        if _uses_default_token(workload.spec):
            yield _stopped(
                one,
                "token",
                workload.name,
                "its pods get the token of the service account default today, and none once it"
                " is enforced",
                "set automountServiceAccountToken: true or another service account in the pods",
            )


def _uses_default_token(spec: Fields) -> bool:
    account = spec.get("serviceAccountName") or spec.get("serviceAccount") or "default"
    return account == "default" and spec.get("automountServiceAccountToken") is None


def _changes(one: Watched, platform: Platform, live: LiveWorkloads) -> Iterator[Stopped]:
    if not one.is_new or is_shared(one.namespace):
        return
    for found in refused_objects(one.namespace, platform, live):
        refusal = found.refusal
        refused = "new ones like it" if refusal.is_new else "changes to it"
        yield _stopped(
            one,
            "change",
            found.object,
            f"it stays, and once the namespace is enforced, {refused} are refused"
            f" {'because' if refusal.is_new else 'while'} {refusal.reason}",
            refusal.remedy,
        )


def _connections(
    comparison: Comparison, some: Sequence[Watched], live: Live
) -> Iterator[Stopped]:
    assert live.workloads is not None
    names = {name: there.labels for name, there in (live.namespaces or {}).items()}
    starting = [one for one in some if one.is_new and not one.is_audit]
    in_audit = [one for one in some if one.is_audit]
    for group, others in ((starting, []), (in_audit, starting)):
        if not group:
            continue
        by_name = {one.namespace.name: one for one in group}
        for found in stopped_connections(
            _namespaces([*group, *others]),
            comparison.platform,
            live.workloads,
            names,
            _accounts(live),
        ):
            if found.namespace in by_name:
                yield _stopped(
                    by_name[found.namespace],
                    "connection",
                    found.object,
                    found.what,
                    _FOR_SHARED
                    if is_shared(by_name[found.namespace].namespace)
                    else found.remedy,
                )


def _accounts(live: Live) -> frozenset[tuple[str, str]]:
    """Return namespace and name of every service account that a binding names."""
    access = live.access
    bindings = (*(access.role_bindings or ()), *(access.cluster_role_bindings or ()))
    start = "ServiceAccount "
    return frozenset(
        (namespace, name)
        for binding in bindings
        for subject in binding.subjects
        if subject.startswith(start)
        for namespace, _, name in [subject.removeprefix(start).partition("/")]
    )


_FOR_SHARED: Final = (
    "list the service under services of the shared namespace, or allow the traffic by a"
    " NetworkPolicy in it"
)


def _namespaces(some: Sequence[Watched]) -> list[Namespace]:
    return [one.namespace for one in some]


def _stopped(one: Watched, kind: str, what: str, reason: str, remedy: str) -> Stopped:
    namespace = one.namespace
    return Stopped(
        organization=namespace.organization or None,
        namespace=namespace.name,
        kind=kind,
        object=what,
        reason=reason,
        remedy=remedy,
        is_audit=one.is_audit,
        is_allowed=what in namespace.enforcement.may_stop,
        origin=namespace.enforcement.origin or namespace.origin,
    )

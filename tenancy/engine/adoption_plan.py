"""The plan of an adoption: refusals, those of enforcement, and gained and lost roles."""

from collections.abc import Collection, Iterable, Iterator, Mapping

import attrs

from tenancy.assessment import Assessment
from tenancy.config.document import JSON
from tenancy.diagnostics import Finding, errors_in
from tenancy.drifting import Identity
from tenancy.manifests import Manifest
from tenancy.planning import (
    Enforced,
    PreviousUpdate,
    compared_with,
    plan_for,
    read_cluster,
    snapshot,
)

__all__ = ["AdoptionPlan", "adoption_plan", "subject_changes"]

_LEFT_OUT = ("name-taken", "last-update-unfinished")
"""Findings that are left out: an adoption takes over existing objects on purpose."""


@attrs.frozen(kw_only=True)
class AdoptionPlan:
    """
    The plan of an adoption.

    Attributes:
        lines: What enforcement would refuse and stop, in sentences.
        findings: Reasons to refuse the adoption, warnings, and what was not checked.
    """

    lines: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that refuse the adoption."""
        return tuple(errors_in(self.findings))


def adoption_plan(after: Assessment, stack: str, names: Collection[str]) -> AdoptionPlan:
    """
    Return the plan of an update of only the namespaces *names*, with all its checks.

    Raises:
        ClusterError: The cluster does not answer.
    """
    environment = after.tenancy.environments.get(stack)
    now = (
        snapshot.platform(after.tenancy.platforms[stack])
        if environment is None
        else snapshot.environment(environment)
    )
    previous = PreviousUpdate(
        tenancy=compared_with(now, {}, names), cluster_uid=None, only=frozenset(names)
    )
    cluster = read_cluster(after, stack, previous, is_required=True)
    planned = plan_for(after, stack, previous, cluster)
    own = set(after.findings)
    return AdoptionPlan(
        lines=tuple(fact.text for fact in planned.plan.section(Enforced).facts()),
        findings=tuple(f for f in planned.findings if f.code not in _LEFT_OUT and f not in own),
    )


def subject_changes(
    desired: Iterable[Manifest], live: Mapping[Identity, Mapping[str, JSON]]
) -> Iterator[str]:
    """Yield who gains and who loses a role by the role bindings of *desired*."""
    for manifest in desired:
        if manifest["kind"] != "RoleBinding":
            continue
        identity = Identity.of(manifest)
        before = _subjects(live.get(identity, {}))
        after = _subjects(manifest)
        role = _role(manifest)
        for who in sorted(after - before):
            yield f"{identity.namespace}: {who} gains {role}"
        for who in sorted(before - after):
            yield f"{identity.namespace}: {who} loses {role}"


def _subjects(binding: Mapping[str, object]) -> frozenset[str]:
    found = binding.get("subjects")
    return frozenset(
        "/".join(
            str(one[key]) for key in ("kind", "namespace", "name") if one.get(key) is not None
        )
        for one in (found if isinstance(found, list) else ())
        if isinstance(one, dict)
    )


def _role(binding: Mapping[str, object]) -> str:
    role = binding.get("roleRef")
    return f"{role.get('kind')} {role.get('name')}" if isinstance(role, dict) else ""

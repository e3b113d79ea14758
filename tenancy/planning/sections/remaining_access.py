"""Access that remains after the loss of a role, and what the update does about it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import attrs
from pydantic import with_config
from typing_extensions import TypedDict

from tenancy.diagnostics import Finding, Origin, Severity, joined
from tenancy.model import RoleBinding
from tenancy.planning.comparison import Comparison
from tenancy.planning.facts import Fact, Importance, shortened
from tenancy.planning.kept_bindings import KeptBinding, kept_bindings
from tenancy.planning.permissions import AllowedData, allowed_data, described
from tenancy.planning.remaining_access import (
    BindingRemoval,
    KeptAccess,
    ReachableAccount,
    RemainingAccess,
    remaining_access,
)
from tenancy.planning.section import Section
from tenancy.planning.shapes import CLOSED

__all__ = ["RemainingAccessSection"]

_HOUR: Final = 3600
_YEAR: Final = 365 * 24 * _HOUR


@with_config(CLOSED)
class RemovalData(TypedDict):
    """A binding outside of the files, and the subjects that the update removes from it."""

    namespace: str
    name: str
    role: str
    subjects: list[str]
    deleted: bool


@with_config(CLOSED)
class TokenSecretData(TypedDict):
    """A Secret with a token of a service account, which the update deletes."""

    namespace: str
    name: str
    serviceAccount: str


@with_config(CLOSED)
class AccountData(TypedDict):
    """A service account whose tokens a subject that loses all access may have."""

    namespace: str
    name: str
    subjects: list[str]
    pods: list[str] | None
    requestedSeconds: int | None
    podSeconds: int | None
    boundedSince: str | None


@with_config(CLOSED)
class StillData(TypedDict):
    """A binding that still gives access to a subject that loses a role."""

    subject: str
    through: str
    kind: str
    namespace: str | None
    name: str
    role: str
    allowed: list[AllowedData] | None
    reason: str


@with_config(CLOSED)
class KeptData(TypedDict):
    """A binding in the stack's namespaces that Tenancy did not create: its subjects."""

    namespace: str
    name: str
    role: str
    adopted: bool
    before: list[str]
    after: list[str]
    allowed: list[AllowedData] | None


@with_config(CLOSED)
class RemainingAccessData(TypedDict):
    """Remaining access, and what the update does about it."""

    removed: list[RemovalData]
    tokenSecrets: list[TokenSecretData]
    serviceAccounts: list[AccountData]
    stillHas: list[StillData]
    keptBindings: list[KeptData]


@attrs.frozen
class RemainingAccessSection(Section):
    """
    The access that remains after the loss of a role.

    Attributes:
        kept: Every binding in the stack's namespaces that Tenancy did not create.
        concerned: Namespaces in which access changes, or which are new to the stack.
        leaving: The subjects that lose a role.
        origin: Where the stack's config begins.
    """

    name = "remainingAccess"
    shape = RemainingAccessData

    remaining: RemainingAccess
    kept: Sequence[KeptBinding]
    concerned: frozenset[str]
    leaving: Sequence[str]
    origin: Origin

    @classmethod
    def compute(cls, comparison: Comparison) -> "RemainingAccessSection":
        """Return the section; what could not be read is empty and reported as not checked."""
        platform, environment = comparison.platform, comparison.environment
        origin = platform.origin if environment is None else environment.origin
        leaving = comparison.leavers
        live = comparison.live
        remaining = RemainingAccess()
        kept: tuple[KeptBinding, ...] = ()
        if live is not None:
            remaining = remaining_access(leaving, live.access, platform)
            kept = tuple(
                kept_bindings(comparison.namespaces_after, live.access, remaining.removals)
            )
        old = {n.name: _members(n.bindings) for n in comparison.namespaces_before}
        return cls(
            remaining=remaining,
            kept=kept,
            concerned=frozenset(
                n.name
                for n in comparison.namespaces_after
                if old.get(n.name) != _members(n.bindings)
            ),
            leaving=tuple(dict.fromkeys(leaver.subject for leaver in leaving)),
            origin=origin,
        )

    @property
    def changes(self) -> Sequence[object]:
        """The access that the update removes."""
        return (*self.remaining.removals, *self.remaining.token_secrets)

    def facts(self) -> Iterator[Fact]:
        """Yield the remaining access, the removed access, and tokens that may stay valid."""
        for still in self.remaining.kept:
            yield self.fact(_still(still), Importance.DANGER, still.organization)
        organizations = {one.binding.namespace: one.organization for one in self.kept}
        for removal in self.remaining.removals:
            yield self.fact(
                _removal(removal), Importance.LESS, organizations[removal.namespace]
            )
        accounts = {a.namespace: a.organization for a in self.remaining.accounts}
        for secret in self.remaining.token_secrets:
            yield self.fact(
                f"the Secret {secret.namespace}/{secret.name}, a token of the service account"
                f" {secret.service_account} that never expires, is deleted: a member who loses "
                "access could read it",
                Importance.LESS,
                accounts.get(secret.namespace),
            )
        for same in _grouped(self.remaining.accounts):
            yield self.fact(_accounts(same), Importance.DANGER, same[0].organization)
        for one in self.kept:
            if one.binding.namespace in self.concerned and one.after:
                yield self.fact(_kept(one), Importance.NOTE, one.organization)

    def data(self) -> RemainingAccessData:
        """Return all remaining access, and every kept binding."""
        return {
            "removed": [
                {
                    "namespace": one.namespace,
                    "name": one.name,
                    "role": one.role,
                    "subjects": list(one.subjects),
                    "deleted": one.is_deleted,
                }
                for one in self.remaining.removals
            ],
            "tokenSecrets": [
                {
                    "namespace": one.namespace,
                    "name": one.name,
                    "serviceAccount": one.service_account,
                }
                for one in self.remaining.token_secrets
            ],
            "serviceAccounts": [_account_data(one) for one in self.remaining.accounts],
            "stillHas": [_still_data(one) for one in self.remaining.kept],
            "keptBindings": [
                {
                    "namespace": one.binding.namespace,
                    "name": one.binding.name,
                    "role": one.binding.role,
                    "adopted": one.is_adopted,
                    "before": list(one.before),
                    "after": list(one.after),
                    "allowed": None
                    if one.allowed is None
                    else [allowed_data(allowed) for allowed in one.allowed],
                }
                for one in self.kept
            ],
        }

    def findings(self) -> Iterator[Finding]:
        """Report that the memberships of groups could not be checked."""
        groups = [name for name in self.leaving if name.startswith("Group ")]
        users = [name for name in self.leaving if name.startswith("User ")]
        parts = [f"who is in {shortened(groups)}"] if groups else []
        if users:
            parts.append(f"in which groups {shortened(users)} {_is(users)}")
        if parts:
            yield Finding(
                code="group-members-not-checked",
                origin=self.origin,
                found=f"{joined(parts)}: this is known only to the identity provider",
                allowed="members who do not keep access through a group after losing a role",
                remedy="remove them from the groups in the identity provider",
                severity=Severity.NOT_CHECKED,
            )


def _is(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _members(bindings: Iterable[RoleBinding]) -> frozenset[tuple[str, str]]:
    return frozenset(
        (binding.role, str(subject)) for binding in bindings for subject in binding.subjects
    )


def _still(one: KeptAccess) -> str:
    what = "access that was not read" if one.allowed is None else described(one.allowed, ())
    by = f"by {one.binding}"
    if one.through != one.subject:
        by += f" for {one.through}"
    return f"{one.subject} still has {what} {by} ({one.binding.role}); kept: {one.reason}"


def _removal(one: BindingRemoval) -> str:
    end = "; no subject remains in it, so it is deleted" if one.is_deleted else ""
    return (
        f"{joined(one.subjects)} {_is(one.subjects)} removed from RoleBinding"
        f" {one.namespace}/{one.name} ({one.role}), which is not in the files{end}"
    )


def _kept(one: KeptBinding) -> str:
    what = "what was not read" if one.allowed is None else described(one.allowed, ())
    origin = "is taken over" if one.is_adopted else "no file has"
    gone = [subject for subject in one.before if subject not in one.after]
    change = f"; no longer {joined(gone)}" if gone else ""
    return (
        f"{shortened(one.after)} {'have' if len(one.after) > 1 else 'has'} {what} by"
        f" {one.binding} ({one.binding.role}), which {origin}{change}"
    )


def _accounts(same: Sequence[ReachableAccount]) -> str:
    """Return one sentence about accounts of one namespace that concern the same subjects."""
    first = same[0]
    lasting = []
    if first.requested_seconds is not None:
        lasting.append(_requested(first, first.requested_seconds))
    if first.pod_seconds is not None:
        lasting.append(
            "a token from a pod lasts while the pod exists, at most "
            f"{_duration(first.pod_seconds)}"
        )
    pods = [pod for account in same for pod in account.pods or ()]
    running = f"; their pods: {joined(pods)}" if pods else ""
    return (
        f"{joined(first.subjects)} may have tokens of the service accounts"
        f" {joined([account.name for account in same])} in {first.namespace}:"
        f" {'; '.join(lasting)}; --renew-service-accounts invalidates all of them{running}"
    )


def _requested(account: ReachableAccount, seconds: int) -> str:
    text = f"a requested token lasts up to {_duration(seconds)}"
    if account.bounded_since:
        return f"{text}; one requested before {account.bounded_since} may last longer"
    if account.bounded_since is None:
        return f"{text} if the policy tenancy-token-requests was active, which was not checked"
    return (
        "a requested token lasts for the requested time, because the policy"
        " tenancy-token-requests is not on the cluster"
    )


def _duration(seconds: int) -> str:
    if seconds >= _YEAR:
        return "a year"
    if seconds % _HOUR == 0:
        hours = seconds // _HOUR
        return f"{hours} hour{'' if hours == 1 else 's'}"
    return f"{seconds} seconds"


def _grouped(accounts: Iterable[ReachableAccount]) -> Iterator[Sequence[ReachableAccount]]:
    groups: dict[tuple[str, tuple[str, ...]], list[ReachableAccount]] = {}
    for account in accounts:
        groups.setdefault((account.namespace, account.subjects), []).append(account)
    yield from groups.values()


def _account_data(one: ReachableAccount) -> AccountData:
    return {
        "namespace": one.namespace,
        "name": one.name,
        "subjects": list(one.subjects),
        "pods": None if one.pods is None else list(one.pods),
        "requestedSeconds": one.requested_seconds,
        "podSeconds": one.pod_seconds,
        "boundedSince": one.bounded_since,
    }


def _still_data(one: KeptAccess) -> StillData:
    return {
        "subject": one.subject,
        "through": one.through,
        "kind": one.binding.kind,
        "namespace": one.binding.namespace or None,
        "name": one.binding.name,
        "role": one.binding.role,
        "allowed": None
        if one.allowed is None
        else [allowed_data(allowed) for allowed in one.allowed],
        "reason": one.reason,
    }

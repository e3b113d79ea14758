"""Access that remains after the loss of a role: bindings and tokens outside of the files."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import attrs

from tenancy.model import (
    LiveAccess,
    LiveBinding,
    Platform,
    Rule,
    TokenSecret,
    groups_of,
    names_of,
    roles,
)
from tenancy.planning.leaving import Leaver
from tenancy.planning.permissions import Allowed, Verbs, expanded, ordered, verbs_of

__all__ = [
    "BindingRemoval",
    "KeptAccess",
    "ReachableAccount",
    "RemainingAccess",
    "remaining_access",
]

_POD_TOKEN_SECONDS: Final = 365 * 24 * 3600
"""How long a token in a pod may last: API servers extend those that kubelets request."""
_RUNS_PODS: Final = (
    ("", "pods", "create"),
    ("", "pods/exec", "create"),
    ("", "pods/exec", "get"),
    ("", "pods/attach", "create"),
    ("", "pods/attach", "get"),
    ("", "pods/ephemeralcontainers", "update"),
    ("", "pods/ephemeralcontainers", "patch"),
    ("", "replicationcontrollers", "create"),
    ("apps", "deployments", "create"),
    ("apps", "daemonsets", "create"),
    ("apps", "replicasets", "create"),
    ("apps", "statefulsets", "create"),
    ("batch", "cronjobs", "create"),
    ("batch", "jobs", "create"),
)


@attrs.frozen(kw_only=True, slots=True)
class BindingRemoval:
    """
    A RoleBinding outside of the files, from which subjects are removed.

    Attributes:
        subjects: The removed subjects.
        is_deleted: Whether no subject remains, so that it is deleted.
    """

    namespace: str
    name: str
    role: str
    subjects: tuple[str, ...]
    is_deleted: bool


@attrs.frozen(kw_only=True, slots=True)
class KeptAccess:
    """
    A kept binding that still gives access to a subject that loses a role.

    Attributes:
        subject: The subject that loses a role.
        organization: The organization of the member; None for an operator of the platform.
        through: The subject of the binding that includes it: itself, or a group.
        allowed: The access that the binding gives, the widest first; None if roles were not
            read.
        reason: Why it is kept.
    """

    subject: str
    organization: str | None
    through: str
    binding: LiveBinding
    allowed: tuple[Allowed, ...] | None
    reason: str


@attrs.frozen(kw_only=True, slots=True)
class ReachableAccount:
    """
    A service account whose token a subject that loses a role may have.

    Attributes:
        subjects: The subjects that could have a token of it.
        pods: Pods that run with it; None if they were not listed.
        requested_seconds: How long a requested token may last; None if none of the subjects
            could request one.
        pod_seconds: How long a token from one of its pods may last, while the pod exists; None
            if none of the subjects could read one.
        bounded_since: When the bound on `requested_seconds` began; empty if there is none yet,
            and None if that was not read.
    """

    namespace: str
    name: str
    organization: str
    subjects: tuple[str, ...]
    pods: tuple[str, ...] | None
    requested_seconds: int | None
    pod_seconds: int | None
    bounded_since: str | None


@attrs.frozen(kw_only=True)
class RemainingAccess:
    """The access that remains after the loss of a role, and what the update does about it."""

    removals: tuple[BindingRemoval, ...] = ()
    token_secrets: tuple[TokenSecret, ...] = ()
    accounts: tuple[ReachableAccount, ...] = ()
    kept: tuple[KeptAccess, ...] = ()


def remaining_access(
    leaving: Iterable[Leaver], access: LiveAccess, platform: Platform
) -> RemainingAccess:
    """
    Return what still gives access to each of *leaving*.

    Args:
        leaving: Subjects that lose a role, with the namespace.
        access: What is on the cluster.
        platform: Its roles and its bound on tokens apply.
    """
    leaving = tuple(leaving)
    files = expanded(platform)

    def given(binding: LiveBinding) -> Verbs | None:
        rules = access.rules(binding)
        return None if rules is None else verbs_of(rules)

    def of_role(role: str) -> Verbs:
        if roles.is_kubernetes(role):
            name = role.removeprefix(roles.KUBERNETES_PREFIX)
            return verbs_of((access.roles or {}).get(("", name), _EVERYTHING))
        return files(role)

    removed, kept = _bindings(leaving, access, given, of_role)
    return RemainingAccess(
        removals=removed,
        kept=kept,
        token_secrets=tuple(_token_secrets(leaving, access, of_role, given)),
        accounts=tuple(_accounts(leaving, access, of_role, given, platform.token_seconds)),
    )


_EVERYTHING: Final = (Rule(api_groups=("*",), resources=("*",), verbs=("*",)),)
"""The assumption about a role whose rules could not be read: everything is allowed."""

Given = Callable[[LiveBinding], Verbs | None]
OfRole = Callable[[str], Verbs]


def _bindings(
    leaving: Iterable[Leaver], access: LiveAccess, given: Given, of_role: OfRole
) -> tuple[tuple[BindingRemoval, ...], tuple[KeptAccess, ...]]:
    removed: dict[LiveBinding, dict[str, None]] = {}
    kept: dict[tuple[str, LiveBinding], KeptAccess] = {}
    own = {(leaver.subject, leaver.namespace) for leaver in leaving}
    for leaver in leaving:
        for binding in access.bindings:
            if binding.is_managed:
                continue
            through = _through(leaver.subject, binding)
            if through is None:
                continue
            here = binding.namespace == leaver.namespace
            if binding.namespace and not here:
                # In another namespace, the subject may be a member and then keeps its access.
                if (leaver.subject, binding.namespace) in own or not leaver.loses_everything:
                    continue
                reason = "they lose no role in that namespace"
            elif not binding.namespace:
                reason = "it is cluster-wide, and updates do not change cluster-wide bindings"
            elif through not in names_of(leaver.subject):
                reason = f"its subject is {through}, which they belong to"
            elif leaver.loses_everything or _gives_back(given(binding), leaver, of_role):
                removed.setdefault(binding, {})[through] = None
                continue
            else:
                reason = "it does not give the access that they lose"
            kept.setdefault(
                (leaver.subject, binding),
                KeptAccess(
                    subject=leaver.subject,
                    organization=leaver.organization,
                    through=through,
                    binding=binding,
                    allowed=None if (verbs := given(binding)) is None else ordered(verbs),
                    reason=reason,
                ),
            )
    removals = tuple(
        BindingRemoval(
            namespace=binding.namespace,
            name=binding.name,
            role=binding.role,
            subjects=tuple(subjects),
            is_deleted=not set(binding.subjects) - set(subjects),
        )
        for binding, subjects in removed.items()
    )
    return removals, tuple(kept.values())


def _through(subject: str, binding: LiveBinding) -> str | None:
    """Return the subject of *binding* by which it reaches *subject*, itself the first."""
    for names in (names_of(subject), groups_of(subject)):
        for one in binding.subjects:
            if one in names and not (subject.startswith("Group ") and one != subject):
                return one
    return None


def _gives_back(given: Verbs | None, leaver: Leaver, of_role: OfRole) -> bool:
    """Return whether a binding gives a verb that *leaver* loses; true for unknown roles."""
    if given is None:
        return True
    before = _together(leaver.roles_before, of_role)
    after = _together(leaver.roles_after, of_role)
    for (group, resource), verbs in before.items():
        lost = verbs - after.get((group, resource), frozenset())
        if any(_allows(given, group, resource, verb) for verb in lost):
            return True
    return False


def _token_secrets(
    leaving: Iterable[Leaver], access: LiveAccess, of_role: OfRole, given: Given
) -> Iterator[TokenSecret]:
    """Yield the token Secrets that a subject that loses all access could read."""
    readable = {
        leaver.namespace
        for leaver in leaving
        if leaver.loses_everything
        and any(
            _allows(verbs, "", "secrets", verb)
            for verbs in _had(leaver, access, of_role, given)
            for verb in ("get", "list", "watch")
        )
    }
    for secret in access.token_secrets or ():
        if secret.namespace in readable:
            yield secret


def _accounts(
    leaving: Iterable[Leaver],
    access: LiveAccess,
    of_role: OfRole,
    given: Given,
    token_seconds: int,
) -> Iterator[ReachableAccount]:
    leaving = tuple(leaver for leaver in leaving if leaver.loses_everything)
    for account in access.service_accounts or ():
        asking: list[str] = []
        running: list[str] = []
        for leaver in leaving:
            if leaver.namespace != account.namespace:
                continue
            had = tuple(_had(leaver, access, of_role, given))
            if any(_allows(v, "", "serviceaccounts/token", "create") for v in had):
                asking.append(leaver.subject)
            if any(_allows(v, *what) for v in had for what in _RUNS_PODS):
                running.append(leaver.subject)
        if asking or running:
            yield ReachableAccount(
                namespace=account.namespace,
                name=account.name,
                organization=next(
                    x.organization for x in leaving if x.namespace == account.namespace
                ),
                subjects=tuple(dict.fromkeys((*asking, *running))),
                pods=account.pods,
                requested_seconds=token_seconds if asking else None,
                pod_seconds=_POD_TOKEN_SECONDS if running else None,
                bounded_since=access.tokens_bounded_since,
            )


def _had(leaver: Leaver, access: LiveAccess, of_role: OfRole, given: Given) -> Iterator[Verbs]:
    """Yield what *leaver* could do in the namespace: by its roles, and by other bindings."""
    for role in leaver.roles_before:
        yield of_role(role)
    for binding in access.bindings:
        if binding.namespace in ("", leaver.namespace) and _through(leaver.subject, binding):
            verbs = given(binding)
            yield verbs_of(_EVERYTHING) if verbs is None else verbs


def _together(names: Iterable[str], of_role: OfRole) -> Verbs:
    found: dict[tuple[str, str], frozenset[str]] = {}
    for name in names:
        for key, verbs in of_role(name).items():
            found[key] = found.get(key, frozenset()) | verbs
    return found


def _allows(verbs: Verbs, group: str, resource: str, verb: str) -> bool:
    """Return whether *verbs* allow *verb*; rules for single names count as well."""
    subresource = resource.partition("/")[2]
    for (there, name), allowed in verbs.items():
        plain = name.partition(" (")[0]
        if (
            there in {group, "*"}
            and plain in {resource, "*", *((f"*/{subresource}",) if subresource else ())}
            and not {verb, "*"}.isdisjoint(allowed)
        ):
            return True
    return False

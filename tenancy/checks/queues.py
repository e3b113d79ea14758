"""Queues: what namespaces borrow and lend agrees with their quotas and with each other."""

from collections.abc import Iterable, Iterator

from tenancy.checks.queue_quotas import refusing_quotas
from tenancy.diagnostics import Finding, Severity, counted, misnamed, quoted
from tenancy.kubernetes.names import InvalidNameError, parse_label, parse_subdomain
from tenancy.model import (
    Environment,
    GpuNodePool,
    Grant,
    Namespace,
    Organization,
    Platform,
    left_by_others,
    queued_grants,
)

__all__ = ["borrowing", "limits", "platform_queues"]


def platform_queues(platform: Platform) -> Iterator[Finding]:
    """Refuse names that Kueue refuses, and warn of queues that admit more than exists."""
    queues = platform.queues
    if queues is None:
        return
    try:
        parse_label(queues.cohort, what="a cohort's name")
    except InvalidNameError as error:
        yield misnamed(
            error, code="queue-cohort", origin=queues.origin / "cohort", what="the cohort"
        )
    written = queues.controller.removeprefix("system:serviceaccount:").split(":")
    try:
        if len(written) != 2:
            raise ValueError
        parse_label(written[0])
        parse_subdomain(written[1])
    except (InvalidNameError, ValueError):
        yield Finding(
            code="queue-controller",
            origin=queues.origin / "controller",
            found=f"the controller {quoted('/'.join(written))}",
            allowed="a service account as <namespace>/<name>",
            remedy="write the service account with which Kueue's controller runs, such as"
            " kueue-system/kueue-controller-manager",
        )
    for pool in platform.pools:
        if pool.overcommit > 1 and not pool.is_claimed:
            yield Finding(
                code="queue-overcommit",
                origin=pool.origin / "overcommit",
                found=f"overcommit {pool.overcommit:g} of the queued pool {pool.name}",
                allowed="no more grants than devices: a queue admits jobs of every grant,"
                " and pods"
                " without a free node wait",
                remedy="remove overcommit, and let namespaces borrow what others leave",
                severity=Severity.WARNING,
            )


def limits(organizations: Iterable[Organization], platform: Platform) -> Iterator[Finding]:
    """Refuse limits that have no queue, and quotas that refuse what a queue admits."""
    for organization in organizations:
        for namespace in organization.namespaces:
            for grant in namespace.grants:
                pool = platform.pool(grant.pool)
                if pool is not None:
                    yield from _grant(grant, pool, namespace, platform)
            yield from refusing_quotas(namespace, platform)


def _grant(
    grant: Grant, pool: GpuNodePool, namespace: Namespace, platform: Platform
) -> Iterator[Finding]:
    key, limit = "borrowingLimit", grant.borrowing_limit
    if not limit and grant.lending_limit is not None:
        key, limit = "lendingLimit", grant.lending_limit
    elif not limit:
        return
    why = None
    if platform.queues is None:
        why = "queues of the platform, without which nothing is borrowed or lent"
        remedy = "write queues on the platform, or remove the limit"
    elif pool.is_claimed:
        why = "pools with allocation devicePlugin: Kueue does not count claims"
        remedy = "remove the limit, or write allocation devicePlugin"
    elif namespace.enforcement.is_audit:
        why = "namespaces that are enforced: during an audit nothing is queued"
        remedy = "remove the limit until the namespace is enforced"
    if why is not None:
        yield Finding(
            code="queue-limit-without-queue",
            origin=grant.origin / key,
            found=f"{key} {limit} of the pool {pool.name} in {namespace.name}",
            allowed=why,
            remedy=remedy,
            organization=namespace.organization,
        )
    if grant.lending_limit is not None and grant.lending_limit > grant.gpus:
        yield Finding(
            code="queue-lending-limit",
            origin=grant.origin / "lendingLimit",
            found=f"lendingLimit {grant.lending_limit} under a grant of {grant.gpus}",
            allowed="lendingLimit up to the grant",
            remedy="lower it, or remove it: without a lendingLimit the whole grant is lent",
            organization=namespace.organization,
        )


def borrowing(platform: Platform, environments: Iterable[Environment]) -> Iterator[Finding]:
    """Warn of namespaces that may borrow more than all others on *platform* lend."""
    if platform.queues is None:
        return
    namespaces = [n for environment in environments for n in environment.namespaces]
    for namespace in namespaces:
        for grant in queued_grants(namespace, platform):
            left = left_by_others(namespace, grant, namespaces, platform)
            if grant.borrowing_limit > left:
                yield Finding(
                    code="queue-borrowing-limit",
                    origin=grant.origin / "borrowingLimit",
                    found=f"borrowingLimit {grant.borrowing_limit} of {grant.resource} of the"
                    f" pool {grant.pool} in {namespace.name}, and"
                    f" {counted(left, 'device')} that other namespaces lend",
                    allowed="at most what the grants of other namespaces lend",
                    remedy=f"lower it to {left}, or raise lendingLimit of other namespaces",
                    severity=Severity.WARNING,
                    organization=namespace.organization,
                )

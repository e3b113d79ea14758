"""Deletion: exact names that may be deleted, and limits that may be set below use."""

from collections.abc import Collection, Iterable, Iterator
from typing import Final

from tenancy.diagnostics import Finding, Origin, Severity, misnamed, nearest, quoted
from tenancy.kubernetes.names import InvalidNameError, parse_namespace_name, system_reason
from tenancy.kubernetes.resources import InvalidResourceError, parse_quota_key
from tenancy.manifests import EPHEMERAL_STORAGE, default_counts
from tenancy.model import Environment, Platform

__all__ = ["deletable", "deletable_of_platform", "exact_names", "listed_limits"]

_PATTERN: Final = frozenset("*?[]{}()|^$")
"""Characters of patterns, which are not supported."""

_OF_CLASS: Final = ".storageclass.storage.k8s.io/"


def deletable(environment: Environment) -> Iterator[Finding]:
    """Yield findings about the names that *environment* allows to be deleted."""
    known = {namespace.name for namespace in environment.namespaces}
    yield from exact_names(
        environment.allow_deletion, known, environment.origin / "allowDeletion"
    )


def deletable_of_platform(platform: Platform) -> Iterator[Finding]:
    """Yield findings about the names that *platform* allows to be deleted."""
    known = {own.name for own in platform.own_namespaces}
    # The platform's origin is its key `platform`; the list is the key next to it.
    beside = Origin(platform.origin.source, platform.origin.path[:-1]) / "allowDeletion"
    yield from exact_names(platform.allow_deletion, known, beside)


def exact_names(
    names: Iterable[str], known: Collection[str], origin: Origin
) -> Iterator[Finding]:
    """Yield findings about *names* that may be deleted; *known* are those that exist."""
    seen: set[str] = set()
    for index, name in enumerate(names):
        place = origin / index
        if name in seen:
            yield Finding(
                code="allow-deletion-twice",
                origin=place,
                found=f"{quoted(name)} a second time",
                allowed="each name once",
                remedy="remove it",
                severity=Severity.WARNING,
            )
        elif name not in known:
            yield from _unknown(name, known, place)
        seen.add(name)


def _unknown(name: str, known: Collection[str], place: Origin) -> Iterator[Finding]:
    if not _PATTERN.isdisjoint(name):
        yield Finding(
            code="allow-deletion-pattern",
            origin=place,
            found=f"{quoted(name)}, a pattern",
            allowed="exact names of namespaces",
            remedy="write out each name",
        )
        return
    try:
        parse_namespace_name(name)
    except InvalidNameError as error:
        yield misnamed(error, code="allow-deletion-name", origin=place, what="the name")
        return
    if (reason := system_reason(name)) is not None:
        yield Finding(
            code="allow-deletion-reserved",
            origin=place,
            found=f"the namespace {quoted(name)}",
            allowed=f"namespaces of this stack; {reason}",
            remedy="remove it: Tenancy never deletes this namespace",
        )
        return
    guess = nearest(name, known, cutoff=0.8)
    yield Finding(
        code="allow-deletion-unknown",
        origin=place,
        found=f"{quoted(name)}, which is not a namespace of this stack",
        allowed="exact names of namespaces in the files or in the last update",
        remedy=f"did you mean {guess!r}?"
        if guess
        else "remove it once the namespace is deleted",
        severity=Severity.WARNING,
    )


def listed_limits(environment: Environment, platform: Platform) -> Iterator[Finding]:
    """Refuse entries of allowBelowUsage that are not limits of *environment*."""
    if not environment.allow_below_usage:
        return
    known = {
        f"{namespace.name}/{key}"
        for namespace in environment.namespaces
        for quota in namespace.quotas
        for key in quota.hard
    }
    names = {namespace.name for namespace in environment.namespaces}
    for index, entry in enumerate(environment.allow_below_usage):
        namespace, _, key = entry.partition("/")
        if entry in known or (namespace in names and _is_of_tenancy(key, platform)):
            continue
        guess = nearest(entry, known, cutoff=0.8)
        yield Finding(
            code="allow-below-usage-unknown",
            origin=environment.origin / "allowBelowUsage" / index,
            found=f"{quoted(entry)}, which is not a limit",
            allowed="<namespace>/<quota key> of a quota in this stack",
            remedy=f"did you mean {guess!r}?"
            if guess
            else "write the namespace and the quota key, with '/' between them",
        )


def _is_of_tenancy(key: str, platform: Platform) -> bool:
    """Whether *key* may be in a quota that Tenancy adds, once the namespace is enforced."""
    try:
        found = parse_quota_key(key)
    except InvalidResourceError:
        return False
    counted = {**default_counts(platform), **platform.object_counts, **EPHEMERAL_STORAGE}
    of_class = key.partition(_OF_CLASS)[0] if _OF_CLASS in key else None
    return (
        found.is_gpu
        or found.name.startswith("count/")
        or key in counted
        or of_class in platform.storage_classes
    )

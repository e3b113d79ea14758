"""Unique names: each namespace exists once on a cluster, over all stack files."""

from collections.abc import Iterable, Iterator, Mapping

from tenancy.diagnostics import Finding, Origin, quoted
from tenancy.model import Environment, Namespace, Platform

__all__ = ["unique_names"]


def unique_names(
    cluster: str, environments: Iterable[Environment], platforms: Iterable[Platform]
) -> Iterator[Finding]:
    """Refuse a name that two namespaces of *cluster* have, including public and shared ones."""
    taken: dict[str, tuple[str, Origin]] = {}
    for platform in platforms:
        if (public := platform.public) is not None:
            taken.setdefault(public.name, ("as the public namespace", public.origin / "name"))
        for shared in platform.shared:
            place = shared.origin / "name"
            if shared.name in taken:
                yield _taken(
                    shared.name, cluster, ("as a shared namespace", place), taken, None
                )
            taken.setdefault(shared.name, ("as a shared namespace", place))
    for environment in environments:
        for namespace in environment.namespaces:
            if namespace.name not in taken:
                taken[namespace.name] = (_whose(namespace), namespace.origin)
                continue
            here = (_whose(namespace), namespace.origin)
            yield _taken(namespace.name, cluster, here, taken, namespace.organization)


def _whose(namespace: Namespace) -> str:
    return f"of {namespace.organization} in the stack {namespace.stack}"


def _taken(
    name: str,
    cluster: str,
    here: tuple[str, Origin],
    taken: Mapping[str, tuple[str, Origin]],
    organization: str | None,
) -> Finding:
    first, there = taken[name]
    return Finding(
        code="namespace-name-taken",
        origin=here[1],
        found=f"the namespace {quoted(name)} {here[0]}, and {first} ({there})",
        allowed=f"each name once on the cluster {cluster}",
        remedy="give one of the two another id, or put {environment} into nameTemplate",
        organization=organization,
    )

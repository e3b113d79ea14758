"""Platforms: one exists on the cluster of each environment, with valid values."""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from tenancy.config import SANDBOX, stack_file
from tenancy.diagnostics import (
    Finding,
    Origin,
    Severity,
    misnamed,
    nearest,
    quoted,
)
from tenancy.kubernetes.names import (
    InvalidNameError,
    parse_label,
    parse_namespace_name,
    system_reason,
)
from tenancy.kubernetes.resources import (
    InvalidResourceError,
    KeyKind,
    check_quantity,
    parse_quota_key,
)
from tenancy.model import (
    BUILT_IN,
    PUBLIC_READER,
    Cluster,
    Environment,
    Platform,
    Service,
    SharedNamespace,
)

__all__ = ["environment_on", "one_platform", "platform_itself"]

_VERSION: Final = re.compile(r"v1\.(?:0|[1-9][0-9]?)", re.ASCII)


def environment_on(
    environment: Environment,
    platform: Platform,
    platforms: Collection[str],
    unread: Collection[str],
) -> Iterator[Finding]:
    """
    Yield findings about the cluster of *environment* and its platform.

    Args:
        environment: The environment.
        platform: Its platform; marked if no file describes it.
        platforms: The stacks that describe a platform.
        unread: The files that have errors; those of the platform's file are enough.
    """
    yield from _cluster(environment.cluster, environment.origin)
    if stack_file(platform.stack) in unread:
        return
    if not platform.is_written and environment.names_platform:
        guess = nearest(platform.stack, platforms)
        yield Finding(
            code="platform-unknown",
            origin=environment.origin / "platformStack",
            found=f"the platform {platform.stack!r}, which has no stack file",
            allowed=", ".join(sorted(platforms)) or "a stack with the key platform",
            remedy=f"did you mean {guess!r}?"
            if guess
            else f"write {stack_file(platform.stack)}",
        )
    elif not platform.is_written:
        yield Finding(
            code="platform-not-written",
            origin=environment.origin / "platformStack",
            found=f"the platform {platform.stack!r}, which has no file",
            allowed="a platform with a file, which defines pools, roles and shared namespaces",
            remedy=f"write {stack_file(platform.stack)}, or name another platform under"
            " platformStack",
            severity=Severity.NOT_CHECKED,
            needs=stack_file(platform.stack),
        )
    elif platform.cluster is not None and platform.cluster.name != environment.cluster.name:
        yield Finding(
            code="platform-on-another-cluster",
            origin=environment.origin / "cluster",
            found=f"the cluster {environment.cluster.name!r}, while the platform"
            f" {platform.stack} is on the cluster {platform.cluster.name!r}",
            allowed="the platform of the same cluster",
            remedy="correct cluster or platformStack",
        )


def _cluster(cluster: Cluster, origin: Origin) -> Iterator[Finding]:
    if not cluster.name.strip():
        yield Finding(
            code="cluster-not-named",
            origin=origin / "cluster",
            found="a cluster without a name",
            allowed="a permanent name, which identifies the provider",
            remedy="name the cluster",
        )
    if cluster.name == SANDBOX:
        if cluster.kubeconfig is not None or cluster.context is not None:
            yield Finding(
                code="cluster-sandbox",
                origin=origin / ("context" if cluster.kubeconfig is None else "kubeconfig"),
                found="a kubeconfig or a context for the cluster 'sandbox'",
                allowed="no kubeconfig and no context: 'sandbox' is the local sandbox cluster",
                remedy="give the cluster another name, or remove kubeconfig and context",
            )
        return
    missing = [
        key
        for key, value in (("kubeconfig", cluster.kubeconfig), ("context", cluster.context))
        if value is None
    ]
    if missing:
        yield Finding(
            code="cluster-not-reachable",
            origin=origin / "cluster",
            found=f"the cluster {quoted(cluster.name)} without {' and '.join(missing)}",
            allowed="kubeconfig and context, which are never guessed",
            remedy=f"write {' and '.join(missing)}",
        )


def one_platform(cluster: str, environments: Iterable[Environment]) -> Iterator[Finding]:
    """Refuse two platforms of one *cluster*: pools and policies are cluster-wide."""
    first: Environment | None = None
    for environment in environments:
        first = first or environment
        if environment.platform != first.platform:
            yield Finding(
                code="platform-differs",
                origin=environment.origin / "platformStack",
                found=f"the platform {environment.platform!r} on the cluster {cluster}",
                allowed=f"one platform for each cluster: {first.platform!r}, as in "
                f"{first.stack}",
                remedy="write the same platformStack",
            )


def platform_cluster(platform: Platform) -> Iterator[Finding]:
    """Yield findings about the cluster that *platform*'s stack names."""
    if platform.is_written and platform.cluster is not None:
        place = (platform.cluster.origin or platform.origin).path[:-1]
        yield from _cluster(platform.cluster, Origin(platform.origin.source, place))


def platform_itself(platform: Platform) -> Iterator[Finding]:
    """Yield findings about *platform*, except its pools and subjects."""
    if not platform.is_written:
        return
    yield from _ladder(platform)
    yield from _namespaces(platform)
    yield from _roles(platform)
    yield from _object_counts(platform)
    if not _VERSION.fullmatch(platform.pod_security_version):
        yield Finding(
            code="pod-security-version",
            origin=platform.origin / "podSecurityVersion",
            found=f"the version {quoted(platform.pod_security_version)}",
            allowed="a pinned version such as v1.36, so that an upgrade does not change it",
            remedy="write 'v1.' and the cluster's minor version",
        )


def _ladder(platform: Platform) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, name in enumerate(platform.environment_order):
        place = platform.origin / "environmentOrder" / index
        try:
            parse_label(name, what="an environment's name")
        except InvalidNameError as error:
            yield misnamed(
                error, code="environment-order-name", origin=place, what="the environment"
            )
        if name in seen:
            yield Finding(
                code="environment-order-name",
                origin=place,
                found=f"{quoted(name)} a second time",
                allowed="each environment once, from the smallest to the largest",
                remedy="remove it",
            )
        seen.add(name)


def _namespaces(platform: Platform) -> Iterator[Finding]:
    if (public := platform.public) is not None:
        yield from _namespace_name(public.name, public.origin / "name", may_be_public=True)
    for shared in platform.shared:
        yield from _namespace_name(
            shared.name,
            shared.origin / "name",
            may_be_public=False,
            is_managed=shared.is_managed,
        )
        yield from _services(shared)


def _namespace_name(
    name: str, origin: Origin, *, may_be_public: bool, is_managed: bool = True
) -> Iterator[Finding]:
    try:
        parse_namespace_name(name)
    except InvalidNameError as error:
        yield misnamed(
            error, code="platform-namespace-name", origin=origin, what="the namespace's name"
        )
        return
    if not is_managed:
        return
    reason = system_reason(name)
    if reason is None and name == "default":
        reason = "the namespace default exists on every cluster already"
    if reason is None and name == "llmos-public" and not may_be_public:
        reason = "llmos-public is a public namespace"
    if reason is not None:
        yield Finding(
            code="platform-namespace-reserved",
            origin=origin,
            found=f"the namespace {name!r}",
            allowed=f"a name that is not reserved; {reason}",
            remedy="choose another name",
        )


def _services(shared: SharedNamespace) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, service in enumerate(shared.services):
        place = shared.origin / "services" / index
        if service.name in seen:
            yield Finding(
                code="shared-service-twice",
                origin=place / "name",
                found=f"the service {quoted(service.name)} a second time",
                allowed="each service once",
                remedy="put all its ports into one entry",
            )
        seen.add(service.name)
        yield from _ports(service, place / "ports")
    yield from _each_port(shared.metrics_ports, shared.origin / "metricsPorts")


def _ports(service: Service, origin: Origin) -> Iterator[Finding]:
    if not service.ports:
        yield Finding(
            code="port",
            origin=origin,
            found=f"the service {quoted(service.name)} without a port",
            allowed="at least one port; without one, every port would be open",
            remedy="write its ports",
        )
    yield from _each_port(service.ports, origin)


def _each_port(ports: Iterable[int], origin: Origin) -> Iterator[Finding]:
    for index, port in enumerate(ports):
        if not 1 <= port <= 65535:
            yield Finding(
                code="port",
                origin=origin / index,
                found=f"the port {port}",
                allowed="1 to 65535",
                remedy="correct the port",
            )


def _roles(platform: Platform) -> Iterator[Finding]:
    for name in platform.roles:
        place = platform.origin / "roles" / name
        if name in BUILT_IN or name == PUBLIC_READER.name:
            yield Finding(
                code="role-name-reserved",
                origin=place,
                found=f"a role called {name!r}",
                allowed=f"a name other than {', '.join((*BUILT_IN, PUBLIC_READER.name))}",
                remedy="give it another name",
            )
        try:
            parse_label(name, what="a role's name")
        except InvalidNameError as error:
            yield misnamed(error, code="role-name", origin=place, what="the role")


def _object_counts(platform: Platform) -> Iterator[Finding]:
    for text, quantity in platform.object_counts.items():
        place = platform.origin / "objectCounts" / text
        try:
            key = parse_quota_key(text)
        except InvalidResourceError as error:
            yield Finding(
                code="quota-key",
                origin=place,
                found=f"the quota key {quoted(text)}",
                allowed=f"keys that count objects; {error.reason}",
                remedy=error.remedy,
            )
            continue
        if key.kind not in (KeyKind.OBJECTS, KeyKind.PODS):
            yield Finding(
                code="object-counts-key",
                origin=place,
                found=f"{text}, which does not count objects",
                allowed="pods, services and the like, and count/<plural>.<group>",
                remedy="write it in a profile's quota",
            )
        elif (reason := check_quantity(key, quantity)) is not None:
            yield Finding(
                code="quota-quantity",
                origin=place,
                found=f"{text}: {reason}",
                allowed="a whole number",
                remedy="correct the amount",
            )

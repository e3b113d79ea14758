"""What an update needs on the cluster: the platform, its nodes, and an allowed caller."""

from collections.abc import Iterator, Mapping

from tenancy import manifests
from tenancy.cluster.connection import ClusterError, Connection
from tenancy.cluster.devices import served_devices
from tenancy.cluster.evictions import blocked_evictions
from tenancy.cluster.listing import METADATA, listed
from tenancy.cluster.managed_objects import kind_of
from tenancy.cluster.namespace_objects import namespace_objects
from tenancy.cluster.nodes import nodes
from tenancy.cluster.unread import not_read_part
from tenancy.config.document import text
from tenancy.diagnostics import Finding, Origin, Severity, joined
from tenancy.gpu import NAME as EXISTING
from tenancy.gpu import ServedDevices, verify, verify_devices
from tenancy.manifests.policies import MANAGE
from tenancy.model import Platform, Subject, SubjectKind, Tenancy, Unread

__all__ = ["ground"]


def ground(
    tenancy: Tenancy, stack: str, connection: Connection, *, preview: bool
) -> Iterator[Finding]:
    """
    Yield what the cluster lacks for *stack*, and what on it blocks evictions.

    Args:
        tenancy: The checked model.
        stack: The stack that is to be applied.
        connection: To its cluster.
        preview: A missing part of the platform is a warning in a preview of an environment,
            because the platform may be applied before the update; it refuses the update itself.

    Raises:
        ClusterError: The cluster does not answer, or refuses a request that every caller may
            make.
    """
    environment = tenancy.environments.get(stack)
    yield from _queues(
        tenancy.platforms[stack] if environment is None else tenancy.platform_of(environment),
        connection,
    )
    if environment is None:
        yield from _operator(tenancy.platforms[stack], connection)
        yield from _nodes(tenancy.platforms[stack], connection)
        return
    platform = tenancy.platform_of(environment)
    if platform.is_written:
        severity = Severity.WARNING if preview else Severity.ERROR
        yield from _platform(platform, connection, environment.origin, severity)
    yield from namespace_objects(environment, platform, connection)
    yield from blocked_evictions(environment, connection)


def _operator(platform: Platform, connection: Connection) -> Iterator[Finding]:
    """The guards allow only operators, so the caller must be one of them before an update."""
    if connection.may(MANAGE.verb, MANAGE.group, MANAGE.resource):
        return
    user, groups = connection.caller()
    if not any(_is(subject, user, groups) for subject in platform.operators):
        yield Finding(
            code="not-an-operator",
            origin=platform.origin / "operators",
            found=f"the caller {user}, who is not an operator",
            allowed=", ".join(map(str, platform.operators)),
            remedy="apply the platform as an operator, or add the caller to the operators: the "
            "guards refuse everyone else",
        )


def _is(subject: Subject, user: str, groups: frozenset[str]) -> bool:
    if subject.kind is SubjectKind.GROUP:
        return subject.name in groups
    if subject.kind is SubjectKind.SERVICE_ACCOUNT:
        return user == f"system:serviceaccount:{subject.namespace}:{subject.name}"
    return subject.name == user


def _nodes(platform: Platform, connection: Connection) -> Iterator[Finding]:
    """Nodes and devices are read once, and each pool is compared with its own."""
    pools = [pool for pool in platform.pools if pool.backend == EXISTING or pool.device_classes]
    if not pools:
        return
    origin = platform.origin / "gpuNodePools"
    try:
        found = nodes(connection)
    except ClusterError as error:
        yield not_read_part(Unread(part="nodes", why=error.found), origin)
        return
    served = ServedDevices(classes={}, devices={})
    try:
        served = served_devices(connection)
    except ClusterError as error:
        yield not_read_part(Unread(part="device classes", why=error.found), origin)
    else:
        yield from verify_devices(pools, served, found)
    for pool in pools:
        if pool.backend == EXISTING:
            yield from verify(pool, found, served_by_dra=served.resources)


def _queues(platform: Platform, connection: Connection) -> Iterator[Finding]:
    """The objects of queues can be created only where the cluster serves their kinds."""
    if platform.queues is None:
        return
    group, version = manifests.QUEUES_API.split("/")
    served = connection.kinds(group, version)
    missing = [kind for kind in manifests.QUEUE_KINDS if kind not in served]
    if missing:
        yield Finding(
            code="queues-not-served",
            origin=platform.queues.origin,
            found=f"a cluster that does not serve {joined(missing)} of {manifests.QUEUES_API}",
            allowed="clusters with Kueue, whose release 0.15 or later serves it",
            remedy="install Kueue's CRDs and controller first, or remove queues",
        )


def _platform(
    platform: Platform, connection: Connection, origin: Origin, severity: Severity
) -> Iterator[Finding]:
    rendered = manifests.platform(platform)
    wanted = {
        "ClusterRole": {_name(role) for role in rendered.roles},
        "ValidatingAdmissionPolicyBinding": {
            _name(binding) for binding in rendered.policy_bindings
        },
    }
    missing = {kind: sorted(names - _names(connection, kind)) for kind, names in wanted.items()}
    for kind, names in missing.items():
        if names:
            yield Finding(
                code="platform-not-applied",
                origin=origin / "platformStack",
                found=f"the platform {platform.stack} is not on the cluster: {len(names)}"
                f" of {len(wanted[kind])} {kind}s are missing, {names[0]} among them",
                allowed="environments whose platform is applied",
                remedy="create the platform first, and pass it in depends_on"
                if origin.is_argument
                else f"apply the stack {platform.stack} first",
                severity=severity,
            )


def _names(connection: Connection, kind: str) -> set[str]:
    """Return the names of all objects of a cluster-wide *kind*."""
    with connection.errors(f"listing every {kind}"):
        found = listed(connection, kind_of(connection, kind).collection, accept=METADATA)
        return {text(item, "metadata", "name") for item in found}


def _name(manifest: manifests.Manifest) -> str:
    metadata = manifest["metadata"]
    assert isinstance(metadata, Mapping)
    return str(metadata["name"])

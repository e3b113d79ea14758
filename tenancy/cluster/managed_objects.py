"""Read whole objects of the kinds that Tenancy writes, with one list request for each kind."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

import attrs

from tenancy.cluster.connection import ClusterError, Connection
from tenancy.cluster.listing import listed
from tenancy.cluster.reading_scope import listed_within, namespaces_within
from tenancy.config.document import JSON
from tenancy.drifting import Identity
from tenancy.kubernetes import labels

__all__ = ["Kind", "kind_of", "objects"]

_RBAC: Final = "/apis/rbac.authorization.k8s.io/v1"
_ADMISSION: Final = "/apis/admissionregistration.k8s.io/v1"
_KUEUE: Final = "/apis/kueue.x-k8s.io/v1beta2"
_MANAGED: Final = {"labelSelector": f"{labels.MANAGED}=true"}
"""Of kinds that others write too, only what Tenancy manages is listed."""


@attrs.frozen(kw_only=True, slots=True)
class Kind:
    """
    How to request a kind.

    Attributes:
        base: The path of its group and version.
        plural: Its name in paths.
        query: Filters the list to objects that can be Tenancy's.
        is_namespaced: Whether its objects are in namespaces.
    """

    base: str
    plural: str
    query: Mapping[str, str] = attrs.field(factory=dict)
    is_namespaced: bool = False

    @property
    def collection(self) -> str:
        """The path of all objects of this kind."""
        return f"{self.base}/{self.plural}"

    def path(self, identity: Identity) -> str:
        """Return the path of one object of this kind."""
        where = f"/namespaces/{identity.namespace}" if identity.namespace else ""
        return f"{self.base}{where}/{self.plural}/{identity.name}"


_KINDS: Final[Mapping[str, Kind]] = {
    "Namespace": Kind(base="/api/v1", plural="namespaces"),
    "ResourceQuota": Kind(base="/api/v1", plural="resourcequotas", is_namespaced=True),
    "LimitRange": Kind(base="/api/v1", plural="limitranges", is_namespaced=True),
    "Pod": Kind(base="/api/v1", plural="pods", is_namespaced=True),
    "Service": Kind(base="/api/v1", plural="services", is_namespaced=True),
    "ServiceAccount": Kind(
        base="/api/v1",
        plural="serviceaccounts",
        query={"fieldSelector": "metadata.name=default"},
        is_namespaced=True,
    ),
    "NetworkPolicy": Kind(
        base="/apis/networking.k8s.io/v1", plural="networkpolicies", is_namespaced=True
    ),
    "Role": Kind(base=_RBAC, plural="roles", is_namespaced=True),
    "RoleBinding": Kind(base=_RBAC, plural="rolebindings", is_namespaced=True),
    "ClusterRole": Kind(base=_RBAC, plural="clusterroles"),
    "ClusterRoleBinding": Kind(base=_RBAC, plural="clusterrolebindings"),
    "PriorityClass": Kind(base="/apis/scheduling.k8s.io/v1", plural="priorityclasses"),
    "ValidatingAdmissionPolicy": Kind(base=_ADMISSION, plural="validatingadmissionpolicies"),
    "ValidatingAdmissionPolicyBinding": Kind(
        base=_ADMISSION, plural="validatingadmissionpolicybindings"
    ),
    "MutatingAdmissionPolicy": Kind(base=_ADMISSION, plural="mutatingadmissionpolicies"),
    "MutatingAdmissionPolicyBinding": Kind(
        base=_ADMISSION, plural="mutatingadmissionpolicybindings"
    ),
    "ResourceFlavor": Kind(base=_KUEUE, plural="resourceflavors"),
    "Cohort": Kind(base=_KUEUE, plural="cohorts"),
    "ClusterQueue": Kind(base=_KUEUE, plural="clusterqueues"),
    "LocalQueue": Kind(base=_KUEUE, plural="localqueues", is_namespaced=True),
    "ConfigMap": Kind(base="/api/v1", plural="configmaps", query=_MANAGED, is_namespaced=True),
}


def kind_of(connection: Connection, name: str) -> Kind:
    """
    Return how to request the kind *name*, as `Identity.listed_as` gives it.

    Raises:
        ClusterError: It is a custom kind, and the cluster does not serve it.
    """
    version, slash, kind = name.rpartition("/")
    if not slash:
        return _KINDS[name]
    group, _, number = version.partition("/")
    served = connection.served(group, number).get(kind)
    if served is None:
        raise ClusterError(
            connection.cluster,
            f"the kind {kind} of {version} is not served",
            "install its custom resource definition",
        )
    return Kind(
        base=f"/apis/{version}",
        plural=served.plural,
        query=_MANAGED,
        is_namespaced=served.is_namespaced,
    )


def objects(
    connection: Connection,
    kinds: Iterable[str],
    *,
    namespaces: Collection[str] | None = None,
    stack: str = "",
) -> Mapping[Identity, Mapping[str, JSON]]:
    """
    Return every object of *kinds* on the cluster, with the managers of its fields.

    Args:
        connection: To the cluster.
        kinds: As `Identity.listed_as` gives them.
        namespaces: The only namespaces that are read, with what is in them. Default: all.
        stack: Its namespaces are read too, by their label. Default: no stack's.

    Raises:
        ClusterError: The cluster cannot be read, or not by this caller.
    """
    found: dict[Identity, Mapping[str, JSON]] = {}
    for name in dict.fromkeys(kinds):
        kind = kind_of(connection, name)
        version, _, short = name.rpartition("/")
        with connection.errors(f"listing {kind.plural}"):
            for item in _items(connection, kind, namespaces, stack):
                # Items of a list have no apiVersion and kind.
                whole = {**item, "kind": short, **({"apiVersion": version} if version else {})}
                found[Identity.of(whole)] = whole
    return found


def _items(
    connection: Connection, kind: Kind, namespaces: Collection[str] | None, stack: str
) -> Iterator[Mapping[str, JSON]]:
    if namespaces is None or not (kind.is_namespaced or kind == _KINDS["Namespace"]):
        yield from listed(connection, kind.collection, kind.query)
    elif kind.is_namespaced:
        yield from listed_within(connection, kind.base, kind.plural, namespaces, kind.query)
    else:
        yield from namespaces_within(connection, namespaces)
        if stack:
            # A namespace that the files no longer describe is a difference.
            own = {"labelSelector": f"{labels.STACK}={stack}"}
            yield from listed(connection, kind.collection, own)

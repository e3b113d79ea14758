"""The objects of namespaces that are released: as they were read, and what becomes of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from tenancy.cluster import (
    Connection,
    add_released,
    delete_released,
    objects,
    release_object,
)
from tenancy.config.document import JSON, mapping, texts
from tenancy.diagnostics import RefusedError
from tenancy.drifting import KINDS, Identity, by_name, is_managed
from tenancy.kubernetes import labels
from tenancy.model import MANAGED_QUOTAS, POOL_QUOTA_PREFIX

__all__ = ["ReleasedObjects"]

_TOKEN = {"automountServiceAccountToken": None}
"""What the service account `default` has without us."""

Live = Mapping[Identity, Mapping[str, JSON]]


@attrs.frozen(kw_only=True)
class ReleasedObjects:
    """
    The objects of the namespaces that are released, as they were read.

    Attributes:
        ours: What Tenancy manages, the namespaces last: the guards of the other objects select
            by their labels.
        deleted: The objects in *ours* that are deleted.
        added: Network policies that replace what others allow by labels of Tenancy.
    """

    names: tuple[str, ...]
    live: Live
    ours: tuple[Identity, ...]
    deleted: frozenset[Identity]
    added: tuple[Mapping[str, JSON], ...]
    keeps_guardrails: bool

    @classmethod
    def read(
        cls,
        connection: Connection,
        names: Sequence[str],
        carried: Iterable[str] = (),
        *,
        keep_guardrails: bool,
    ) -> "ReleasedObjects":
        """
        Read the objects.

        Args:
            names: The namespaces.
            carried: Further kinds of objects that they contain. Default: none.
            keep_guardrails: Whether the network policies and quotas that Tenancy added stay.

        Raises:
            ClusterError: The cluster cannot be read.
        """
        everything = objects(connection, (*KINDS, "Role", "ServiceAccount", *carried))
        live = {
            i: found
            for i, found in everything.items()
            if i.namespace in names or (i.kind == "Namespace" and i.name in names)
        }
        ours = [identity for identity, found in live.items() if is_managed(found)]
        deleted = frozenset(() if keep_guardrails else (i for i in ours if _is_guardrail(i)))
        around = {i.name: _labels(live[i]) for i in live if i.kind == "Namespace"}
        added = (
            by_name(found, around)
            for identity, found in live.items()
            if identity.kind == "NetworkPolicy" and identity not in deleted
        )
        return cls(
            names=tuple(names),
            live=live,
            ours=tuple(sorted(ours, key=lambda i: (i.kind == "Namespace", i.namespace, i))),
            deleted=deleted,
            added=tuple(
                one for one in added if one is not None and Identity.of(one) not in live
            ),
            keeps_guardrails=keep_guardrails,
        )

    def require_stack(self, stack: str) -> None:
        """
        Refuse where another stack manages a namespace.

        Raises:
            RefusedError: Its label names another stack.
        """
        for identity, found in self.live.items():
            owner = _labels(found).get(labels.STACK, stack)
            if identity.kind == "Namespace" and owner != stack:
                raise RefusedError(
                    reason=f"namespace {identity.name}: stack {owner} manages it on this"
                    f" cluster, not {stack}; nothing was changed"
                )

    def lines(self) -> Iterator[str]:
        """Yield what becomes of each object."""
        for identity in self.ours:
            where = f" in {identity.namespace}" if identity.namespace else ""
            word = "delete" if identity in self.deleted else "keep"
            yield f"  {word:<8} {identity.kind} {identity.name}{where}"
        for manifest in self.added:
            identity = Identity.of(manifest)
            yield (
                f"  create   {identity.kind} {identity.name} in {identity.namespace}: it allows"
                " the same traffic by the names of namespaces, which lose the labels of Tenancy"
            )
        if not self.ours:
            yield "nothing of these namespaces on the cluster is managed by Tenancy"

    def release(self, connection: Connection) -> None:
        """
        Change the objects on the cluster.

        Raises:
            ClusterError: The cluster refused; what was done before stays done.
        """
        for manifest in self.added:
            add_released(connection, manifest)
        for identity in self.ours:
            live = self.live[identity]
            if identity in self.deleted:
                delete_released(connection, identity, live)
            elif identity.kind == "ServiceAccount" and not self.keeps_guardrails:
                release_object(connection, identity, live, _TOKEN)
            else:
                release_object(connection, identity, live)


def _is_guardrail(identity: Identity) -> bool:
    """Return whether Tenancy added the object, and no file describes it."""
    is_quota = identity.kind == "ResourceQuota"
    return identity.kind == "NetworkPolicy" or (
        is_quota
        and (identity.name in MANAGED_QUOTAS or identity.name.startswith(POOL_QUOTA_PREFIX))
    )


def _labels(live: Mapping[str, JSON]) -> Mapping[str, str]:
    return texts(mapping(live.get("metadata")).get("labels"))

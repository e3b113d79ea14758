"""Refuse an update of namespaces that others delete or have deleted."""

from collections.abc import Collection, Iterable, Iterator

import attrs

from tenancy.diagnostics import Finding, Severity
from tenancy.model import Live, LiveNamespace
from tenancy.planning.name_conflicts import Wanted

__all__ = ["DeletedNamespaces", "missing_names"]


def missing_names(
    wanted: Iterable[Wanted],
    known: Collection[str],
    live: Live | None,
    only: Collection[str] = (),
) -> frozenset[str]:
    """
    Return those of *wanted* that are *known* and do not exist on the cluster.

    Args:
        wanted: The namespaces that the stack is to have.
        known: Names that the last update had, or that are in the stack's state.
        live: What is on the cluster; what was not read is not missing.
        only: The only namespaces that the update may change. Default: all.
    """
    if live is None or live.namespaces is None:
        return frozenset()
    names = {name for name, _, _ in wanted if not only or name in only}
    return frozenset((names & set(known)) - live.namespaces.keys())


@attrs.frozen(kw_only=True)
class DeletedNamespaces:
    """
    The namespaces that the files describe and that others delete or have deleted.

    Attributes:
        stack: The stack.
        being_deleted: The namespaces whose deletion has begun, with what is on the cluster.
        gone: The namespaces that the stack's state has and the cluster does not.
        known: Names that the last update had, or that are in the stack's state.
        refreshes: Whether the engine first reads the cluster into the state, so that what is
            gone is created again; None if that is not known, as under plain `pulumi`.
    """

    stack: str
    being_deleted: tuple[tuple[Wanted, LiveNamespace], ...]
    gone: tuple[Wanted, ...]
    known: frozenset[str]
    refreshes: bool | None

    @classmethod
    def of(
        cls,
        wanted: Collection[Wanted],
        stack: str,
        live: Live | None,
        *,
        recorded: Collection[str],
        in_state: Collection[str],
        refreshes: bool | None,
        only: Collection[str],
    ) -> "DeletedNamespaces":
        """
        Compare *wanted* with *live*.

        Args:
            wanted: The namespaces that the stack is to have.
            stack: The stack.
            live: What is on the cluster. None if it was not read.
            recorded: Names that the last update had.
            in_state: Names that are in the stack's state, as far as it was read.
            refreshes: Whether the engine first reads the cluster into the state.
            only: The only namespaces that the update may change; empty for all.
        """
        missing = missing_names(wanted, in_state, live, only)
        there = {} if live is None else live.namespaces or {}
        return cls(
            stack=stack,
            being_deleted=tuple(
                (one, there[one[0]])
                for one in wanted
                if one[0] in there
                and there[one[0]].is_being_deleted
                and (not only or one[0] in only)
            ),
            gone=tuple(one for one in wanted if one[0] in missing and refreshes is not True),
            known=frozenset({*recorded, *in_state}),
            refreshes=refreshes,
        )

    @property
    def names(self) -> frozenset[str]:
        """The names of the namespaces that are being deleted or are gone."""
        return frozenset(
            one[0] for one in (*(one for one, _ in self.being_deleted), *self.gone)
        )

    def findings(self) -> Iterator[Finding]:
        """Yield one finding for each of these namespaces."""
        for one, there in self.being_deleted:
            yield self._being_deleted(one, there)
        for one in self.gone:
            yield self._gone(one)

    def _being_deleted(self, wanted: Wanted, there: LiveNamespace) -> Finding:
        name, origin, organization = wanted
        reasons = f": {there.held_by}" if there.held_by else ""
        again = "run the command again"
        if name in self.known:
            commands = "run `pulumi up --refresh`" if origin.is_argument else self._commands
            again = f"{commands}: the namespace is created again, empty; its contents are lost"
        return Finding(
            code="namespace-being-deleted",
            origin=origin,
            found=f"the deletion of the namespace {name} began at {there.deleted_since} and has"
            f" not ended{reasons}",
            allowed="namespaces that are not being deleted: a deletion cannot be undone, and"
            " nothing can be created in the namespace meanwhile",
            remedy="wait until the namespace is deleted (finalizers are removed by their"
            f" controllers, or by hand), then {again}",
            organization=organization,
        )

    def _gone(self, wanted: Wanted) -> Finding:
        name, origin, organization = wanted
        first = "run `pulumi up --refresh`, or " if self.refreshes is None else ""
        return Finding(
            code="namespace-gone",
            origin=origin,
            found=f"the namespace {name} is in the state of stack {self.stack} and not on the"
            " cluster: someone else deleted the namespace, with everything in it",
            allowed="namespaces that exist: the engine compares the files with the state, and"
            " would not create the namespace again",
            remedy=f"{first}{self._commands}: the namespace is created again, empty",
            severity=Severity.WARNING if self.refreshes is None else Severity.ERROR,
            organization=organization,
        )

    @property
    def _commands(self) -> str:
        return (
            f"run `tenancy refresh --stack {self.stack}` and `tenancy up --stack {self.stack}`"
        )

"""Refuse names that exist on the cluster: an update never takes over objects of others."""

from collections.abc import Collection, Iterator

from tenancy.diagnostics import Finding, Origin
from tenancy.kubernetes import labels
from tenancy.model import Live, LiveNamespace

__all__ = ["Wanted", "existing_names", "name_conflicts"]

Wanted = tuple[str, Origin, str | None]
"""A namespace's name, its place in the files, and its organization."""


def existing_names(
    wanted: Collection[Wanted],
    stack: str,
    known: Collection[str],
    live: Live,
    manager: str | None = None,
) -> Iterator[tuple[Wanted, LiveNamespace]]:
    """
    Yield each namespace that exists although this stack did not create it.

    Args:
        wanted: The namespaces that the stack is to have.
        stack: Its name is a label of the namespaces that it created.
        known: Names that the last update had.
        live: What is on the cluster.
        manager: The stack's field manager; another one in a namespace means that a stack of
            the same name created it, in another project. Default: not compared.
    """
    for one in wanted:
        there = (live.namespaces or {}).get(one[0])
        if there is not None and one[0] not in known and not _is_ours(there, stack, manager):
            yield one, there


def name_conflicts(
    wanted: Collection[Wanted],
    stack: str,
    known: Collection[str],
    live: Live,
    manager: str | None = None,
) -> Iterator[Finding]:
    """
    Refuse each existing namespace that this stack did not create.

    The provider might take it over. `tenancy.planning.deleted_namespaces` refuses namespaces
    that are being deleted.

    Args:
        wanted: The namespaces that the stack is to have.
        stack: Its name is a label of the namespaces that it created.
        known: Names that the last update had, or that are in the stack's state.
        live: What is on the cluster.
        manager: The stack's field manager. Default: not compared.
    """
    taken = existing_names(wanted, stack, known, live, manager)
    for (name, origin, organization), there in taken:
        if there.is_being_deleted:
            continue
        other = there.labels.get(labels.STACK)
        if there.labels.get(labels.MANAGED) == "true" and other:
            of = " of another project" if other == stack else ""
            found = f"the namespace {name}, which stack {other}{of} created on this cluster"
            remedy = "choose another name, or remove it from the other stack first"
        else:
            found = (
                f"the namespace {name}, which exists on the cluster and which this stack did"
                " not create"
            )
            remedy = _remedy(origin)
        yield Finding(
            code="name-taken",
            origin=origin,
            found=found,
            allowed="names that do not exist on the cluster, or that this stack created",
            remedy=remedy,
            organization=organization,
        )


def _remedy(origin: Origin) -> str:
    if origin.is_argument:
        return "choose another name"
    if "shared" in origin.path:
        return (
            "write managed: false, so that it can be reached and nothing in it is changed; run"
            " `tenancy adopt --shared`; or choose another name"
        )
    if "public" in origin.path:
        return "choose another name"
    return "choose another id or prefix, or run `tenancy adopt`"


def _is_ours(there: LiveNamespace, stack: str, manager: str | None) -> bool:
    """Whether an update of this stack created it, even one that left no record."""
    return (
        not there.is_being_deleted
        and there.labels.get(labels.MANAGED) == "true"
        and there.labels.get(labels.STACK) == stack
        and (manager is None or there.field_manager in ("", manager))
    )

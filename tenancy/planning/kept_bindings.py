"""Bindings in the stack's namespaces that are not in the files: which access they give."""

from collections.abc import Iterable, Iterator, Mapping

import attrs

from tenancy.model import LiveAccess, LiveBinding, Namespace, binding_name
from tenancy.planning.permissions import Allowed, ordered, verbs_of
from tenancy.planning.remaining_access import BindingRemoval

__all__ = ["KeptBinding", "kept_bindings"]


@attrs.frozen(kw_only=True, slots=True)
class KeptBinding:
    """
    A RoleBinding that exists and that Tenancy did not create.

    Attributes:
        before: Its subjects now.
        after: Its subjects after the update; empty if it is deleted.
        is_adopted: Whether the files now describe a binding of this name.
        allowed: The access that it gives, the widest first; None if roles were not read.
    """

    binding: LiveBinding
    organization: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    is_adopted: bool
    allowed: tuple[Allowed, ...] | None


def kept_bindings(
    namespaces: Iterable[Namespace],
    access: LiveAccess,
    removals: Iterable[BindingRemoval],
) -> Iterator[KeptBinding]:
    """
    Yield each RoleBinding in *namespaces* that Tenancy did not create.

    Args:
        namespaces: As they will be.
        access: What is on the cluster.
        removals: Subjects that the update removes.
    """
    namespaces = tuple(namespaces)
    organizations = {namespace.name: namespace.organization for namespace in namespaces}
    wanted: Mapping[tuple[str, str], tuple[str, ...]] = {
        (namespace.name, binding_name(binding)): tuple(map(str, binding.subjects))
        for namespace in namespaces
        for binding in namespace.bindings
    }
    removed = {(one.namespace, one.name): one.subjects for one in removals}
    for binding in access.role_bindings or ():
        if binding.is_managed or binding.namespace not in organizations:
            continue
        place = binding.namespace, binding.name
        rules = access.rules(binding)
        after = tuple(s for s in binding.subjects if s not in removed.get(place, ()))
        yield KeptBinding(
            binding=binding,
            organization=organizations[binding.namespace],
            before=binding.subjects,
            after=wanted.get(place, after),
            is_adopted=place in wanted,
            allowed=None if rules is None else ordered(verbs_of(rules)),
        )

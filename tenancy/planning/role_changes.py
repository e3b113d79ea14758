"""Members whose role changes: the old role ends before the new one begins."""

from collections.abc import Iterable

from tenancy.model import LiveAccess
from tenancy.planning.leaving import Leaver
from tenancy.planning.remaining_access import BindingRemoval

__all__ = ["outdated_bindings"]


def outdated_bindings(
    leaving: Iterable[Leaver], access: LiveAccess
) -> tuple[BindingRemoval, ...]:
    """
    Return Tenancy's own bindings by which members still have a role that they exchange.

    The engine creates and changes objects before it deletes any, so without this a member would
    have the old and the new role for a moment.

    Args:
        leaving: Subjects that lose a role. Those that get no other are left to the engine.
        access: What is on the cluster.
    """
    subjects: dict[tuple[str, str], list[str]] = {}
    exchanged = [one for one in leaving if set(one.roles_after) - set(one.roles_before)]
    bindings = [one for one in access.role_bindings or () if one.is_managed]
    for leaver in exchanged:
        lost = set(leaver.roles_before) - set(leaver.roles_after)
        for binding in bindings:
            is_lost = binding.namespace == leaver.namespace and binding.member_role in lost
            if is_lost and leaver.subject in binding.subjects:
                subjects.setdefault((binding.namespace, binding.name), []).append(
                    leaver.subject
                )
    return tuple(
        BindingRemoval(
            namespace=binding.namespace,
            name=binding.name,
            role=binding.member_role,
            subjects=tuple(subjects[binding.namespace, binding.name]),
            is_deleted=False,
        )
        for binding in bindings
        if (binding.namespace, binding.name) in subjects
    )

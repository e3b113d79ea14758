"""Members who exchange a role lose the old one first."""

from tenancy.model import LiveAccess, LiveBinding
from tenancy.planning import outdated_bindings
from tenancy.planning.leaving import Leaver


def binding(name: str, role: str, *subjects: str, is_managed: bool = True) -> LiveBinding:
    return LiveBinding(
        namespace="shop",
        name=name,
        role_kind="ClusterRole",
        role=role.removeprefix("kubernetes:"),
        subjects=subjects,
        is_managed=is_managed,
        member_role=role if is_managed else "",
    )


def leaver(subject: str, before: tuple[str, ...], after: tuple[str, ...]) -> Leaver:
    return Leaver(
        subject=subject,
        organization="shop",
        namespace="shop",
        roles_before=before,
        roles_after=after,
    )


EDIT, VIEW = ("kubernetes:edit",), ("kubernetes:view",)
ACCESS = LiveAccess(
    role_bindings=(
        binding("devs", EDIT[0], "Group a", "Group b"),
        binding("lookers", VIEW[0], "Group c"),
        binding("own", EDIT[0], "Group a", is_managed=False),
    )
)


def test_who_exchanges_a_role_is_taken_out_of_the_adopted_binding() -> None:
    [found] = outdated_bindings([leaver("Group a", EDIT, VIEW)], ACCESS)

    assert ("shop", "devs", ("Group a",)) == (found.namespace, found.name, found.subjects)
    assert not found.is_deleted


def test_members_of_one_binding_are_taken_out_together() -> None:
    leaving = [leaver("Group a", EDIT, VIEW), leaver("Group b", EDIT, ("admin",))]

    [found] = outdated_bindings(leaving, ACCESS)

    assert ("Group a", "Group b") == found.subjects


def test_who_only_loses_a_role_is_left_to_the_engine() -> None:
    both = (*EDIT, *VIEW)

    assert () == outdated_bindings([leaver("Group a", both, VIEW)], ACCESS)
    assert () == outdated_bindings([leaver("Group a", EDIT, ())], ACCESS)
    assert () == outdated_bindings([leaver("Group d", EDIT, VIEW)], ACCESS)

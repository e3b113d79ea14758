"""The list of members at its limits: a thousand of them, and none."""

from collections.abc import Iterator

import pytest

from tests.cluster.api import MERGE_PATCH, until
from tests.cluster.security import objects as make
from tests.cluster.security.attacks import patch, post
from tests.cluster.security.objects import DOMAIN, ORGANIZATION, RBAC, Object
from tests.cluster.security.world import World

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("security")]

MEMBERS = tuple(f"oidc:a-person-with-a-long-name-{n}@acme.example" for n in range(1000))
MANY, NONE = "many-members", "no-members"


@pytest.fixture(scope="module")
def spaces(world: World) -> Iterator[None]:
    """Two namespaces whose admin is the admin of acme, made a moment ago."""
    made = []
    for name, annotations in (
        (MANY, {f"{DOMAIN}/members": "\n".join(f"User {name}" for name in MEMBERS)}),
        (NONE, {}),
    ):
        space = make.space(name)
        space["metadata"] |= {"labels": {ORGANIZATION: "acme"}, "annotations": annotations}
        world.apply(space)
        world.apply(
            make.binding(
                make.group("oidc:acme-leads"),
                namespace=name,
                name="leads",
                to=("ClusterRole", "tenancy:admin"),
            )
        )
        made.append(space)
    until(
        lambda: all(
            world.allowed(
                "admin", group=RBAC, resource="rolebindings", verb="create", namespace=n
            )
            for n in (MANY, NONE)
        ),
        "the admin may bind",
    )
    yield
    for space in made:
        world.root.delete(space)


def a_binding(*names: str, namespace: str = MANY) -> Object:
    return make.binding(*map(make.user, names), namespace=namespace)


@pytest.mark.parametrize("count", [1, 100, 500])
def test_the_last_of_a_thousand_members_is_bound(world: World, spaces: None, count: int):
    world.send("admin", post(a_binding(*MEMBERS[-count:]))).accepted()

    stranger = a_binding(*MEMBERS[-count:], "oidc:oscar@elsewhere.example")
    world.send("admin", post(stranger)).refused_by(
        "tenancy-role-bindings", "oidc:oscar@elsewhere.example may not be bound here"
    )


def test_without_a_list_only_accounts_and_listed_subjects_are_bound(world: World, spaces: None):
    accounts = make.binding(make.account(NONE, "runner"), namespace=NONE)
    world.send("admin", post(accounts)).accepted()
    listed = make.binding(make.group("oidc:friends"), namespace=NONE)
    world.send("admin", post(listed)).accepted()

    leads = make.binding(make.group("oidc:acme-leads"), namespace=NONE)
    world.send("admin", post(leads)).refused_by(
        "tenancy-role-bindings", "this namespace has no list of members"
    )


def test_a_namespace_that_was_created_a_moment_ago_is_guarded(world: World):
    space = make.space("just-created")
    space["metadata"]["labels"] = {ORGANIZATION: "acme"}
    leads = make.binding(
        make.group("oidc:acme-leads"),
        namespace="just-created",
        to=("ClusterRole", "tenancy:viewer"),
    )
    try:
        world.root.create(space).accepted()
        world.send("helper", post(leads)).refused_by(
            "tenancy-role-bindings", "this namespace has no list of members"
        )
    finally:
        world.root.delete(space)


def test_a_change_that_leaves_subjects_alone_passes(world: World):
    older_object = make.named(make.binding(namespace="acme-edge"), "older-object")
    note = {"metadata": {"annotations": {"probe": "changed"}}}
    answer = world.send("helper", patch(older_object, note, MERGE_PATCH)).accepted()

    assert "changed" == answer.body["metadata"]["annotations"]["probe"]
    world.send(
        "helper", patch(older_object, {"subjects": [make.group("oidc:older")]}, MERGE_PATCH)
    ).refused_by("tenancy-role-bindings", "oidc:older may not be bound here")

"""Names in the engine's state are unique, also where colons become hyphens."""

import pytest

from tests.unit.builders import a_namespace, a_platform, about, an_organization, findings

READ = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]


def bindings(**names: str) -> list[str]:
    """What is found of a namespace that kept these names of role bindings, by role."""
    members = [{"group": f"of-{role}", "role": role} for role in names]
    adopted = {"origin": "adopt", "reason": "it was there", "roleBindings": names}
    return about(
        "resource-name-taken",
        namespace={"adopted": adopted},
        organization={"members": members},
    )


def test_role_bindings_that_differ_by_a_colon_alone_are_refused() -> None:
    [text] = bindings(developer="team:dev", viewer="team-dev")

    assert (
        "the role bindings 'team:dev' and 'team-dev' of acme-dev, which have one name" in text
    )
    assert [] == bindings(developer="team:dev", viewer="team:view")
    assert len(bindings(developer="tenancy-viewer", viewer="tenancy:viewer")) == 1


def test_a_role_of_the_platform_does_not_meet_one_of_kubernetes() -> None:
    def held(role: str) -> list[str]:
        return about(
            "resource-name-taken",
            platform=a_platform(roles={role: {"rules": READ}}),
            organization={
                "members": [
                    {"group": "a", "role": role},
                    {"group": "b", "role": "kubernetes:edit"},
                ]
            },
        )

    [text] = held("kubernetes-edit")
    assert "'tenancy:kubernetes-edit'" in text
    assert [] == held("editor")


ADOPTED = {"origin": "adopt", "reason": "it was there"}


@pytest.mark.parametrize(
    ("quota", "is_refused"), [("x-quota", True), ("x-quotas", False), ("y-quota", False)]
)
def test_objects_of_two_namespaces_do_not_meet(quota, is_refused) -> None:
    first = a_namespace("dev", quotas={quota: {"hard": {"pods": "1"}}})
    second = a_namespace("dev-x", adopted={**ADOPTED, "name": "older"})
    organizations = {"acme": an_organization(first, second, defaultNamespace="dev")}

    found = about("resource-name-taken", organizations=organizations)
    assert is_refused == bool(found), found
    if is_refused:
        assert (
            "the ResourceQuota quota of older, whose name in the engine's state is"
            " acme-dev-x-quota, the same as of x-quota of acme-dev" in found[0]
        )


def test_shipped_names_are_right() -> None:
    assert [] == findings()

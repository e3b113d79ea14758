"""What exists, written as config: names, amounts, members, and what becomes of each object."""

import pytest

from tenancy.config.spec import OrganizationSpec
from tenancy.drifting import Identity
from tenancy.drifting.adoption import Action, organization, steps
from tests.unit.builders import the_platform

PLATFORM = the_platform(oidc={"usernamePrefix": "oidc:", "groupsPrefix": "oidc:"})


def an_object(kind: str, name: str, namespace: str = "", **body: object) -> dict:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"kind": kind, "metadata": metadata, **body}


def by_identity(*objects: dict) -> dict[Identity, dict]:
    return {Identity.of(one): one for one in objects}


def written(*objects: dict, names: tuple[str, ...] = ("shop",), prefix: str = "shop") -> dict:
    config = organization(
        names,
        by_identity(*(an_object("Namespace", name) for name in names), *objects),
        PLATFORM,
        environment="dev",
        prefix=prefix,
        reason="older",
    )
    OrganizationSpec.model_validate(config)
    return config


def test_a_name_that_follows_the_rule_is_not_adopted_by_exception() -> None:
    [ours, other] = written(names=("shop-dev", "legacy"))["namespaces"]

    assert ("dev", None) == (ours["id"], ours.get("adopted"))
    assert {"name": "legacy", "origin": "adopt", "reason": "older"} == other["adopted"]


def test_ids_are_short_and_differ() -> None:
    names = ("team-a-frontend", "team-a-frontage", "team.a.front", "shop-teamafr")
    ids = [space["id"] for space in written(names=names)["namespaces"]]

    assert len(set(ids)) == len(names)
    assert all(1 <= len(i) <= 7 and i.isalnum() for i in ids)


def test_quotas_keep_their_names_their_scopes_and_their_amounts() -> None:
    hard = {"requests.memory": "2048Mi", "pods": "+7", "services": "1e1"}
    config = written(
        an_object("ResourceQuota", "main", "shop", spec={"hard": hard}),
        an_object("ResourceQuota", "quota", "shop", spec={"hard": {"secrets": "3"}}),
        an_object(
            "ResourceQuota", "b", "shop", spec={"hard": {"pods": "2"}, "scopes": ["BestEffort"]}
        ),
    )

    assert {
        "quota": {"secrets": "3"},
        "quotas": {
            "b": {"hard": {"pods": "2"}, "scopes": ["BestEffort"]},
            "main": {"hard": {"requests.memory": "2Gi", "pods": "7", "services": "10"}},
        },
    } == {
        **config["profiles"]["shop"],
        "quotas": {
            name: {**quota, "hard": {**quota["hard"]}}
            for name, quota in config["profiles"]["shop"]["quotas"].items()
        },
    }


RBAC = "rbac.authorization.k8s.io"


@pytest.mark.parametrize(
    ("reference", "subject", "member"),
    [
        pytest.param(
            ("ClusterRole", "edit"),
            {"kind": "Group", "name": "oidc:devs", "apiGroup": RBAC},
            {"group": "devs", "role": "kubernetes:edit", "namespaces": ["shop"]},
            id="a-group-without-its-prefix",
        ),
        pytest.param(
            ("ClusterRole", "view"),
            {"kind": "ServiceAccount", "name": "bot", "namespace": "shop"},
            {"serviceAccount": "shop/bot", "role": "kubernetes:view", "namespaces": ["shop"]},
            id="a-service-account-of-its-own",
        ),
        pytest.param(
            ("ClusterRole", "view"),
            {"kind": "ServiceAccount", "name": "bot", "namespace": "elsewhere"},
            None,
            id="a-foreign-service-account-has-no-place",
        ),
        pytest.param(
            ("ClusterRole", "cluster-admin"),
            {"kind": "User", "name": "oidc:eve", "apiGroup": RBAC},
            None,
            id="another-role-has-no-place",
        ),
        pytest.param(
            ("Role", "edit"),
            {"kind": "User", "name": "oidc:eve", "apiGroup": RBAC},
            None,
            id="a-role-of-the-namespace-has-no-place",
        ),
        pytest.param(
            ("ClusterRole", "edit"),
            {"kind": "User", "name": "eve", "apiGroup": RBAC},
            None,
            id="a-user-that-the-provider-does-not-issue-has-no-place",
        ),
    ],
)
def test_a_binding_to_a_role_of_kubernetes_becomes_a_member(
    reference: tuple[str, str], subject: dict, member: dict | None
) -> None:
    kind, role = reference
    binding = an_object(
        "RoleBinding", "b", "shop", roleRef={"kind": kind, "name": role}, subjects=[subject]
    )

    assert ([member] if member else None) == written(binding).get("members")


def a_binding(name: str, *subjects: str, role: str = "edit") -> dict:
    return an_object(
        "RoleBinding",
        name,
        "shop",
        roleRef={"kind": "ClusterRole", "name": role},
        subjects=[{"kind": "Group", "name": one, "apiGroup": RBAC} for one in subjects],
    )


def test_limit_ranges_and_bindings_keep_their_names() -> None:
    spec = {"limits": [{"type": "Container", "default": {"cpu": "1"}}]}
    config = written(
        an_object("LimitRange", "defaults", "shop", spec=spec),
        a_binding("devs", "oidc:devs"),
        a_binding("more", "oidc:more"),
        a_binding("readers", "oidc:all", role="view"),
    )

    # Of two for one role the first is ours; who is in the second is in ours too.
    assert {
        "name": "shop",
        "origin": "adopt",
        "reason": "older",
        "limitRange": "defaults",
        "roleBindings": {"kubernetes:edit": "devs", "kubernetes:view": "readers"},
    } == config["namespaces"][0]["adopted"]
    assert ["devs", "more", "all"] == [member["group"] for member in config["members"]]


def test_a_binding_with_a_subject_that_no_file_can_name_is_left_alone() -> None:
    """Taken over, it would lose that subject without a word."""
    config = written(a_binding("devs", "oidc:devs", "ldap-devs"), names=("shop-dev",))

    assert "adopted" not in config["namespaces"][0]


def test_each_object_is_said_once_with_what_becomes_of_it() -> None:
    space = an_object("Namespace", "shop")
    same = an_object("ResourceQuota", "same", "shop", spec={"hard": {"pods": "1"}})
    other = an_object("ResourceQuota", "other", "shop", spec={"hard": {"pods": "1"}})
    applied = an_object("ResourceQuota", "applied", "shop", spec={"hard": {"pods": "1"}})
    new = an_object("NetworkPolicy", "default-deny", "shop", spec={})
    live = by_identity(
        space,
        {**same, "spec": {"hard": {"pods": "+1"}}},
        {**other, "spec": {"hard": {"pods": "2"}}},
        {
            **applied,
            "metadata": {
                **applied["metadata"],
                "managedFields": [{"manager": "argocd", "operation": "Apply", "fieldsV1": {}}],
            },
        },
        an_object("RoleBinding", "handmade", "shop"),
        an_object("RoleBinding", "handmade", "elsewhere"),
    )

    found = {
        (s.object.name, s.object.namespace): s.action
        for s in steps([space, same, other, applied, new], live)
    }

    assert {
        ("shop", ""): Action.IMPORT,
        ("same", "shop"): Action.IMPORT,
        ("other", "shop"): Action.PATCH,
        ("applied", "shop"): Action.CONFLICT,
        ("default-deny", "shop"): Action.CREATE,
        ("handmade", "shop"): Action.STAYS,
    } == found

"""What exists, written as config: names, amounts, members, and what becomes of each object."""

from datetime import date

import pytest

from tenancy.config.spec import OrganizationSpec
from tenancy.drifting import Identity
from tenancy.drifting.adoption import (
    Action,
    Proposal,
    propose,
    proposed_grants,
    steps,
    unprefixed,
)
from tests.unit.builders import a_pool, the_platform

PLATFORM = the_platform(oidc={"usernamePrefix": "oidc:", "groupsPrefix": "oidc:"})


def an_object(kind: str, name: str, namespace: str = "", **body: object) -> dict:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"kind": kind, "metadata": metadata, **body}


def by_identity(*objects: dict) -> dict[Identity, dict]:
    return {Identity.of(one): one for one in objects}


def proposed(*objects: dict, names: tuple[str, ...] = ("shop",), **keys: object) -> Proposal:
    spaces = [an_object("Namespace", name) for name in names]
    return propose(
        names,
        by_identity(*spaces, *objects),
        keys.pop("platform", PLATFORM),
        environment="dev",
        prefix="shop",
        reason="older",
        until=date(2027, 1, 31),
        **keys,
    )


def written(*objects: dict, names: tuple[str, ...] = ("shop",)) -> dict:
    config = proposed(*objects, names=names).organization("shop")
    OrganizationSpec.model_validate(config)
    return config


def test_a_name_that_follows_the_rule_is_not_kept_by_exception() -> None:
    [ours, other] = written(names=("shop-dev", "legacy"))["namespaces"]

    assert ("dev", None) == (ours["id"], ours["adopted"].get("name"))
    assert ("legacy", "legacy") == (other["id"], other["adopted"]["name"])


def test_ids_are_whole_and_differ() -> None:
    names = ("court-probation-dev", "shop-frontend-prod", "shop-dev", "dev")
    ids = [space["id"] for space in written(names=names)["namespaces"]]

    assert ["court-probation-dev", "frontend-prod", "dev", "dev-2"] == ids


def test_ids_that_the_organization_has_are_not_given_again() -> None:
    assert {"shop-dev": "shop-dev"} == proposed(names=("shop-dev",), taken=("dev",)).ids


def test_each_starts_in_audit_and_keeps_its_pod_security_level() -> None:
    enforced = {"pod-security.kubernetes.io/enforce": "restricted"}
    live = by_identity(an_object("Namespace", "shop"))
    live[Identity(kind="Namespace", name="shop")]["metadata"]["labels"] = enforced
    found = propose(
        ("shop",), live, PLATFORM, environment="dev", prefix="s", reason="older", until=None
    )
    [space] = found.namespaces

    assert {"mode": "audit", "reason": "older", "podSecurity": "restricted"} == space[
        "enforcement"
    ]
    assert "restricted" == space["podSecurity"]["enforce"]
    # The control: without a level, `baseline` follows the audit.
    [space] = proposed().namespaces
    assert {"mode": "audit", "reason": "older", "until": "2027-01-31"} == space["enforcement"]
    assert "baseline" == space["podSecurity"]["enforce"]


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
    } == config["profiles"]["shop"]


def test_a_namespace_without_a_quota_says_so() -> None:
    assert {"quota": {}} == written()["profiles"]["shop"]


GPUS = {"requests.nvidia.com/gpu": "8"}


def a_gpu_pod(name: str, phase: str = "Running") -> dict:
    container = {"name": "c", "resources": {"limits": {"nvidia.com/gpu": "2"}}}
    return an_object(
        "Pod", name, "shop", spec={"containers": [container]}, status={"phase": phase}
    )


@pytest.mark.parametrize(
    ("objects", "grants"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([a_gpu_pod("a"), a_gpu_pod("b", "Succeeded")], [2], id="what-runs"),
        pytest.param([a_gpu_pod("a"), a_gpu_pod("b")], [4], id="two-pods"),
        pytest.param(
            [
                a_gpu_pod("a"),
                an_object(
                    "ResourceQuota",
                    "q",
                    "shop",
                    spec={"hard": {"requests.nvidia.com/gpu": "8"}},
                ),
            ],
            [8],
            id="what-the-quota-allows",
        ),
    ],
)
def test_gpus_are_granted_from_use_and_quota(objects, grants) -> None:
    live = by_identity(*objects)

    found = proposed_grants("shop", live, the_platform(gpuNodePools=[a_pool()]))
    assert [{"pool": "h100", "gpus": count} for count in grants] == found
    # Nothing can be granted that no pool has.
    assert [] == proposed_grants("shop", live, PLATFORM)


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
            ("ClusterRole", "tenancy:developer"),
            {"kind": "User", "name": "oidc:dana", "apiGroup": RBAC},
            {"user": "dana", "role": "developer", "namespaces": ["shop"]},
            id="a-role-of-the-platform-after-a-release",
        ),
        pytest.param(
            ("Role", "tenancy:developer"),
            {"kind": "User", "name": "oidc:dana", "apiGroup": RBAC},
            None,
            id="a-role-of-the-namespace-with-that-name-has-no-place",
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


def test_a_service_account_that_the_platform_lists_becomes_a_member() -> None:
    account = {"kind": "ServiceAccount", "name": "deployer", "namespace": "argocd"}
    reference = {"kind": "ClusterRole", "name": "edit"}
    binding = an_object("RoleBinding", "b", "shop", roleRef=reference, subjects=[account])
    listed = the_platform(bindableSubjects=[{"serviceAccount": "argocd/deployer"}])

    [member] = proposed(binding, platform=listed).members

    assert "argocd/deployer" == member["serviceAccount"]
    # The control: without the list the binding stays as it is.
    assert () == proposed(binding).members


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
        an_object("LimitRange", "more", "shop", spec=spec),
        a_binding("devs", "oidc:devs"),
        a_binding("more", "oidc:more"),
        a_binding("readers", "oidc:all", role="view"),
    )
    [space] = config["namespaces"]

    assert {"kubernetes:edit": "devs", "kubernetes:view": "readers"} == space["adopted"][
        "roleBindings"
    ]
    assert ["defaults", "more"] == list(config["profiles"]["shop"]["limitRanges"])
    # Of two for one role the first is ours; the other stays, with who is in it.
    assert ["devs", "all"] == [member["group"] for member in config["members"]]
    assert ["RoleBinding/more"] == space["ignore"]


def test_what_no_file_can_describe_stays_and_is_told_with_its_reason() -> None:
    images = {"limits": [{"type": "openshift.io/Image", "max": {"storage": "1Gi"}}]}
    found = proposed(
        a_binding("devs", "oidc:devs", "ldap-devs"),
        a_binding("all", "system:authenticated"),
        an_object("LimitRange", "images", "shop", spec=images),
        an_object("NetworkPolicy", "default", "shop", spec={}),
    )
    [space] = found.namespaces

    # Taken over, the binding would lose a subject without a word.
    assert "roleBindings" not in space["adopted"]
    why = {str(left.object.name): left.why for left in found.left}
    assert {"devs", "all", "images", "default"} == set(why)
    assert "Group ldap-devs does not begin with the platform's prefix 'oidc:'" == why["devs"]
    assert sorted(space["ignore"]) == [
        "LimitRange/images",
        "NetworkPolicy/default",
        "RoleBinding/all",
        "RoleBinding/devs",
    ]


def test_a_prefix_that_is_not_the_platforms_is_told() -> None:
    live = by_identity(a_binding("devs", "github:a", "github:b"))

    [line] = unprefixed(("shop",), live, PLATFORM)
    assert "begin with 'github:'" in line
    assert "oidc.groupsPrefix of the platform is 'oidc:'" in line
    assert [] == list(unprefixed(("other",), live, PLATFORM))


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


class Counted(dict):
    """Objects of a cluster, and how often all of them were read."""

    reads = 0

    def items(self):
        self.reads += 1
        return super().items()


def test_a_proposal_reads_the_cluster_once_however_many_namespaces_it_has() -> None:
    reads = []
    for count in (2, 40):
        names = tuple(f"shop-{number}" for number in range(count))
        quotas = [an_object("ResourceQuota", "main", one, spec={"hard": {}}) for one in names]
        spaces = [an_object("Namespace", one) for one in names]
        live = Counted(by_identity(*spaces, *quotas))
        found = propose(
            names, live, PLATFORM, environment="dev", prefix="shop", reason="older", until=None
        )
        assert count == len(found.namespaces)
        reads.append(live.reads)

    assert [1, 1] == reads

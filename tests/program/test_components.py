"""What the components register: kinds, names, order and protection, without an engine."""

import pulumi
import pytest
from tenancy_components import ComponentRefusedError, Namespace, Organization, Platform
from tenancy_components.node_taints import NodeTaints

from tenancy import manifests as render
from tests.program.recording import build, cluster

ORGANIZATION = {
    "prefix": "acme",
    "defaultNamespace": "dev",
    "members": [
        {"group": "leads", "role": "admin"},
        {"user": "zoe", "role": "developer"},
        {"user": "abe", "role": "developer"},
    ],
    "namespaces": [
        {"id": "dev", "quota": {"pods": 20, "requests.storage": "2048Mi"}},
        {"id": "prod"},
    ],
}

SECRET = "1b47061264138c4ac30d75fd1eb44270"
"""How the engine marks a secret, whatever it holds."""


def organization(**opts: object):
    return lambda: Organization("acme", ORGANIZATION, opts=cluster(**opts))


def test_every_namespace_has_guardrails_and_one_binding_for_each_role(monitor) -> None:
    found = build(monitor, organization())

    assert {("Namespace", "acme-dev"), ("Namespace", "acme-prod")} <= found.keys()
    for identifier in ("dev", "prod"):
        names = {kind for kind, name in found if name.startswith(f"acme-{identifier}-")}
        assert {"ResourceQuota", "NetworkPolicy", "ServiceAccountPatch"} <= names
        bindings = [n for k, n in found if k == "RoleBinding" and f"-{identifier}-" in n]
        assert [
            f"acme-{identifier}-tenancy-{role}-namespaced" for role in ("admin", "developer")
        ] == (sorted(bindings))


def test_a_binding_names_its_subjects_once_and_sorted(monitor) -> None:
    found = build(monitor, organization())

    binding = found["RoleBinding", "acme-dev-tenancy-developer-namespaced"]
    names = [s["name"] for s in binding.object["subjects"]]

    assert ["oidc:abe", "oidc:zoe"] == names


def test_only_the_namespace_and_the_destroy_guard_are_protected(monitor) -> None:
    found = build(monitor, organization())

    protected = {key for key, request in found.items() if request.protect}
    kubernetes = "kubernetes:core/v1:Namespace"
    assert {"tenancy:index:DestroyGuard", "Namespace"} == {kind for kind, _ in protected}
    retained = {r.type for r in found.values() if r.retainOnDelete}
    assert {kubernetes} == retained


def test_bindings_refuse_what_the_callers_options_would_hand_down(monitor) -> None:
    found = build(monitor, organization(protect=True, retain_on_delete=True))

    for (kind, name), request in found.items():
        if kind in {"RoleBinding", "Role"}:
            assert request.HasField("protect"), name
            assert not request.protect, name
            assert request.HasField("retainOnDelete"), name
            assert not request.retainOnDelete, name
            assert not request.deletedWith, name


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda o: Organization("acme", ORGANIZATION, opts=o), id="Organization"),
        pytest.param(
            lambda o: Namespace("acme", {"name": "lab", "quota": {"pods": 1}}, opts=o),
            id="Namespace",
        ),
        pytest.param(
            lambda o: Platform("acme", {"operators": [{"group": "ops"}]}, opts=o), id="Platform"
        ),
    ],
)
def test_without_a_provider_nothing_goes_to_the_ambient_cluster(monitor, make) -> None:
    def program() -> None:
        with pytest.raises(ComponentRefusedError, match="provider-missing") as refusal:
            make(None)
        assert "argument of acme  opts.provider" in str(refusal.value)

    def from_the_parent() -> None:
        parent = pulumi.ComponentResource("test:index:Parent", "parent", None, cluster())
        make(pulumi.ResourceOptions(parent=parent))

    refused = build(monitor, program)
    assert ["acme"] == [name for _, name in refused]
    monitor.requests.clear()

    made = {kind for kind, _ in build(monitor, from_the_parent)}
    assert made & {"Namespace", "ClusterRole"}


def test_role_bindings_depend_on_every_guardrail(monitor) -> None:
    found = build(monitor, organization())

    binding = found["RoleBinding", "acme-dev-tenancy-admin-namespaced"]
    depends = {urn.rpartition("::")[2] for urn in binding.dependencies}

    guardrails = {
        name
        for kind, name in found
        if kind in {"ResourceQuota", "LimitRange", "NetworkPolicy", "ServiceAccountPatch"}
        and name.startswith("acme-dev-")
    }
    assert guardrails <= depends
    assert len(guardrails) > 5


def test_the_name_of_a_namespace_is_plain_text(monitor) -> None:
    names: list[object] = []

    def program() -> None:
        acme = Organization("acme", ORGANIZATION, opts=cluster())
        names.extend(namespace.name for namespace in acme.namespaces.values())

    build(monitor, program)

    assert ["acme-dev", "acme-prod"] == names


def test_names_come_from_identity_and_not_from_the_order_of_writing(monitor) -> None:
    found = build(monitor, organization())
    turned = {**ORGANIZATION, "namespaces": ORGANIZATION["namespaces"][::-1]}
    monitor.requests.clear()

    again = build(monitor, lambda: Organization("acme", turned, opts=cluster()) and None)

    assert found.keys() == again.keys()


def test_deleted_with_is_refused_from_the_caller(monitor) -> None:
    def program() -> None:
        other = pulumi.ComponentResource("test:index:Other", "other")
        with pytest.raises(ComponentRefusedError, match="deleted_with"):
            Organization("acme", ORGANIZATION, opts=pulumi.ResourceOptions(deleted_with=other))

    assert [("test:index:Other", "other")] == list(build(monitor, program))


def test_an_output_is_refused_by_its_path(monitor) -> None:
    wrong = {**ORGANIZATION, "namespaces": [{"id": pulumi.Output.from_input("dev")}]}

    def program() -> None:
        with pytest.raises(ComponentRefusedError, match=r"namespaces\[0\]\.id"):
            Organization("acme", wrong)

    assert not build(monitor, program)


def test_everything_that_is_wrong_is_said_at_once_and_nothing_is_registered(monitor) -> None:
    wrong = {
        "prefix": "kube-own",
        "namespaces": [{"id": "much-too-long", "quota": {"pods": "0.5", "nvidia.com/gpu": 1}}],
    }

    def program() -> None:
        with pytest.raises(ComponentRefusedError) as refusal:
            Organization("acme", wrong)
        text = str(refusal.value)
        for part in (
            "kube-own",
            "much-too-long",
            "requests.nvidia.com/gpu",
            "Nothing was changed",
        ):
            assert part in text

    assert not build(monitor, program)


def test_a_namespace_stands_alone(monitor) -> None:
    args = {
        "name": "lab",
        "quota": {"pods": 3},
        "members": [{"user": "abe", "role": "viewer"}],
    }

    found = build(monitor, lambda: Namespace("lab", args, opts=cluster()) and None)

    kinds = {kind for kind, _ in found}
    assert {
        "Namespace",
        "ResourceQuota",
        "NetworkPolicy",
        "Role",
        "RoleBinding",
    } <= kinds
    assert {"pods": "3"} == dict(found["ResourceQuota", "lab-quota"].object["spec"]["hard"])


def test_the_platforms_guards_are_armed_last(monitor) -> None:
    spec = {
        "operators": [{"group": "operators"}],
        "public": {"name": "llmos-public", "readers": [{"group": "system:authenticated"}]},
    }

    found = build(monitor, lambda: Platform("platform", spec, opts=cluster()) and None)

    order = list(found)
    armed = [order.index(k) for k in order if k[0] == "ValidatingAdmissionPolicyBinding"]
    spaces = [order.index(k) for k in order if k[0] in {"Namespace", "ClusterRole"}]
    assert len(armed) > 10
    assert max(spaces) < min(armed)
    first, *others = [found[order[index]] for index in armed]
    depends = {urn.rpartition("::")[2] for urn in first.dependencies}
    policies = {name for kind, name in found if kind == "ValidatingAdmissionPolicy"}
    assert policies | {"platform-tenancy-operator"} <= depends
    # The others wait for it, and so for all of this.
    for other in others:
        policy = f"platform-{other.object['spec']['policyName']}"
        names = {urn.rpartition("::")[2] for urn in other.dependencies}
        assert {first.name, policy, "platform-plan"} == names


@pytest.mark.parametrize(
    ("kubeconfig", "is_secret"),
    [
        pytest.param("../east.kubeconfig", False, id="a path"),
        pytest.param("apiVersion: v1\nusers: []\n", True, id="the text of one"),
    ],
)
def test_the_text_of_a_kubeconfig_is_kept_as_a_secret(
    monitor, kubeconfig: str, is_secret: bool
) -> None:
    found = build(
        monitor,
        lambda: NodeTaints("taints", {"node": "a", "taints": [], "kubeconfig": kubeconfig}),
    )

    given = found["tenancy:kubernetes:NodeTaints", "taints"].object["kubeconfig"]
    assert is_secret is (given != kubeconfig)
    assert not is_secret or SECRET in dict(given.items()).values()


def test_queues_are_registered_where_the_platform_has_them_and_end_after_the_guard(
    monitor,
) -> None:
    pool = {
        "name": "h100",
        "model": "H100",
        "gpusPerNode": 8,
        "nodes": {"min": 1, "max": 1},
        "backend": "existing",
    }
    spec = {"operators": [{"group": "operators"}], "queues": {}, "gpuNodePools": [pool]}
    written = {
        **ORGANIZATION,
        "namespaces": [
            {"id": "dev", "quota": {"pods": 20}, "gpus": [{"pool": "h100", "gpus": 4}]},
            {"id": "prod", "gpus": []},
        ],
    }

    def program() -> None:
        platform = Platform("platform", spec, opts=cluster())
        Organization("acme", written, platform, opts=cluster())

    found = build(monitor, program)

    assert {
        ("ResourceFlavor", "platform-h100"),
        ("Cohort", "platform-gpus"),
        ("Cohort", "acme-acme"),
        ("ClusterQueue", "acme-acme-dev"),
        ("LocalQueue", "acme-dev-gpus"),
    } == {key for key in found if key[0] in render.QUEUE_KINDS} - {
        ("ResourceFlavor", "platform-tenancy-other-resources")
    }
    guard = next(r for (_, name), r in found.items() if name == "acme-destroy-guard")
    depends = {urn.rpartition("::")[2] for urn in guard.dependencies}
    assert {"acme-acme", "acme-acme-dev"} <= depends
    first = next(r for (kind, _), r in found.items() if kind.endswith("PolicyBinding"))
    assert "platform-gpus" in {urn.rpartition("::")[2] for urn in first.dependencies}

"""What counts as a difference, how bad it is, and who made it."""

import copy
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenancy import manifests
from tenancy.drifting import Change, Identity, Weight, differences
from tests.unit.builders import a_tenancy


def desired() -> list[dict]:
    tenancy = a_tenancy(organization={"members": [{"group": "devs", "role": "developer"}]})
    environment = tenancy.environments["dev"]
    return manifests.environment(environment, tenancy.platform_of(environment))


DESIRED = desired()


def live(**changed: dict) -> dict[Identity, dict]:
    """What the API server holds right after an update, or with the objects of *changed*."""
    return {Identity.of(m): copy.deepcopy(m) for m in DESIRED} | {
        Identity.of(m): m for m in changed.values()
    }


def an_object(kind: str, name: str) -> dict:
    [found] = [m for m in DESIRED if (m["kind"], m["metadata"]["name"]) == (kind, name)]
    return copy.deepcopy(found)


def found(kind: str, name: str, change: Callable[[dict], object]) -> list[tuple]:
    changed = an_object(kind, name)
    change(changed)
    return [
        (d.object.name, d.field, d.change, d.weight)
        for d in differences(DESIRED, live(changed=changed))
    ]


def test_what_was_applied_does_not_differ() -> None:
    assert () == differences(DESIRED, live())
    assert {"Namespace", "ResourceQuota", "LimitRange", "NetworkPolicy", "RoleBinding"} <= {
        m["kind"] for m in DESIRED
    }


GROUP = "rbac.authorization.k8s.io"


@pytest.mark.parametrize(
    ("kind", "name", "change", "field", "how", "weight"),
    [
        pytest.param(
            "RoleBinding",
            "tenancy:developer",
            lambda m: m["subjects"].append({"apiGroup": GROUP, "kind": "User", "name": "eve"}),
            ("subjects", "User eve"),
            Change.ADDED,
            Weight.SECURITY,
            id="subject-added",
        ),
        pytest.param(
            "RoleBinding",
            "tenancy:developer",
            lambda m: m["subjects"].clear(),
            ("subjects", "Group oidc:devs"),
            Change.REMOVED,
            Weight.USAGE,
            id="subject-removed",
        ),
        pytest.param(
            "RoleBinding",
            "tenancy:developer",
            lambda m: m["roleRef"].update(name="cluster-admin"),
            ("roleRef",),
            Change.CHANGED,
            Weight.SECURITY,
            id="role-changed",
        ),
        pytest.param(
            "ResourceQuota",
            "quota",
            lambda m: m["spec"]["hard"].update({"configmaps": "7"}),
            ("spec", "hard", "configmaps"),
            Change.ADDED,
            Weight.USAGE,
            id="quota-key-added",
        ),
        pytest.param(
            "ResourceQuota",
            "quota",
            lambda m: m["spec"]["hard"].pop("pods"),
            ("spec", "hard", "pods"),
            Change.REMOVED,
            Weight.USAGE,
            id="quota-key-removed",
        ),
        pytest.param(
            "ResourceQuota",
            "quota",
            lambda m: m["spec"].update(scopes=["BestEffort"]),
            ("spec", "scopes", "BestEffort"),
            Change.ADDED,
            Weight.USAGE,
            id="quota-narrowed-to-a-scope",
        ),
        pytest.param(
            "LimitRange",
            "limits",
            lambda m: m["spec"]["limits"][0]["max"].update(cpu="9"),
            ("spec", "limits", "Container", "max", "cpu"),
            Change.CHANGED,
            Weight.USAGE,
            id="limit-raised",
        ),
        pytest.param(
            "NetworkPolicy",
            "allow-dns",
            lambda m: m["spec"]["egress"].append({}),
            ("spec", "egress", "{}"),
            Change.ADDED,
            Weight.SECURITY,
            id="everything-let-out",
        ),
        pytest.param(
            "NetworkPolicy",
            "default-deny",
            lambda m: m["spec"]["policyTypes"].remove("Egress"),
            ("spec", "policyTypes", "Egress"),
            Change.REMOVED,
            Weight.SECURITY,
            id="egress-not-denied",
        ),
        pytest.param(
            "Namespace",
            "acme-dev",
            lambda m: m["metadata"]["labels"].update({"tenancy.dev/x": "blue"}),
            ("metadata", "labels", "tenancy.dev/x"),
            Change.ADDED,
            Weight.SECURITY,
            id="label-added",
        ),
        pytest.param(
            "Namespace",
            "acme-dev",
            lambda m: m["metadata"]["labels"].update(
                {"pod-security.kubernetes.io/enforce": "privileged"}
            ),
            ("metadata", "labels", "pod-security.kubernetes.io/enforce"),
            Change.CHANGED,
            Weight.SECURITY,
            id="pod-security-lowered",
        ),
        pytest.param(
            "Namespace",
            "acme-dev",
            lambda m: (
                m["metadata"]
                .setdefault("annotations", {})
                .update({"tenancy.dev/egress-cidrs": "0.0.0.0/0"})
            ),
            ("metadata", "annotations", "tenancy.dev/egress-cidrs"),
            Change.ADDED,
            Weight.SECURITY,
            id="an-annotation-that-guards-read",
        ),
        pytest.param(
            "ServiceAccount",
            "default",
            lambda m: m.update(automountServiceAccountToken=True),
            ("automountServiceAccountToken",),
            Change.CHANGED,
            Weight.SECURITY,
            id="token-mounted",
        ),
    ],
)
def test_a_change_by_hand_is_named_with_its_weight(
    kind: str, name: str, change: Callable, field: tuple, how: Change, weight: Weight
) -> None:
    assert [(name, field, how, weight)] == found(kind, name, change)


@pytest.mark.parametrize(
    ("kind", "name", "change"),
    [
        pytest.param(
            "ResourceQuota",
            "quota",
            lambda m: m["spec"]["hard"].update(
                {"requests.cpu": "2000m", "requests.memory": "2048Mi", "pods": "+20"}
            ),
            id="other-spellings-of-the-same-amounts",
        ),
        pytest.param(
            "LimitRange",
            "limits",
            lambda m: m["spec"]["limits"][0].update(
                defaultRequest={**m["spec"]["limits"][0]["defaultRequest"]},
                default={**m["spec"]["limits"][0]["max"], **m["spec"]["limits"][0]["default"]},
            ),
            id="defaults-that-the-server-derives",
        ),
        pytest.param(
            "NetworkPolicy",
            "allow-dns",
            lambda m: [
                rule["ports"].reverse()
                or [p.setdefault("protocol", "TCP") for p in rule["ports"]]
                for rule in m["spec"]["egress"]
            ],
            id="another-order-of-ports",
        ),
        pytest.param(
            "Namespace",
            "acme-dev",
            lambda m: (
                m["metadata"]["labels"].update({"kubernetes.io/metadata.name": "acme-dev"}),
                m["metadata"].update(
                    uid="1",
                    annotations={**m["metadata"].get("annotations", {}), "pulumi.com/x": ""},
                ),
                m.update(spec={"finalizers": ["kubernetes"]}, status={"phase": "Active"}),
            ),
            id="what-the-server-and-the-engine-write",
        ),
        pytest.param(
            "ServiceAccount",
            "default",
            lambda m: m.update(imagePullSecrets=[{"name": "registry"}]),
            id="secrets-that-members-give-it",
        ),
        pytest.param(
            "ResourceQuota",
            "quota",
            lambda m: m.update(status={"hard": {"pods": "1"}, "used": {"pods": "1"}}),
            id="status",
        ),
    ],
)
def test_what_means_the_same_is_no_difference(kind: str, name: str, change: Callable) -> None:
    assert [] == found(kind, name, change)


@given(st.permutations(range(3)))
def test_the_order_of_subjects_and_rules_means_nothing(order: list[int]) -> None:
    subjects = [{"apiGroup": GROUP, "kind": "User", "name": name} for name in "abc"]
    binding = {**an_object("RoleBinding", "tenancy:developer"), "subjects": subjects}
    shuffled = {**binding, "subjects": [subjects[i] for i in order]}

    assert () == differences([binding], {Identity.of(binding): shuffled})


@pytest.mark.parametrize(
    "kind", ["RoleBinding", "NetworkPolicy", "LimitRange", "ResourceQuota"]
)
def test_an_object_of_somebody_else_counts_in_a_namespace_of_ours_alone(kind: str) -> None:
    ours = {"kind": kind, "metadata": {"name": "extra", "namespace": "acme-dev"}}
    theirs = {"kind": kind, "metadata": {"name": "extra", "namespace": "other"}}

    [difference] = differences(DESIRED, live(ours=ours, theirs=theirs))

    assert (Identity.of(ours), Change.ADDED) == (difference.object, difference.change)


def test_a_missing_guardrail_weighs_more_than_a_missing_role_binding() -> None:
    there = live()
    for kind, name in (("NetworkPolicy", "default-deny"), ("RoleBinding", "tenancy:developer")):
        there.pop(Identity(kind=kind, namespace="acme-dev", name=name))

    assert [("default-deny", Weight.SECURITY), ("tenancy:developer", Weight.USAGE)] == [
        (d.object.name, d.weight) for d in differences(DESIRED, there)
    ]


def test_a_missing_namespace_is_one_difference() -> None:
    assert ["Namespace acme-dev"] == [str(d.object) for d in differences(DESIRED, {})]


def managed(*entries: tuple[str, str, dict]) -> list[dict]:
    return [
        {"manager": by, "operation": "Update", "time": time, "fieldsV1": owned}
        for by, time, owned in entries
    ]


def test_the_manager_of_the_field_is_named_rather_than_that_of_the_object() -> None:
    quota = an_object("ResourceQuota", "quota")
    quota["spec"]["hard"]["configmaps"] = "7"
    quota["metadata"]["managedFields"] = managed(
        ("kubectl-edit", "2026-01-01T00:00:00Z", {"f:spec": {"f:hard": {"f:configmaps": {}}}}),
        ("someone-later", "2026-01-02T00:00:00Z", {"f:spec": {"f:hard": {"f:pods": {}}}}),
    )

    [difference] = differences(DESIRED, live(quota=quota))

    assert ("kubectl-edit", "2026-01-01T00:00:00Z") == (difference.manager, difference.since)


def test_a_label_of_somebody_else_is_no_difference_unless_it_decides_something() -> None:
    for key, count in (
        ("team", 0),
        ("helm.sh/chart", 0),
        ("tenancy.dev/workload", 1),
        ("resource.kubernetes.io/admin-access", 1),
    ):
        namespace = an_object("Namespace", "acme-dev")
        namespace["metadata"]["labels"][key] = "a"
        assert count == len(differences(DESIRED, live(namespace=namespace))), key


def test_an_object_that_is_ignored_or_has_a_controller_is_no_difference() -> None:
    def found(annotations: dict, owners: list) -> int:
        desired = copy.deepcopy(list(DESIRED))
        [space] = [one for one in desired if one["kind"] == "Namespace"]
        space["metadata"]["annotations"] = annotations
        binding = {
            "kind": "RoleBinding",
            "metadata": {"name": "ci", "namespace": "acme-dev", "ownerReferences": owners},
        }
        everything = {**live(), Identity.of(binding): binding}
        return sum(
            difference.object.name == "ci" for difference in differences(desired, everything)
        )

    assert 0 == found({"tenancy.dev/ignored": "NetworkPolicy/a,RoleBinding/ci"}, [])
    assert 0 == found({}, [{"kind": "Application", "name": "a", "controller": True}])
    # The controls: neither, another object, and an owner that is no controller.
    assert 1 == found({}, [])
    assert 1 == found({"tenancy.dev/ignored": "RoleBinding/c"}, [])
    assert 1 == found({}, [{"kind": "Application", "name": "a"}])


CARRIED = [
    {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "company-ca"},
        "data": {"ca.crt": "x"},
    },
    {
        "apiVersion": "example.com/v1",
        "kind": "Role",
        "metadata": {"name": "cloud"},
        "spec": {"policies": ["read"]},
    },
]


@pytest.mark.parametrize(
    ("kind", "change", "expected"),
    [
        pytest.param("ConfigMap", lambda m: None, [], id="as-applied"),
        pytest.param(
            "ConfigMap",
            lambda m: m["data"].update({"ca.crt": "y"}),
            [(("data", "ca.crt"), Change.CHANGED, Weight.USAGE)],
            id="another-value",
        ),
        pytest.param(
            "ConfigMap",
            lambda m: m["data"].update(more="y"),
            [(("data", "more"), Change.ADDED, Weight.USAGE)],
            id="a-key-that-no-file-has",
        ),
        pytest.param(
            "Role",
            lambda m: m["spec"].update(policies=["write"]),
            [(("spec", "policies"), Change.CHANGED, Weight.USAGE)],
            id="a-custom-kind-with-a-name-of-kubernetes",
        ),
        pytest.param(
            "Role",
            lambda m: (m["spec"].update(path="/"), m.update(status={"arn": "x"})),
            [],
            id="defaults-and-status-of-a-custom-kind",
        ),
    ],
)
def test_objects_of_the_platform_differ_by_what_the_files_say(kind, change, expected) -> None:
    tenancy = a_tenancy(
        platform={
            "operators": [{"group": "platform-operators"}],
            "namespaceObjects": [{"manifest": one} for one in CARRIED],
        }
    )
    environment = tenancy.environments["dev"]
    wanted = manifests.environment(environment, tenancy.platform_of(environment))
    there = {Identity.of(m): copy.deepcopy(m) for m in wanted}
    [changed] = [
        m for i, m in there.items() if i.kind == kind and i.name in ("company-ca", "cloud")
    ]
    change(changed)

    assert expected == [(d.field, d.change, d.weight) for d in differences(wanted, there)]


def test_a_namespace_that_is_being_deleted_is_told_once_with_its_reasons() -> None:
    namespace = an_object("Namespace", "acme-dev")
    namespace["metadata"]["deletionTimestamp"] = "2026-11-29T21:00:00Z"
    namespace["status"] = {
        "conditions": [
            {"status": "True", "message": "Some content remains: configmaps. has 1"},
            {"status": "False", "message": "All content successfully deleted"},
        ]
    }
    left = {Identity.of(namespace): namespace}

    [one] = differences(DESIRED, left)

    assert (Identity.of(namespace), Change.CHANGED) == (one.object, one.change)
    assert (
        "the object itself: it is being deleted since 2026-11-29T21:00:00Z: Some content"
        " remains: configmaps. has 1"
    ) == one.what


def test_a_namespace_that_is_gone_is_told_once() -> None:
    [one] = differences(DESIRED, {})

    assert ("Namespace", Change.REMOVED) == (one.object.kind, one.change)

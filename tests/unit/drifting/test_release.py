"""What a release removes from an object, and what it leaves."""

import copy

from tenancy.drifting import by_name, is_managed, without_marks
from tenancy.kubernetes import ANNOTATION

FIELDS = {"f:metadata": {"f:labels": {"f:team": {}}}}
NAMESPACE = {
    "kind": "Namespace",
    "metadata": {
        "name": "shop",
        "resourceVersion": "7",
        "labels": {
            "team": "blue",
            "tenancy.dev/organization": "shop",
            "app.kubernetes.io/managed-by": "tenancy",
        },
        "annotations": {ANNOTATION: "tenancy/p/dev/c", "tenancy.dev/owner": "x", "note": "y"},
        "managedFields": [
            {"manager": "kubectl", "operation": "Update", "fieldsV1": FIELDS},
            {"manager": "tenancy/p/dev/c", "operation": "Apply", "fieldsV1": FIELDS},
            {"manager": "pulumi-kubernetes", "operation": "Update", "fieldsV1": FIELDS},
        ],
    },
}


def policy(*peers: dict, direction: str = "ingress") -> dict:
    end = {"ingress": "from", "egress": "to"}[direction]
    return {
        "kind": "NetworkPolicy",
        "metadata": {"name": "allow", "namespace": "shop"},
        "spec": {"podSelector": {}, direction: [{end: [*peers], "ports": [{"port": 1}]}]},
    }


def selected(**labels: str) -> dict:
    wanted = {f"tenancy.dev/{key}": value for key, value in labels.items()}
    return {"namespaceSelector": {"matchLabels": wanted}}


def test_labels_and_annotations_of_tenancy_are_removed_and_others_stay() -> None:
    patch = without_marks(NAMESPACE)["metadata"]

    assert {"tenancy.dev/organization", "app.kubernetes.io/managed-by"} == patch[
        "labels"
    ].keys()
    assert {ANNOTATION, "tenancy.dev/owner"} == patch["annotations"].keys()
    assert {None} == {*patch["labels"].values(), *patch["annotations"].values()}
    assert "7" == patch["resourceVersion"]


def test_fields_of_tenancy_get_another_owner_and_none_is_without_one() -> None:
    before = NAMESPACE["metadata"]["managedFields"]

    after = without_marks(NAMESPACE)["metadata"]["managedFields"]

    assert before[0] == after[0]
    assert [one["fieldsV1"] for one in before] == [one["fieldsV1"] for one in after]
    assert ["Update", "Update", "Update"] == [one["operation"] for one in after]
    names = [one["manager"] for one in after]
    assert 3 == len(set(names))
    assert all(name.startswith("released-by-tenancy") for name in names[1:])


def test_what_has_no_mark_is_not_changed() -> None:
    foreign = copy.deepcopy(NAMESPACE)
    foreign["metadata"] |= {
        "labels": {"app.kubernetes.io/managed-by": "Helm"},
        "annotations": {},
        "managedFields": [NAMESPACE["metadata"]["managedFields"][0]],
    }

    assert is_managed(NAMESPACE)
    assert not is_managed(foreign)
    assert {} == without_marks(foreign)


def test_a_policy_of_another_pulumi_program_is_not_tenancys() -> None:
    [*_, entry] = NAMESPACE["metadata"]["managedFields"]

    assert not is_managed({"metadata": {"managedFields": [entry]}})


def test_traffic_by_labels_is_allowed_by_names() -> None:
    around = {
        "shop": {"tenancy.dev/organization": "shop"},
        "shop-b": {"tenancy.dev/organization": "shop"},
        "other": {"tenancy.dev/organization": "other"},
    }

    found = by_name(policy(selected(organization="shop")), around)

    assert found is not None
    assert {"name": "allow-by-name", "namespace": "shop"} == found["metadata"]
    names = {"key": "kubernetes.io/metadata.name", "operator": "In"}
    peer = {"matchExpressions": [{**names, "values": ["shop", "shop-b"]}]}
    assert {
        "podSelector": {},
        "policyTypes": ["Ingress"],
        "ingress": [{"from": [{"namespaceSelector": peer}], "ports": [{"port": 1}]}],
    } == found["spec"]


def test_a_rule_without_such_peers_is_not_repeated() -> None:
    around = {"shop": {"tenancy.dev/organization": "shop"}}
    everywhere = {"namespaceSelector": {}}

    assert by_name(policy(everywhere, direction="egress"), around) is None
    assert by_name(policy(selected(organization="gone")), around) is None
    both = by_name(policy(everywhere, selected(organization="shop")), around)
    assert both is not None
    assert 1 == len(both["spec"]["ingress"][0]["from"])

"""Cluster-wide objects that an update would create, and that exist already."""

import pytest

from tenancy.drifting import (
    AppliedObject,
    Identity,
    created_cluster_wide,
    objects_of_others,
)

OURS = "tenancy/shop/platform/cluster-east"
ROLE = Identity(kind="ClusterRole", name="tenancy:viewer")
WRITTEN = "2026-11-29T14:43:53Z"


def manifest(kind: str, name: str, namespace: str = "") -> dict:
    metadata = {"name": name} | ({"namespace": namespace} if namespace else {})
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata}


def live(*managers: str, managed: bool = True) -> dict:
    entries = [
        {"manager": one, "operation": "Apply", "time": WRITTEN, "fieldsV1": {}}
        for one in managers
    ]
    labels = {"tenancy.dev/managed": "true"} if managed else {}
    return {ROLE: {"metadata": {"labels": labels, "managedFields": entries}}}


def test_what_is_new_outside_of_namespaces_is_created() -> None:
    desired = [
        manifest("ClusterRole", "tenancy:viewer"),
        manifest("ClusterRole", "tenancy:admin"),
        manifest("ResourceQuota", "quota", "acme-dev"),
        manifest("Namespace", "acme-dev"),
    ]
    before = AppliedObject(
        inputs=manifest("ClusterRole", "tenancy:admin"), manager=OURS, resource="admin"
    )

    assert [ROLE] == created_cluster_wide(desired, [before])


@pytest.mark.parametrize(
    ("there", "is_taken"),
    [
        pytest.param(live("tenancy/web/platform/cluster"), True, id="another stack"),
        pytest.param(live("kubectl", managed=False), True, id="another tool"),
        pytest.param(live(OURS), False, id="ours, with the state lost"),
        pytest.param(live("pulumi-kubernetes-1a2b3c4d"), False, id="ours, from before"),
        pytest.param({}, False, id="nothing"),
    ],
)
def test_what_exists_and_is_of_others_is_refused(there: dict, is_taken: bool) -> None:
    found = objects_of_others([ROLE], there, OURS)

    assert is_taken == ("  ClusterRole tenancy:viewer" in found)
    assert is_taken == ("this stack did not create them" in found)


def test_the_stack_that_applied_it_is_named() -> None:
    found = objects_of_others([ROLE], live("tenancy/web/platform/cluster"), OURS)

    assert f"(applied by tenancy/web/platform/cluster at {WRITTEN})" in found

"""Fields that an update changes and that another field manager owns."""

import pytest

from tenancy.drifting import AppliedObject, Identity, changed_objects, update_conflicts

OURS = "tenancy/shop/dev/cluster-east"
QUOTA = Identity(kind="ResourceQuota", namespace="acme-dev", name="quota")
WRITTEN = "2026-11-29T14:43:53Z"


def manifest(pods: str = "20", **annotations: str) -> dict:
    metadata: dict = {"name": "quota", "namespace": "acme-dev"}
    if annotations:
        metadata["annotations"] = annotations
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": metadata,
        "spec": {"hard": {"pods": pods}},
    }


def applied(pods: str = "20", **annotations: str) -> AppliedObject:
    marked = manifest(pods, **{"pulumi.com/patchFieldManager": OURS}, **annotations)
    return AppliedObject(inputs=marked, manager=OURS, resource="acme-dev-quota")


def live(pods: str, manager: str) -> dict:
    entry = {
        "manager": manager,
        "operation": "Apply",
        "time": WRITTEN,
        "fieldsV1": {"f:spec": {"f:hard": {"f:pods": {}}}},
    }
    found = manifest(pods)
    found["metadata"]["managedFields"] = [entry]
    return {QUOTA: found}


@pytest.mark.parametrize(
    ("desired", "before", "is_changed"),
    [
        pytest.param(manifest(), applied(), False, id="the manager's annotation is ours"),
        pytest.param(manifest("25"), applied(), True, id="a value"),
        pytest.param(manifest(note="x"), applied(), True, id="an annotation"),
        pytest.param(manifest(note="x"), applied(note="x"), False, id="the same annotation"),
    ],
)
def test_an_object_changes_if_it_is_not_as_it_was_applied(desired, before, is_changed) -> None:
    assert ({QUOTA: OURS} if is_changed else {}) == changed_objects([desired], [before])


def test_what_is_new_and_what_goes_is_no_change() -> None:
    assert {} == changed_objects([], [applied()])
    assert {} == changed_objects([manifest()], [])


def test_an_annotation_that_is_not_known_yet_is_not_compared() -> None:
    before = [applied(hash="1f")]

    assert {} == changed_objects([manifest()], before, left_out={"hash"})
    assert {QUOTA: OURS} == changed_objects([manifest("25")], before, left_out={"hash"})


def test_the_writer_of_a_field_is_stated_beside_what_the_files_have() -> None:
    found = update_conflicts([manifest("25")], live("77", "deployer"), {QUOTA: OURS})

    assert (
        "ResourceQuota quota in acme-dev\n"
        f"    spec.hard pods: 25 in the files, 77 on the cluster (by deployer at {WRITTEN})"
    ) in found.text


def test_the_other_of_two_owners_is_named() -> None:
    there = live("77", "deployer")
    entries = there[QUOTA]["metadata"]["managedFields"]
    entries.append({**entries[0], "manager": OURS, "time": "2026-11-29T23:00:00Z"})

    found = update_conflicts([manifest("25")], there, {QUOTA: OURS})

    assert f"(by deployer at {WRITTEN})" in found.text


@pytest.mark.parametrize(
    ("there", "changed"),
    [
        pytest.param(live("77", OURS), {QUOTA: OURS}, id="our own field"),
        pytest.param(live("77", "kubectl-edit"), {QUOTA: OURS}, id="the same beside kubectl"),
        pytest.param(live("25", "deployer"), {QUOTA: OURS}, id="the value is there already"),
        pytest.param(live("77", "deployer"), {}, id="the update does not change the object"),
        pytest.param({}, {QUOTA: OURS}, id="the object is gone"),
    ],
)
def test_nothing_is_refused_where_the_api_server_refuses_nothing(there, changed) -> None:
    if "kubectl" in str(there):
        there[QUOTA]["metadata"]["managedFields"][0]["operation"] = "Update"

    assert not update_conflicts([manifest("25")], there, changed)


def test_a_provider_that_takes_over_is_not_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    there = live("77", "deployer")
    monkeypatch.setenv("PULUMI_K8S_ENABLE_PATCH_FORCE", "false")
    assert update_conflicts([manifest("25")], there, {QUOTA: OURS})

    monkeypatch.setenv("PULUMI_K8S_ENABLE_PATCH_FORCE", "true")
    assert not update_conflicts([manifest("25")], there, {QUOTA: OURS})

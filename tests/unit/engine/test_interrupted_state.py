"""The state of an update that was cut, put right from what is on the cluster."""

import copy
import json
from pathlib import Path

import pytest
from pulumi.automation import Deployment

from tenancy.cluster import ProviderOptions
from tenancy.diagnostics import EngineError
from tenancy.drifting import Identity
from tenancy.engine.intended_objects import IntendedObject, intended_objects, stack_urn
from tenancy.engine.interrupted_state import kinds_of, put_right
from tenancy.engine.protection import RECORD, cleared
from tenancy.engine.recorded_updates import intent_of, with_record
from tenancy.engine.recovery import is_applied
from tenancy.engine.update_intent import UpdateIntent, new_intent, read_intent, with_intent
from tenancy.planning import INTENT_OUTPUT, RECOVERED_OUTPUT, PreviousUpdate
from tests.unit.engine.stacks import assessed

STACK = {
    "urn": stack_urn("tenancy", "dev"),
    "custom": False,
    "type": "pulumi:pulumi:Stack",
    "outputs": {"tenancy": {"version": 1}},
}
PROVIDER = ProviderOptions(
    name="cluster-sandbox", kubeconfig="/k", context=None, cluster_identifier="sandbox"
)


@pytest.fixture
def intended(project: Path) -> tuple[IntendedObject, ...]:
    return intended_objects(assessed(project), "dev")


def on_cluster(one: IntendedObject, manager: str | None = None) -> dict:
    """Return the object as an API server has it, applied by its manager or another."""
    live = json.loads(json.dumps(one.manifest))
    live["metadata"] |= {
        "uid": "1",
        "resourceVersion": "2",
        "creationTimestamp": "now",
        "managedFields": [
            {
                "manager": manager or one.manager,
                "operation": "Apply",
                "fieldsType": "FieldsV1",
                "fieldsV1": {"f:metadata": {}},
            }
        ],
    }
    if one.identity.kind == "Namespace":
        live["metadata"]["labels"]["kubernetes.io/metadata.name"] = one.identity.name
        live["spec"] = {"finalizers": ["kubernetes"]}
        live["status"] = {"phase": "Active"}
    del live["apiVersion"]
    return live


def right(resources: list[dict], intent: UpdateIntent, live: dict) -> dict[str, dict]:
    """Return the resources by their URNs; each is listed after those on which it depends."""
    found = put_right(
        copy.deepcopy(resources),
        intent,
        live,
        project="tenancy",
        stack="dev",
        provider=PROVIDER,
    )
    seen: set[object] = set()
    for one in found:
        needed = [*one.get("dependencies", ()), one.get("parent"), one.get("deletedWith")]
        assert set(filter(None, needed)) <= seen, one["urn"]
        assert one["urn"] not in seen
        seen.add(one["urn"])
    return {one["urn"]: one for one in found}


def applied(intended: tuple[IntendedObject, ...]) -> list[dict]:
    """Return the state of a finished update."""
    intent = new_intent("uid", intended)
    live = {one.identity: on_cluster(one) for one in intended}
    state = put_right([STACK], intent, live, project="tenancy", stack="dev", provider=PROVIDER)
    for one in state:
        made = next((found for found in intended if found.urn == one["urn"]), None)
        if made is not None:
            one["inputs"] = json.loads(json.dumps(made.manifest))
            one["outputs"]["__inputs"] = one["inputs"]
    return state


def test_what_was_created_is_in_the_state_and_what_was_not_is_not(intended) -> None:
    made, missing = intended[: len(intended) // 2], intended[len(intended) // 2 :]
    state = with_record([STACK], intent := new_intent("uid", intended))
    assert INTENT_OUTPUT in state[0]["outputs"]

    after = right(state, intent, {one.identity: on_cluster(one) for one in made})

    assert {one.urn for one in made} <= after.keys()
    assert not {one.urn for one in missing} & after.keys()
    outputs = after[STACK["urn"]]["outputs"]
    assert INTENT_OUTPUT not in outputs
    assert intent.id == outputs[RECOVERED_OUTPUT]
    assert {"version": 1} == outputs["tenancy"]
    namespace = after[made[0].urn]
    assert "acme-dev" == namespace["id"]
    assert {"protect": True, "retainOnDelete": True}.items() <= namespace.items()
    assert made[0].manifest == namespace["inputs"]
    assert "Active" == namespace["outputs"]["status"]["phase"]
    [provider] = [one for one in after.values() if one["type"] == "pulumi:providers:kubernetes"]
    assert {f"{provider['urn']}::{provider['id']}"} == {
        one["provider"] for one in after.values() if one["type"].startswith("kubernetes:")
    }


def test_the_destroy_guard_stands_after_all_that_was_added(intended) -> None:
    after = right(
        [STACK],
        new_intent("uid", intended),
        {one.identity: on_cluster(one) for one in intended},
    )

    guard = list(after.values())[-1]
    assert guard["type"].endswith("DestroyGuard")
    assert guard["protect"]
    assert {one.urn for one in intended} == set(guard["dependencies"])


def test_an_object_of_others_is_never_taken(intended) -> None:
    live = {one.identity: on_cluster(one, "another") for one in intended}
    live[intended[0].identity] = on_cluster(intended[0])

    after = right([STACK], new_intent("uid", intended), live)

    taken = {urn for urn, one in after.items() if one["type"].startswith("kubernetes:")}
    assert {intended[0].urn} == taken


def test_what_was_deleted_leaves_the_state_and_every_reference(intended) -> None:
    state = applied(intended)
    gone = next(one for one in intended if one.identity.kind == "ResourceQuota")
    live = {one.identity: on_cluster(one) for one in intended if one is not gone}
    assert any(gone.urn in one.get("dependencies", ()) for one in state)

    after = right(state, new_intent("uid"), live)

    assert {one["urn"] for one in state} - {gone.urn} == after.keys()
    assert not any(gone.urn in one.get("dependencies", ()) for one in after.values())


def test_a_patch_that_was_not_applied_is_not_in_the_state(intended) -> None:
    patch = next(one for one in intended if one.is_patch)
    live = {one.identity: on_cluster(one) for one in intended}
    assert patch.urn in right(applied(intended), new_intent("uid"), live)
    live[patch.identity] = on_cluster(patch, "kube-controller-manager")

    assert patch.urn not in right(applied(intended), new_intent("uid"), live)
    assert patch.urn not in right([STACK], new_intent("uid", intended), live)


def test_fields_that_the_update_added_are_seen_although_the_old_inputs_lack_them(
    intended,
) -> None:
    state = applied(intended)
    quota = next(one for one in intended if one.identity.kind == "ResourceQuota")
    live = {one.identity: on_cluster(one) for one in intended}
    live[quota.identity]["spec"]["hard"]["count/jobs.batch"] = "7"

    changed = right(state, new_intent("uid", changed=[quota.urn]), live)[quota.urn]
    unchanged = right(state, new_intent("uid"), live)[quota.urn]

    for inputs in (changed["inputs"], changed["outputs"]["__inputs"]):
        assert "7" == inputs["spec"]["hard"]["count/jobs.batch"]
    assert "count/jobs.batch" not in unchanged["inputs"]["spec"]["hard"]
    assert "count/jobs.batch" not in unchanged["outputs"]["__inputs"]["spec"]["hard"]
    # The provider compares it, pruned to the inputs, as after a refresh.
    assert "7" == unchanged["outputs"]["spec"]["hard"]["count/jobs.batch"]


def test_a_destroy_that_was_cut_leaves_what_is_there_protected_again(intended) -> None:
    state = applied(intended)
    names = {one.identity.name for one in intended if one.identity.kind == "Namespace"}
    begun = with_record(cleared(state, names), intent := new_intent("uid"))
    assert RECORD in next(one for one in begun if "outputs" in one)["outputs"]
    left = [one for one in intended if one.identity.kind != "RoleBinding"]

    after = right(begun, intent, {one.identity: on_cluster(one) for one in left})

    assert {one.urn for one in left} <= after.keys()
    before = {one["urn"]: one for one in state}
    for urn, one in after.items():
        for flag in ("protect", "retainOnDelete", "deletedWith"):
            assert one.get(flag) == before[urn].get(flag), urn
    assert RECORD not in after[STACK["urn"]]["outputs"]


def test_an_update_intends_what_differs_from_the_state(intended) -> None:
    state = applied(intended)
    first, second, *others = intended
    state = [one for one in state if one["urn"] != second.urn]
    for one in state:
        if one["urn"] == first.urn:
            one["inputs"] = {**one["inputs"], "more": 1}

    assert intent_of(intended, state, "uid") is None
    few = intent_of(intended, state, "uid", fewest=2)

    assert few is not None
    assert (second,) == few.created
    assert {first.urn} == few.changed
    assert intent_of(intended, [STACK], "uid", fewest=len(intended)) is not None
    assert intent_of(intended, [STACK], "uid", fewest=len(intended) + 1) is None
    assert others


def test_an_object_under_another_name_is_not_intended_twice(intended) -> None:
    state = applied(intended)
    for one in state:
        if one["urn"] == intended[0].urn:
            one["urn"] = f"{one['urn']}-before"

    assert intent_of(intended, state, "uid", fewest=1) is None


def test_a_record_is_read_as_it_was_written(intended) -> None:
    intent = new_intent("uid", intended, ["urn:b", "urn:a"])

    read = read_intent(json.loads(json.dumps(with_intent({"a": 1}, intent))), "dev")

    assert read is not None
    assert (intent.id, intent.began, {"urn:a", "urn:b"}) == (read.id, read.began, read.changed)
    for written, one in zip(intended, read.created, strict=True):
        assert (written.urn, written.identity, written.after) == (
            one.urn,
            one.identity,
            one.after,
        )
        assert (written.parents, written.manager) == (one.parents, one.manager)
        assert (written.is_patch, written.protect) == (one.is_patch, one.protect)
    assert read_intent({"a": 1}, "dev") is None
    assert {"a": 1} == with_intent(with_intent({"a": 1}, intent), None)
    assert intent.id == PreviousUpdate.from_outputs(with_intent({}, intent)).unfinished


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        pytest.param({"version": 2}, "version 2", id="newer"),
        pytest.param({"objects": "%"}, "Only base64 data is allowed", id="no base64"),
        pytest.param({"objects": "AAAA"}, "while decompressing data", id="not compressed"),
        pytest.param({"began": ""}, "Invalid isoformat", id="no time"),
    ],
)
def test_a_damaged_record_is_named(damage: dict, reason: str) -> None:
    outputs = with_intent({}, new_intent("uid"))
    outputs[INTENT_OUTPUT] |= damage

    with pytest.raises(EngineError, match=reason):
        read_intent(outputs, "dev")


def test_a_stack_whose_first_update_was_cut_counts_as_applied(intended) -> None:
    begun = with_record([STACK], new_intent("uid", intended))

    assert is_applied(Deployment(version=3, deployment={"resources": begun}))
    assert not is_applied(Deployment(version=3, deployment={"resources": [STACK]}))


def test_the_kinds_of_state_and_intent_are_read(intended) -> None:
    assert set(kinds_of([STACK], new_intent("uid", intended))) == {
        *("Namespace", "ResourceQuota", "LimitRange", "ServiceAccount"),
        *("NetworkPolicy", "RoleBinding"),
    }
    assert kinds_of(applied(intended), new_intent("uid"))
    assert Identity(kind="Namespace", name="acme-dev") == intended[0].identity

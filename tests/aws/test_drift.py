"""What EKS has, read back in the shape in which it was written; nothing is called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenancy.aws.drift import inputs_as_written
from tenancy.aws.node_group import (
    LaunchTemplate,
    NodeGroup,
    NodeRepairConfig,
    ScalingConfig,
    Taint,
    UpdateConfig,
)
from tenancy.aws.node_group_changes import NodeGroupPlanKind, plan_change
from tests.aws.groups import group


def written(**changed) -> dict:
    """What a person wrote, without defaults."""
    return group(**changed).model_dump(
        by_alias=True, mode="json", exclude_none=True, exclude_defaults=True
    )


FILLED_IN = {
    "version": "1.36",
    "release_version": "1.36.0-20261001",
    "update_config": UpdateConfig(max_unavailable=1, update_strategy="DEFAULT"),
    "region": "eu-central-1",
}
"""What EKS reports although nobody wrote it."""


def test_what_eks_fills_in_is_no_drift():
    assert written() | {"region": "eu-central-1"} == inputs_as_written(
        group(**FILLED_IN), written()
    )


@pytest.mark.parametrize(
    ("live", "key"),
    [
        pytest.param({"labels": {"a": "b"}}, "labels", id="labels"),
        pytest.param({"taints": ()}, "taints", id="taints"),
        pytest.param({"instance_types": ("p5en.48xlarge",)}, "instanceTypes", id="types"),
        pytest.param({"subnets": ("subnet-1",)}, "subnets", id="subnets"),
        pytest.param(
            {"scaling_config": ScalingConfig(min_size=1, max_size=4)},
            "scalingConfig",
            id="range",
        ),
        pytest.param({"capacity_type": "SPOT"}, "capacityType", id="capacity"),
        pytest.param({"launch_template": LaunchTemplate(id="lt-1")}, "launchTemplate", id="lt"),
    ],
)
def test_what_somebody_changed_is_drift(live, key):
    before, found = written(), inputs_as_written(group(**live), written())

    assert {key} == {k for k in before | found if before.get(k) != found.get(k)}
    assert (
        plan_change(NodeGroup.model_validate(found), group()).kind is not NodeGroupPlanKind.NONE
    )


def test_the_written_order_stays_where_the_set_is_the_same():
    taints = (
        Taint(key="a", effect="NoSchedule"),
        Taint(key="b", value="v", effect="NoExecute"),
    )
    before = written(taints=taints, subnets=("subnet-2", "subnet-1"))
    before["taints"] = [{"key": "a", "effect": "NoSchedule"}, before["taints"][1]]

    found = inputs_as_written(
        group(taints=taints[::-1], subnets=("subnet-1", "subnet-2")), before
    )

    assert before == found


def test_tags_of_others_are_nobodys_drift_and_ours_are():
    assert "tags" in (
        found := inputs_as_written(group(tags={"team": "x", "o": "p"}), written())
    )
    assert {"team": "x"} == found["tags"]


def test_a_moving_version_of_a_launch_template_stays_as_it_was_written():
    before = written(
        disk_size=None, launch_template=LaunchTemplate(name="gpu", version="$Latest")
    )
    live = group(
        disk_size=20, launch_template=LaunchTemplate(id="lt-1", name="gpu", version="7")
    )

    assert before["launchTemplate"] == inputs_as_written(live, before)["launchTemplate"]


def test_the_desired_size_stays_as_it_was_written():
    before = written(scaling_config=ScalingConfig(min_size=0, max_size=4, desired_size=1))

    assert before == inputs_as_written(group(), before)


def test_an_import_takes_everything_but_versions_and_is_then_no_change():
    live = group(
        **FILLED_IN | {"node_repair_config": NodeRepairConfig(enabled=True), "labels": {}}
    )

    found = inputs_as_written(live)

    assert not {"version", "releaseVersion", "labels"} & set(found)
    assert {"enabled": True} == found["nodeRepairConfig"]
    assert plan_change(live, NodeGroup.model_validate(found)).kind is NodeGroupPlanKind.NONE


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "labels": st.dictionaries(st.sampled_from("abc"), st.just("x")),
            "tags": st.dictionaries(st.sampled_from("abc"), st.just("x")),
            "disk_size": st.sampled_from([None, 50]),
            "capacity_type": st.sampled_from(["ON_DEMAND", "SPOT"]),
            "version": st.sampled_from([None, "1.36"]),
            "update_config": st.sampled_from([None, UpdateConfig(max_unavailable=3)]),
        },
    )
)
def test_what_is_as_it_was_written_reads_back_as_no_change(changed):
    one = group(**changed)
    inputs = one.model_dump(
        by_alias=True, mode="json", exclude_none=True, exclude_defaults=True
    )

    found = inputs_as_written(one, inputs)

    assert plan_change(NodeGroup.model_validate(found), one).kind is NodeGroupPlanKind.NONE

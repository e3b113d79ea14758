"""What a change of a node group means; nothing is called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenancy.aws.node_group import (
    LaunchTemplate,
    NodeGroup,
    NodeRepairConfig,
    ScalingConfig,
    Taint,
    UpdateConfig,
)
from tenancy.aws.node_group_changes import NodeGroupPlanKind, plan_change
from tenancy.diagnostics.origin import Origin
from tests.aws.groups import group


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        pytest.param(
            {},
            {"instance_types": ("p5en.48xlarge",)},
            "instanceTypes [p5.48xlarge] → [p5en.48xlarge]:"
            " EKS cannot change the instance types of a node group",
            id="instance types",
        ),
        pytest.param(
            {},
            {"ami_type": "BOTTLEROCKET_x86_64_NVIDIA"},
            "amiType AL2023_x86_64_NVIDIA → BOTTLEROCKET_x86_64_NVIDIA:"
            " EKS cannot change the AMI type of a node group",
            id="AMI type",
        ),
        pytest.param(
            {},
            {"disk_size": 300},
            "diskSize 200 → 300: EKS cannot change the disks of a node group",
            id="disk",
        ),
        pytest.param(
            {},
            {"capacity_type": "SPOT"},
            "capacityType ON_DEMAND → SPOT:"
            " EKS cannot change how the nodes of a node group are bought",
            id="capacity",
        ),
        pytest.param(
            {},
            {"subnets": ("subnet-1", "subnet-3")},
            "subnets [subnet-1, subnet-2] → [subnet-1, subnet-3]:"
            " EKS cannot change the subnets of a node group",
            id="subnets",
        ),
        pytest.param(
            {"launch_template": LaunchTemplate(id="lt-1", name="a", version="1")},
            {"launch_template": LaunchTemplate(name="b")},
            "launchTemplate.name a → b: EKS cannot give a node group another launch template,"
            " only another version",
            id="another launch template",
        ),
        pytest.param(
            {"launch_template": LaunchTemplate(name="a")},
            {},
            "launchTemplate a → nothing: EKS cannot give a node group another launch template,"
            " only another version",
            id="no launch template any longer",
        ),
        pytest.param(
            {},
            {"nodegroup_name": "gpu-b"},
            "nodegroupName gpu-h100 → gpu-b: EKS cannot rename a node group",
            id="name",
        ),
    ],
)
def test_what_eks_cannot_change_replaces_and_says_why(old, new, reason):
    found = plan_change(group(**old), group(**new))

    assert found.kind is NodeGroupPlanKind.REPLACE
    assert found.reasons == (reason,)


@pytest.mark.parametrize(
    ("old", "new", "paths"),
    [
        pytest.param(
            {},
            {"labels": {"a": "1"}},
            ["labels.a", 'labels["tenancy.dev/gpu-pool"]'],
            id="labels",
        ),
        pytest.param({}, {"taints": ()}, ["taints"], id="taints"),
        pytest.param(
            {},
            {"scaling_config": ScalingConfig(min_size=1, max_size=8)},
            ["scalingConfig.maxSize", "scalingConfig.minSize"],
            id="range",
        ),
        pytest.param(
            {"update_config": UpdateConfig(max_unavailable=1)},
            {"update_config": UpdateConfig(max_unavailable=2)},
            ["updateConfig.maxUnavailable"],
            id="update config",
        ),
        pytest.param(
            {},
            {"node_repair_config": NodeRepairConfig(enabled=True)},
            ["nodeRepairConfig"],
            id="repair",
        ),
        pytest.param({"version": "1.35"}, {"version": "1.36"}, ["version"], id="version"),
        pytest.param({}, {"tags": {}}, ["tags.team"], id="tags"),
        pytest.param(
            {"launch_template": LaunchTemplate(id="lt-1", name="a", version="1")},
            {"launch_template": LaunchTemplate(name="a", version="2")},
            ["launchTemplate.version"],
            id="launch template's version",
        ),
    ],
)
def test_what_eks_can_change_is_changed_in_place(old, new, paths):
    found = plan_change(group(**old), group(**new))

    assert found.kind is NodeGroupPlanKind.UPDATE
    assert sorted(paths) == sorted(Origin("", change.path).dotted for change in found.changes)
    assert found.reasons == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param({}, {}, id="nothing"),
        pytest.param({}, {"subnets": ("subnet-2", "subnet-1")}, id="the order of subnets"),
        pytest.param(
            {
                "taints": (
                    Taint(key="a", effect="NoSchedule"),
                    Taint(key="b", effect="NoExecute"),
                )
            },
            {
                "taints": (
                    Taint(key="b", effect="NoExecute"),
                    Taint(key="a", effect="NoSchedule"),
                )
            },
            id="the order of taints",
        ),
        pytest.param(
            {"scaling_config": ScalingConfig(min_size=0, max_size=4, desired_size=0)},
            {"scaling_config": ScalingConfig(min_size=0, max_size=4, desired_size=3)},
            id="the desired size",
        ),
        pytest.param(
            {
                "version": "1.35",
                "release_version": "r",
                "update_config": UpdateConfig(max_unavailable=1),
                "region": "eu-central-1",
            },
            {},
            id="what is left out",
        ),
        pytest.param(
            {"update_config": UpdateConfig(max_unavailable=1, update_strategy="DEFAULT")},
            {"update_config": UpdateConfig(max_unavailable=1)},
            id="a default that EKS fills in",
        ),
        pytest.param(
            {"launch_template": LaunchTemplate(id="lt-1", name="a", version="1")},
            {"launch_template": LaunchTemplate(name="a"), "instance_types": ()},
            id="what EKS reports of the launch template",
        ),
    ],
)
def test_these_are_no_changes(old, new):
    assert plan_change(group(**old), group(**new)).changes == ()


def test_a_value_that_is_not_known_yet_counts_as_changed():
    found = plan_change(group(), group(), unknown=["nodeRole", "labels"])

    assert [change.path for change in found.changes] == [("nodeRole",), ("labels",)]
    assert found.kind is NodeGroupPlanKind.REPLACE


LABELS = st.dictionaries(st.sampled_from("abcd"), st.sampled_from("xyz"))
TAINTS = st.lists(
    st.builds(
        Taint,
        key=st.sampled_from("abc"),
        value=st.sampled_from(["", "v"]),
        effect=st.sampled_from(["NoSchedule", "PreferNoSchedule", "NoExecute"]),
    ),
    unique_by=lambda taint: (taint.key, taint.effect),
).map(tuple)
GROUPS = st.builds(
    lambda labels, taints, most: group(
        labels=labels, taints=taints, scaling_config=ScalingConfig(min_size=0, max_size=most)
    ),
    LABELS,
    TAINTS,
    st.integers(1, 5),
)


@given(GROUPS)
def test_a_node_group_never_differs_from_itself(one: NodeGroup):
    assert plan_change(one, one).kind is NodeGroupPlanKind.NONE


@given(GROUPS, GROUPS)
def test_a_difference_is_seen_from_both_sides(one: NodeGroup, other: NodeGroup):
    assert {c.path for c in plan_change(one, other).changes} == {
        c.path for c in plan_change(other, one).changes
    }

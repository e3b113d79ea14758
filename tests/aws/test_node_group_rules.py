"""What is refused before EKS is asked; nothing is called."""

import pytest
from pydantic import ValidationError

from tenancy.aws.node_group import (
    LaunchTemplate,
    NodeRepairConfig,
    ScalingConfig,
    Taint,
    UpdateConfig,
    node_group_name,
)
from tenancy.aws.node_group_rules import findings
from tenancy.diagnostics.finding import Severity
from tests.aws.groups import group

TEMPLATE = {"launch_template": LaunchTemplate(id="lt-1"), "disk_size": None}


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({}, id="on demand"),
        pytest.param({"capacity_type": "SPOT"}, id="spot"),
        pytest.param(
            {"instance_types": ("g5g.xlarge",), "ami_type": "AL2023_ARM_64_NVIDIA"}, id="arm"
        ),
        pytest.param(TEMPLATE, id="launch template"),
        pytest.param(
            {**TEMPLATE, "capacity_type": "CAPACITY_BLOCK", "instance_types": ()},
            id="capacity block",
        ),
        pytest.param({**TEMPLATE, "ami_type": "CUSTOM"}, id="own image"),
        pytest.param(
            {"scaling_config": ScalingConfig(min_size=2, max_size=2, desired_size=2)},
            id="fixed",
        ),
    ],
)
def test_these_are_right(changed):
    assert list(findings(group(**changed))) == []


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        pytest.param(
            {"scaling_config": ScalingConfig(min_size=3, max_size=2)},
            "argument: scalingConfig.minSize [node-range] minSize 3 over maxSize 2;"
            " allowed: 0 to 2; lower minSize or raise maxSize",
            id="minimum over maximum",
        ),
        pytest.param(
            {"scaling_config": ScalingConfig(min_size=0, max_size=2, desired_size=3)},
            "argument: scalingConfig.desiredSize [node-range] desiredSize 3; allowed: 0 to 2;"
            " leave desiredSize out, or put it between minSize and maxSize",
            id="desired outside",
        ),
        pytest.param(
            {"ami_type": "AL2023_ARM_64_NVIDIA"},
            "argument: amiType [ami-architecture] AL2023_ARM_64_NVIDIA for p5.48xlarge, which"
            " is x86_64; allowed: an AMI type for x86_64, such as AL2023_x86_64_NVIDIA;"
            " choose an AMI type of the instance type's architecture",
            id="arm AMI on x86",
        ),
        pytest.param(
            {"ami_type": "AL2023_x86_64_STANDARD"},
            "argument: amiType [ami-without-driver] AL2023_x86_64_STANDARD for p5.48xlarge,"
            " which has 8 H100; allowed: an AMI type with NVIDIA's driver, such as"
            " AL2023_x86_64_NVIDIA; choose an NVIDIA AMI type; without it pods cannot use"
            " the GPUs",
            id="AMI without driver",
        ),
        pytest.param(
            {"capacity_type": "CAPACITY_BLOCK"},
            "argument: capacityType [capacity-block-without-launch-template] CAPACITY_BLOCK"
            " without a launch template; allowed: a launch template with the market type"
            " capacity-block, the reservation's id and the instance type; create such a launch "
            "template and set launchTemplate",
            id="capacity block without launch template",
        ),
        pytest.param(
            {**TEMPLATE, "capacity_type": "CAPACITY_BLOCK"},
            "argument: instanceTypes [capacity-block-instance-types] p5.48xlarge with"
            " CAPACITY_BLOCK; allowed: the instance type only in the launch template; remove"
            " instanceTypes here and set the type in the launch template",
            id="capacity block with instance types",
        ),
        pytest.param(
            {"launch_template": LaunchTemplate(id="lt-1")},
            "argument: diskSize [disk-size-with-launch-template] diskSize 200 with a launch"
            " template; allowed: the disk in the launch template; remove diskSize and set the"
            " disk in the launch template",
            id="disk and launch template",
        ),
        pytest.param(
            {**TEMPLATE, "launch_template": LaunchTemplate(id="lt-1", name="a")},
            "argument: launchTemplate [launch-template-identity] a launch template with"
            " both id and"
            " name;"
            " allowed: exactly one of id and name; write id or name",
            id="launch template twice",
        ),
        pytest.param(
            {"labels": {"kubernetes.io/role": "gpu"}},
            'argument: labels["kubernetes.io/role"] [reserved-label] the label'
            " kubernetes.io/role; allowed: a label outside of kubernetes.io/, k8s.io/,"
            " eks.amazonaws.com/; use a domain of your own",
            id="reserved label",
        ),
        pytest.param(
            {
                "taints": (
                    Taint(key="a", value="1", effect="NoSchedule"),
                    Taint(key="a", value="2", effect="NoSchedule"),
                )
            },
            "argument: taints [written-twice] a:NoSchedule twice; allowed: each value once;"
            " remove one of the two entries",
            id="a taint twice",
        ),
        pytest.param(
            {"instance_types": (), "ami_type": "AL2023_x86_64_NVIDIA"},
            "argument: instanceTypes [instance-type-missing] no instance type and no launch"
            " template; allowed: at least one instance type; EKS would use t3.medium, which "
            "has no GPU; write instanceTypes",
            id="no instance type",
        ),
        pytest.param(
            {"update_config": UpdateConfig(max_unavailable=1, max_unavailable_percentage=5)},
            "argument: updateConfig [count-and-percentage] maxUnavailable and"
            " maxUnavailablePercentage; allowed: a count or a percentage; remove"
            " maxUnavailable or"
            " maxUnavailablePercentage",
            id="two rates",
        ),
        pytest.param(
            {"instance_types": ("g5g.xlarge", "g5.xlarge")},
            "argument: instanceTypes [mixed-architectures] g5g.xlarge is arm64, g5.xlarge is"
            " x86_64; allowed: instance types of one architecture, because one AMI serves"
            " them all;"
            " write one pool for each architecture",
            id="two architectures",
        ),
    ],
)
def test_this_is_refused_with_what_to_do(changed, message):
    assert [str(v) for v in findings(group(**changed))] == [message]


def test_all_mistakes_are_found_at_once():
    wrong = group(
        scaling_config=ScalingConfig(min_size=3, max_size=2),
        ami_type="AL2023_ARM_64_STANDARD",
        labels={"k8s.io/x": ""},
        node_repair_config=NodeRepairConfig(
            enabled=True,
            max_parallel_nodes_repaired_count=1,
            max_parallel_nodes_repaired_percentage=1,
        ),
    )

    assert [v.code for v in findings(wrong)] == [
        "node-range",
        "reserved-label",
        "count-and-percentage",
        "ami-architecture",
        "ami-without-driver",
    ]


def test_an_instance_type_of_no_source_is_not_checked_rather_than_passed():
    found = list(findings(group(instance_types=("p9.48xlarge",))))

    assert [(v.code, v.severity) for v in found] == [
        ("instance-type-unknown", Severity.NOT_CHECKED)
    ]


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        pytest.param(
            {"scaling_config": {"minSize": 0, "maxSize": 0}}, "maxSize", id="max of 0"
        ),
        pytest.param(
            {"taints": ({"key": "a", "effect": "NO_SCHEDULE"},)}, "effect", id="EKS' spelling"
        ),
        pytest.param(
            {"taints": ({"key": "a" * 64, "effect": "NoSchedule"},)},
            "key",
            id="a long taint key",
        ),
        pytest.param({"node_role": "nodes"}, "node_role", id="a role's name for its ARN"),
        pytest.param({"subnets": ()}, "subnets", id="no subnets"),
        pytest.param({"ami_type": "AL2023"}, "ami_type", id="an AMI type that is none"),
    ],
)
def test_the_model_refuses(changed, place):
    with pytest.raises(ValidationError) as refused:
        group(**changed)

    assert place in {str(step) for error in refused.value.errors() for step in error["loc"]}


def test_names_are_always_the_same_and_never_too_long():
    long = "a" * 70

    assert node_group_name("h100") == "gpu-h100"
    assert len(node_group_name(long)) == 63
    assert node_group_name(long) == node_group_name(long)
    assert node_group_name(long) != node_group_name(long + "b")

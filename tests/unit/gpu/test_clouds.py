"""The backends of single clouds: EKS and CoreWeave."""

import pytest

from tenancy import gpu
from tenancy.aws.node_group import NodeGroup
from tenancy.diagnostics.finding import Severity
from tests.unit.gpu.pools import EKS, coreweave, eks


def test_a_pool_becomes_a_node_group_with_an_nvidia_image_and_a_large_disk():
    (group,) = gpu.render(eks())

    assert isinstance(group, NodeGroup)
    assert ("gpu-h100", "AL2023_x86_64_NVIDIA", 200) == (
        group.nodegroup_name,
        group.ami_type,
        group.disk_size,
    )
    assert ("MINIMAL", 1) == (
        group.update_config.update_strategy,
        group.update_config.max_unavailable,
    )
    assert (0, 4, None) == (
        group.scaling_config.min_size,
        group.scaling_config.max_size,
        group.scaling_config.desired_size,
    )


def test_the_image_follows_the_processor():
    (group,) = gpu.render(eks(instanceTypes=["g5g.xlarge"], model="T4g"))

    assert "AL2023_ARM_64_NVIDIA" == group.ami_type


@pytest.mark.parametrize(
    ("capacity", "options", "expected"),
    [
        pytest.param({"type": "on-demand"}, {}, "ON_DEMAND", id="on demand"),
        pytest.param({"type": "spot"}, {}, "SPOT", id="spot"),
        pytest.param(
            {"type": "reserved", "reservationId": "cr-1"},
            {"launchTemplate": {"id": "lt-1"}},
            "ON_DEMAND",
            id="reserved",
        ),
        pytest.param(
            {"type": "capacity-block", "reservationId": "cr-1"},
            {"launchTemplate": {"id": "lt-1"}},
            "CAPACITY_BLOCK",
            id="capacity block",
        ),
    ],
)
def test_capacity_is_spelled_as_eks_does(capacity, options, expected):
    pool = eks(capacity=capacity, options=EKS | options)

    assert [] == list(gpu.problems([pool]))
    (group,) = gpu.render(pool)
    assert expected == group.capacity_type
    assert (expected == "CAPACITY_BLOCK") == (group.instance_types == ())


@pytest.mark.parametrize(
    ("changed", "place", "code"),
    [
        pytest.param(
            {"nodes": {"min": 0, "max": 0}}, ".nodes.max", "wrong-number", id="a maximum of 0"
        ),
        pytest.param(
            {"capacity": {"type": "capacity-block", "reservationId": "cr-1"}},
            ".capacity.type",
            "capacity-block-without-launch-template",
            id="a capacity block without a launch template",
        ),
        pytest.param(
            {"capacity": {"type": "reserved", "reservationId": "cr-1"}},
            ".capacity.type",
            "reservation-without-launch-template",
            id="a reservation without a launch template",
        ),
        pytest.param(
            {"options": EKS | {"amiType": "AL2023_ARM_64_NVIDIA"}},
            ".options.amiType",
            "ami-architecture",
            id="another processor's image",
        ),
        pytest.param(
            {"options": EKS | {"nodeRole": "nodes"}},
            ".options.nodeRole",
            "wrong-text",
            id="a role's name",
        ),
        pytest.param(
            {"options": {k: v for k, v in EKS.items() if k != "subnets"}},
            ".options",
            "missing-key",
            id="no subnets",
        ),
        pytest.param(
            {"labels": {"eks.amazonaws.com/x": "y"}},
            '.labels["eks.amazonaws.com/x"]',
            "reserved-label",
            id="a label of EKS' own",
        ),
        pytest.param(
            {"instanceTypes": ["p9.48xlarge"], "gpusPerNode": 8},
            ".options.amiType",
            "ami-type-missing",
            id="an unknown instance type without an image",
        ),
    ],
)
def test_what_is_wrong_is_said_where_it_is_written(changed, place, code):
    found = [v for v in gpu.problems([eks(**changed)]) if v.severity is Severity.ERROR]

    assert [code] == [v.code for v in found]
    assert str(found[0].origin).startswith(
        f"Pulumi.platform.yaml: platform.gpuNodePools[0]{place}"
    )


def test_a_coreweave_pool_has_the_documented_fields():
    (manifest,) = gpu.render(
        coreweave(taints=[{"key": "example.com/x", "value": "y", "effect": "NoExecute"}])
    )

    assert {
        "apiVersion": "compute.coreweave.com/v1alpha1",
        "kind": "NodePool",
        "metadata": {"name": "h100", "labels": {"app.kubernetes.io/managed-by": "tenancy"}},
        "spec": {
            "computeClass": "default",
            "instanceType": "gd-8xh100ib-i128",
            "nodeLabels": {"tenancy.dev/gpu-model": "H100", "tenancy.dev/gpu-pool": "h100"},
            "nodeTaints": [
                {"key": "tenancy.dev/gpu-pool", "value": "h100", "effect": "NoSchedule"},
                {"key": "example.com/x", "value": "y", "effect": "NoExecute"},
            ],
            "lifecycle": {"scaleDownStrategy": "IdleOnly"},
            "autoscaling": True,
            "minNodes": 0,
            "maxNodes": 4,
            "targetNodes": 0,
        },
    } == manifest


def autoscaled(pool):
    return gpu.autoscaled_fields(pool, gpu.render(pool)[0])


def test_only_what_an_autoscaler_changes_is_ignored():
    assert ("spec.targetNodes",) == autoscaled(coreweave())
    assert () == autoscaled(coreweave(nodes={"min": 2, "max": 2}))
    assert () == autoscaled(eks())


def test_only_nodes_of_another_cloud_are_not_in_ec2():
    assert [False, True, True] == [gpu.is_on_ec2(n) for n in ("coreweave", "eks", "gke")]


def test_a_coreweave_pool_of_fixed_size_or_of_racks_does_not_scale():
    fixed = gpu.render(coreweave(nodes={"min": 2, "max": 2}))[0]["spec"]
    racks = gpu.render(coreweave(nodes={"min": 18, "max": 18}, options={"targetRacks": 1}))[0][
        "spec"
    ]

    assert (False, 2) == (fixed["autoscaling"], fixed["targetNodes"])
    assert 1 == racks["targetRacks"]
    assert "targetNodes" not in racks


def test_that_a_coreweave_pool_was_never_tried_is_always_said():
    found = list(gpu.problems([coreweave()]))

    assert [("coreweave-not-validated", Severity.NOT_CHECKED)] == [
        (v.code, v.severity) for v in found
    ]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        pytest.param({"labels": {"node.coreweave.cloud/x": "y"}}, "reserved-label", id="label"),
        pytest.param({"instanceTypes": ["a", "b"]}, "one-instance-type", id="two types"),
        pytest.param(
            {"capacity": {"type": "capacity-block", "reservationId": "cr-1"}},
            "capacity-of-another-cloud",
            id="capacity block",
        ),
        pytest.param({"options": {"targetRacks": 1}}, "racks-do-not-scale", id="racks"),
    ],
)
def test_what_coreweave_has_not_is_refused(changed, code):
    found = [v for v in gpu.problems([coreweave(**changed)]) if v.severity is Severity.ERROR]

    assert [code] == [v.code for v in found]

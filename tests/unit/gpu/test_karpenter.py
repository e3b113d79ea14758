"""Karpenter's objects, tried on the schemas of its published CRDs."""

import jsonschema
import pytest

from tenancy import gpu
from tests.karpenter import schema
from tests.unit.gpu.pools import NODE_CLASS, karpenter

REF = {"nodeClassRef": {"name": "gpu"}}

POOLS = [
    pytest.param(karpenter(), id="with a node class"),
    pytest.param(karpenter(options=REF), id="with a node class that is there"),
    pytest.param(karpenter(options=REF, nodes={"min": 3, "max": 3}), id="of fixed size"),
    pytest.param(
        karpenter(
            options=REF | {"weight": 10},
            capacity={"type": "spot"},
            labels={"example.com/team": "a"},
            taints=[{"key": "example.com/x", "value": "y", "effect": "NoExecute"}],
        ),
        id="spot",
    ),
    pytest.param(
        karpenter(
            options={
                "nodeClass": NODE_CLASS
                | {
                    "ami": "bottlerocket@1.50.0",
                    "instanceStore": "RAID0",
                    "tags": {"cost-center": "cc-1"},
                    "diskSize": "1Ti",
                },
                "zones": ["eu-central-1a"],
                "requirements": [
                    {
                        "key": "karpenter.k8s.aws/instance-gpu-memory",
                        "operator": "Gte",
                        "values": ["80000"],
                    },
                    {"key": "example.com/rack", "operator": "Exists"},
                ],
                "startupTaints": [{"key": "example.com/starting", "effect": "NoSchedule"}],
                "expireAfter": "336h",
                "terminationGracePeriod": "24h",
                "consolidationPolicy": "WhenEmptyOrUnderutilized",
                "consolidateAfter": "1h",
                "budgets": [
                    {"nodes": "0", "schedule": "0 8 * * 1-5", "duration": "10h"},
                    {"nodes": "10%", "reasons": ["Empty", "Drifted"]},
                ],
            },
            capacity={"type": "capacity-block", "reservationId": "cr-0123456789abcdef0"},
        ),
        id="with every option",
    ),
]


@pytest.mark.parametrize("pool", POOLS)
def test_what_is_rendered_fits_the_published_crds(pool):
    assert [] == list(gpu.problems([pool]))

    for manifest in gpu.render(pool):
        jsonschema.validate(manifest, schema(manifest["kind"]))


def test_the_schemas_refuse_what_is_wrong():
    """The control: without it, the test above could accept anything."""
    wrong = gpu.render(karpenter())[-1]
    wrong["spec"]["disruption"]["consolidationPolicy"] = "Never"

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema("NodePool"))

    pruned = gpu.render(karpenter())[-1]
    pruned["spec"]["minNodes"] = 1

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(pruned, schema("NodePool"))


def test_a_node_pool_is_limited_to_its_gpus_and_drains_only_empty_nodes():
    spec = gpu.render(karpenter())[-1]["spec"]

    assert {"nodes": "4", "nvidia.com/gpu": "32"} == spec["limits"]
    assert {"consolidationPolicy": "WhenEmpty", "consolidateAfter": "10m"} == spec["disruption"]
    assert "Never" == spec["template"]["spec"]["expireAfter"]
    assert {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "h100"} == spec[
        "template"
    ]["spec"]["nodeClassRef"]


def test_sharing_does_not_change_what_karpenter_counts():
    shared = karpenter(sharing={"type": "time-slicing", "replicas": 4})

    assert "32" == gpu.render(shared)[-1]["spec"]["limits"]["nvidia.com/gpu"]


def test_a_pool_of_fixed_size_has_replicas_and_only_a_limit_of_nodes():
    spec = gpu.render(karpenter(nodes={"min": 3, "max": 3}))[-1]["spec"]

    assert (3, {"nodes": "3"}) == (spec["replicas"], spec["limits"])
    assert "weight" not in spec


def test_a_reservation_is_selected_by_its_id():
    pool = karpenter(capacity={"type": "reserved", "reservationId": "cr-1"})
    node_class, node_pool = gpu.render(pool)

    assert [{"id": "cr-1"}] == node_class["spec"]["capacityReservationSelectorTerms"]
    assert {
        "key": "karpenter.sh/capacity-type",
        "operator": "In",
        "values": ["reserved"],
    } in node_pool["spec"]["template"]["spec"]["requirements"]


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        pytest.param({"options": {}}, ["node-class"], id="no node class"),
        pytest.param(
            {"options": {"nodeClass": NODE_CLASS, **REF}}, ["node-class"], id="two node classes"
        ),
        pytest.param(
            {"options": {"nodeClass": NODE_CLASS | {"instanceProfile": "p"}}},
            ["node-class-identity"],
            id="role and profile",
        ),
        pytest.param(
            {"options": {"nodeClass": NODE_CLASS | {"subnets": [{}]}}},
            ["selector-term"],
            id="an empty term",
        ),
        pytest.param(
            {"options": REF, "nodes": {"min": 1, "max": 4}},
            ["minimum-not-supported"],
            id="a minimum",
        ),
        pytest.param(
            {"options": REF | {"weight": 1}, "nodes": {"min": 4, "max": 4}},
            ["weight-of-a-fixed-pool"],
            id="a weight of a fixed pool",
        ),
        pytest.param(
            {"options": REF, "labels": {"karpenter.sh/team": "a"}},
            ["reserved-label"],
            id="label",
        ),
        pytest.param(
            {
                "options": REF
                | {"requirements": [{"key": "kubernetes.io/hostname", "operator": "Exists"}]}
            },
            ["reserved-requirement"],
            id="requirement",
        ),
        pytest.param(
            {"options": REF | {"budgets": [{"nodes": "1", "schedule": "@daily"}]}},
            ["budget-schedule"],
            id="half a schedule",
        ),
        pytest.param(
            {"options": REF, "instanceTypes": [], "gpusPerNode": 8},
            ["instance-type-missing"],
            id="no instance type",
        ),
    ],
)
def test_what_karpenter_would_refuse_is_refused_before(changed, codes):
    assert codes == [v.code for v in gpu.problems([karpenter(**changed)])]

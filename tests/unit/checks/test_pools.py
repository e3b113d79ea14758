"""GPU node pools: figures that agree."""

import pytest

from tests.unit.builders import a_platform, a_pool, findings


def of_pool(**keys):
    return findings(platform=a_platform(gpuNodePools=[a_pool(**keys)]))


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        pytest.param({"nodes": {"min": 2, "max": 2}}, [], id="min = max"),
        pytest.param(
            {"nodes": {"min": 3, "max": 2}},
            [
                "Pulumi.platform.yaml: platform.gpuNodePools[0].nodes [pool-nodes] min 3 "
                "and max 2 of the pool h100; allowed: min ≤ max; correct one of them",
            ],
            id="min > max",
        ),
        pytest.param({"nodeNames": ["gpu-0", "gpu-1"]}, [], id="as many names"),
        pytest.param(
            {"nodeNames": ["gpu-0"]},
            [
                "Pulumi.platform.yaml: platform.gpuNodePools[0].nodeNames "
                "[pool-node-names] 1 node named, and nodes.max 2; allowed: as many names as "
                "nodes.max; correct one of them",
            ],
            id="too few names",
        ),
        pytest.param(
            {"nodeNames": ["gpu-0", "gpu-0"]},
            [
                "Pulumi.platform.yaml: platform.gpuNodePools[0].nodeNames[1] "
                "[pool-node-names] the node 'gpu-0', which the pool h100 has already; "
                "allowed: each node in one pool only; remove the node from one of the pools",
            ],
            id="one node twice",
        ),
        pytest.param(
            {"nodeNames": ["gpu-0", "GPU 1"]},
            [
                "Pulumi.platform.yaml: platform.gpuNodePools[0].nodeNames[1] "
                "[pool-node-names] the node 'GPU 1'; allowed: a node's name has 1 to 253 "
                "lowercase letters, digits, hyphens and single dots inside; remove "
                "'G', 'P', 'U', ' '",
            ],
            id="no node's name",
        ),
        pytest.param(
            {"name": "H100"},
            [
                "Pulumi.platform.yaml: platform.gpuNodePools[0].name [pool-name] the "
                "pool 'H100'; allowed: a pool's name has 1 to 63 lowercase letters, "
                "digits and hyphens, with a letter or digit at both ends; write it in "
                "lower case",
            ],
            id="no pool's name",
        ),
        pytest.param(
            {"model": "H100 SXM"},
            [
                "Pulumi.platform.yaml: platform.gpuNodePools[0].model [pool-model] the "
                "model 'H100 SXM'; allowed: a label value is empty or has 1 to 63 "
                "letters, digits, '-', '_' and '.', with a letter or digit at both ends; "
                "remove ' '",
            ],
            id="a model that is not a label",
        ),
    ],
)
def test_nodes_are_as_many_as_are_named(keys, expected):
    assert expected == of_pool(**keys)


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        pytest.param("amd.com/gpu", [], id="another vendor's"),
        pytest.param(
            "nvidia.com/GPU",
            [
                "Pulumi.platform.yaml: platform.gpuNodePools[0].resource [pool-resource] "
                "the resource 'nvidia.com/GPU'; allowed: extended resources that a quota "
                "can limit; no device plugin provides this resource, and the server would not "
                "report that; write 'nvidia.com/gpu'",
            ],
            id="misspelt",
        ),
        pytest.param(
            "gpu",
            [
                "Pulumi.platform.yaml: platform.gpuNodePools[0].resource [pool-resource] "
                "the resource 'gpu'; allowed: extended resources that a quota can limit; "
                "a GPU is counted under its vendor's name; write 'nvidia.com/gpu'",
            ],
            id="without a domain",
        ),
        pytest.param(
            "requests.nvidia.com/gpu",
            [
                "Pulumi.platform.yaml: platform.gpuNodePools[0].resource [pool-resource] "
                "the resource 'requests.nvidia.com/gpu'; allowed: extended resources "
                "that a quota can limit; it has the prefix requests. twice; write "
                "'nvidia.com/gpu'",
            ],
            id="a quota's key",
        ),
        pytest.param(
            "cpu",
            [
                "Pulumi.platform.yaml: platform.gpuNodePools[0].resource [pool-resource] "
                "the resource 'cpu'; allowed: extended resources that a quota can limit; "
                "the domain is missing; write a name such as nvidia.com/gpu",
            ],
            id="no extended resource",
        ),
    ],
)
def test_a_pools_resource_can_be_limited(resource, expected):
    assert expected == of_pool(resource=resource)
    further = a_platform(gpuResources=[resource])
    assert len(expected) == len(findings(platform=further))


MIG = {"type": "mig", "layout": [{"profile": "1g.10gb", "perGpu": 7}]}


@pytest.mark.parametrize(
    ("sharing", "expected"),
    [
        pytest.param({"type": "time-slicing", "replicas": 4}, [], id="sliced"),
        pytest.param(
            {"type": "mps"},
            [
                "Pulumi.platform.yaml: platform.gpuNodePools[0].sharing.replicas "
                "[pool-sharing] sharing mps without replicas; allowed: replicas only for "
                "time-slicing and mps; write how many pods share a "
                "GPU",
            ],
            id="sliced into how many",
        ),
        pytest.param(
            {"replicas": 4},
            [
                "Pulumi.platform.yaml: platform.gpuNodePools[0].sharing.replicas "
                "[pool-sharing] sharing none with replicas; allowed: replicas only for "
                "time-slicing and mps; remove replicas",
            ],
            id="not shared among four",
        ),
        pytest.param(MIG, [], id="divided by seven"),
        pytest.param(
            {"type": "mig"},
            [
                "Pulumi.platform.yaml: platform.gpuNodePools[0].sharing.layout "
                "[pool-sharing] sharing mig without a layout; allowed: a layout only for mig; "
                "write the MIG profiles of a GPU",
            ],
            id="divided into what",
        ),
        pytest.param(
            {**MIG, "type": "none"},
            [
                "Pulumi.platform.yaml: platform.gpuNodePools[0].sharing.layout "
                "[pool-sharing] sharing none with a layout; allowed: a layout only for mig; "
                "remove layout",
            ],
            id="a layout of whole GPUs",
        ),
        pytest.param(
            {"type": "mig", "layout": [{"profile": "1g.10gb", "perGpu": 8}]},
            [
                "Pulumi.platform.yaml: platform.gpuNodePools[0].sharing.layout "
                "[pool-mig-layout] a layout of 8 compute slices; allowed: at most 7 on a "
                "GPU; lower perGpu, or use smaller profiles",
            ],
            id="divided by eight",
        ),
        pytest.param(
            {"type": "mig", "layout": [{"profile": "1g10gb", "perGpu": 1}]},
            [
                "Pulumi.platform.yaml: "
                "platform.gpuNodePools[0].sharing.layout[0].profile [pool-mig-profile] "
                "the MIG profile '1g10gb'; allowed: profiles as NVIDIA names them: "
                "1g.10gb, 3g.40gb, 1g.10gb.me; write it in this form",
            ],
            id="no profile",
        ),
        pytest.param(
            {"type": "mig", "layout": [{"profile": "1g.10gb", "perGpu": 1}] * 2},
            [
                "Pulumi.platform.yaml: platform.gpuNodePools[0].sharing.layout[1].profile"
                " [pool-mig-profile] the MIG profile 1g.10gb a second time; allowed: each"
                " MIG profile once; its perGpu is its number on one GPU; write one entry,"
                " with the sum of the two numbers under perGpu",
            ],
            id="a profile twice",
        ),
    ],
)
def test_sharing_says_what_it_needs(sharing, expected):
    assert expected == of_pool(sharing=sharing)


@pytest.mark.parametrize(
    ("capacity", "expected"),
    [
        pytest.param({"type": "reserved", "reservationId": "cr-1"}, [], id="reserved"),
        pytest.param(
            {"type": "capacity-block"},
            [
                "Pulumi.platform.yaml: platform.gpuNodePools[0].capacity.reservationId "
                "[pool-reservation] capacity capacity-block without a reservationId; "
                "allowed: a reservationId only for reserved and capacity-block; write the "
                "reservation's id",
            ],
            id="a block of what",
        ),
        pytest.param(
            {"type": "spot", "reservationId": "cr-1"},
            [
                "Pulumi.platform.yaml: platform.gpuNodePools[0].capacity.reservationId "
                "[pool-reservation] capacity spot with a reservationId; allowed: a "
                "reservationId only for reserved and capacity-block; "
                "remove it",
            ],
            id="spot and reserved",
        ),
    ],
)
def test_reserved_capacity_names_its_reservation(capacity, expected):
    assert expected == of_pool(capacity=capacity)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        pytest.param({"labels": {"example.com/rack": "a1"}}, [], id="one's own"),
        pytest.param(
            {"labels": {"tenancy.dev/gpu-pool": "x"}},
            [
                "Pulumi.platform.yaml: "
                'platform.gpuNodePools[0].labels["tenancy.dev/gpu-pool"] '
                "[pool-label-reserved] the label or taint 'tenancy.dev/gpu-pool'; "
                "allowed: keys outside of reserved domains; the domain tenancy.dev is reserved "
                "for this "
                "tool; use your own domain, such as example.com/…",
            ],
            id="this tool's",
        ),
        pytest.param(
            {"labels": {"node.kubernetes.io/x": "y"}},
            [
                "Pulumi.platform.yaml: "
                'platform.gpuNodePools[0].labels["node.kubernetes.io/x"] '
                "[pool-label-reserved] the label or taint 'node.kubernetes.io/x'; "
                "allowed: keys outside of reserved domains; the domain kubernetes.io is "
                "reserved for "
                "Kubernetes; use your own domain, such as example.com/…",
            ],
            id="Kubernetes'",
        ),
        pytest.param(
            {"labels": {"rack": "a b"}},
            [
                "Pulumi.platform.yaml: platform.gpuNodePools[0].labels.rack [pool-label] "
                "the label or taint 'a b'; allowed: a label value is empty or has 1 to "
                "63 letters, digits, '-', '_' and '.', with a letter or digit at both "
                "ends; remove ' '",
            ],
            id="no value",
        ),
        pytest.param(
            {"taints": [{"key": "tenancy.dev/dedicated", "effect": "NoSchedule"}]},
            [
                "Pulumi.platform.yaml: platform.gpuNodePools[0].taints[0] "
                "[pool-label-reserved] the label or taint 'tenancy.dev/dedicated'; "
                "allowed: keys outside of reserved domains; the domain tenancy.dev is reserved "
                "for this "
                "tool; use your own domain, such as example.com/…",
            ],
            id="this tool's taint",
        ),
        pytest.param(
            {"taints": [{"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}]},
            [],
            id="the usual taint",
        ),
    ],
)
def test_labels_and_taints_are_ones_own(keys, expected):
    assert expected == of_pool(**keys)


def test_pools_and_nodes_are_told_apart():
    first = a_pool(nodeNames=["gpu-0", "gpu-1"])
    second = a_pool(nodeNames=["gpu-1", "gpu-2"])

    assert [
        "Pulumi.platform.yaml: platform.gpuNodePools[1].name [pool-name] a "
        "second pool called 'h100'; allowed: each name once on a platform; give "
        "it another name",
        "Pulumi.platform.yaml: platform.gpuNodePools[1].nodeNames[0] "
        "[pool-node-names] the node 'gpu-1', which the pool h100 has already; "
        "allowed: each node in one pool only; remove the node from one of the pools",
    ] == findings(platform=a_platform(gpuNodePools=[first, second]))


@pytest.mark.parametrize("keys", [{}, {"allocation": "both", "deviceClass": "gpu.example.com"}])
def test_the_resource_of_a_device_class_is_no_resource_of_a_pool(keys):
    """The scheduler serves it for every class, and claims of it are not counted there."""
    [found] = of_pool(resource="deviceclass.resource.kubernetes.io/gpu.example.com", **keys)

    assert (
        "Pulumi.platform.yaml: platform.gpuNodePools[0].resource [pool-resource] the resource"
        " 'deviceclass.resource.kubernetes.io/gpu.example.com', which is that of a device"
        " class; allowed: resources of a device plugin, or an extendedResourceName of a device"
        " class; a device class without one is used by claims; write allocation dra with"
        " deviceClass gpu.example.com"
    ) == found

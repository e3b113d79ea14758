"""Priorities of GPU pods where several pools have one resource: kept, or told to be lost."""

import pytest

from tests.unit.builders import a_namespace, a_platform, a_pool, an_organization, findings

CLASSES = {"batch": {"value": 10}, "urgent": {"value": 1000}}
PLACE = "organizations/acme.yaml: namespaces[0].priorityClasses"


def two_pools(*, h100=None, l40s=None, granted=("batch", "urgent"), pools=("h100", "l40s")):
    """The findings about a namespace with grants of both pools and of priority classes."""
    namespace = a_namespace(
        gpus=[{"pool": name, "gpus": 4} for name in pools], priorityClasses=list(granted)
    )
    return findings(
        organizations={"acme": an_organization(namespace)},
        platform=a_platform(
            priorityClasses=CLASSES,
            gpuNodePools=[
                a_pool(**(h100 or {})),
                a_pool(name="l40s", model="L40S", **(l40s or {})),
            ],
        ),
    )


LISTED = {"priorityClasses": ["urgent", "batch"]}


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param({"h100": LISTED, "l40s": LISTED}, id="a class for each pool and priority"),
        pytest.param({"l40s": {"resource": "example.com/l40s"}}, id="a resource for each pool"),
        pytest.param(
            {"l40s": {"allocation": "dra", "deviceClass": "l40s.example.com"}},
            id="a device class for each pool",
        ),
        pytest.param({"granted": ()}, id="no priorities"),
        pytest.param({"pools": ("l40s",)}, id="one of the pools"),
    ],
)
def test_every_way_to_keep_priorities_is_accepted(keys):
    assert [] == two_pools(**keys)


@pytest.mark.parametrize(
    ("keys", "lost", "pools"),
    [
        pytest.param({}, "batch and urgent", "h100 and l40s", id="none is listed"),
        pytest.param(
            {"h100": LISTED, "l40s": {"priorityClasses": ["urgent"]}},
            "batch",
            "l40s",
            id="one is missing in one pool",
        ),
    ],
)
def test_a_priority_that_gpu_pods_cannot_have_is_named_with_the_ways_to_keep_it(
    keys, lost, pools
):
    assert [
        f"warning: {PLACE} [gpu-priority-lost] the priority classes {lost} in acme-dev,"
        " which is granted nvidia.com/gpu of the pools h100 and l40s: a pod with"
        " nvidia.com/gpu must name a class of its pool, such as gpu-h100 with the value"
        " 0, so that a quota counts each pool; allowed: priority classes that pods with"
        f" GPUs can have; list the classes under priorityClasses of {pools}, or give each"
        " pool a resource of its own, or allocation dra with a deviceClass of its own"
    ] == two_pools(**keys)


def test_a_class_that_the_platform_gives_a_pool_itself_is_not_lost():
    named = {"gpu-h100": {"value": 7}, "gpu-l40s": {"value": 9}}
    namespace = a_namespace(
        gpus=[{"pool": "h100", "gpus": 4}, {"pool": "l40s", "gpus": 4}],
        priorityClasses=list(named),
    )

    assert [] == findings(
        organizations={"acme": an_organization(namespace)},
        platform=a_platform(
            priorityClasses=named,
            gpuNodePools=[a_pool(), a_pool(name="l40s", model="L40S")],
        ),
    )


def test_a_pool_lists_classes_of_the_platform():
    unknown = {"priorityClasses": ["urgent", "bach"]}

    [found] = two_pools(h100=unknown, l40s={"priorityClasses": ["urgent"]}, granted=["urgent"])

    assert (
        "Pulumi.platform.yaml: platform.gpuNodePools[0].priorityClasses[1] [class-unknown] the"
        " priority class 'bach' of the pool h100; allowed: a class of the platform (batch,"
        " urgent); did you mean 'batch'?"
    ) == found


def test_a_pool_with_a_resource_of_its_own_needs_no_such_classes():
    [found] = two_pools(h100=LISTED, l40s={"resource": "example.com/l40s"})

    assert (
        "warning: Pulumi.platform.yaml: platform.gpuNodePools[0].priorityClasses"
        " [pool-priority-unused] priorityClasses of the pool h100, whose nvidia.com/gpu no"
        " other pool has; allowed: priorityClasses of pools that share a resource; pods of"
        " other pools name the platform's classes themselves; remove them"
    ) == found

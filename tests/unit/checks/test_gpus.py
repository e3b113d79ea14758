"""GPUs: grants against pools."""

import attrs
import hypothesis
import hypothesis.strategies as st
import pytest

from tenancy.checks.gpus import capacity
from tests.unit.builders import (
    a_namespace,
    a_platform,
    a_pool,
    a_tenancy,
    an_environment,
    an_organization,
    findings,
    said,
)


def asks(**by_organization):
    """Organizations with one namespace each that asks for so many GPUs."""
    return {
        "environments": {"dev": an_environment("dev", *by_organization)},
        "organizations": {
            name: an_organization(
                a_namespace("train", gpus=[{"pool": "h100", "gpus": gpus}]), prefix=name
            )
            for name, gpus in by_organization.items()
        },
    }


def with_pool(**keys):
    return {"platform": a_platform(gpuNodePools=[a_pool(**keys)])}


def granted(**grant):
    return {"namespace": {"gpus": [{"pool": "h100", **grant}]}}


def test_grants_up_to_the_pools_maximum_are_allowed():
    assert [] == findings(**asks(acme=8, globex=8), **with_pool())


def test_grants_beyond_it_are_refused_with_the_table_of_who_asks_for_what():
    assert [
        "Pulumi.platform.yaml: platform.gpuNodePools[0] [gpu-overcommit] grants "
        "of 17 nvidia.com/gpu of the pool h100; allowed: at most 16: 2 nodes "
        "with 8 each; lower grants by 1, raise nodes.max, or write overcommit "
        "with a reason\n"
        "    globex-train   9  globex, dev\n"
        "    acme-train     8  acme, dev\n"
        "    17 of 16",
    ] == findings(**asks(acme=8, globex=9), **with_pool())


def test_largest_pods_that_do_not_fit_together_are_warned_of():
    assert [] == findings(**asks(acme=5, globex=5), **with_pool())
    assert [
        "warning: Pulumi.platform.yaml: platform.gpuNodePools[0] [gpu-stranded] grants of "
        "nvidia.com/gpu of the pool h100 whose largest pods do not fit on 2 nodes with 8 each "
        "at the same time: no node has room for 1 pod of 5, while 6 devices are free; allowed: "
        "largest pods that fit together; write a maxPerPod that divides the devices of a node, "
        "or raise nodes.max\n"
        "    acme-train      5  acme, dev\n"
        "    globex-train    5  globex, dev\n"
        "    initech-train   5  initech, dev\n"
        "    15 of 16\n"
        "    nodes: 2 nodes [5, 3 free]",
    ] == findings(**asks(acme=5, globex=5, initech=5), **with_pool())
    assert [] == findings(**asks(acme=5, globex=5, initech=5), **with_pool(nodes=three()))


def three():
    return {"min": 1, "max": 3}


def test_a_largest_pod_that_divides_a_node_strands_nothing():
    organization = an_organization(
        a_namespace("train", gpus=[{"pool": "h100", "gpus": 15, "maxPerPod": 5}])
    )
    halves = an_organization(
        a_namespace("train", gpus=[{"pool": "h100", "gpus": 15, "maxPerPod": 4}])
    )

    [found] = findings(organizations={"acme": organization}, **with_pool())
    assert "[gpu-stranded]" in found
    assert [] == findings(organizations={"acme": halves}, **with_pool())


def test_grants_are_added_up_over_all_environments_of_the_cluster():
    organization = an_organization(
        *(
            a_namespace(stack, environments=[stack], gpus=[{"pool": "h100", "gpus": gpus}])
            for stack, gpus in (("dev", 8), ("prod", 9))
        ),
        defaultNamespace="dev",
    )
    environments = {"dev": an_environment("dev"), "prod": an_environment("prod")}

    assert [
        "Pulumi.platform.yaml: platform.gpuNodePools[0] [gpu-overcommit] grants "
        "of 17 nvidia.com/gpu of the pool h100; allowed: at most 16: 2 nodes "
        "with 8 each; lower grants by 1, raise nodes.max, or write overcommit "
        "with a reason\n"
        "    acme-prod   9  acme, prod\n"
        "    acme-dev    8  acme, dev\n"
        "    17 of 16",
    ] == findings(
        environments=environments, organizations={"acme": organization}, **with_pool()
    )


def test_a_long_table_is_cut_and_still_adds_up():
    many = {f"o{i:02}": 1 for i in range(25)}

    [found] = findings(**asks(**many), **with_pool())

    assert "    5 more namespaces: 5\n    25 of 16" in found


def test_overcommit_is_a_choice_with_a_reason():
    reason = {"overcommit": 1.5, "overcommitReason": "nights and weekends"}

    assert [] == findings(**asks(acme=24), **with_pool(**reason))
    assert [
        "Pulumi.platform.yaml: platform.gpuNodePools[0] [gpu-overcommit] grants "
        "of 25 nvidia.com/gpu of the pool h100; allowed: at most 24: 2 nodes "
        "with 8 each, overcommitted 1.5 times; lower grants by 1, raise "
        "nodes.max, or write overcommit with a reason\n"
        "    acme-train  25  acme, dev\n"
        "    25 of 24",
    ] == findings(**asks(acme=25), **with_pool(**reason))
    assert [
        "Pulumi.platform.yaml: platform.gpuNodePools[0].overcommit [gpu-overcommit-reason] "
        "overcommit 1.5 of the pool h100 without a reason; "
        "allowed: more than 1 with an overcommitReason; write why more is "
        "granted than exists",
    ] == findings(**asks(acme=24), **with_pool(overcommit=1.5))
    assert [
        "Pulumi.platform.yaml: platform.gpuNodePools[0].overcommitReason "
        "[reason-blank] a blank reason; allowed: a reason, as text; "
        "write why the rule does not apply here",
    ] == findings(**asks(acme=24), **with_pool(overcommit=1.5, overcommitReason="  "))
    assert [] == findings(**asks(acme=8), **with_pool(overcommit=0.5))
    assert [
        "Pulumi.platform.yaml: platform.gpuNodePools[0].overcommit "
        "[gpu-overcommit-factor] overcommit 0 of the pool h100; allowed: a number above 0; 1 "
        "grants exactly what exists; write 1, or more with a reason",
    ] == findings(**with_pool(overcommit=0.0))


@pytest.mark.parametrize("factor", [float("inf"), float("nan"), -1.0])
def test_overcommit_that_is_no_factor_is_refused_and_allows_what_exists(factor):
    found = findings(**asks(acme=17), **with_pool(overcommit=factor))

    assert 2 == len(found)
    assert "[gpu-overcommit-factor]" in found[0]
    assert "[gpu-overcommit] grants of 17" in found[1]


def test_a_tenth_more_is_a_tenth_more():
    """1.1 as a float is a little more than 1.1, and a little less three times."""
    more = {"overcommit": 1.1, "overcommitReason": "spares", "nodes": {"min": 0, "max": 10}}

    assert [] == findings(**asks(acme=88), **with_pool(**more))
    assert 1 == len(findings(**asks(acme=89), **with_pool(**more)))


def test_a_pool_that_does_not_say_its_gpus_is_not_checked():
    """The resolver requires the number; this applies where it only warns."""
    tenancy = a_tenancy(**asks(acme=8), **with_pool())
    platform = tenancy.platforms["platform"]
    pool = attrs.evolve(platform.pools[0], gpus_per_node=None)
    unknown = attrs.evolve(platform, pools=(pool,))

    assert [
        "not checked: Pulumi.platform.yaml: platform.gpuNodePools[0] "
        "[gpu-capacity-unknown] 8 devices of nvidia.com/gpu granted of the pool "
        "h100, whose number of GPUs per node is unknown; allowed: a known "
        "number of GPUs for each node; write gpusPerNode\n"
        "    acme-train  8  acme, dev\n"
        "    8",
    ] == said(tuple(capacity(unknown, tenancy.environments.values())))
    assert [] == said(tuple(capacity(unknown, ())))


@pytest.mark.parametrize(
    ("grant", "expected"),
    [
        pytest.param({"gpus": 8, "maxPerPod": 8}, [], id="a whole node"),
        pytest.param(
            {"gpus": 16, "maxPerPod": 9},
            [
                "organizations/acme.yaml: namespaces[0].gpus[0].maxPerPod "
                "[gpu-max-per-pod] maxPerPod 9 of nvidia.com/gpu; allowed: at most 8, "
                "which a node of the pool h100 has; lower it to 8, or remove it: a pod runs on "
                "one node",
            ],
            id="more than a node",
        ),
        pytest.param({"gpus": 4, "maxPerPod": 4}, [], id="the whole grant"),
        pytest.param(
            {"gpus": 4, "maxPerPod": 5},
            [
                "organizations/acme.yaml: namespaces[0].gpus[0].maxPerPod "
                "[gpu-grant-below-max-per-pod] maxPerPod 5 under a grant of 4; allowed: "
                "maxPerPod up to the namespace's grant; lower maxPerPod to 4, or "
                "raise gpus",
            ],
            id="more than the grant",
        ),
        pytest.param(
            {"gpus": 0, "maxPerPod": 1},
            [
                "organizations/acme.yaml: namespaces[0].gpus[0].maxPerPod "
                "[gpu-grant-below-max-per-pod] maxPerPod 1 under a grant of 0; allowed: "
                "maxPerPod up to the namespace's grant; remove maxPerPod, or raise gpus",
            ],
            id="of nothing",
        ),
    ],
)
def test_a_pods_most_is_within_the_grant_and_within_a_node(grant, expected):
    assert expected == findings(**granted(**grant), **with_pool())


def test_a_dedicated_pool_is_granted_to_its_owner_alone():
    assert [] == findings(**granted(gpus=1), **with_pool(dedicatedTo="acme"))
    assert [
        "organizations/acme.yaml: namespaces[0].gpus[0].pool "
        "[gpu-pool-dedicated] a grant of the pool h100 to acme; allowed: grants to globex "
        "only, to which the pool is dedicated; grant another pool, or "
        "share this one",
    ] == findings(**asks(acme=1, globex=1), **with_pool(dedicatedTo="globex"))


def test_a_pool_dedicated_to_nobody_is_warned_of():
    assert [
        "warning: Pulumi.platform.yaml: platform.gpuNodePools[0].dedicatedTo "
        "[gpu-pool-owner-unknown] the pool h100, dedicated to 'acmee'; allowed: "
        "an organization of the cluster (acme); did you mean 'acme'?",
    ] == findings(**with_pool(dedicatedTo="acmee"))


def test_shared_and_divided_gpus_are_counted_as_their_parts():
    sliced = {"sharing": {"type": "time-slicing", "replicas": 4}}
    mig = {
        "sharing": {
            "type": "mig",
            "layout": [
                {"profile": "1g.10gb", "perGpu": 4},
                {"profile": "3g.40gb", "perGpu": 1},
            ],
        }
    }
    small = {"migProfile": "1g.10gb", "maxPerPod": 32}
    large = {"migProfile": "3g.40gb"}

    assert [] == findings(**asks(acme=64), **with_pool(**sliced))
    assert [
        "Pulumi.platform.yaml: platform.gpuNodePools[0] [gpu-overcommit] grants "
        "of 65 nvidia.com/gpu.shared of the pool h100; allowed: at most 64: 2 "
        "nodes with 32 each; lower grants by 1, raise nodes.max, or write "
        "overcommit with a reason\n"
        "    acme-train  65  acme, dev\n"
        "    65 of 64",
    ] == findings(**asks(acme=65), **with_pool(**sliced))
    assert [] == findings(**granted(gpus=64, **small), **with_pool(**mig))
    assert [
        "Pulumi.platform.yaml: platform.gpuNodePools[0] [gpu-overcommit] grants "
        "of 65 nvidia.com/mig-1g.10gb of the pool h100; allowed: at most 64: 2 "
        "nodes with 32 each; lower grants by 1, raise nodes.max, or write "
        "overcommit with a reason\n"
        "    acme-dev  65  acme, dev\n"
        "    65 of 64",
    ] == findings(**granted(gpus=65, **small), **with_pool(**mig))
    assert [
        "Pulumi.platform.yaml: platform.gpuNodePools[0] [gpu-overcommit] grants "
        "of 17 nvidia.com/mig-3g.40gb of the pool h100; allowed: at most 16: 2 "
        "nodes with 8 each; lower grants by 1, raise nodes.max, or write "
        "overcommit with a reason\n"
        "    acme-dev  17  acme, dev\n"
        "    17 of 16",
    ] == findings(**granted(gpus=17, **large), **with_pool(**mig))


@hypothesis.given(st.integers(0, 40), st.integers(0, 6), st.integers(0, 6))
@hypothesis.settings(max_examples=40, deadline=None)
def test_more_nodes_never_add_a_finding(gpus, nodes, more):
    def found(count):
        return findings(**asks(acme=gpus), **with_pool(nodes={"min": 0, "max": count}))

    assert len(found(nodes + more)) <= len(found(nodes))

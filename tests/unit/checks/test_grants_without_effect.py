"""Grants that another value cancels: each is warned of, beside one that has its effect."""

import pytest

from tests.unit.builders import a_platform, a_pool, about

POOL = {"gpus": [{"pool": "h100", "gpus": 1}]}
PLATFORM = a_platform(
    gpuNodePools=[a_pool()],
    storageClasses={"fast": "granted"},
    priorityClasses={"urgent": {"value": 1}},
)
WATCHED = a_platform(
    shared=[{"name": "observability", "purpose": "observability", "services": []}],
    podSecurityExceptions={"rdma": {"capabilities": ["IPC_LOCK"], "deviceClasses": {"nic": 2}}},
)
ADDRESSES = {"network": {"ingress": [{"cidrs": ["203.0.113.0/24"], "ports": [80]}]}}
BALANCED = {"loadBalancers": 1, **ADDRESSES}
RDMA = {
    "podSecurity": {"enforce": "baseline", "reason": "r", "exceptions": {"rdma": "training"}}
}
URGENT = {
    "scopeSelector": [{"scopeName": "PriorityClass", "operator": "In", "values": ["urgent"]}]
}


def test_gpus_of_a_queue_are_of_no_use_without_jobs():
    without = {**POOL, "quota": {"count/jobs.batch": "0"}}
    queued = {**PLATFORM, "queues": {}}

    def found(namespace, platform):
        return about("grant-without-effect", namespace=namespace, platform=platform)

    assert [] == found(POOL, queued)
    assert [] == found(without, PLATFORM)
    [one] = found(without, queued)
    assert (
        "its quota of count/jobs.batch is 0, and in a namespace with a queue only Jobs" in one
    )


def warned(namespace):
    return about("grant-without-effect", namespace=namespace, platform=PLATFORM)


@pytest.mark.parametrize(
    ("namespace", "cancelled", "reason"),
    [
        pytest.param(
            BALANCED,
            {"quota": {"services.loadbalancers": "1"}, **ADDRESSES},
            "each of their ports needs a node port",
            id="load balancers without node ports",
        ),
        pytest.param(
            {**BALANCED, "quota": {"services": "5"}},
            {**BALANCED, "quota": {"services": "0"}},
            "its quota of services 0",
            id="load balancers without services",
        ),
        pytest.param(
            BALANCED,
            {**BALANCED, "quota": {"services.nodeports": "0"}},
            "its quota of services.nodeports 0",
            id="load balancers, and node ports by hand",
        ),
        pytest.param(
            POOL,
            {**POOL, "quota": {"pods": "0"}},
            "its quota of pods is 0",
            id="GPUs without pods",
        ),
        pytest.param(
            {"storageClasses": ["fast"]},
            {"storageClasses": ["fast"], "quota": {"persistentvolumeclaims": "0"}},
            "its quota of persistentvolumeclaims is 0",
            id="storage without claims",
        ),
        pytest.param(
            {"priorityClasses": ["urgent"], "quotas": {"u": {"hard": {"pods": "1"}, **URGENT}}},
            {"priorityClasses": ["urgent"], "quotas": {"u": {"hard": {"pods": "0"}, **URGENT}}},
            "the quota u allows 0 pods of it",
            id="a priority without pods",
        ),
        pytest.param(
            {},
            {"network": {"metricsPorts": [8000]}},
            "the platform has no shared namespace for observability",
            id="metrics without a shared namespace",
        ),
        pytest.param(
            BALANCED,
            ADDRESSES,
            "the namespace may not have a load balancer",
            id="addresses without a load balancer",
        ),
        pytest.param(
            BALANCED,
            {"loadBalancers": 1},
            "its network lets no addresses in",
            id="a load balancer that no address reaches",
        ),
    ],
)
def test_a_grant_that_is_cancelled_is_warned_of(namespace, cancelled, reason):
    assert [] == warned(namespace)

    [found] = warned(cancelled)

    assert reason in found


CLAIMS = "count/resourceclaims.resource.k8s.io"


@pytest.mark.parametrize("place", ["quota", "objectCounts"])
def test_fewer_claims_than_devices_are_warned_of(place):
    """A pod that requests a GPU which DRA serves waits for its claim, without a message."""

    def found(claims):
        written = {CLAIMS: str(claims)}
        platform = {"objectCounts": written} if place == "objectCounts" else {}
        quota = {"quota": written} if place == "quota" else {}
        return about(
            "grant-without-effect",
            namespace={"gpus": [{"pool": "h100", "gpus": 4}], **quota},
            platform=a_platform(gpuNodePools=[a_pool()], **platform),
        )

    assert [] == found(4)
    assert [
        "warning: organizations/acme.yaml: namespaces[0].gpus[0] [grant-without-effect] 4 GPUs"
        f" in acme-dev: its count of {CLAIMS} is 3, and where DRA serves them, also by an"
        " extended resource, each may need a claim; allowed: grants that no other value in the"
        f" namespace cancels; raise {CLAIMS} to 4, or remove it: Tenancy counts claims itself"
    ] == found(3)


@pytest.mark.parametrize(
    ("namespace", "cancelled", "reason"),
    [
        (
            {"network": {"metricsPorts": [8000]}},
            {"network": {"metricsPorts": [8000], "observability": False}},
            "observability is false",
        ),
        (RDMA, {**RDMA, "quota": {"pods": "0"}}, "the exception rdma in acme-dev"),
        (
            {**RDMA, "quota": {"count/resourceclaims.resource.k8s.io": "2"}},
            {**RDMA, "quota": {"count/resourceclaims.resource.k8s.io": "1"}},
            "2 host devices of exceptions in acme-dev",
        ),
    ],
    ids=["metrics that nothing reads", "exceptions without pods", "exceptions without claims"],
)
def test_a_grant_of_a_shared_platform_is_warned_of(namespace, cancelled, reason):
    code = "grant-without-effect"
    assert [] == about(code, namespace=namespace, platform=WATCHED)
    found = about(code, namespace=cancelled, platform=WATCHED)
    assert 1 == len(found)
    assert reason in found[0]


def test_load_balancers_of_a_namespace_with_policies_of_its_own_are_left_alone():
    own = {"loadBalancers": 1, "ignore": ["NetworkPolicy/from-outside"]}
    assert [] == warned(own)
    audit = {"mode": "audit", "reason": "older"}
    assert [] == warned({"loadBalancers": 1, "enforcement": audit})

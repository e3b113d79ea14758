"""Grants that another value cancels: each is warned of, beside one that has its effect."""

import pytest

from tests.unit.builders import a_platform, a_pool, about

POOL = {"gpus": [{"pool": "h100", "gpus": 1}]}
PLATFORM = a_platform(
    gpuNodePools=[a_pool()],
    storageClasses={"fast": "granted"},
    priorityClasses={"urgent": {"value": 1}},
)
URGENT = {
    "scopeSelector": [{"scopeName": "PriorityClass", "operator": "In", "values": ["urgent"]}]
}


def warned(namespace):
    return about("grant-without-effect", namespace=namespace, platform=PLATFORM)


@pytest.mark.parametrize(
    ("namespace", "cancelled", "reason"),
    [
        pytest.param(
            {"loadBalancers": 1},
            {"quota": {"services.loadbalancers": "1"}},
            "each of their ports needs a node port",
            id="load balancers without node ports",
        ),
        pytest.param(
            {"loadBalancers": 1, "quota": {"services": "5"}},
            {"loadBalancers": 1, "quota": {"services": "0"}},
            "its quota of services 0",
            id="load balancers without services",
        ),
        pytest.param(
            {"loadBalancers": 1},
            {"loadBalancers": 1, "quota": {"services.nodeports": "0"}},
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
            {"network": {"metricsPorts": [8000]}},
            {"network": {"metricsPorts": [8000], "observability": False}},
            "observability is false",
            id="metrics that nothing reads",
        ),
        pytest.param(
            {
                "loadBalancers": 1,
                "network": {"ingress": [{"cidrs": ["203.0.113.0/24"], "ports": [80]}]},
            },
            {"network": {"ingress": [{"cidrs": ["203.0.113.0/24"], "ports": [80]}]}},
            "the namespace may not have a load balancer",
            id="addresses without a load balancer",
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
    """A pod that requests a GPU which DRA serves waits for its claim, and nothing says why."""

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

"""Queues: what is borrowed and lent agrees with quotas and with others, or is refused."""

import pytest

from tests.unit.builders import (
    CONTAINER,
    a_namespace,
    a_platform,
    a_pool,
    an_environment,
    an_organization,
    findings,
)

PROFILE = {
    "quota": {"requests.cpu": "4", "requests.memory": "4Gi", "pods": "20"},
    "limitRange": {"container": CONTAINER},
}
GRANT = "organizations/acme.yaml: namespaces[0].gpus[0]"


def queues(*, pool=None, platform=None, others=(), quotas=None, namespace=None, **grant):
    """The findings about acme's grant of 4, beside globex that has 8."""
    further = dict(namespace or {}) if quotas is None else {"quotas": quotas}
    acme = a_namespace(gpus=[{"pool": "h100", "gpus": 4, **grant}], **further)
    globex = a_namespace(gpus=[{"pool": "h100", "gpus": 8, **dict(others)}])
    return findings(
        environments={
            "dev": an_environment("dev", "acme", "globex", profiles={"standard": PROFILE})
        },
        organizations={
            "acme": an_organization(acme),
            "globex": an_organization(globex, prefix="globex"),
        },
        platform=a_platform(
            gpuNodePools=[a_pool(**(pool or {}))],
            **({"queues": {}} if platform is None else platform),
        ),
    )


@pytest.mark.parametrize(
    "grant",
    [
        pytest.param({}, id="neither"),
        pytest.param({"borrowingLimit": 8}, id="all that globex has"),
        pytest.param({"borrowingLimit": 2, "lendingLimit": 4}, id="both"),
        pytest.param({"lendingLimit": 0}, id="nothing is lent"),
    ],
)
def test_limits_that_agree_are_allowed(grant):
    assert [] == queues(**grant)


def test_a_namespace_may_borrow_at_most_what_others_lend():
    assert [] == queues(borrowingLimit=3, others={"lendingLimit": 3})
    assert [
        f"warning: {GRANT}.borrowingLimit [queue-borrowing-limit] borrowingLimit 4 of"
        " nvidia.com/gpu of the pool h100 in acme-dev, and 3 devices that other namespaces"
        " lend; allowed: at most what the grants of other namespaces lend; lower it to 3,"
        " or raise lendingLimit of other namespaces"
    ] == queues(borrowingLimit=4, others={"lendingLimit": 3})


def test_a_pod_may_be_as_large_as_the_grant_and_what_is_borrowed():
    place = f"{GRANT}.maxPerPod [gpu-grant-below-max-per-pod]"

    assert [] == queues(borrowingLimit=2, maxPerPod=6)
    assert [
        f"{place} maxPerPod 7 under a grant of 4 and a borrowingLimit of 2; allowed: maxPerPod"
        " up to the namespace's grant and what it may borrow; lower maxPerPod to 6, or raise"
        " gpus"
    ] == queues(borrowingLimit=2, maxPerPod=7)


def test_no_more_is_lent_than_granted():
    assert [
        f"{GRANT}.lendingLimit [queue-lending-limit] lendingLimit 5 under a grant of 4;"
        " allowed: lendingLimit up to the grant; lower it, or remove it: without a"
        " lendingLimit the whole grant is lent"
    ] == queues(lendingLimit=5)


def test_a_limit_without_queues_is_refused():
    assert [
        f"{GRANT}.borrowingLimit [queue-limit-without-queue] borrowingLimit 2 of the pool h100"
        " in acme-dev; allowed: queues of the platform, without which nothing is borrowed or"
        " lent; write queues on the platform, or remove the limit"
    ] == queues(platform={}, borrowingLimit=2)


def test_a_limit_on_devices_that_are_claimed_is_refused():
    assert [
        f"{GRANT}.lendingLimit [queue-limit-without-queue] lendingLimit 2 of the pool h100 in"
        " acme-dev; allowed: pools with allocation devicePlugin: Kueue does not count claims;"
        " remove the limit, or write allocation devicePlugin"
    ] == queues(pool={"allocation": "dra", "deviceClass": "h100.example.com"}, lendingLimit=2)


def test_a_quota_with_scopes_on_queued_gpus_is_refused():
    written = {"low": {"hard": {"requests.nvidia.com/gpu": "2"}, "scopes": ["NotTerminating"]}}

    found = [text for text in queues(quotas=written) if "[queue-" in text]

    assert [
        'organizations/acme.yaml: namespaces[0].quotas.low.hard["requests.nvidia.com/gpu"]'
        " [queue-quota-scoped] requests.nvidia.com/gpu 2 in the quota low of acme-dev, which"
        " has scopes; allowed: queued GPUs in no quota with scopes: it would refuse pods of"
        " jobs that the queue has admitted; remove the key; the grant and its borrowingLimit"
        " are the quota"
    ] == found
    assert [] == [f for f in queues(quotas=written, platform={}) if "[queue-" in f]


@pytest.mark.parametrize(
    ("hard", "is_found"),
    [
        pytest.param({"requests.cpu": "3"}, True, id="less CPU"),
        pytest.param({"cpu": "3"}, True, id="less CPU, as an alias"),
        pytest.param({"pods": "19"}, True, id="fewer pods"),
        pytest.param({"limits.memory": "1Gi"}, True, id="limits"),
        pytest.param({"requests.cpu": "4", "pods": "20"}, False, id="no less than for all"),
    ],
)
@pytest.mark.parametrize(
    "scopes",
    [
        pytest.param({"scopes": ["NotTerminating"]}, id="scope"),
        pytest.param(
            {
                "scopeSelector": [
                    {"scopeName": "PriorityClass", "operator": "In", "values": ["urgent"]}
                ]
            },
            id="selector",
        ),
    ],
)
def test_a_quota_with_scopes_that_would_refuse_admitted_pods_is_refused(hard, is_found, scopes):
    platform = {"queues": {}, "priorityClasses": {"urgent": {"value": 1000}}}
    written = {"some": {"hard": hard, **scopes}}

    found = [f for f in queues(quotas=written, platform=platform) if "[queue-quota" in f]

    assert is_found == len(found)
    assert all("would refuse pods of jobs that the queue has admitted" in f for f in found)
    assert [] == [
        f
        for f in queues(quotas=written, platform={**platform, "queues": None})
        if "[queue-" in f
    ]


@pytest.mark.parametrize(
    ("limit", "ratio", "is_found"),
    [
        pytest.param("100", None, True, id="no ratio"),
        pytest.param("8", "2", False, id="requests are reached first"),
        pytest.param("7", "2", True, id="limits are reached first"),
        pytest.param("6", "1500m", False, id="a ratio that is not whole"),
        pytest.param("5999m", "1500m", True, id="one thousandth less"),
    ],
)
def test_limits_that_kueue_does_not_count_are_warned_of(limit, ratio, is_found):
    """The requests are 4 CPUs."""
    ratios = (
        {}
        if ratio is None
        else {
            "limitRange": {
                "container": {
                    **CONTAINER,
                    "maxLimitRequestRatio": {"cpu": ratio},
                    "max": {"memory": "1Gi"},
                    "min": {"memory": "1Mi"},
                    "default": {"cpu": "100m", "memory": "256Mi"},
                }
            }
        }
    )
    found = [
        f
        for f in queues(namespace={"quota": {"limits.cpu": limit}, **ratios})
        if "[queue-" in f
    ]

    assert is_found == len(found)
    assert all("[queue-quota-limits] limits.cpu" in f for f in found)


def test_an_overcommitted_pool_with_queues_is_warned_of():
    pool = {"overcommit": 1.5, "overcommitReason": "jobs are short"}

    assert [] == queues(pool=pool, platform={})
    assert [
        "warning: Pulumi.platform.yaml: platform.gpuNodePools[0].overcommit [queue-overcommit]"
        " overcommit 1.5 of the queued pool h100; allowed: no more grants than devices: a queue"
        " admits jobs of every grant, and pods without a free node wait; remove overcommit, and"
        " let namespaces borrow what others leave"
    ] == queues(pool=pool)


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ({"cohort": "All GPUs"}, "[queue-cohort]"),
        ({"cohort": "acme.dev"}, "[queue-cohort]"),
        ({"controller": "kueue"}, "[queue-controller]"),
        ({"controller": "kueue-system/a/b"}, "[queue-controller]"),
        ({"controller": "system:masters/a"}, "[queue-controller]"),
    ],
)
def test_names_that_kueue_or_the_api_server_refuses_are_refused(keys, code):
    found = queues(platform={"queues": keys})

    assert 1 == len(found)
    assert code in found[0]


def test_grants_are_checked_against_the_pool_and_borrowed_devices_are_not():
    """12 of 16 are granted; with what may be borrowed, the quotas are 12 + 8 and 8 + 4."""
    assert [] == queues(borrowingLimit=8, others={"borrowingLimit": 4})
    assert any("[gpu-overcommit]" in f for f in queues(others={"gpus": 13}))


def of_acme(*, pools=None, gpus=({"pool": "h100", "gpus": 4},), queues=None, **keys):
    """The findings about one namespace with grants, where the platform has queues."""
    return findings(
        profile=PROFILE,
        organizations={"acme": an_organization(a_namespace(gpus=list(gpus)), **keys)},
        platform=a_platform(gpuNodePools=pools or [a_pool()], queues=queues or {}),
    )


def taints(count):
    return [
        {"key": f"example.com/{number}", "value": "yes", "effect": "NoSchedule"}
        for number in range(count)
    ]


def resources(count):
    pools = [a_pool(name=f"p{n}", resource=f"example.com/p{n}") for n in range(count)]
    return {"pools": pools, "gpus": [{"pool": f"p{n}", "gpus": 1} for n in range(count)]}


OTHERS = "tenancy-other-resources"


@pytest.mark.parametrize(
    ("accepted", "refused", "reason"),
    [
        pytest.param(
            {"pools": [a_pool(taints=taints(7))]},
            {"pools": [a_pool(taints=taints(8))]},
            "[queue-flavor] 9 taints of the queued pool h100, with the taint of the pool's"
            " own name;",
            id="tolerations of a ResourceFlavor",
        ),
        pytest.param(
            resources(15),
            resources(16),
            "[queue-groups] queued grants of 16 resources in acme-dev; allowed: at most 15 in"
            " one namespace",
            id="groups of a ClusterQueue",
        ),
        pytest.param(
            {"pools": [a_pool(name="other")], "gpus": [{"pool": "other", "gpus": 4}]},
            {"pools": [a_pool(name=OTHERS)], "gpus": [{"pool": OTHERS, "gpus": 4}]},
            f"[queue-flavor] the queued pool {OTHERS}, which is the name of the ResourceFlavor",
            id="two flavors of one name",
        ),
        pytest.param(
            {"queueWeight": 2, "queues": {"fairSharing": True}},
            {"queueWeight": 2},
            "[queue-weight-unused] queueWeight 2 of acme; allowed: a weight where the platform"
            " has queues with fairSharing",
            id="a weight that nothing reads",
        ),
    ],
)
def test_what_kueue_would_refuse_or_ignore_is_found_before_it_is_applied(
    accepted, refused, reason
):
    assert [] == of_acme(**accepted)
    [found] = of_acme(**refused)
    assert reason in found


def test_without_queues_a_pool_has_as_many_taints_as_people_write():
    assert [] == findings(platform=a_platform(gpuNodePools=[a_pool(taints=taints(12))]))

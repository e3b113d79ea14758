"""Queues of GPU jobs: nominal quota, borrowing limit and the namespace's quota are one sum."""

import copy

import jsonschema
import pytest

from tenancy import manifests as render
from tenancy.manifests.platform import platform as platform_manifests
from tests.kueue import schema
from tests.unit.builders import (
    a_namespace,
    a_platform,
    a_pool,
    a_tenancy,
    an_environment,
    an_organization,
)

H100 = {"pool": "h100", "gpus": 4, "borrowingLimit": 2}
MIG = a_pool(
    name="mig",
    sharing={
        "type": "mig",
        "layout": [{"profile": "1g.10gb", "perGpu": 4}, {"profile": "3g.40gb", "perGpu": 1}],
    },
)


def rendered(*grants, pools=None, queues=None, namespace=None, organization=None):
    """The manifests of a platform with queues, and of acme on it."""
    tenancy = a_tenancy(
        environments={"dev": an_environment("dev", "acme")},
        organizations={
            "acme": an_organization(
                a_namespace(gpus=list(grants), **(namespace or {})), **(organization or {})
            )
        },
        platform=a_platform(
            gpuNodePools=pools or [a_pool()],
            **({} if queues is None else {"queues": queues}),
        ),
    )
    platform = tenancy.platforms["platform"]
    found = render.environment(tenancy.environments["dev"], platform)
    return [*platform_manifests(platform), *found]


def one(manifests, kind, name):
    return next(m for m in manifests if (m["kind"], m["metadata"]["name"]) == (kind, name))


def of_kueue(manifests):
    return [
        f"{m['kind']} {m['metadata']['name']}"
        for m in manifests
        if m["apiVersion"].startswith("kueue.x-k8s.io/")
    ]


def gpu_quotas(manifests):
    """By flavor and resource: nominal quota, borrowing limit, lending limit."""
    groups = one(manifests, "ClusterQueue", "acme-dev")["spec"]["resourceGroups"]
    return {
        (flavor["name"], q["name"]): (
            q["nominalQuota"],
            q["borrowingLimit"],
            q.get("lendingLimit"),
        )
        for group in groups
        for flavor in group["flavors"]
        for q in flavor["resources"]
        if "nvidia.com" in q["name"]
    }


def test_nothing_is_queued_unless_the_platform_has_queues():
    assert [] == of_kueue(rendered({"pool": "h100", "gpus": 4}))


def test_each_pool_organization_and_namespace_has_its_object():
    assert [
        "ResourceFlavor h100",
        "ResourceFlavor tenancy-other-resources",
        "Cohort gpus",
        "Cohort acme.dev",
        "ClusterQueue acme-dev",
        "LocalQueue gpus",
    ] == of_kueue(rendered(H100, queues={}))


def test_a_namespace_without_grants_or_in_an_audit_has_no_queue():
    audit = {"enforcement": {"mode": "audit", "reason": "new"}}
    grant = {"pool": "h100", "gpus": 4}

    assert "LocalQueue gpus" in of_kueue(rendered(grant, queues={}))
    for found in (rendered(queues={}), rendered(grant, queues={}, namespace=audit)):
        assert [
            "ResourceFlavor h100",
            "ResourceFlavor tenancy-other-resources",
            "Cohort gpus",
        ] == of_kueue(found)


@pytest.mark.parametrize(("gpus", "borrowed"), [(4, 0), (4, 2), (0, 3), (16, 0)])
def test_the_quota_of_a_namespace_is_what_its_queue_admits_at_the_most(gpus, borrowed):
    found = rendered({"pool": "h100", "gpus": gpus, "borrowingLimit": borrowed}, queues={})

    hard = one(found, "ResourceQuota", "gpus")["spec"]["hard"]
    assert {("h100", "nvidia.com/gpu"): (str(gpus), str(borrowed), None)} == gpu_quotas(found)
    assert str(gpus + borrowed) == hard["requests.nvidia.com/gpu"]


def test_a_lending_limit_is_the_queues():
    found = rendered({**H100, "lendingLimit": 1}, queues={})

    assert {("h100", "nvidia.com/gpu"): ("4", "2", "1")} == gpu_quotas(found)


def test_two_pools_of_one_resource_are_two_flavors_of_one_group():
    pools = [a_pool(), a_pool(name="a100", model="A100")]

    found = rendered(H100, {"pool": "a100", "gpus": 1}, pools=pools, queues={})

    groups = one(found, "ClusterQueue", "acme-dev")["spec"]["resourceGroups"]
    assert ["a100", "h100"] == [flavor["name"] for flavor in groups[0]["flavors"]]
    assert {
        ("a100", "nvidia.com/gpu"): ("1", "0", None),
        ("h100", "nvidia.com/gpu"): ("4", "2", None),
    } == gpu_quotas(found)


def test_the_profiles_of_a_pool_are_in_one_group_because_a_flavor_may_be_in_one_only():
    grants = [
        {"pool": "mig", "gpus": 4, "migProfile": "1g.10gb"},
        {"pool": "mig", "gpus": 2, "migProfile": "3g.40gb"},
    ]

    found = rendered(*grants, H100, pools=[MIG, a_pool()], queues={})

    groups = one(found, "ClusterQueue", "acme-dev")["spec"]["resourceGroups"]
    assert [
        ["nvidia.com/gpu"],
        ["nvidia.com/mig-1g.10gb", "nvidia.com/mig-3g.40gb"],
        ["cpu", "memory", "pods", "ephemeral-storage"],
    ] == [group["coveredResources"] for group in groups]


def test_other_resources_are_as_the_quota_has_them_and_are_never_lent():
    quota = {"requests.cpu": "3", "requests.example.com/ib": "4"}

    found = rendered(H100, queues={}, namespace={"quota": quota})

    others = one(found, "ClusterQueue", "acme-dev")["spec"]["resourceGroups"][-1]
    assert {
        "cpu": "3",
        "memory": "2Gi",
        "pods": "20",
        "ephemeral-storage": "100Gi",
        "example.com/ib": "4",
    } == {q["name"]: q["nominalQuota"] for q in others["flavors"][0]["resources"]}
    assert {("0", "0")} == {
        (q["borrowingLimit"], q["lendingLimit"]) for q in others["flavors"][0]["resources"]
    }


def test_an_organization_has_its_weight_only_with_fair_sharing():
    weighted = {"queueWeight": 3}

    plain = rendered(H100, queues={}, organization=weighted)
    fair = rendered(H100, queues={"fairSharing": True}, organization=weighted)

    assert {"parentName": "gpus"} == one(plain, "Cohort", "acme.dev")["spec"]
    assert {"parentName": "gpus", "fairSharing": {"weight": "3"}} == one(
        fair, "Cohort", "acme.dev"
    )["spec"]


def test_devices_that_pods_claim_are_not_queued():
    claimed = a_pool(name="b200", allocation="dra", deviceClass="b200.example.com")

    found = rendered(H100, {"pool": "b200", "gpus": 2}, pools=[a_pool(), claimed], queues={})

    assert {("h100", "nvidia.com/gpu"): ("4", "2", None)} == gpu_quotas(found)
    assert "ResourceFlavor b200" not in of_kueue(found)


def checked(manifest):
    """Return why the published CRD of *manifest* refuses it; metadata is the API server's."""
    found = schema(manifest["kind"])
    found["properties"]["metadata"] = {"type": "object"}
    return [error.message for error in jsonschema.Draft7Validator(found).iter_errors(manifest)]


def test_every_object_fits_the_published_crds_of_kueue():
    grants = [
        {**H100, "lendingLimit": 1},
        {"pool": "mig", "gpus": 4, "migProfile": "1g.10gb"},
        {"pool": "a100", "gpus": 0, "borrowingLimit": 3},
    ]
    taints = [{"key": "example.com/x", "value": "y", "effect": "NoExecute"}]
    found = rendered(
        *grants,
        pools=[a_pool(taints=taints), MIG, a_pool(name="a100", model="A100")],
        queues={"fairSharing": True},
        namespace={"quota": {"requests.example.com/ib": "4", "hugepages-2Mi": "1Gi"}},
    )
    queues = [m for m in found if m["apiVersion"] == render.QUEUES_API]

    assert set(render.QUEUE_KINDS) == {m["kind"] for m in queues}
    assert {} == {m["metadata"]["name"]: why for m in queues if (why := checked(m))}


@pytest.mark.parametrize(
    ("kind", "name", "change"),
    [
        ("ClusterQueue", "acme-dev", {"cohort": "gpus"}),
        ("ClusterQueue", "acme-dev", {"stopPolicy": "Never"}),
        ("Cohort", "acme.dev", {"parent": "gpus"}),
        ("LocalQueue", "gpus", {"clusterQueue": "Acme"}),
        ("ResourceFlavor", "h100", {"nodeLabel": {}}),
    ],
)
def test_the_crds_refuse_another_field_or_value(kind, name, change):
    manifest = copy.deepcopy(one(rendered(H100, queues={}), kind, name))
    manifest["spec"].update(change)

    assert checked(manifest)


def policies(manifests):
    return {
        m["metadata"]["name"]: m["spec"]
        for m in manifests
        if m["kind"] == "ValidatingAdmissionPolicy"
    }


def test_only_jobs_that_kueue_starts_use_gpus_where_there_are_queues():
    found = policies(rendered(H100, queues={"controller": "batch/kueue"}))

    assert {"tenancy-queued-pods", "tenancy-queued-jobs"} == set(found) - set(
        policies(rendered({"pool": "h100", "gpus": 4}))
    )
    start = found["tenancy-queued-jobs"]["validations"][1]["expression"]
    assert '"system:serviceaccount:batch:kueue"' in start


def test_a_namespace_has_its_queued_resources_for_the_policies():
    def queued(found):
        annotations = one(found, "Namespace", "acme-dev")["metadata"]["annotations"]
        return annotations.get("tenancy.dev/queued-resources")

    assert queued(rendered(H100, queues={})) == "nvidia.com/gpu"
    assert queued(rendered({"pool": "h100", "gpus": 4})) is None


def test_the_annotation_that_kueue_writes_on_pods_is_allowed_with_queues_only():
    def allows(found):
        rules = policies(found)["tenancy-pod-annotations"]["validations"]
        return "kueue.x-k8s.io/workload" in rules[0]["expression"]

    assert allows(rendered(H100, queues={}))
    assert not allows(rendered({"pool": "h100", "gpus": 4}))

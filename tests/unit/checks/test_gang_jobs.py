"""Gang jobs: kinds are named by their CRDs, granted to roles and counted."""

import pytest

from tenancy import manifests
from tenancy.kubernetes.resources import GANG_KINDS
from tenancy.model import roles
from tests.unit.builders import a_platform, a_pool, a_tenancy, about, findings

PLACE = "Pulumi.platform.yaml: platform"
JOB_SETS, RAY = "jobsets.jobset.x-k8s.io", "rayclusters.ray.io"


def of(*kinds, **keys):
    return {"platform": a_platform(gangJobs=list(kinds), **keys)}


def rendered(**keys):
    """The manifests of a platform, and of a namespace on it."""
    tenancy = a_tenancy(**keys)
    environment = tenancy.environments["dev"]
    platform = tenancy.platform_of(environment)
    [namespace] = environment.namespaces
    return manifests.platform(platform), manifests.namespace(namespace, platform)


def test_every_known_kind_is_accepted():
    assert [] == findings(**of(*GANG_KINDS))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("JobSet", JOB_SETS),
        ("jobsets", JOB_SETS),
        ("jobset.jobset.x-k8s.io", JOB_SETS),
        ("RayCluster", RAY),
        ("pytorchjob", "pytorchjobs.kubeflow.org"),
        ("tfjobs.kubeflow.io", "tfjobs.kubeflow.org"),
    ],
)
def test_another_spelling_is_refused_with_the_crds_name(written, meant):
    [found] = about("gang-job-kind", **of(JOB_SETS, written))

    assert found.startswith(
        f"{PLACE}.gangJobs[1] [gang-job-kind] the kind {written!r} of gang jobs; allowed: names"
        " of CRDs: jaxjobs.kubeflow.org, "
    )
    assert found.endswith(f"; did you mean {meant!r}?")


@pytest.mark.parametrize(
    "kind", ["appwrappers.workload.codeflare.dev", "*", "pods", "jobs.batch"]
)
def test_other_kinds_are_left_to_roles(kind):
    [found] = about("gang-job-kind", **of(kind))

    assert found.endswith("write a role with a rule for other kinds, under roles")


def test_a_count_of_0_beside_the_kind_is_warned_of():
    assert [] == findings(**of(JOB_SETS, objectCounts={f"count/{JOB_SETS}": 1}))
    assert [
        f'warning: {PLACE}.objectCounts["count/{JOB_SETS}"] [grant-without-effect]'
        f" count/{JOB_SETS} 0, while members may create {JOB_SETS}; allowed: a count of more"
        " than 0 for a kind under gangJobs; raise it, or remove the kind"
    ] == findings(**of(JOB_SETS, objectCounts={f"count/{JOB_SETS}": 0}))


def rules(role, group):
    return [
        (rule["resources"], rule["verbs"])
        for rule in role["rules"]
        if rule["apiGroups"] == [group]
    ]


def test_viewers_read_the_kinds_and_the_others_write_them():
    by_name = {m["metadata"]["name"]: m for m in rendered(**of(JOB_SETS, RAY))[0].roles}

    for group, plural in (("jobset.x-k8s.io", "jobsets"), ("ray.io", "rayclusters")):
        assert [([plural], list(roles.READ))] == rules(by_name["tenancy:viewer"], group)
        for name in ("developer", "admin"):
            found = rules(by_name[f"tenancy:{name}"], group)
            assert [([plural], list(roles.ALL_VERBS))] == found


def test_without_the_key_roles_and_counts_are_the_built_in_ones():
    platform, namespace = rendered(**of())
    [counts] = counts_of(namespace)

    assert not [m for m in platform.roles if rules(m, "jobset.x-k8s.io")]
    assert f"count/{JOB_SETS}" not in counts


def counts_of(namespace):
    return [
        m["spec"]["hard"]
        for m in namespace.guardrails
        if m["kind"] == "ResourceQuota" and m["metadata"]["name"] == "object-counts"
    ]


def test_each_kind_is_counted_as_the_platform_says():
    [counts] = counts_of(rendered(**of(JOB_SETS, RAY, objectCounts={f"count/{RAY}": 3}))[1])

    assert ("20", "3") == (counts[f"count/{JOB_SETS}"], counts[f"count/{RAY}"])


def test_bounds_of_an_organization_cover_the_count():
    bounds = {"default": {"namespaceQuota": {f"count/{JOB_SETS}": 10}}}

    [found] = about("exceeds-platform", **of(JOB_SETS, organizationBounds=bounds))

    assert f"count/{JOB_SETS}" in found
    assert "20" in found


def test_gang_jobs_that_no_queue_starts_are_warned_of():
    queued = {"gpuNodePools": [a_pool()], "queues": {}}
    claimed = a_pool(allocation="dra", deviceClass="h100.example.com")

    assert [
        f"warning: {PLACE}.gangJobs [gang-job-not-queued] gang jobs beside queues of h100: in a"
        " namespace with a queue, only Jobs get these GPUs; allowed: gang jobs that need no"
        " queued GPUs; write allocation dra for the pools of gang jobs, which are not queued,"
        " or remove queues"
    ] == findings(**of(JOB_SETS, **queued))
    assert [] == findings(**of(JOB_SETS, **{**queued, "gpuNodePools": [claimed]}))
    assert [] == findings(**of(JOB_SETS, gpuNodePools=[a_pool()]))
    assert [] == findings(**of(**queued))

"""
The multi-tenancy benchmark, on a namespace of ours and on one that anybody makes by hand.

It passes on ours with nothing but the cluster's stock flags, and it fails on the other: what
the second part asserts, check by check, is what the guardrails are for.
"""

import pytest

from tenancy.planning.reachability import PodNetwork, crossing
from tests.cluster.api import Api, until
from tests.cluster.security import objects as make
from tests.cluster.security.benchmarks import BENCHMARKS, NEVER_WRITTEN, Benchmark, Tenant
from tests.cluster.security.contents import AUDITED, EDGE
from tests.cluster.security.objects import LAB, WEB
from tests.cluster.security.world import PEOPLE, Request, World

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("security")]

ALL = (*BENCHMARKS, *NEVER_WRITTEN)
PLAIN = "plain"


@pytest.mark.parametrize("benchmark", ALL, ids=lambda found: found.key)
def test_it_passes_on_a_namespace_of_ours(world: World, benchmark: Benchmark):
    assert [] == benchmark.run(world, Tenant())


def test_all_of_it_is_ported(record_property):
    record_property("multi-tenancy benchmark, checks ported", len(BENCHMARKS))
    record_property(
        "multi-tenancy benchmark, checks never written upstream", len(NEVER_WRITTEN)
    )

    assert (19, 18) == (len(BENCHMARKS), len({found.id for found in BENCHMARKS}))
    assert [1] * 15 + [2] * 4 == sorted(found.level for found in BENCHMARKS)
    assert len(ALL) == len({found.key for found in ALL})


@pytest.fixture(scope="module")
def plain(world: World) -> Tenant:
    """Return a tenant of a namespace that `kubectl create namespace` made, bound to `admin`."""
    for name, person in ((PLAIN, "admin"), ("plain-other", "rival")):
        made = make.space(name)
        world.root.create(made).accepted()
        leads = make.binding(
            make.group(PEOPLE[person][1]),
            namespace=name,
            to=("ClusterRole", "admin"),
        )
        world.root.create(leads).accepted()
    workers = make.binding(
        make.group(PEOPLE["developer"][1]),
        namespace=PLAIN,
        name="workers",
        to=("ClusterRole", "edit"),
    )
    world.root.create(workers).accepted()
    account = f"/api/v1/namespaces/{PLAIN}/serviceaccounts/default"
    _until_there(world.root, account)
    return Tenant(namespace=PLAIN, other="plain-other")


def _until_there(root: Api, path: str) -> None:
    until(lambda: root.request("GET", path).ok, path)


FAILING_ON_A_PLAIN_NAMESPACE = {
    "MTB-PL1-BC-CPI-2 Block access to multitenant resources",
    "MTB-PL1-BC-CPI-3 Block add capabilities",
    "MTB-PL1-BC-CPI-4 Require run as non-root user",
    "MTB-PL1-BC-CPI-5 Block privileged containers",
    "MTB-PL1-BC-CPI-6 Block privilege escalation",
    "MTB-PL1-CC-TI-1 Block modification of resource quotas",
    "MTB-PL2-CC-TI-1 Block role privilege escalation",
    "MTB-PL1-BC-HI-1 Block use of host path volumes",
    "MTB-PL1-BC-HI-1 Block use of NodePort services",
    "MTB-PL1-BC-HI-3 Block use of host networking and ports",
    "MTB-PL1-BC-HI-4 Block use of host PID",
    "MTB-PL1-BC-HI-5 Block use of host IPC",
    "MTB-PL1-CC-FNS-1 Configure namespace resource quotas",
    "MTB-PL1-CC-FNS-2 Configure namespace object limits",
    "MTB-PL1-CC-DI-1 Require always imagePullPolicy",
    "#1198 Require PersistentVolumeClaims",
    "#1199 Require storage whose volumes are deleted",
    "#1200 Block use of existing PersistentVolumes",
}
"""Those that pass there too speak of rights that Kubernetes itself gives or keeps back."""


def test_it_fails_on_a_namespace_made_by_hand(world: World, plain: Tenant, record_property):
    failing = {found.key for found in ALL if found.run(world, plain)}

    record_property("multi-tenancy benchmark, failing on a plain namespace", len(failing))
    assert failing == FAILING_ON_A_PLAIN_NAMESPACE


def test_no_organization_reaches_another(world: World, record_property):
    """#1201, which upstream never wrote: answered from the policies that the server holds."""
    network = PodNetwork(_live(world))
    organizations = {network.organization(pods) for pods in network.pods} - {None}
    record_property("pairs of pods that cross organizations", len(list(crossing(network))))

    assert {"acme", "globex", "initech"} <= organizations
    assert [] == [str(route) for route in crossing(network)]
    assert any(
        (WEB, WEB) == (route.source.namespace, route.target.namespace)
        for route in network.routes()
    )


def test_namespaces_made_by_hand_reach_each_other(world: World, plain: Tenant):
    labelled = [
        make.labelled(make.space(name), {make.ORGANIZATION: name})
        for name in (plain.namespace, plain.other)
    ]

    assert list(crossing(PodNetwork(labelled)))


def _live(world: World) -> list[dict]:
    found = []
    for kind, path in (
        ("Namespace", "/api/v1/namespaces"),
        ("NetworkPolicy", "/apis/networking.k8s.io/v1/networkpolicies"),
    ):
        answer = world.send("root", Request("GET", path, dry=False)).accepted()
        found += [
            {"kind": kind, **item}
            for item in answer.body["items"]
            # Those that no policies were rendered for, made by hand for other tests.
            if item["metadata"].get("namespace", item["metadata"]["name"])
            not in {EDGE, AUDITED}
        ]
    assert LAB in {item["metadata"]["name"] for item in found}
    return found

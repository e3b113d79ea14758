"""Three teams that share a cluster: nothing is wrong, and nobody is let across."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tenancy import checks
from tenancy import manifests as render
from tenancy.cli import app
from tenancy.config.project import load
from tenancy.diagnostics.finding import Severity
from tenancy.model import Tenancy, resolve
from tenancy.planning.reachability import PodNetwork, Pods, Port, crossing

ROOT = Path(__file__).parents[2] / "examples/three-teams"
TEAMS = {
    "data-pipeline": {"data-train", "data-prep"},
    "model-serving": {"serving-api", "serving-canary"},
    "experimentation": {"lab-agents", "lab-trials"},
}
NAMESPACES = sorted(set().union(*TEAMS.values()))
PROMETHEUS = Pods("observability", (("app.kubernetes.io/name", "prometheus"),))
LOKI = Pods("observability", (("app.kubernetes.io/name", "loki"),))
# Each is one that people granted: the source, the target, and the port.
SERVED = {PROMETHEUS: 9090, LOKI: 3100}
METRICS = (8080, 9400)


@pytest.fixture(scope="module")
def tenancy() -> Tenancy:
    project, unreadable = load(ROOT)
    found, unresolved = resolve(project)
    assert () == unreadable
    assert () == unresolved
    return found


@pytest.fixture(scope="module")
def environment(tenancy):
    return tenancy.environments["prod"]


@pytest.fixture(scope="module")
def manifests(tenancy, environment):
    platform = tenancy.platform_of(environment)
    return [*render.platform(platform), *render.environment(environment, platform)]


@pytest.fixture(scope="module")
def network(manifests) -> PodNetwork:
    return PodNetwork(manifests)


def test_nothing_is_wrong_and_nothing_is_warned_of(tenancy):
    assert {} == {
        found.code: found.severity
        for found in checks.check(tenancy)
        if found.severity is not Severity.NOT_CHECKED
    }
    assert () == checks.check(tenancy)


def test_each_team_has_its_namespaces(environment):
    assert TEAMS == {
        found.name: {namespace.name for namespace in found.namespaces}
        for found in environment.organizations
    }


def test_there_are_two_pools_of_gpus_and_one_of_slices(tenancy):
    pools = tenancy.platforms["platform"].pools

    assert {
        "h100": {"nvidia.com/gpu": 8},
        "l40s": {"nvidia.com/gpu": 4},
        "mig": {"nvidia.com/mig-1g.10gb": 56},
    } == {pool.name: dict(pool.resources) for pool in pools}


def test_gpus_are_written_in_every_namespace_and_only_where_granted_more_than_0(manifests):
    written = {
        m["metadata"]["namespace"]: (
            m["spec"]["hard"]["requests.nvidia.com/gpu"],
            m["spec"]["hard"]["requests.nvidia.com/mig-1g.10gb"],
        )
        for m in manifests
        if m["kind"] == "ResourceQuota" and m["metadata"]["name"] == "gpus"
    }

    assert {
        "data-train": ("16", "0"),
        "data-prep": ("0", "0"),
        "serving-api": ("6", "0"),
        "serving-canary": ("2", "0"),
        "lab-agents": ("0", "0"),
        "lab-trials": ("0", "28"),
        "observability": ("0", "0"),
    } == written


@pytest.mark.parametrize("name", NAMESPACES)
def test_what_a_pod_takes_that_states_nothing_is_bounded(environment, name):
    [found] = [n for n in environment.namespaces if n.name == name]
    container = found.limit_range.items[0]

    for limits in (container.default, container.default_request, container.max, container.min):
        assert {"cpu", "memory"} == set(limits)
    for resource in ("cpu", "memory"):
        default, most = container.default[resource], container.max[resource]
        # A runaway container that states nothing stops at half of the largest one.
        assert default.quantity.nanos * 2 <= most.quantity.nanos
    assert not any("gpu" in key for item in found.limit_range.items for key in item.max)
    room = checks.fit(found.quotas, found.limit_ranges).count
    assert room is not None
    assert room >= 10


@pytest.mark.parametrize("name", ["data-train", "serving-api", "serving-canary", "lab-trials"])
def test_no_grant_is_stranded_for_want_of_cpu_or_memory(tenancy, environment, name):
    """A pod of the quota's share for each GPU fits a node as often as its GPUs do."""
    [found] = [n for n in environment.namespaces if n.name == name]
    [grant] = found.grants
    pool = tenancy.platform_of(environment).pool(grant.pool)
    [quota] = [q for q in found.quotas if not q.is_scoped]
    nodes = grant.gpus / pool.resources[grant.resource]

    for resource, per_node in (
        ("cpu", pool.cpu_per_node),
        ("memory", pool.memory_per_node),
    ):
        asked = quota.hard[f"requests.{resource}"].quantity
        assert asked.nanos <= per_node.nanos * nodes


def test_no_team_reaches_another(network):
    owners = {network.organization(pods) for pods in network.pods}

    assert {None, *TEAMS} == owners
    assert [] == [str(route) for route in crossing(network)]


def test_without_the_policies_every_team_would_reach_every_other(manifests):
    opened = PodNetwork(m for m in manifests if m["kind"] == "Namespace")

    pairs = {
        (opened.organization(r.source), opened.organization(r.target)) for r in crossing(opened)
    }

    assert {(here, there) for here in TEAMS for there in TEAMS if here != there} == pairs


@pytest.mark.parametrize("name", NAMESPACES)
def test_every_team_reaches_prometheus_and_loki_and_nothing_else_there(network, name):
    reached = {
        (route.target, route.port)
        for route in network.routes()
        if route.source == Pods(name) and route.target.namespace == "observability"
    }

    assert {(target, Port("TCP", port)) for target, port in SERVED.items()} == reached


@pytest.mark.parametrize("name", NAMESPACES)
def test_observability_reaches_metrics_ports_and_nothing_else(network, name):
    reached = {
        (route.source, route.port)
        for route in network.routes()
        if route.target == Pods(name) and route.source.namespace == "observability"
    }

    sources = [pods for pods in network.pods if pods.namespace == "observability"]
    assert PROMETHEUS in sources
    assert {(s, Port("TCP", port)) for s in sources for port in METRICS} == reached


SUMS = """
    requests.cpu
        352  data-train
      +  64  data-prep
      = 416  of 448: 32 left
    requests.memory
        3520Gi  data-train
      +  256Gi  data-prep
      = 3776Gi  of 4Ti: 320Gi left
""".strip("\n")
POOLS = """
GPU node pool h100 (platform stack platform)
  H100, 2 nodes of 8 nvidia.com/gpu: 16 at most
  16 granted in the files, 0 left

GPU node pool l40s (platform stack platform)
  L40S, 2 nodes of 4 nvidia.com/gpu: 8 at most
  8 granted in the files, 0 left
""".strip("\n")


@pytest.fixture(scope="module")
def plan() -> str:
    runner = CliRunner(env={"COLUMNS": "80", "NO_COLOR": "1", "TERM": "dumb"})
    command = ["plan", "--offline", "--stack", "prod", "-C", str(ROOT)]
    result = runner.invoke(app, command)
    assert 0 == result.exit_code, result.output
    return result.stdout


def test_the_offline_plan_adds_up_what_each_team_has(plan):
    assert SUMS in plan
    assert (
        "    requests.nvidia.com/gpu\n"
        "        6  serving-api\n"
        "      + 2  serving-canary\n"
        "      = 8  of 8: nothing left\n"
    ) in plan
    assert (
        "    requests.nvidia.com/mig-1g.10gb\n"
        "         0  lab-agents\n"
        "      + 28  lab-trials\n"
        "      = 28  of 28: nothing left\n"
    ) in plan


def test_the_offline_plan_says_what_each_pool_has_left(plan):
    assert POOLS in plan
    assert "56 at most\n  28 granted in the files, 28 left" in plan


def test_the_readme_states_the_grants_that_are_written(environment):
    text = (ROOT / "README.md").read_text()
    row = re.compile(r"^\| `([a-z]+-[a-z]+)` \| [^|]+ \| ([^|]+) \| [^|]*\|$", re.MULTILINE)
    told = dict(row.findall(text))

    for found in environment.namespaces:
        expected = [f"{g.gpus} " for g in found.grants] or ["none"]
        assert told[found.name].startswith(expected[0])
        assert all(f"`{grant.pool}`" in told[found.name] for grant in found.grants)


def test_an_experiment_cannot_be_granted_more_than_the_pool_has(tmp_path):
    """The example with one number raised is refused with the table of who asks for what."""
    for path in ROOT.rglob("*.yaml"):
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(path.read_text().replace("gpus: 6, maxPerPod", "gpus: 7, maxPerPod"))
    found, _ = resolve(load(tmp_path)[0])

    by_code = {finding.code: finding for finding in checks.check(found)}

    assert {"gpu-overcommit", "quota-over-ceiling"} == set(by_code)
    refusal = by_code["gpu-overcommit"]
    assert refusal.severity is Severity.ERROR
    assert "grants of 9 nvidia.com/gpu of the pool l40s" == refusal.found
    assert (
        "serving-api     7  model-serving, prod",
        "serving-canary  2  model-serving, prod",
        "9 of 8",
    ) == refusal.details

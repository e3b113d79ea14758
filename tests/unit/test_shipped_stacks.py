"""The stacks that are shipped hold the figures of the documents they come from."""

import pathlib

import pytest

from tenancy import checks
from tenancy.config.project import load
from tenancy.model import Tenancy, resolve

ROOT = pathlib.Path(__file__).parents[2]

QUOTAS = {
    "dev": {
        "requests.cpu": "2",
        "requests.memory": "2Gi",
        "limits.cpu": "4",
        "limits.memory": "4Gi",
        "pods": "20",
        "requests.storage": "10Gi",
    },
    "staging": {
        "requests.cpu": "4",
        "requests.memory": "4Gi",
        "limits.cpu": "8",
        "limits.memory": "8Gi",
        "pods": "30",
    },
    "prod": {
        "requests.cpu": "8",
        "requests.memory": "8Gi",
        "limits.cpu": "16",
        "limits.memory": "16Gi",
        "pods": "50",
    },
}

# default, defaultRequest, max and min, each of cpu and memory; 1000m is written 1.
LIMITS = {
    "dev": [("250m", "256Mi"), ("100m", "128Mi"), ("500m", "512Mi"), ("10m", "32Mi")],
    "staging": [("500m", "512Mi"), ("250m", "256Mi"), ("1", "1Gi"), ("50m", "64Mi")],
    "prod": [("750m", "768Mi"), ("500m", "512Mi"), ("2", "2Gi"), ("100m", "128Mi")],
}


@pytest.fixture(scope="module")
def tenancy() -> Tenancy:
    project, unreadable = load(ROOT)
    tenancy, unresolved = resolve(project)
    assert () == unreadable
    assert () == unresolved
    return tenancy


def namespace(tenancy, stack):
    [found] = tenancy.environments[stack].namespaces
    return found


def test_the_shipped_stacks_have_nothing_wrong(tenancy):
    assert {"dev", "staging", "prod"} == set(tenancy.environments)
    assert {"platform"} == set(tenancy.platforms)
    assert () == checks.check(tenancy)


@pytest.mark.parametrize("stack", ["platform", "dev", "staging", "prod"])
def test_each_shipped_stack_has_nothing_wrong_by_itself(tenancy, stack):
    assert () == checks.check(tenancy, stack=stack)


@pytest.mark.parametrize("stack", list(QUOTAS))
def test_a_shipped_quota_holds_exactly_the_figures_of_its_source(tenancy, stack):
    [quota] = namespace(tenancy, stack).quotas

    assert QUOTAS[stack] == {key: str(limit) for key, limit in quota.hard.items()}
    assert not quota.is_scoped


@pytest.mark.parametrize("stack", list(LIMITS))
def test_a_shipped_limit_range_holds_exactly_the_figures_of_its_source(tenancy, stack):
    [item] = namespace(tenancy, stack).limit_range.items
    fields = (item.default, item.default_request, item.max, item.min)

    assert "Container" == item.type
    assert LIMITS[stack] == [(str(f["cpu"]), str(f["memory"])) for f in fields]
    assert [{"cpu", "memory"}] * 4 == [set(f) for f in fields]
    assert {} == item.max_limit_request_ratio


@pytest.mark.parametrize(
    ("stack", "expected"),
    [
        pytest.param(
            "dev",
            "16 default pods fit, by requests.memory, limits.cpu and limits.memory",
            id="dev",
        ),
        pytest.param(
            "staging",
            "16 default pods fit, by requests.cpu, requests.memory, limits.cpu and"
            " limits.memory",
            id="staging",
        ),
        pytest.param(
            "prod", "16 default pods fit, by requests.cpu and requests.memory", id="prod"
        ),
    ],
)
def test_sixteen_default_pods_fit(tenancy, stack, expected):
    found = namespace(tenancy, stack)

    assert expected == str(checks.fit(found.quotas, found.limit_ranges))


def test_the_shipped_namespaces_are_called_prefix_and_environment(tenancy):
    assert {"dev": "acme-dev", "staging": "acme-staging", "prod": "acme-prod"} == {
        stack: namespace(tenancy, stack).name for stack in tenancy.environments
    }


def test_the_shipped_ceiling_is_written_out(tenancy):
    lines = [str(total) for total in checks.organization_sums(tenancy, "acme")]

    assert [
        "requests.cpu: acme-dev 2 + acme-staging 4 + acme-prod 8 = 14 of 14",
        "requests.memory: acme-dev 2Gi + acme-staging 4Gi + acme-prod 8Gi = 14Gi of 14Gi",
        "limits.cpu: acme-dev 4 + acme-staging 8 + acme-prod 16 = 28 of 28",
        "limits.memory: acme-dev 4Gi + acme-staging 8Gi + acme-prod 16Gi = 28Gi of 28Gi",
    ] == lines[:4]
    assert "pods: acme-dev 20 + acme-staging 30 + acme-prod 50 = 100" in lines[4]


def test_developers_work_in_dev_and_staging_and_only_look_in_prod(tenancy):
    def roles(stack):
        return {
            b.role: [s.name for s in b.subjects] for b in namespace(tenancy, stack).bindings
        }

    working = {"admin": ["oidc:acme-leads"], "developer": ["oidc:acme-developers"]}

    assert working == roles("dev")
    assert working == roles("staging")
    assert {"admin": ["oidc:acme-leads"], "viewer": ["oidc:acme-developers"]} == roles("prod")


def test_every_stack_admits_agents_without_a_security_context_and_says_why(tenancy):
    for stack in tenancy.environments:
        level = namespace(tenancy, stack).pod_security
        assert "baseline" == level.enforce
        assert "security context" in level.reason


def test_observability_reaches_the_port_of_the_agents(tenancy):
    for stack in tenancy.environments:
        assert (8000,) == namespace(tenancy, stack).network.metrics_ports


def test_no_shipped_limit_range_holds_a_gpu(tenancy):
    for stack in tenancy.environments:
        [item] = namespace(tenancy, stack).limit_range.items
        for field in (item.default, item.default_request, item.max, item.min):
            assert not [key for key in field if "gpu" in key]

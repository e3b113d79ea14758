"""The three environments of the shipped stacks, as a first lesson walks through them."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.cluster

ROOT = Path(__file__).parents[3]
AGENT = ROOT / "examples/agent-api/agent-deployment.yaml"
KINDS = (
    "namespaces,resourcequotas,limitranges,networkpolicies,rolebindings,roles,serviceaccounts,"
    "clusterroles,clusterrolebindings,validatingadmissionpolicies,"
    "validatingadmissionpolicybindings,priorityclasses"
)


def pod(name: str, **resources: dict) -> dict:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {"containers": [{"name": "worker", "image": "agent-worker", **resources}]},
    }


@pytest.fixture(scope="module")
def applied(make_project):
    """All three environments, applied."""
    project = make_project("platform", "dev")
    for stack in ("staging", "prod"):
        project.up(stack)
    return project


@pytest.fixture
def kubectl(applied, kubectl_of: Callable):
    return kubectl_of(applied.box)


@pytest.fixture
def no_pods(kubectl) -> Iterator[None]:
    """Leave no pod in dev to the next test."""
    yield
    kubectl("delete", "pods", "--all", "-n", "acme-dev", "--wait=true")


@pytest.mark.parametrize(
    ("namespace", "figures"),
    [
        (
            "acme-dev",
            {
                "requests.cpu": "2",
                "requests.memory": "2Gi",
                "limits.cpu": "4",
                "limits.memory": "4Gi",
                "pods": "20",
                "requests.storage": "10Gi",
            },
        ),
        (
            "acme-staging",
            {
                "requests.cpu": "4",
                "requests.memory": "4Gi",
                "limits.cpu": "8",
                "limits.memory": "8Gi",
                "pods": "30",
            },
        ),
        (
            "acme-prod",
            {
                "requests.cpu": "8",
                "requests.memory": "8Gi",
                "limits.cpu": "16",
                "limits.memory": "16Gi",
                "pods": "50",
            },
        ),
    ],
    ids=["dev", "staging", "prod"],
)
def test_the_quota_in_the_cluster_has_exactly_the_figures_that_were_written(
    kubectl, namespace: str, figures: dict
) -> None:
    quota = kubectl.json("get", "resourcequota", "quota", "-n", namespace)

    assert figures == quota["spec"]["hard"]
    assert figures == quota["status"]["hard"]


def test_a_bare_pod_carries_the_defaults_of_the_limit_range(kubectl, no_pods) -> None:
    kubectl("create", "-n", "acme-dev", "-f", "-", manifest=pod("agent-worker"))

    made = kubectl.json("get", "pod", "agent-worker", "-n", "acme-dev")

    assert (
        json.loads(
            '{"limits":{"cpu":"250m","memory":"256Mi"},"requests":{"cpu":"100m","memory":"128Mi"}}'
        )
        == made["spec"]["containers"][0]["resources"]
    )


def test_the_seventeenth_bare_pod_is_refused_by_what_is_exhausted(kubectl, no_pods) -> None:
    sixteen = [pod(f"bare-{index}") for index in range(16)]
    kubectl("create", "-n", "acme-dev", "-f", "-", manifest=sixteen)

    refusal = kubectl.refused("create", "-n", "acme-dev", "-f", "-", manifest=pod("bare-16"))

    assert "exceeded quota: quota" in refusal
    assert "used: limits.cpu=4,limits.memory=4Gi,requests.memory=2Gi" in refusal
    assert "limited: limits.cpu=4,limits.memory=4Gi,requests.memory=2Gi" in refusal


def test_the_twenty_first_small_pod_is_refused_by_the_count_of_pods(kubectl, no_pods) -> None:
    size = {"cpu": "50m", "memory": "64Mi"}
    small = {"resources": {"requests": size, "limits": size}}
    twenty = [pod(f"small-{index}", **small) for index in range(20)]
    kubectl("create", "-n", "acme-dev", "-f", "-", manifest=twenty)

    refusal = kubectl.refused(
        "create", "-n", "acme-dev", "-f", "-", manifest=pod("small-20", **small)
    )

    assert (
        "exceeded quota: quota, requested: pods=1, used: pods=20, limited: pods=20" in refusal
    )


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_a_deployment_without_a_security_context_runs_twice_in_every_environment(
    kubectl, environment: str
) -> None:
    namespace = f"acme-{environment}"
    file = str(Path(__file__).with_name("agent-deployment.yaml"))
    kubectl("apply", "-f", file, "-n", namespace)

    kubectl("rollout", "status", "deployment/agent-api", "-n", namespace, "--timeout=60s")
    deployment = kubectl.json("get", "deployment", "agent-api", "-n", namespace)
    assert (2, 2) == (deployment["spec"]["replicas"], deployment["status"]["readyReplicas"])
    # Observability reaches the port that it serves.
    policy = kubectl.json("get", "networkpolicy", "allow-observability", "-n", namespace)
    ports = [port["port"] for rule in policy["spec"]["ingress"] for port in rule["ports"]]
    assert 8000 in ports
    kubectl("delete", "-f", file, "-n", namespace, "--wait=true")


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_the_agent_runs_twice_in_every_environment(kubectl, environment: str) -> None:
    namespace = f"acme-{environment}"
    kubectl("apply", "-f", str(AGENT), "-n", namespace)

    kubectl("rollout", "status", "deployment/agent-api", "-n", namespace, "--timeout=60s")

    deployment = kubectl.json("get", "deployment", "agent-api", "-n", namespace)
    assert (2, 2) == (deployment["spec"]["replicas"], deployment["status"]["readyReplicas"])
    used = kubectl.json("get", "resourcequota", "quota", "-n", namespace)["status"]["used"]
    assert ("400m", "512Mi") == (used["requests.cpu"], used["requests.memory"])
    # What a cluster's DNS serves as agent-api.acme-prod.svc.cluster.local.
    service = kubectl.json("get", "service", "agent-api", "-n", namespace)["metadata"]
    assert ("agent-api", namespace) == (service["name"], service["namespace"])
    kubectl("delete", "-f", str(AGENT), "-n", namespace, "--wait=true")


def test_a_preview_after_the_update_says_that_nothing_changes(applied) -> None:
    for stack in ("platform", "dev", "staging", "prod"):
        assert applied.session(stack).preview().is_empty, stack


def test_raising_one_figure_updates_one_key_of_one_object(applied, kubectl) -> None:
    before = written(kubectl)
    applied.edit("Pulumi.dev.yaml", r'pods: "20"', 'pods: "25"')

    result = applied.up("dev")

    after = written(kubectl)
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert {("ResourceQuota", "acme-dev", "quota")} == changed
    [key] = changed
    hard = {"before": before[key]["spec"]["hard"], "after": after[key]["spec"]["hard"]}
    assert {**hard["before"], "pods": "25"} == hard["after"]
    assert before[key] | {"spec": after[key]["spec"]} == after[key]
    objects = [step for step in result.steps if step.type.startswith("kubernetes:")]
    assert [("update", "acme-dev-quota", ("spec.hard.pods",))] == [
        (step.op, step.name, step.changes) for step in objects
    ]
    # What the engine reports about the outputs is what the SDK reads in the state.
    session = applied.session("dev")
    read = {k: v.value for k, v in session.stack.outputs().items() if not v.secret}
    assert "tenancy" in read
    assert read == dict(result.outputs) == dict(session.outputs())
    applied.edit("Pulumi.dev.yaml", r'pods: "25"', 'pods: "20"')
    applied.up("dev")


def written(kubectl) -> dict:
    """Every object of ours in the cluster, without what the API server keeps of it."""
    items = kubectl.json("get", KINDS, "-A", "-l", "tenancy.dev/managed=true")["items"]
    assert len(items) > 50
    found = {}
    for item in items:
        metadata = item["metadata"]
        key = (item["kind"], metadata.get("namespace", ""), metadata["name"])
        item.pop("status", None)
        for kept in ("managedFields", "resourceVersion", "generation"):
            metadata.pop(kept, None)
        found[key] = item
    return found


def test_a_member_uses_the_namespace_and_creates_no_namespace(kubectl, no_pods) -> None:
    member = kubectl.as_user("oidc:dana", "oidc:acme-developers", "system:authenticated")

    member("create", "-n", "acme-dev", "-f", "-", manifest=pod("by-a-member"))
    refusal = member.refused("create", "namespace", "acme-own")

    assert 'User "oidc:dana" cannot create resource "namespaces"' in refusal
    viewer = member.refused("delete", "pod", "any", "-n", "acme-prod")
    assert (
        'cannot delete resource "pods" in API group "" in the namespace "acme-prod"' in viewer
    )
    assert "No resources found" in member.run("get", "pods", "-n", "acme-prod").stderr


def test_the_public_namespace_is_read_by_all_and_written_by_operators(kubectl) -> None:
    anybody = kubectl.as_user("oidc:erin", "system:authenticated")
    config = ("configmap", "notice", "-n", "llmos-public", "--from-literal=a=b")

    kubectl("create", *config)

    assert "notice" in anybody("get", "configmaps", "-n", "llmos-public")
    assert 'cannot create resource "configmaps"' in anybody.refused(
        "create", "configmap", "mine", "-n", "llmos-public"
    )
    assert 'cannot list resource "secrets"' in anybody.refused(
        "get", "secrets", "-n", "llmos-public"
    )

"""The example of three teams, applied by the real engine, and each team on its own nodes."""

import copy
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tenancy import engine as automation
from tenancy.engine import Engine, Session
from tenancy.local import sandbox as local_sandbox
from tests.cluster.api import Api, path_of, until
from tests.cluster.templates import ONE_WRITE, PATHS

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("three-teams")]

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples/three-teams"
GPU, MIG = "nvidia.com/gpu", "nvidia.com/mig-1g.10gb"
POOL = "tenancy.dev/gpu-pool"
PEOPLE = {
    "data-train": ("oidc:dora@example.com", "oidc:data-engineers"),
    "serving-api": ("oidc:sam@example.com", "oidc:serving-engineers"),
    "serving-canary": ("oidc:sam@example.com", "oidc:serving-engineers"),
    "lab-agents": ("oidc:lee@example.com", "oidc:lab-researchers"),
    "lab-trials": ("oidc:lee@example.com", "oidc:lab-researchers"),
}


UNGRANTED = "containers may request only resources that are granted to this namespace"


def documents(path: str) -> list[dict]:
    return list(yaml.safe_load_all((EXAMPLE / path).read_text()))


@pytest.fixture(scope="module")
def root(toolchain, sandboxes, user_of) -> Iterator[Path]:
    """A copy of the example with its nodes, its platform and its environment applied."""
    folder = sandboxes / f"three teams {os.getpid()}"
    with user_of(folder):
        shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True)
        box = local_sandbox.up(folder, toolchain=toolchain)
        administrator = Api.of(box.kubeconfig)
        for node in documents("nodes.yaml"):
            administrator.create(node).accepted()
        for stack in ("platform", "prod"):
            session(folder, box, stack).up()
        yield folder


def session(folder: Path, box: local_sandbox.Sandbox, stack: str) -> Session:
    own = box.environment()
    # The venv's own provider writes the taints of nodes; the packages are in the checkout.
    paths = [own.get("PATH", os.environ["PATH"]), str(Path(sys.executable).parent)]
    engine = Engine(
        variables={
            **own,
            "PATH": os.pathsep.join(paths),
            **PATHS,
            **ONE_WRITE,
        },
    )
    return automation.local(folder, stack, engine)


@pytest.fixture(scope="module")
def box(root, toolchain) -> local_sandbox.Sandbox:
    return local_sandbox.up(root, toolchain=toolchain)


@pytest.fixture(scope="module")
def admin(box) -> Api:
    api = Api.of(box.kubeconfig)
    for manifest in documents("observability.yaml"):
        api.apply(manifest).accepted()
    return api


@pytest.fixture
def member(admin):
    """Return what speaks as a member of the team of a namespace."""
    return lambda namespace: admin.as_user(*PEOPLE[namespace])


def workload(name: str, namespace: str) -> list[dict]:
    """Return what the example's workload is made of, in *namespace*."""
    found = documents(f"workloads/{name}.yaml")
    for manifest in found:
        manifest["metadata"]["namespace"] = namespace
    return found


def pod(namespace: str, name: str = "probe", devices: dict | None = None, **spec) -> dict:
    """Return the example's trial with other devices."""
    [found] = workload("trial", namespace)
    found["metadata"]["name"] = name
    found["spec"]["containers"][0]["resources"] = {"limits": devices or {}}
    found["spec"].update(spec)
    return found


def pods(admin, namespace: str) -> list[dict]:
    path = f"/api/v1/namespaces/{namespace}/pods"
    return admin.request("GET", path).accepted().body["items"]


def nodes_of(admin, namespace: str) -> list[str]:
    return sorted(p["spec"].get("nodeName", "") for p in pods(admin, namespace))


def gone(admin, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/pods"
    admin.request("DELETE", path, gracePeriodSeconds="0").accepted()
    until(lambda: not pods(admin, namespace), f"no pod is left in {namespace}")


def test_another_update_changes_nothing(root, box):
    for stack in ("platform", "prod"):
        assert session(root, box, stack).preview().is_empty, stack


def test_nodes_carry_the_label_and_the_taint_of_their_pool(admin):
    items = admin.request("GET", "/api/v1/nodes").accepted().body["items"]
    found = {
        n["metadata"]["name"]: (
            n["metadata"]["labels"].get(POOL),
            [t["value"] for t in n["spec"].get("taints", []) if t["key"] == POOL],
        )
        for n in items
    }

    assert {
        "sandbox-cpu-1": (None, []),
        "sandbox-cpu-2": (None, []),
        "sandbox-gpu-1": ("h100", ["h100"]),
        "sandbox-gpu-2": ("h100", ["h100"]),
        "serve-1": ("l40s", ["l40s"]),
        "serve-2": ("l40s", ["l40s"]),
        "mig-1": ("mig", ["mig"]),
    } == found


def test_each_namespace_carries_what_the_platform_lists_and_members_leave_it(admin, member):
    def endpoints(namespace: str) -> dict:
        metadata = {"name": "endpoints", "namespace": namespace}
        return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}

    teams = {"data-train": "data-pipeline", "serving-api": "model-serving"}
    for namespace, team in teams.items():
        found = admin.get(endpoints(namespace)).accepted().body
        assert found["data"]["LOGS_URL"].endswith(f"?team={team}")
        changed = {**endpoints(namespace), "data": {"METRICS_URL": "http://elsewhere"}}
        member(namespace).apply(changed).refused("is managed by tenancy")
        own = {**changed, "metadata": {"name": "own", "namespace": namespace}}
        member(namespace).create(own).accepted()
        member(namespace).delete(own).accepted()

    def account(namespace: str) -> dict:
        metadata = {"name": "default", "namespace": namespace}
        return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}

    more = {"imagePullSecrets": [{"name": "own"}]}
    found = admin.get(account("serving-api")).accepted().body
    assert [{"name": "models-registry"}] == found["imagePullSecrets"]
    member("serving-api").patch(account("serving-api"), more).refused("is managed by tenancy")
    # Where the files name none, members write them.
    member("data-train").patch(account("data-train"), more).accepted()


def test_training_takes_both_nodes_of_its_pool(admin, member):
    [job] = workload("training", "data-train")
    # kwok ends the pods of jobs at once, so its pods are made by hand.
    for number in (1, 2):
        made = {"apiVersion": "v1", "kind": "Pod", **copy.deepcopy(job["spec"]["template"])}
        made["metadata"] = {"name": f"train-{number}", "namespace": "data-train"}
        member("data-train").create(made).accepted()
    member("data-train").create(pod("data-train", devices={GPU: "1"})).refused(
        "exceeded quota: gpus", "used: requests.nvidia.com/gpu=16"
    )

    until(
        lambda: nodes_of(admin, "data-train") == ["sandbox-gpu-1", "sandbox-gpu-2"],
        "each pod has a node of its own",
    )
    gone(admin, "data-train")
    member("data-train").create(job).accepted()
    member("data-train").delete(job, propagationPolicy="Background").accepted()


def test_inference_lands_on_its_pool_and_before_experiments(admin, member):
    deployment, service = workload("inference", "serving-api")
    for manifest in (deployment, service):
        member("serving-api").create(manifest).accepted()

    until(
        lambda: (
            admin.get(deployment).body.get("status", {}).get("readyReplicas") == 3
            and all(node for node in nodes_of(admin, "serving-api"))
        ),
        "three replicas are ready",
    )
    assert {"serve-1", "serve-2"} == set(nodes_of(admin, "serving-api"))
    assert {1000} == {p["spec"]["priority"] for p in pods(admin, "serving-api")}
    # Six of six are in use: one more is over the grant, although the pool has two left.
    member("serving-api").create(pod("serving-api", devices={GPU: "1"})).refused(
        "exceeded quota: gpus", "used: requests.nvidia.com/gpu=6"
    )
    canary = pod("serving-canary", devices={GPU: "1"})
    member("serving-canary").create(canary).accepted()
    until(
        lambda: nodes_of(admin, "serving-canary") in (["serve-1"], ["serve-2"]),
        "the canary runs beside them",
    )
    gone(admin, "serving-canary")
    for manifest in (deployment, service):
        member("serving-api").delete(manifest, propagationPolicy="Foreground").accepted()
    until(lambda: not pods(admin, "serving-api"), "the deployment's pods are gone")


def test_a_trial_gets_one_slice_and_no_more(admin, member):
    [trial] = workload("trial", "lab-trials")

    member("lab-trials").create(trial).accepted()

    until(lambda: nodes_of(admin, "lab-trials") == ["mig-1"], "the trial runs on a slice")
    [running] = pods(admin, "lab-trials")
    assert {"cpu": "2", "memory": "8Gi", MIG: "1"} == running["spec"]["containers"][0][
        "resources"
    ]["limits"]
    member("lab-trials").create(pod("lab-trials", devices={MIG: "2"})).refused_by(
        "tenancy-gpus-per-pod", f"at most {MIG}=1"
    )
    gone(admin, "lab-trials")


@pytest.mark.parametrize(
    ("namespace", "devices", "reasons"),
    [
        pytest.param("lab-agents", {GPU: "1"}, [UNGRANTED], id="a GPU"),
        pytest.param("lab-agents", {MIG: "1"}, [UNGRANTED], id="a slice"),
        pytest.param("lab-trials", {GPU: "1"}, [UNGRANTED], id="a whole GPU"),
        pytest.param("serving-api", {MIG: "1"}, [UNGRANTED], id="others' slices"),
        pytest.param(
            "serving-api",
            {GPU: "3"},
            ["tenancy-gpus-per-pod", f"at most {GPU}=2"],
            id="more than a pod may",
        ),
    ],
)
def test_what_was_not_granted_is_refused(member, namespace, devices, reasons):
    member(namespace).create(pod(namespace), dry=True).accepted()

    member(namespace).create(pod(namespace, devices=devices), dry=True).refused(*reasons)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param(
            {"nodeSelector": {POOL: "h100"}},
            "the GPU node pool h100 is not granted to this namespace; granted: l40s",
            id="selector",
        ),
        pytest.param(
            {"tolerations": [{"key": POOL, "value": "h100"}]},
            "tolerations may name only taints of granted GPU node pools",
            id="toleration",
        ),
        pytest.param({"nodeName": "sandbox-gpu-1"}, "spec.nodeName may not be set", id="node"),
    ],
)
def test_serving_does_not_get_onto_the_nodes_of_training(member, change, reason):
    """Both pools have the same resource, so that no quota tells them apart."""
    asked = {GPU: "1"}
    member("serving-api").create(pod("serving-api", devices=asked), dry=True).accepted()

    member("serving-api").create(pod("serving-api", devices=asked, **change), dry=True).refused(
        reason
    )


def test_a_pod_that_states_nothing_gets_the_defaults_and_no_gpu(admin, member):
    bare = pod("lab-agents", "bare")
    del bare["spec"]["containers"][0]["resources"]

    made = member("lab-agents").create(bare, dry=True).accepted().body["spec"]

    assert {
        "limits": {"cpu": "500m", "memory": "512Mi"},
        "requests": {"cpu": "100m", "memory": "256Mi"},
    } == made["containers"][0]["resources"]
    # On a CPU node, whatever is free elsewhere: nothing was written that leads to a pool.
    assert "nodeSelector" not in made


def test_a_runaway_experiment_is_stopped_at_its_bounds(member):
    huge = pod("lab-agents", "huge", devices={"cpu": "3"})

    member("lab-agents").create(huge, dry=True).refused("maximum cpu usage per Container is 2")


def test_experiments_without_a_deadline_are_counted_apart(admin, member):
    def lasting(number: int) -> dict:
        found = pod("lab-agents", f"lasting-{number}")
        del found["spec"]["activeDeadlineSeconds"]
        return found

    for number in range(10):
        member("lab-agents").create(lasting(number)).accepted()

    member("lab-agents").create(lasting(10)).refused("exceeded quota: lasting")
    member("lab-agents").create(pod("lab-agents", "short")).accepted()
    until(
        lambda: (
            set(nodes_of(admin, "lab-agents")) <= {"sandbox-cpu-1", "sandbox-cpu-2"}
            and len(pods(admin, "lab-agents")) == 11
        ),
        "agents run on CPU nodes",
    )
    gone(admin, "lab-agents")


def test_prometheus_and_loki_run_and_teams_may_only_read_of_themselves(admin, member):
    until(
        lambda: (
            {"prometheus", "loki"}
            == {
                p["metadata"]["labels"]["app.kubernetes.io/name"]
                for p in pods(admin, "observability")
                if p["status"].get("phase") == "Running"
            }
        ),
        "Prometheus and Loki run",
    )
    theirs = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "x", "namespace": "data-train"},
    }
    path = path_of(theirs, collection=True)
    member("data-train").request("GET", path).accepted()
    member("serving-api").request("GET", path).refused("cannot list resource")

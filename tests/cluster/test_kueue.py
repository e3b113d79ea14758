"""Kueue's own controller on a sandbox with fake nodes: jobs queue, borrow and are reclaimed."""

import contextlib

import attrs
import pytest
import yaml

import tenancy
from tenancy.cluster import Connection, connect, waiting_jobs
from tenancy.local.tools.definitions import KUEUE
from tests.cluster.api import Api, until
from tests.cluster.gpu_campaign import GPU, Pool, manifests, node
from tests.cluster.kueue_controller import made, program, running
from tests.cluster.test_queues import BORROWED, GRANT, TRAIN, job, written
from tests.kueue import crds

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("kueue")]

LAB = "globex-lab"
RUNS_FOR = "pod-complete.stage.kwok.x-k8s.io/delay"
"""By this annotation kwok keeps a Job's pods running; otherwise it completes them at once."""


@attrs.frozen
class World:
    root: Api
    tenant: Api
    connection: Connection

    def why(self, wanted: dict) -> str:
        """Return why the Job waits for its queue; empty if it does not."""
        job = f"Job {wanted['metadata']['name']}"
        found = waiting_jobs(self.connection, {wanted["metadata"]["namespace"]})
        return next((one.why for one in found if job in one.jobs), "")

    def active(self, wanted: dict) -> int:
        """Return how many pods of the Job run or wait for a node."""
        return self.root.get(wanted).accepted().body.get("status", {}).get("active", 0)

    def is_suspended(self, wanted: dict) -> bool:
        return self.root.get(wanted).accepted().body["spec"]["suspend"]

    def used(self, namespace: str) -> int:
        quota = {
            "apiVersion": "v1",
            "kind": "ResourceQuota",
            "metadata": {"name": "gpus", "namespace": namespace},
        }
        return int(self.root.get(quota).accepted().body["status"]["used"][f"requests.{GPU}"])

    def has_counted(self) -> bool:
        """Return whether every quota has a count; before, one may be written over."""
        items = self.root.request("GET", "/api/v1/resourcequotas").accepted().body["items"]
        return bool(items) and all(
            item.get("status", {}).get("used", {}).keys() == item["spec"]["hard"].keys()
            for item in items
            if item["metadata"]["name"] == "gpus"
        )

    def refusals(self, namespace: str) -> list[str]:
        """Return what a quota has refused in *namespace*."""
        path = f"/api/v1/namespaces/{namespace}/events"
        items = self.root.request("GET", path).accepted().body["items"]
        return [e["message"] for e in items if "exceeded quota" in e.get("message", "")]


@pytest.fixture(scope="module")
def world(own_sandbox, tmp_path_factory):
    controller = program()
    if controller is None:
        pytest.skip(f"Kueue {KUEUE.version} is not built; `make nightly` builds it")
    with _cluster(controller, own_sandbox, tmp_path_factory.mktemp("kueue")) as found:
        yield found


@pytest.fixture(scope="module")
def built_world(own_sandbox, tmp_path_factory):
    with _cluster(made(), own_sandbox, tmp_path_factory.mktemp("kueue")) as found:
        yield found


@contextlib.contextmanager
def _cluster(controller, box, folder):
    files = written()
    platform = files["Pulumi.platform.yaml"]["config"]["tenancy:platform"]
    platform["allowed"] = {"podAnnotations": [RUNS_FOR]}
    for name, content in files.items():
        for place in (folder, box.root):
            (place / name).write_text(yaml.safe_dump(content, sort_keys=False))
    root = Api.of(box.kubeconfig)
    for crd in crds():
        root.apply(crd).accepted()
    root.create(node("h100-0", Pool("h100", GPU, 8, 1))).accepted()
    with running(controller, box, root, folder):
        rendered = manifests(folder)
        late = [m for m in rendered if m["kind"].endswith("PolicyBinding")]
        first = [m for m in rendered if m["kind"] == "Namespace"]
        rest = [m for m in rendered if m not in late and m not in first]
        for manifest in (*first, *rest, *late):
            until(lambda m=manifest: root.apply(m).ok, f"{manifest['kind']} is accepted")
        tenant = root.as_user("oidc:ada@acme.example", "oidc:acme-leads")
        assessment = tenancy.assess(box.root)
        connection = connect(assessment.cluster("dev"), assessment.root)
        found = World(root, tenant, connection)
        until(found.has_counted, "every quota counts", seconds=60)
        until(
            lambda: "tenancy-queued-pods" in str(root.create(_pod(), dry=True).message),
            "the policies of queues bind",
            seconds=60,
        )
        yield found


def _pod() -> dict:
    wanted = job("probe")
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "probe", "namespace": TRAIN},
        "spec": wanted["spec"]["template"]["spec"],
    }


def submitted(name: str, gpus: int, namespace: str) -> dict:
    """Return a Job of *gpus* pods with one device each, as people write it."""
    wanted = job(name, namespace=namespace, parallelism=gpus, completions=gpus)
    del wanted["spec"]["suspend"]
    wanted["spec"]["template"]["metadata"]["annotations"] = {RUNS_FOR: "1h"}
    return wanted


def test_jobs_queue_borrow_and_are_reclaimed_and_never_meet_a_quota(world):
    borrow_and_return(world)


@pytest.mark.nightly
def test_the_same_with_kueue_built_from_its_module(built_world):
    borrow_and_return(built_world)


def borrow_and_return(world: World) -> None:
    """Run a job over the nominal quota, until the owner's job comes, and after it."""
    borrowing = submitted("borrowing", GRANT + BORROWED, TRAIN)
    waiting = submitted("waiting", 1, TRAIN)
    owner = submitted("owner", 4, LAB)

    world.tenant.create(borrowing).accepted()
    until(lambda: world.active(borrowing) == GRANT + BORROWED, "the job borrows", seconds=60)
    until(lambda: world.used(TRAIN) == GRANT + BORROWED, "the quota counts the pods")
    world.tenant.create(waiting).accepted()
    assert world.is_suspended(waiting)
    assert [] == world.refusals(TRAIN)
    missing = f"of the flavor h100, 1 {GPU} more are needed than are free"
    until(lambda: world.why(waiting).startswith(missing), "the reason is known")
    assert "" == world.why(borrowing)

    world.root.create(owner).accepted()
    until(lambda: world.active(owner) == 4, "the owner has its grant back", seconds=120)
    assert world.is_suspended(borrowing)
    until(lambda: world.active(waiting) == 1, "the smaller job runs in the grant", seconds=60)
    assert "" == world.why(waiting)
    reclaimed = "it was evicted because another queue took back devices of its grant"
    assert world.why(borrowing).endswith(reclaimed)
    until(lambda: world.used(TRAIN) <= GRANT, "what was borrowed is given back")
    assert world.is_suspended(borrowing)
    # A quota counts evicted pods until they are gone, so the smaller job may have to try again.
    while_pods_ended = world.refusals(TRAIN)

    for ended, namespace in ((waiting, TRAIN), (owner, LAB)):
        world.root.delete(ended, propagationPolicy="Background").accepted()
        until(lambda n=namespace: world.used(n) == 0, "its pods are gone", seconds=60)
    until(lambda: world.active(borrowing) == GRANT + BORROWED, "it borrows again", seconds=120)
    assert while_pods_ended == world.refusals(TRAIN)
    assert [] == world.refusals(LAB)

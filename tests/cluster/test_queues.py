"""Queues on a real API server with Kueue's published CRDs: who may start what."""

import copy

import attrs
import pytest
import yaml

from tenancy.drifting import Identity, differences
from tests.cluster.api import Api, until
from tests.cluster.gpu_campaign import GPU, manifests
from tests.cluster.policies.objects import gpu_pod, pod
from tests.kueue import crds

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("queues")]

TRAIN, PLAIN = "acme-train", "acme-plain"
PODS, JOBS = "tenancy-queued-pods", "tenancy-queued-jobs"
QUEUE = {"kueue.x-k8s.io/queue-name": "gpus"}
FORGED = {
    **QUEUE,
    "kueue.x-k8s.io/managed": "true",
    "kueue.x-k8s.io/podset": "main",
    "kueue.x-k8s.io/local-queue-name": "gpus",
    "kueue.x-k8s.io/cluster-queue-name": TRAIN,
}
KUEUE = "system:serviceaccount:kueue-system:kueue-controller-manager"
JOB_CONTROLLER = "system:serviceaccount:kube-system:job-controller"
GRANT, BORROWED = 4, 2
JOB_SETS = "jobsets.jobset.x-k8s.io"


def written() -> dict[str, object]:
    """Return a project with queues: acme borrows of what globex leaves."""
    limits = {"container": {"default": {"cpu": "1", "memory": "1Gi"}}}
    quota = {"requests.cpu": "100", "requests.memory": "100Gi"}
    return {
        "Pulumi.yaml": {"name": "tenancy", "runtime": "python"},
        "Pulumi.platform.yaml": {
            "config": {
                "tenancy:cluster": "sandbox",
                "tenancy:platform": {
                    "operators": [{"group": "platform-operators"}],
                    "queues": {"cohort": "gpus", "fairSharing": True},
                    "gangJobs": [JOB_SETS, "rayclusters.ray.io"],
                    "objectCounts": {f"count/{JOB_SETS}": 2},
                    "gpuNodePools": [
                        {
                            "name": "h100",
                            "model": "H100",
                            "gpusPerNode": 8,
                            "nodes": {"min": 1, "max": 1},
                        }
                    ],
                },
            }
        },
        "Pulumi.dev.yaml": {
            "config": {
                "tenancy:environment": "dev",
                "tenancy:cluster": "sandbox",
                "tenancy:organizations": {
                    "acme": {
                        "prefix": "acme",
                        "queueWeight": 2,
                        "defaultNamespace": "plain",
                        "members": [{"group": "acme-leads", "role": "admin"}],
                        "namespaces": [
                            {"id": "plain", "quota": quota, "limitRange": limits},
                            {
                                "id": "train",
                                "gpus": [
                                    {"pool": "h100", "gpus": GRANT, "borrowingLimit": BORROWED}
                                ],
                            },
                        ],
                    },
                    "globex": {
                        "prefix": "globex",
                        "namespaces": [
                            {
                                "id": "lab",
                                # Copies: a file may have no aliases.
                                "quota": dict(quota),
                                "limitRange": copy.deepcopy(limits),
                                "gpus": [{"pool": "h100", "gpus": 4, "lendingLimit": 3}],
                            }
                        ],
                    },
                },
            }
        },
    }


@attrs.frozen
class World:
    root: Api
    tenant: Api
    kueue: Api
    rendered: tuple[dict, ...]


@pytest.fixture(scope="module")
def world(own_sandbox, tmp_path_factory) -> World:
    folder = tmp_path_factory.mktemp("queues")
    for name, content in written().items():
        (folder / name).write_text(yaml.safe_dump(content, sort_keys=False))
    root = Api.of(own_sandbox.kubeconfig)
    for crd in crds():
        root.apply(crd).accepted()
    rendered = manifests(folder)
    late = [m for m in rendered if m["kind"].endswith("PolicyBinding")]
    first = [m for m in rendered if m["kind"] == "Namespace"]
    rest = [m for m in rendered if m not in late and m not in first]
    for manifest in (*first, *rest, *late):
        until(lambda m=manifest: root.apply(m).status != 404, f"{manifest['kind']} is served")
        root.apply(manifest).accepted()
    _let(root, KUEUE)
    tenant = root.as_user("oidc:ada@acme.example", "oidc:acme-leads")
    until(
        lambda: (
            PODS in tenant.create(queued_pod(), dry=True).message
            and JOBS in tenant.create(job("probe", suspend=False), dry=True).message
        ),
        "the policies of queues bind",
        seconds=60,
    )
    return World(root, tenant, root.as_user(KUEUE), tuple(rendered))


def _let(root: Api, user: str) -> None:
    """Give *user* the rights that Kueue's controller has on Jobs and pods."""
    rbac = {"apiVersion": "rbac.authorization.k8s.io/v1", "metadata": {"name": "kueue"}}
    rules = [
        {"apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["*"]},
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["*"]},
    ]
    root.create({**rbac, "kind": "ClusterRole", "rules": rules}).accepted()
    root.create(
        {
            **rbac,
            "kind": "ClusterRoleBinding",
            "roleRef": {
                "apiGroup": "rbac.authorization.k8s.io",
                "kind": "ClusterRole",
                "name": "kueue",
            },
            "subjects": [
                {"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": user}
            ],
        }
    ).accepted()


def queued_pod(gpus: int = 1, **more) -> dict:
    return gpu_pod(gpus, namespace=TRAIN, **more)


def job(name: str, *, gpus: int = 1, namespace: str = TRAIN, metadata=None, **spec) -> dict:
    """Return a Job whose pods ask for *gpus* devices; 0 for none."""
    template = gpu_pod(gpus) if gpus else pod()
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "namespace": namespace, **(metadata or {"labels": QUEUE})},
        "spec": {
            "suspend": True,
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {**copy.deepcopy(template["spec"]), "restartPolicy": "Never"},
            },
            **spec,
        },
    }


@pytest.fixture
def created(world):
    """Create a Job as a tenant; it is deleted afterwards."""
    made = []

    def create(wanted: dict) -> dict:
        world.tenant.create(wanted).accepted()
        made.append(wanted)
        return wanted

    yield create
    for wanted in made:
        world.root.delete(wanted, propagationPolicy="Background").accepted()


def test_every_object_is_kept_as_it_is_rendered(world):
    live = {}
    desired = [m for m in world.rendered if m["apiVersion"].startswith("kueue.x-k8s.io/")]
    for manifest in desired:
        live[Identity.of(manifest)] = world.root.get(manifest).accepted().body

    assert {"ResourceFlavor", "Cohort", "ClusterQueue", "LocalQueue"} == {
        m["kind"] for m in desired
    }
    assert () == differences(desired, live)


def test_a_change_of_a_queue_is_drift(world):
    desired = [m for m in world.rendered if m["kind"] == "ClusterQueue"]
    live = {Identity.of(m): world.root.get(m).accepted().body for m in desired}
    changed = live[Identity(kind="ClusterQueue", name=TRAIN)]["spec"]["resourceGroups"][0]
    changed["flavors"][0]["resources"][0]["borrowingLimit"] = "9"

    assert [f"ClusterQueue {TRAIN}"] == [str(d.object) for d in differences(desired, live)]


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param(queued_pod(), id="a pod"),
        pytest.param(queued_pod(metadata={"labels": QUEUE}), id="with the queue's label"),
        pytest.param(queued_pod(metadata={"labels": FORGED}), id="with all of Kueue's labels"),
        pytest.param(
            queued_pod(schedulingGates=[{"name": "kueue.x-k8s.io/admission"}]),
            id="with Kueue's scheduling gate",
        ),
        pytest.param(
            queued_pod(
                metadata={
                    "labels": FORGED,
                    "ownerReferences": [
                        {
                            "apiVersion": "batch/v1",
                            "kind": "Job",
                            "name": "mine",
                            "uid": "0b8a2f0e-8d8a-4d6a-9d3f-9a3d1e0a1f11",
                            "controller": True,
                        }
                    ],
                }
            ),
            id="with the owner of a Job's pod",
        ),
    ],
)
def test_a_pod_that_nobody_queued_is_refused_whatever_it_claims(world, wanted):
    world.tenant.create(wanted, dry=True).refused_by(
        PODS,
        f"this namespace has a queue, so {GPU} may be used by pods of Jobs only, with the"
        " label kueue.x-k8s.io/queue-name: gpus",
    )


def test_pods_and_jobs_without_gpus_need_no_queue(world):
    world.tenant.create(pod(namespace=TRAIN), dry=True).accepted()
    world.tenant.create(job("cpu", gpus=0, suspend=False), dry=True).accepted()


def test_a_job_is_created_suspended_and_only_kueue_starts_it(world, created):
    world.tenant.create(job("now", suspend=False), dry=True).refused_by(
        JOBS, f"Jobs with {GPU} need the label kueue.x-k8s.io/queue-name: gpus"
    )
    waiting = created(job("waiting", gpus=2))
    start = {"spec": {"suspend": False}}

    for user in (world.tenant, world.root):
        user.patch(waiting, start, dry=True).refused_by(JOBS, "only Kueue starts a Job")
    world.kueue.patch(waiting, start).accepted()

    path = f"/api/v1/namespaces/{TRAIN}/pods"
    until(
        lambda: [
            p
            for p in world.root.request("GET", path).accepted().body["items"]
            if p["metadata"]["labels"].get("app") == "waiting"
        ],
        "the Job controller has created the pod",
    )


def test_a_job_that_runs_neither_grows_nor_changes_its_queue(world, created):
    running = created(job("running", parallelism=2, completions=4))
    world.kueue.patch(running, {"spec": {"suspend": False}}).accepted()

    for change in (
        {"spec": {"parallelism": 3}},
        {"metadata": {"labels": {"kueue.x-k8s.io/queue-name": None}}},
    ):
        world.tenant.patch(running, change, dry=True).refused_by(
            JOBS, "may not be raised, and its queue not changed"
        )
    world.tenant.patch(running, {"spec": {"parallelism": 1}}, dry=True).accepted()
    world.tenant.patch(running, {"spec": {"suspend": True}}, dry=True).accepted()


def test_the_quota_is_what_the_queue_admits_at_the_most(world, created):
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "gpus", "namespace": TRAIN},
    }

    def used() -> str:
        return world.root.get(quota).accepted().body["status"]["used"][f"requests.{GPU}"]

    def pods() -> list[dict]:
        found = world.root.request("GET", f"/api/v1/namespaces/{TRAIN}/pods").accepted()
        return found.body["items"]

    def of_many() -> list[dict]:
        return [p for p in pods() if p["metadata"]["labels"].get("app") == "many"]

    # While pods of Jobs that other tests deleted end, the quota is counted anew, and such a
    # count can lack pods that were created meanwhile.
    until(
        lambda: not pods() and "0" == used(),
        lambda: f"nothing is used: {used()} by {len(pods())} pods",
        seconds=60,
    )
    many = created(job("many", parallelism=GRANT + BORROWED + 1, completions=9))
    world.kueue.patch(many, {"spec": {"suspend": False}}).accepted()
    until(
        lambda: len(of_many()) == len(pods()) == GRANT + BORROWED == int(used()),
        lambda: f"pods of the Job fill the quota: {len(of_many())}, used {used()}",
        seconds=60,
    )
    controller = world.root.as_user(JOB_CONTROLLER)
    one_more = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": "one-more",
            "namespace": TRAIN,
            "labels": of_many()[0]["metadata"]["labels"],
            "ownerReferences": of_many()[0]["metadata"]["ownerReferences"],
        },
        "spec": many["spec"]["template"]["spec"],
    }
    controller.create(one_more, dry=True).refused("exceeded quota: gpus")
    controller.create({**one_more, "spec": pod()["spec"]}, dry=True).accepted()
    assert str(GRANT + BORROWED) == used()


def job_set(name: str) -> dict:
    return {
        "apiVersion": "jobset.x-k8s.io/v1alpha2",
        "kind": "JobSet",
        "metadata": {"name": name, "namespace": PLAIN},
        "spec": {},
    }


def test_members_create_gang_jobs_of_a_listed_kind_up_to_their_count(world):
    """The CRD comes after the quota here, and is counted when the quota is written again."""
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {"name": "v1alpha2", "served": True, "storage": True}
    names = {"kind": "JobSet", "plural": "jobsets", "singular": "jobset"}
    crd = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": JOB_SETS},
        "spec": {
            "group": "jobset.x-k8s.io",
            "scope": "Namespaced",
            "names": {**names, "listKind": "JobSetList"},
            "versions": [{**version, "schema": {"openAPIV3Schema": schema}}],
        },
    }
    world.root.apply(crd).accepted()
    stranger = world.root.as_user("oidc:eve@globex.example", "oidc:globex-leads")
    key = f"count/{JOB_SETS}"
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "object-counts", "namespace": PLAIN},
    }

    def counted() -> bool:
        for most in ("3", "2"):
            world.root.patch(quota, {"spec": {"hard": {key: most}}}).accepted()
        status = world.root.get(quota).accepted().body["status"]
        return status["hard"][key] == "2" and key in status["used"]

    # The quota controller looks for new kinds every half minute, and counts every quota again
    # every five.
    until(counted, "JobSets are counted", seconds=120)

    world.tenant.create(job_set("first")).accepted()
    stranger.create(job_set("foreign"), dry=True).refused("cannot create resource")
    world.tenant.create(job_set("second")).accepted()
    world.tenant.create(job_set("third")).refused(f"limited: count/{JOB_SETS}=2")

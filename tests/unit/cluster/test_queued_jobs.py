"""Which jobs wait for their queue, and why: from the Workloads that Kueue makes of them."""

from collections.abc import Mapping

import pytest
from kubernetes.client.exceptions import ApiException

from tenancy.cluster import Connection, waiting_jobs
from tenancy.cluster.transport import Request

PLACE = "acme-train"
NO_ROOM = (
    "couldn't assign flavors to pod set main: insufficient unused quota for nvidia.com/gpu in"
    " flavor h100, 2 more needed"
)
NO_ROOM_IN_WORDS = "of the flavor h100, 2 nvidia.com/gpu more are needed than are free"


class Answering(Connection):
    """A cluster with these Workloads and Jobs; None: it does not serve Workloads."""

    workloads: list[dict] | None
    jobs: list[dict]

    def request(self, request: Request) -> Mapping[str, object]:
        if request.path == "/apis/kueue.x-k8s.io/v1beta2/workloads":
            if self.workloads is None:
                raise ApiException(status=404)
            return {"items": self.workloads, "metadata": {}}
        assert request.path == "/apis/batch/v1/jobs"
        assert request.query["labelSelector"] == "kueue.x-k8s.io/queue-name"
        return {"items": self.jobs, "metadata": {}}


def a_cluster(workloads: list[dict] | None, *jobs: dict) -> Answering:
    found = Answering(cluster="c", api=None, uid="u")
    object.__setattr__(found, "workloads", workloads)
    object.__setattr__(found, "jobs", list(jobs))
    return found


def a_workload(*conditions: dict, name="train", namespace=PLACE, spec=None, **status) -> dict:
    owner = {"kind": "Job", "name": name, "controller": True}
    metadata = {"name": f"job-{name}-1", "namespace": namespace, "ownerReferences": [owner]}
    status = {"conditions": list(conditions), **status}
    return {"metadata": metadata, "spec": spec or {"queueName": "gpus"}, "status": status}


def condition(name: str, status: bool, message: str = "", reason: str = "") -> dict:
    return {"type": name, "status": str(status), "message": message, "reason": reason}


def refused(message: str) -> dict:
    return condition("QuotaReserved", False, message, "Pending")


def evicted(reason: str, message: str = "evicted") -> dict:
    return condition("Evicted", True, message, reason)


RESERVED = condition("QuotaReserved", True)


@pytest.mark.parametrize(
    ("workload", "reason"),
    [
        pytest.param(a_workload(refused(NO_ROOM)), NO_ROOM_IN_WORDS, id="no room"),
        pytest.param(
            a_workload(
                refused(
                    "couldn't assign flavors to pod set main: insufficient quota for"
                    " nvidia.com/gpu in flavor h100, previously considered podsets requests (0)"
                    " + current podset request (9) > maximum capacity (6)"
                )
            ),
            "it can never start: it requests 9 nvidia.com/gpu of the flavor h100, and its queue"
            " has at most 6",
            id="more than the queue has",
        ),
        pytest.param(
            a_workload(
                refused(
                    "couldn't assign flavors to pod set workers: insufficient quota for"
                    " nvidia.com/gpu in flavor h100, previously considered podsets requests (1)"
                    " + current podset request (6) > maximum capacity (6)"
                )
            ),
            "it can never start: it requests 6 nvidia.com/gpu of the flavor h100 beside 1 of"
            " its other pods, and its queue has at most 6",
            id="two pod sets",
        ),
        pytest.param(
            a_workload(refused(f"{NO_ROOM}. Pending the preemption of 1 workload(s)")),
            f"{NO_ROOM_IN_WORDS}. Pending the preemption of 1 workload(s)",
            id="what is not known stays",
        ),
        pytest.param(
            a_workload(refused("LocalQueue other doesn't exist")),
            "LocalQueue other doesn't exist",
            id="no queue",
        ),
        pytest.param(a_workload(), "Kueue has not tried it yet", id="new"),
        pytest.param(
            a_workload(refused(NO_ROOM), spec={"active": False}),
            "it is deactivated: spec.active of its Workload is false",
            id="deactivated",
        ),
        pytest.param(
            a_workload(
                RESERVED,
                admissionChecks=[
                    {"name": "capacity", "state": "Pending", "message": "no nodes"},
                    {"name": "budget", "state": "Ready", "message": ""},
                    {"name": "audit", "state": "Retry", "message": ""},
                ],
            ),
            "its devices are reserved, and an admission check is not ready; capacity is"
            " Pending: no nodes; audit is Retry",
            id="admission checks",
        ),
        pytest.param(
            a_workload(
                refused(NO_ROOM),
                evicted("Preempted"),
                condition("Preempted", True, "", "InCohortReclamation"),
            ),
            f"{NO_ROOM_IN_WORDS}; it was evicted because another queue took back devices of its"
            " grant",
            id="reclaimed",
        ),
        pytest.param(
            a_workload(refused("evicted"), evicted("PodsReadyTimeout")),
            "Kueue has not tried it again yet; it was evicted because its pods were not ready"
            " in time",
            id="evicted just now",
        ),
        pytest.param(
            a_workload(refused(NO_ROOM), evicted("Moved", "the moon")),
            f"{NO_ROOM_IN_WORDS}; it was evicted (Moved: the moon)",
            id="evicted by a reason of a later release",
        ),
    ],
)
def test_a_job_that_waits_has_its_reason(workload, reason):
    [found] = waiting_jobs(a_cluster([workload]), {PLACE})

    assert (PLACE, ("Job train",), reason) == (found.namespace, found.jobs, found.why)


@pytest.mark.parametrize("last", ["Admitted", "Finished"])
def test_a_job_that_is_admitted_or_has_ended_does_not_wait(last):
    # An eviction is over when it is admitted again, and the condition of it is then False.
    assert () == waiting_jobs(a_cluster([a_workload(RESERVED, condition(last, True))]), {PLACE})


def test_a_suspended_job_of_which_kueue_made_nothing_is_named():
    def a_job(name: str, suspend: bool = True) -> dict:
        metadata = {"name": name, "namespace": PLACE}
        return {"metadata": metadata, "spec": {"suspend": suspend}}

    known = a_workload(RESERVED, condition("Admitted", True), name="known")
    jobs = [a_job("known"), a_job("b"), a_job("a"), a_job("runs", suspend=False)]

    [found] = waiting_jobs(a_cluster([known], *jobs), {PLACE})

    assert ("Job a", "Job b") == found.jobs
    assert found.why.startswith("Kueue has made no Workload of it")


def test_jobs_with_one_reason_are_together_and_other_namespaces_are_left_out():
    workloads = [
        a_workload(refused(NO_ROOM), name="b"),
        a_workload(refused(NO_ROOM), namespace="globex-lab"),
        a_workload(refused(NO_ROOM), name="a"),
        a_workload(name="c"),
    ]

    found = waiting_jobs(a_cluster(workloads), {PLACE})

    assert {("Job a", "Job b"), ("Job c",)} == {one.jobs for one in found}
    assert {PLACE} == {one.namespace for one in found}


def test_nothing_waits_where_kueue_is_not_installed():
    assert () == waiting_jobs(a_cluster(None), {PLACE})

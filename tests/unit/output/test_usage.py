"""The use of quotas as text: what is full is marked, and what waits because of it."""

import attrs
import pytest

from tenancy.kubernetes.quantity import Quantity
from tenancy.model import WaitingJobs, WaitingPods
from tenancy.output import QuotaUsage, usage_data, usage_lines
from tenancy.planning import Place

CLAIMED = "b200.example.com.deviceclass.resource.k8s.io/devices"
PLACE = Place(namespace="acme-train", environment="dev", stack="dev", cluster="sandbox")


def a_row(key: str, used: str, limit: str, place: Place = PLACE) -> QuotaUsage:
    return QuotaUsage(
        organization="acme",
        place=place,
        quota="gpus",
        key=key,
        limit=Quantity.parse(limit),
        used=Quantity.parse(used),
    )


def lines(key: str, used: str, limit: str) -> list[str]:
    return [line for line, _ in usage_lines([a_row(key, used, limit)])][1:]


@pytest.mark.parametrize(
    ("key", "used", "mark"),
    [
        pytest.param("requests.nvidia.com/gpu", "3", "3 of 4", id="room"),
        pytest.param("requests.nvidia.com/gpu", "4", "4 of 4  FULL", id="pods are refused"),
        pytest.param(CLAIMED, "3", "3 of 4", id="room for claims"),
        pytest.param(
            CLAIMED, "4", "4 of 4  FULL: pods of claim templates wait", id="pods of claims wait"
        ),
    ],
)
def test_a_full_key_is_marked_with_what_waits(key, used, mark):
    assert lines(key, used, "4")[-1].endswith(mark)


def test_the_quota_of_one_pool_is_named():
    row = attrs.evolve(a_row("requests.nvidia.com/gpu", "1", "2"), quota="gpu-h100")

    [_, line] = [line for line, _ in usage_lines([row])]

    assert line.startswith("  requests.nvidia.com/gpu by gpu-h100  ")


def test_an_unused_limit_of_0_is_not_full():
    assert lines(CLAIMED, "0", "0")[-1].endswith("0 of 0")


def test_pods_that_wait_are_below_the_keys_of_their_namespace():
    other = Place(namespace="acme-web", environment="dev", stack="dev", cluster="sandbox")
    rows = [a_row(CLAIMED, "4", "4"), a_row("pods", "1", "2", other)]
    why = "the quota gpus refused its claim"
    waiting = {PLACE: [WaitingPods(namespace="acme-train", pods=("a", "b"), why=why)]}

    queued = WaitingJobs(namespace="acme-train", jobs=("Job a",), why="no room")
    jobs = {PLACE: [queued]}

    written = [line for line, _ in usage_lines(rows, waiting, jobs)]

    end = written.index(str(other))
    assert [f"  the pods a and b wait: {why}", "  Job a waits: no room"] == written[
        end - 2 : end
    ]
    assert written[-1].strip().startswith("pods")
    [found] = usage_data(rows, waiting)["waiting"]
    assert ("acme-train", ["a", "b"], why) == (found["namespace"], found["pods"], found["why"])
    [found] = usage_data(rows, waiting, jobs)["waitingJobs"]
    assert ("acme-train", ["Job a"]) == (found["namespace"], found["jobs"])
    assert [] == usage_data(rows)["waiting"] == usage_data(rows)["waitingJobs"]

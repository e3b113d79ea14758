"""The use of quotas as text: what is full is marked, and what waits because of it."""

import pytest

from tenancy.kubernetes.quantity import Quantity
from tenancy.output import QuotaUsage, usage_lines
from tenancy.planning import Place

CLAIMED = "b200.example.com.deviceclass.resource.k8s.io/devices"
PLACE = Place(namespace="acme-train", environment="dev", stack="dev", cluster="sandbox")


def lines(key: str, used: str, limit: str) -> list[str]:
    row = QuotaUsage(
        organization="acme",
        place=PLACE,
        quota="gpus",
        key=key,
        limit=Quantity.parse(limit),
        used=Quantity.parse(used),
    )
    return [line for line, _ in usage_lines([row])][1:]


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


def test_an_unused_limit_of_0_is_not_full():
    assert lines(CLAIMED, "0", "0")[-1].endswith("0 of 0")

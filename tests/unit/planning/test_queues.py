"""Queues in a plan: which namespace may borrow how much, and from which."""

import pytest

from tenancy.planning.sections.queues import QueueLimits
from tests.unit.builders import (
    a_namespace,
    a_platform,
    a_pool,
    an_environment,
    an_organization,
)
from tests.unit.planning.changing import a_plan, a_record

MIG = {"type": "mig", "layout": [{"profile": "1g.10gb", "perGpu": 7}]}


def queued(*, queues=None, weight=1, pool=None, initech=None, **grant):
    """acme with a grant of 4, globex with one of 8, and initech if it is given one."""
    organizations = {
        "acme": an_organization(
            a_namespace(gpus=[{"pool": "h100", "gpus": 4, **grant}]), queueWeight=weight
        ),
        "globex": an_organization(
            a_namespace(gpus=[{"pool": "h100", "gpus": 8}]), prefix="globex"
        ),
    }
    if initech is not None:
        organizations["initech"] = an_organization(
            a_namespace(gpus=[{"pool": "h100", **initech}]), prefix="initech"
        )
    return {
        "environments": {"dev": an_environment("dev", *organizations)},
        "organizations": organizations,
        "platform": a_platform(
            gpuNodePools=[a_pool(**(pool or {}))],
            **({"queues": {"fairSharing": True}} if queues is None else queues),
        ),
    }


def facts(before, after, stack="dev"):
    plan = a_plan(a_record(stack=stack, **before), stack=stack, **after)
    return [fact.text for fact in plan.section(QueueLimits).facts()]


@pytest.mark.parametrize(
    ("before", "after", "fact"),
    [
        ({}, {"borrowingLimit": 8}, "may borrow up to 8 H100 of what globex leaves"),
        (
            {"borrowingLimit": 4},
            {"borrowingLimit": 8},
            "may borrow up to 4 → 8 H100 of what globex leaves",
        ),
        ({"borrowingLimit": 4}, {}, "may no longer borrow H100, so far up to 4"),
        (
            {},
            {"lendingLimit": 3},
            "lends all → up to 3 of its 4 H100 while it does not use them",
        ),
    ],
)
def test_a_limit_that_changes_is_a_sentence(before, after, fact):
    assert [f"acme-dev {fact}"] == facts(queued(**before), queued(**after))


def test_those_who_lend_nothing_are_not_named():
    more = queued(borrowingLimit=2, initech={"gpus": 2})
    none = queued(borrowingLimit=2, initech={"gpus": 2, "lendingLimit": 0})

    assert ["acme-dev may borrow up to 2 H100 of what globex and initech leave"] == facts(
        queued(), more
    )
    assert "acme-dev may borrow up to 2 H100 of what globex leaves" in facts(queued(), none)


def test_slices_are_named_by_their_resource():
    slices = {"pool": {"sharing": MIG}}

    assert [
        "acme-dev may borrow up to 8 nvidia.com/mig-1g.10gb of h100 of what globex leaves"
    ] == facts(queued(**slices), queued(borrowingLimit=8, **slices))


def test_a_weight_is_shown_only_with_fair_sharing():
    assert ["acme: weight 1 → 3 among organizations that borrow"] == facts(
        queued(), queued(weight=3)
    )
    plain = {"queues": {"queues": {}}}
    assert [] == facts(queued(**plain), queued(weight=3, **plain))


def test_the_platform_shows_that_queues_begin_and_end():
    without = {"queues": {}}

    assert [
        "GPU jobs wait in queues of the cohort gpus: in namespaces with grants, only Jobs that"
        " Kueue starts may use GPUs"
    ] == facts(queued(**without), queued(), stack="platform")
    assert [
        "queues of GPU jobs are removed: pods use GPUs up to their quota, at once"
    ] == facts(queued(), queued(**without), stack="platform")


def test_nothing_is_shown_where_nothing_changes():
    same = queued(borrowingLimit=4, lendingLimit=2, weight=2)

    assert [] == facts(same, same)
    assert [] == facts(same, same, stack="platform")


def test_the_data_has_limits_weights_and_cohort():
    plan = a_plan(a_record(**queued()), **queued(borrowingLimit=4, weight=2))

    assert plan.section(QueueLimits).data() == {
        "cohort": None,
        "limits": [
            {
                "organization": "acme",
                "namespace": "acme-dev",
                "pool": "h100",
                "resource": "nvidia.com/gpu",
                "borrowingBefore": 0,
                "borrowingAfter": 4,
                "lendingBefore": None,
                "lendingAfter": None,
                "lenders": ["globex"],
            }
        ],
        "weights": [{"organization": "acme", "before": 1, "after": 2}],
    }

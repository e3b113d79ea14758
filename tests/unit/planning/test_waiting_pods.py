"""Pods that wait now, in a plan: a note with the reason, and no change."""

from tenancy.model import WaitingPods
from tenancy.planning.sections.waiting_pods import WaitingPodsSection
from tests.unit.planning.changing import a_cluster, a_plan, a_record

WAITING = WaitingPods(namespace="acme-dev", pods=("a", "b"), why="no node fits")


def test_what_waits_is_a_note_and_no_change():
    record = a_record()

    plan = a_plan(record, a_cluster(record, waiting=(WAITING,)))

    [fact] = plan.section(WaitingPodsSection).facts()
    assert ("acme", "acme-dev: the pods a and b wait: no node fits") == (
        fact.organization,
        fact.text,
    )
    assert plan.is_empty


def test_nothing_is_noted_where_nothing_waits_or_nothing_was_read():
    record = a_record()

    for live in (a_cluster(record, waiting=()), a_cluster(record), None):
        assert [] == list(a_plan(record, live).section(WaitingPodsSection).facts())

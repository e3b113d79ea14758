"""Pods and jobs that wait now, in a plan: a note with the reason, and no change."""

from tenancy.model import WaitingJobs, WaitingPods
from tenancy.planning.sections.waiting_jobs import WaitingJobsSection
from tenancy.planning.sections.waiting_pods import WaitingPodsSection
from tests.unit.planning.changing import a_cluster, a_plan, a_record

WAITING = WaitingPods(namespace="acme-dev", pods=("a", "b"), why="no node fits")
JOBS = WaitingJobs(namespace="acme-dev", jobs=("Job a",), why="no room")


def test_what_waits_is_a_note_and_no_change():
    record = a_record()

    plan = a_plan(record, a_cluster(record, waiting=(WAITING,), waiting_jobs=(JOBS,)))

    [job] = plan.section(WaitingJobsSection).facts()
    assert ("acme", "acme-dev: Job a waits: no room") == (job.organization, job.text)
    [fact] = plan.section(WaitingPodsSection).facts()
    assert ("acme", "acme-dev: the pods a and b wait: no node fits") == (
        fact.organization,
        fact.text,
    )
    assert plan.is_empty


def test_nothing_is_noted_where_nothing_waits_or_nothing_was_read():
    record = a_record()

    nothing = a_cluster(record, waiting=(), waiting_jobs=())
    for live in (nothing, a_cluster(record), None):
        plan = a_plan(record, live)
        assert [] == list(plan.section(WaitingPodsSection).facts())
        assert [] == list(plan.section(WaitingJobsSection).facts())

"""An update that is killed at any point is put right: state, cluster and files are one."""

import os

import pytest

from tests.cluster.stacks.killed_updates import FOREIGN, Campaign, cases

pytestmark = pytest.mark.cluster

SEED = int(os.environ.get("TENANCY_KILL_SEED", "1"))
FEW = int(os.environ.get("TENANCY_KILLS", "5"))
MANY = 160


def run(project, kubectl, count: int) -> Campaign:
    kubectl.apply(FOREIGN)
    foreign = kubectl.json("get", "configmap", "foreign")
    campaign = Campaign(project)
    for case in cases(SEED, count):
        print(campaign.run(case), flush=True)
    assert foreign == kubectl.json("get", "configmap", "foreign")
    print(campaign.table())
    return campaign


@pytest.fixture
def kubectl(project, kubectl_of):
    return kubectl_of(project.box)


def test_a_sample_of_kills_leaves_state_cluster_and_files_as_one(
    project, kubectl, record_property
) -> None:
    campaign = run(project, kubectl, FEW)

    record_property("kills of a process during an update", sum(campaign.tally.values()))


@pytest.mark.nightly
def test_kills_of_every_process_in_every_phase_leave_them_as_one(project, kubectl) -> None:
    campaign = run(project, kubectl, MANY)

    assert MANY == sum(campaign.tally.values())

"""
An update that is killed at any point, or whose API server or disk fails, is put right.

Afterwards state, cluster and files are one.
"""

import itertools
import os
import random
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlencode

import boto3
import pytest
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer

from tenancy.diagnostics.exit_codes import Exit
from tests.cluster.faulty_api_server import FAULTS, Plan, faulty
from tests.cluster.stacks.killed_updates import FOREIGN, Campaign, cases
from tests.commands import succeed
from tests.conftest import FAULT

pytestmark = pytest.mark.cluster

SEED = int(os.environ.get("TENANCY_KILL_SEED", "1"))
FIRST = int(os.environ.get("TENANCY_KILLS_FROM", "0"))
FEW = 20
MANY = int(os.environ.get("TENANCY_KILLS", "200"))
IN_A_BUCKET = int(os.environ.get("TENANCY_KILLS", "20"))
NO_ROOM = 0
"""Not even for a lock, which is then left unfinished."""


def run(project, kubectl, count: int, backend: Mapping[str, str] = {}) -> Campaign:
    kubectl.apply(FOREIGN)
    foreign = kubectl.json("get", "configmap", "foreign")
    campaign = Campaign(project, backend)
    for case in itertools.islice(cases(SEED, FIRST + count), FIRST, None):
        print(campaign.run(case), flush=True)
    assert foreign == kubectl.json("get", "configmap", "foreign")
    print(campaign.table())
    return campaign


@pytest.fixture
def kubectl(project, kubectl_of):
    return kubectl_of(project.box)


def through_faults(campaign: Campaign, verb: str, plan: Plan) -> str:
    """Run the command through a faulty API server, and again where it gave up; return both."""
    with faulty(campaign.project.box.kubeconfig, plan):
        process = campaign.command(verb)
        output, _ = process.communicate(timeout=400)
    print(output)
    assert "Traceback" not in output
    if process.returncode != 0:
        assert "run this again" in output
        campaign.succeed(verb)
    if verb == "destroy":
        campaign.version = None
    campaign.assert_one(verb)
    return output


def test_an_update_through_a_faulty_api_server_is_repeated_and_converges(
    project, kubectl, record_property
) -> None:
    """Every kind of fault, of reads and writes, of ours and of the engine's provider."""
    campaign, injected = Campaign(project), Counter()
    campaign.write("first")

    for verb, writes in (("up", ("500", "answer lost")), ("destroy", ("dropped",))):
        plan = Plan.drawn(SEED, every=5, budget=len(FAULTS), writes=writes)
        output = through_faults(campaign, verb, plan)
        injected += plan.injected
        # What only a deletion meets, the provider may repeat itself.
        assert verb == "destroy" or "trying again in 5 s (attempt 2 of 3)" in output

    assert set(FAULTS) == injected.keys()
    for kind, count in injected.items():
        record_property(f"faults of the API server in an update, {kind}", count)
        for _ in range(count):
            record_property(FAULT, "API server by proxy")


@pytest.mark.nightly
def test_an_api_server_that_takes_no_write_ends_an_update_after_three_attempts(
    project, kubectl
) -> None:
    campaign = Campaign(project)
    campaign.write("first")
    plan = Plan(iter(()), every=1, budget=0, writes=["500"] * 1_000, dry_runs=False)

    output = through_faults(campaign, "up", plan)

    for attempt, pause in ((2, 5), (3, 15)):
        assert f"trying again in {pause} s (attempt {attempt} of 3)" in output
    assert "attempt 4" not in output
    campaign.succeed("destroy")


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(12))
def test_updates_through_faulty_api_servers_converge(project, kubectl, seed: int) -> None:
    campaign = Campaign(project)
    for verb, version in (("up", "first"), ("up", "second"), ("destroy", "second")):
        campaign.write(version)
        faults = random.Random(seed).choices(FAULTS, k=seed)
        plan = Plan.drawn(seed, every=3 + seed % 7, budget=5 + 4 * seed, writes=faults)
        through_faults(campaign, verb, plan)


SMALL_DISK = """
set -e
state=$1; room=$2; shift 2
cp -a "$state" "$state.kept"
mount -t tmpfs -o size=16m none "$state"
cp -a "$state.kept/." "$state"
fill=$(( $(df --output=avail --block-size=1K "$state" | tail -1) - room ))
head -c "${fill}K" /dev/zero > "$state/filler"
"$@" || echo "exit code $?"
rm "$state/filler"
echo "there is room again"
"$@"
rm -r "$state.kept"
cp -a "$state" "$state.kept"
"""
"""Runs a command twice on a copy of a folder: with so many KiB of room, and with enough."""


@pytest.fixture
def own_mounts() -> tuple[str, ...]:
    """Return the words before a command that may mount, visible to nothing else."""
    words = ("unshare", "-rm")
    trial = [*words, "mount", "-t", "tmpfs", "none", "/mnt"]
    if shutil.which(words[0]) is None or subprocess.run(trial, check=False).returncode != 0:
        pytest.skip("needs unshare, and mounts in a namespace of this user")
    return words


@pytest.mark.fault("disk")
@pytest.mark.parametrize(
    "room",
    [
        pytest.param(room, marks=() if room == NO_ROOM else pytest.mark.nightly)
        for room in (NO_ROOM, 8, 16, 64, 160, 320)
    ],
)
def test_a_full_disk_of_the_state_ends_with_a_message_and_the_next_run_works(
    project, kubectl, own_mounts: tuple[str, ...], room: int
) -> None:
    campaign = Campaign(project)
    campaign.write("first")
    state = project.root / ".sandbox" / "pulumi" / "state"

    small_disk = [*own_mounts, "sh", "-c", SMALL_DISK, "sh", state, str(room)]
    output = succeed([*small_disk, *campaign.words("up")], Path.cwd(), campaign.variables)

    full, _, _ = output.partition("there is room again")
    assert "Traceback" not in output
    if room < 64:
        assert f"exit code {Exit.FAILED}" in full
    if "exit code" in full:
        assert "the disk is full; free some space, and run this again" in full
    shutil.rmtree(state)
    state.with_name("state.kept").rename(state)
    campaign.assert_one(f"{room} KiB of room")
    campaign.succeed("destroy")


def test_a_sample_of_kills_leaves_state_cluster_and_files_as_one(
    project, kubectl, record_property
) -> None:
    campaign = run(project, kubectl, FEW)

    record_property("kills of a process during an update", sum(campaign.tally.values()))


@pytest.mark.nightly
def test_kills_of_every_process_in_every_phase_leave_them_as_one(project, kubectl) -> None:
    campaign = run(project, kubectl, MANY)

    assert MANY == sum(campaign.tally.values())
    assert campaign.copies


@pytest.fixture
def bucket() -> Iterator[Mapping[str, str]]:
    """Yield the variables of a backend in an empty bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    place = {"endpoint": f"http://{host}:{port}", "s3ForcePathStyle": "true"}
    login = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    boto3.client(
        "s3",
        region_name="us-east-1",
        endpoint_url=place["endpoint"],
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    ).create_bucket(Bucket="state")
    yield {
        "PULUMI_BACKEND_URL": f"s3://state?{urlencode({'region': 'us-east-1', **place})}",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
        **login,
    }
    server.stop()
    s3_backends.reset()


@pytest.mark.nightly
def test_kills_leave_the_state_in_a_bucket_and_the_cluster_as_one(
    project, kubectl, bucket: Mapping[str, str]
) -> None:
    """Every step is written, because no lock can be read there."""
    campaign = run(project, kubectl, IN_A_BUCKET, bucket)

    assert IN_A_BUCKET == sum(campaign.tally.values())

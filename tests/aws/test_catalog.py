"""GPU facts: the bundled snapshot against moto's data, and against what moto serves as EC2."""

import gzip
import importlib.metadata
import importlib.resources
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tenancy.aws.instance_types import described_live, offered
from tenancy.diagnostics.finding import Severity
from tenancy.diagnostics.origin import Origin
from tenancy.kubernetes.quantity import Quantity
from tenancy.model.gpu_catalog import bundled, node_facts

ROOT = Path(__file__).parents[2]
SNAPSHOT = json.loads(
    importlib.resources.files("tenancy.model.gpu_catalog")
    .joinpath("instance_types.json")
    .read_text()
)


def moto_types():
    file = "moto/ec2/resources/instance_types.json.gz"
    path = Path(importlib.metadata.distribution("moto").locate_file(file))
    with gzip.open(path) as content:
        return json.load(content)


def test_the_snapshot_has_every_gpu_type_of_moto_with_its_figures():
    """Read in another way than the script does, so that both have to be right."""
    expected = {}
    for name, entry in moto_types().items():
        for gpu in entry.get("GpuInfo", {}).get("Gpus", []):
            expected[name] = (
                gpu["Name"],
                gpu["LogicalGpuCount"],
                gpu["MemoryInfo"]["SizeInMiB"],
                entry["VCpuInfo"]["DefaultVCpus"],
                entry["MemoryInfo"]["SizeInMiB"],
                entry["ProcessorInfo"]["SupportedArchitectures"][0],
            )

    actual = {
        row["name"]: (
            row["gpu"],
            row["gpus"],
            row["gpuMemoryMiB"],
            row["vcpus"],
            row["memoryMiB"],
            row["architecture"],
        )
        for row in SNAPSHOT["instanceTypes"]
    }

    assert len(expected) > 60
    assert expected == actual


def test_the_snapshot_says_where_it_is_from():
    assert SNAPSHOT["moto"] == importlib.metadata.version("moto")
    assert SNAPSHOT["date"] >= "2026-01-01"


def test_the_script_finds_the_snapshot_up_to_date():
    found = subprocess.run(
        [sys.executable, ROOT / "scripts" / "refresh_gpu_catalog.py", "--check"],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, "instance_types.json is up to date\n") == (found.returncode, found.stdout)


def test_what_ec2_describes_live_is_what_is_bundled(ec2):
    names = ["p5.48xlarge", "g6f.large", "g5g.xlarge", "p9.48xlarge"]

    live = described_live(ec2, names)

    assert {name: bundled(name) for name in names[:3]} == live


def test_offers_are_by_zone(ec2):
    assert offered(ec2, "g5.xlarge") != ()
    assert offered(ec2, "p9.48xlarge") == ()


def facts(**changed):
    return node_facts(
        **{
            "name": "h100",
            "model": "H100",
            "origin": Origin("Pulumi.platform.yaml", ("gpuNodePools", 0)),
            "instance_types": ("p5.48xlarge",),
            "gpus_per_node": None,
            "cpu": None,
            "memory": None,
        }
        | changed
    )


def test_config_outranks_aws_which_outranks_the_snapshot():
    other = bundled("g5.12xlarge")

    assert facts().gpus_per_node == 8
    assert facts(live=lambda _: other).gpus_per_node == 4
    assert facts(live=lambda _: other, gpus_per_node=2).gpus_per_node == 2
    assert facts(live=lambda _: None).gpus_per_node == 8
    assert facts(cpu=Quantity.parse("180")).cpu == Quantity.parse("180")
    assert facts().cpu == Quantity.parse("192")


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        pytest.param(
            {"instance_types": ("p9.48xlarge",)},
            "instance types that no source knows: p9.48xlarge",
            id="unknown",
        ),
        pytest.param(
            {"instance_types": ("p5.48xlarge", "p5.4xlarge")},
            "instance types with different counts: p5.48xlarge has 8, p5.4xlarge has 1",
            id="different",
        ),
        pytest.param(
            {"instance_types": ()}, "neither gpusPerNode nor instanceTypes", id="none"
        ),
        pytest.param(
            {"instance_types": ("p5.48xlarge", "p9.48xlarge")},
            "instance types that no source knows: p9.48xlarge",
            id="one of two",
        ),
    ],
)
def test_what_no_source_says_is_asked_for_and_never_guessed(changed, found):
    asked = facts(**changed)

    assert asked.gpus_per_node is None
    assert [(v.code, v.found) for v in asked.findings] == [("gpus-per-node-unknown", found)]
    assert "write gpusPerNode of the pool h100" in asked.findings[0].remedy
    assert facts(**changed, gpus_per_node=8).gpus_per_node == 8


def test_a_figure_that_the_machine_cannot_have_is_warned_of():
    found = facts(gpus_per_node=16, model="A100")

    assert [(v.code, v.severity) for v in found.findings] == [
        ("gpus-per-node-differ", Severity.WARNING),
        ("gpu-model-differs", Severity.WARNING),
    ]


def test_a_part_of_a_gpu_counts_as_one_device():
    assert facts(instance_types=("g6f.large",), model="L4").gpus_per_node == 1

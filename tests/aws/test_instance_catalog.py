"""EC2 as the catalogue that a config names: asked at the edge, and never in silence."""

import copy
import json
import shutil
import socket
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from tenancy import gpu as pools
from tenancy.aws import instance_catalog as catalogue
from tenancy.aws.instance_catalog import instance_type_lookup, instance_types_of
from tenancy.cli import app
from tenancy.config.project import load
from tenancy.config.spec import PlatformSpec
from tenancy.diagnostics.finding import Severity, errors_in
from tenancy.diagnostics.origin import Origin
from tenancy.model import resolve
from tenancy.model.gpu_catalog import snapshot_source
from tests.unit.gpu.pools import EKS, NODE_CLASS

ROOT = Path(__file__).parents[2]
HERE = Origin("Pulumi.platform.yaml", ("config", "platform"))
POOL = {
    "name": "h100",
    "model": "H100",
    "backend": "karpenter",
    "instanceTypes": ["p5.48xlarge"],
    "nodes": {"min": 0, "max": 2},
    "options": {"nodeClass": NODE_CLASS},
}
EC2 = {"source": "ec2", "region": "eu-west-1"}


@pytest.fixture(autouse=True)
def _asked_anew():
    catalogue._answer.cache_clear()
    yield
    catalogue._answer.cache_clear()


@pytest.fixture
def six_gpus(aws, monkeypatch, moto_instance_types):
    """EC2 knows the instance type otherwise than the bundled snapshot does."""
    entry = copy.deepcopy(moto_instance_types.InstanceType("p5.48xlarge"))
    entry["GpuInfo"]["Gpus"][0] |= {"Count": 6, "LogicalGpuCount": 6}
    monkeypatch.setattr(moto_instance_types.InstanceTypeBackend, "instance_types", [entry])


def test_an_eks_pool_of_a_type_that_ec2_alone_knows_gets_the_ami_of_its_processor(
    aws, monkeypatch, project, moto_instance_types
):
    entry = copy.deepcopy(moto_instance_types.InstanceType("p5.48xlarge"))
    entry["InstanceType"] = "p9g.48xlarge"
    entry["ProcessorInfo"] = {"SupportedArchitectures": ["arm64"]}
    monkeypatch.setattr(moto_instance_types.InstanceTypeBackend, "instance_types", [entry])
    eks = POOL | {"backend": "eks", "instanceTypes": ["p9g.48xlarge"], "options": EKS}

    pool, found = resolved(project(eks, catalogue=EC2))

    assert [] == [*found, *pools.problems([pool])]
    [group] = pools.render(pool)
    assert ("AL2023_ARM_64_NVIDIA", 8) == (group.ami_type, pool.gpus_per_node)


@pytest.fixture
def project(tmp_path):
    """Return what writes the shipped project with these pools and this catalogue."""

    def write(*pools: dict, catalogue: dict | None) -> Path:
        for path in ROOT.glob("Pulumi*.yaml"):
            shutil.copy(path, tmp_path)
        shutil.copytree(ROOT / "organizations", tmp_path / "organizations")
        path = tmp_path / "Pulumi.platform.yaml"
        text = yaml.safe_load(path.read_text())
        platform = text["config"]["tenancy:platform"]
        platform["gpuNodePools"] = list(pools)
        if catalogue is not None:
            platform["instanceTypeCatalogue"] = catalogue
        path.write_text(yaml.safe_dump(text))
        return tmp_path

    return write


def spec(*pools: dict, **catalogue: str) -> PlatformSpec:
    written = {"operators": [{"group": "x"}], "gpuNodePools": list(pools)}
    if catalogue:
        written["instanceTypeCatalogue"] = catalogue
    return PlatformSpec.model_validate(written)


def resolved(root: Path, **options):
    read, unreadable = load(root)
    assert () == unreadable
    asked = instance_types_of(read, **options)
    tenancy, unresolved = resolve(read, asked.lookups)
    [pool] = tenancy.platforms["platform"].pools
    return pool, [*asked.findings, *unresolved]


def test_config_outranks_ec2_which_outranks_the_snapshot(six_gpus, project):
    bundled, _ = resolved(project(POOL, catalogue=None))

    assert (8, snapshot_source()) == (bundled.gpus_per_node, bundled.gpus_from)


def test_ec2_outranks_the_snapshot_and_is_named(six_gpus, project):
    live, found = resolved(project(POOL, catalogue=EC2))

    assert (6, "EC2 in eu-west-1") == (live.gpus_per_node, live.gpus_from)
    assert [] == found


def test_config_outranks_ec2_which_says_that_it_differs(six_gpus, project):
    written, found = resolved(project(POOL | {"gpusPerNode": 7}, catalogue=EC2))

    assert (7, None) == (written.gpus_per_node, written.gpus_from)
    assert [
        (
            "gpus-per-node-differ",
            "7 GPUs per node, while p5.48xlarge has 6 (from EC2 in eu-west-1)",
        )
    ] == [(v.code, v.found) for v in found]


def test_an_instance_type_that_the_region_has_not_is_told_and_the_snapshot_asked(
    aws, monkeypatch, project, moto_instance_types
):
    monkeypatch.setattr(moto_instance_types.InstanceTypeBackend, "instance_types", [])

    pool, [found] = resolved(project(POOL, catalogue=EC2))

    assert (8, snapshot_source()) == (pool.gpus_per_node, pool.gpus_from)
    assert ("instance-type-not-offered", Severity.WARNING) == (found.code, found.severity)
    assert "platform.gpuNodePools[0].instanceTypes[0]" == found.origin.dotted
    assert "the instance type p5.48xlarge, which EC2 in eu-west-1 does not have" == found.found


def test_what_no_source_knows_is_asked_for(aws, project):
    _, found = resolved(project(POOL | {"instanceTypes": ["p9.48xlarge"]}, catalogue=EC2))

    assert ["instance-type-not-offered", "gpus-per-node-unknown"] == [v.code for v in found]


def test_ec2_that_does_not_answer_is_not_checked_and_the_snapshot_used(
    aws, monkeypatch, project
):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free.getsockname()[1]}")

    pool, [found] = resolved(project(POOL, catalogue=EC2))

    assert (8, snapshot_source()) == (pool.gpus_per_node, pool.gpus_from)
    assert ("instance-types-not-asked", Severity.NOT_CHECKED) == (found.code, found.severity)
    assert "platform.instanceTypeCatalogue" == found.origin.dotted
    assert "EC2 in eu-west-1 did not describe the instance types" in found.found
    assert f"{snapshot_source()} was used instead" in found.remedy


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        pytest.param({"AWS_ENDPOINT_URL": "no address"}, "AWS_ENDPOINT_URL", id="no endpoint"),
        pytest.param(
            {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""},
            "credentials",
            id="no credentials",
        ),
    ],
)
def test_what_keeps_ec2_from_being_asked_is_said(aws, monkeypatch, variables, said):
    for name, value in variables.items():
        if value:
            monkeypatch.setenv(name, value)
        else:
            monkeypatch.delenv(name)

    lookup, [found] = instance_type_lookup(spec(POOL, **EC2), HERE)

    assert lookup is None
    assert said in found.message


def test_a_profile_that_there_is_not_is_said(aws):
    lookup, [found] = instance_type_lookup(spec(POOL, **EC2, profile="nobody"), HERE)

    assert lookup is None
    assert "nobody" in found.found


def test_a_profile_brings_its_own_credentials(aws, monkeypatch, tmp_path):
    credentials = tmp_path / "credentials"
    credentials.write_text("[team]\naws_access_key_id = a\naws_secret_access_key = b\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(credentials))
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    lookup, found = instance_type_lookup(spec(POOL, **EC2, profile="team"), HERE)

    assert [] == found
    assert 8 == lookup("p5.48xlarge").gpus


def test_nobody_is_asked_without_the_switch_or_without_an_instance_type(monkeypatch):
    """AWS has no address here: a call would be a finding."""
    coreweave = POOL | {"backend": "coreweave", "instanceTypes": ["gd-8xh100ib-i128"]}
    own = {k: v for k, v in POOL.items() if k != "instanceTypes"}

    assert (None, []) == instance_type_lookup(spec(POOL), HERE)
    assert (None, []) == instance_type_lookup(
        spec(own, coreweave, **EC2), HERE, is_on_ec2=pools.is_on_ec2
    )


def test_only_the_platform_of_the_stack_is_asked(six_gpus, project):
    root = project(POOL, catalogue=EC2)

    assert {"platform"} == set(instance_types_of(load(root)[0], stack="dev").lookups)
    assert {"platform"} == set(instance_types_of(load(root)[0], stack="platform").lookups)
    assert {} == instance_types_of(load(root)[0], stack="elsewhere").lookups


def run(root: Path, *arguments: str):
    runner = CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"})
    result = runner.invoke(app, [*arguments, "--project", str(root)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result


def test_check_asks_and_offline_asks_nobody(six_gpus, project):
    root = project(POOL | {"gpusPerNode": 7}, catalogue=EC2)

    asked = run(root, "check")
    offline = run(root, "check", "--offline")

    assert "p5.48xlarge has 6 (from EC2 in eu-west-1)" in " ".join(asked.output.split())
    assert "instance-types-not-asked" not in asked.output
    assert "instance-types-not-asked" in offline.output
    assert "gpus-per-node-differ" not in offline.output


def test_the_plan_says_who_knows_the_gpus(six_gpus, project):
    root = project(POOL, catalogue=EC2)

    offline = run(root, "plan", "--offline")
    data = json.loads(run(root, "plan", "--offline", "--json").output)

    assert f"8 GPUs per node, from {snapshot_source()}" in offline.output
    assert "--offline was given" in " ".join(offline.output.split())
    assert [snapshot_source()] == [p["gpusFrom"] for p in data["gpuNodePools"]]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        pytest.param({"source": "ec2"}, "missing-key", id="no region"),
        pytest.param(EC2 | {"source": "gcp"}, "unknown-choice", id="another cloud"),
        pytest.param(EC2 | {"regoin": "x"}, "unknown-key", id="misspelt"),
    ],
)
def test_a_wrong_switch_is_refused(project, written, code):
    _, unreadable = load(project(POOL, catalogue=written))

    assert [code] == [v.code for v in errors_in(unreadable)]

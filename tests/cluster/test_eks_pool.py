"""The whole life of a pool of the backend `eks`, by the real engine against a moto server."""

import copy
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest
from moto.eks.models import Nodegroup, eks_backends
from moto.server import ThreadedMotoServer
from pulumi import automation as auto

from tenancy.engine.sdk_stack import OperatedStack, outputs_of
from tenancy.local.tools import Toolchain

pytestmark = pytest.mark.cluster

ROOT = Path(__file__).parents[2]
PROGRAM = Path(__file__).parent / "programs" / "eks_pool"
REGION = "eu-central-1"

POOL = {
    "name": "h100",
    "model": "H100",
    "backend": "eks",
    "instanceTypes": ["p5.48xlarge"],
    "nodes": {"min": 0, "max": 4},
    "taints": [{"key": "example.com/training", "value": "yes", "effect": "NoSchedule"}],
    "options": {
        "clusterName": "main",
        "nodeRole": "arn:aws:iam::123456789012:role/nodes",
        "subnets": ["subnet-1", "subnet-2"],
        "tags": {"cost-center": "cc-1042"},
    },
}


class Engine:
    """One stack of the program, on a backend of its own."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        made = auto.create_or_select_stack(
            stack_name="test",
            work_dir=str(folder),
            opts=auto.LocalWorkspaceOptions(env_vars=environment),
        )
        # Without the commands that the SDK adds to each update for its outputs and history.
        self.stack = OperatedStack(made.name, made.workspace)
        self.pool = copy.deepcopy(POOL)

    def write(self, **changed: object) -> None:
        self.pool |= changed
        self.stack.set_config("pool", auto.ConfigValue(json.dumps(self.pool)))

    def said(self, run: Callable[..., object]) -> tuple[str, dict[str, int]]:
        """Run and return what the person reads, and how often each operation was done."""
        lines: list[str] = []
        steps: dict[str, int] = {}

        def event(one: auto.EngineEvent) -> None:
            if one.diagnostic_event is not None:
                lines.append(one.diagnostic_event.message)
            step = one.resource_pre_event
            if (
                step is not None
                and step.metadata.type == "tenancy:aws:NodeGroup"
                and step.metadata.op is not auto.OpType.REFRESH
            ):
                steps[step.metadata.op.value] = steps.get(step.metadata.op.value, 0) + 1

        run(on_event=event, on_output=lines.append, color="never")
        return "\n".join(lines), steps


@pytest.fixture
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()
    # What moto keeps belongs to the process, not to its server.
    eks_backends.reset()


@pytest.fixture
def environment(endpoint: str, toolchain: Toolchain, tmp_path: Path) -> dict[str, str]:
    """The environment of a shell with the wheel installed, and the moto server as AWS."""
    installed = tmp_path / "bin"
    installed.mkdir()
    program = installed / "pulumi-resource-tenancy"
    # What pip writes for the console script of pyproject.toml.
    program.write_text(
        f"#!{sys.executable}\nimport sys\n"
        "from tenancy_components.provider import main\nsys.exit(main())\n"
    )
    program.chmod(0o755)
    (tmp_path / "state").mkdir()
    (tmp_path / "home").mkdir()
    # The engine logs each step into a folder of this name, which takes two fifths of its time.
    (tmp_path / "home" / "logs").touch()
    return {
        "PATH": f"{installed}:{toolchain.bin}:{os.environ['PATH']}",
        "PYTHONPATH": f"{ROOT}:{ROOT / 'components'}",
        "PULUMI_PYTHON_CMD": sys.executable,
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_BACKEND_URL": f"file://{tmp_path / 'state'}",
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@pytest.fixture
def eks(endpoint: str):
    client = boto3.client(
        "eks",
        region_name=REGION,
        endpoint_url=endpoint,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    client.create_cluster(
        name="main",
        version="1.36",
        roleArn="arn:aws:iam::123456789012:role/cluster",
        resourcesVpcConfig={"subnetIds": ["subnet-1", "subnet-2"]},
    )
    return client


@pytest.fixture
def engine(environment: dict[str, str], tmp_path: Path, eks, toolchain) -> Engine:
    folder = tmp_path / "project"
    shutil.copytree(PROGRAM, folder)
    os.environ["PATH"] = environment["PATH"]
    made = Engine(folder, environment)
    made.write()
    return made


@pytest.fixture(autouse=True)
def _path_is_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.environ["PATH"])


def live(eks) -> dict:
    return eks.describe_nodegroup(clusterName="main", nodegroupName="gpu-h100")["nodegroup"]


def names(eks) -> list[str]:
    return eks.list_nodegroups(clusterName="main")["nodegroups"]


def test_a_pool_lives_from_its_creation_to_its_end(engine: Engine, eks):
    said, steps = engine.said(engine.stack.up)
    assert {"create": 1} == steps
    made = live(eks)
    assert made["nodegroupArn"] == outputs_of(engine.stack)["arn"]
    assert made["amiType"] == "AL2023_x86_64_NVIDIA"
    assert made["updateConfig"] == {"maxUnavailable": 1, "updateStrategy": "MINIMAL"}
    assert sorted((t["key"], t["effect"]) for t in made["taints"]) == [
        ("example.com/training", "NO_SCHEDULE"),
        ("tenancy.dev/gpu-pool", "NO_SCHEDULE"),
    ]

    # An autoscaler at work is nobody's change, also after a refresh.
    eks.update_nodegroup_config(
        clusterName="main", nodegroupName="gpu-h100", scalingConfig={"desiredSize": 3}
    )

    # A taint and the range, in place; what was removed by hand is written again.
    eks.update_nodegroup_config(
        clusterName="main",
        nodegroupName="gpu-h100",
        taints={"removeTaints": [{"key": "tenancy.dev/gpu-pool", "effect": "NO_SCHEDULE"}]},
    )
    engine.write(
        taints=[{"key": "example.com/training", "value": "yes", "effect": "NoExecute"}],
        nodes={"min": 0, "max": 8},
    )
    said, steps = engine.said(lambda **o: engine.stack.up(refresh=True, **o))
    assert {"update": 1} == steps
    assert "REPLACED" not in said
    changed = live(eks)
    assert made["nodegroupArn"] == changed["nodegroupArn"]
    assert {"minSize": 0, "maxSize": 8, "desiredSize": 3} == changed["scalingConfig"]
    assert sorted((t["key"], t["effect"]) for t in changed["taints"]) == [
        ("example.com/training", "NO_EXECUTE"),
        ("tenancy.dev/gpu-pool", "NO_SCHEDULE"),
    ]

    # Another instance type replaces, and the preview reports why.
    engine.write(instanceTypes=["p5en.48xlarge"], model="H200")
    said, steps = engine.said(engine.stack.preview)
    assert 1 == steps.get("replace")
    assert (
        "node group gpu-h100 of the cluster main will be REPLACED: up to 8 nodes are drained"
        " and deleted, with everything that runs there, before new ones are created"
    ) in said
    assert (
        "instanceTypes [p5.48xlarge] → [p5en.48xlarge]:"
        " EKS cannot change the instance types of a node group"
    ) in said

    engine.stack.destroy()
    assert [] == names(eks)


@pytest.mark.nightly
def test_a_pool_is_replaced_left_to_its_autoscaler_and_made_again(engine: Engine, eks):
    engine.said(engine.stack.up)
    made = live(eks)
    eks.update_nodegroup_config(
        clusterName="main", nodegroupName="gpu-h100", scalingConfig={"desiredSize": 3}
    )
    _, steps = engine.said(lambda **o: engine.stack.preview(refresh=True, **o))
    assert {"same": 1} == steps

    engine.write(instanceTypes=["p5en.48xlarge"], model="H200")
    engine.said(engine.stack.up)
    replaced = live(eks)
    assert ["p5en.48xlarge"] == replaced["instanceTypes"]
    assert made["nodegroupArn"] != replaced["nodegroupArn"]

    # What was deleted behind its back is found by a refresh and made again.
    eks.delete_nodegroup(clusterName="main", nodegroupName="gpu-h100")
    _, steps = engine.said(lambda **o: engine.stack.up(refresh=True, **o))
    assert {"create": 1} == steps


def fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let node groups of the moto server, which runs in this process, fail as EKS' do."""
    original = Nodegroup.__init__

    def failing(self: Nodegroup, **given: object) -> None:
        original(self, **given)
        self.status = "CREATE_FAILED"
        self.health = {
            "issues": [
                {
                    "code": "AsgInstanceLaunchFailures",
                    "message": "We currently do not have sufficient p5.48xlarge capacity",
                }
            ]
        }

    monkeypatch.setattr(Nodegroup, "__init__", failing)


def test_a_failed_creation_is_cleaned_up_and_the_next_succeeds(engine, eks, monkeypatch):
    with monkeypatch.context() as failing:
        fail(failing)
        with pytest.raises(auto.CommandError) as failed:
            engine.stack.up(color="never")

    assert "We currently do not have sufficient p5.48xlarge capacity" in str(failed.value)
    assert "what was created has been deleted" in str(failed.value)
    assert "Unexpected <class" not in str(failed.value)
    assert [] == names(eks)

    engine.stack.up()
    assert ["gpu-h100"] == names(eks)


def test_a_failed_creation_never_takes_what_was_there_before(engine, eks):
    eks.create_nodegroup(
        clusterName="main",
        nodegroupName="gpu-h100",
        nodeRole="arn:aws:iam::123456789012:role/nodes",
        subnets=["subnet-1"],
        labels={"owner": "somebody"},
    )

    with pytest.raises(auto.CommandError, match="a node group of that name exists already"):
        engine.stack.up(color="never")

    assert {"owner": "somebody"} == live(eks)["labels"]


def test_wrong_inputs_are_all_refused_at_the_preview(engine, eks):
    engine.write(
        nodes={"min": 5, "max": 4},
        options=POOL["options"] | {"amiType": "AL2023_ARM_64_STANDARD"},
    )

    with pytest.raises(auto.CommandError) as refused:
        engine.stack.preview(color="never")

    assert "minSize 5 over maxSize 4" in str(refused.value)
    assert "choose an AMI type of the instance type's architecture" in str(refused.value)
    assert "without it pods cannot use the GPUs" in str(refused.value)
    assert [] == names(eks)


@pytest.mark.nightly
def test_another_region_in_the_environment_loses_nothing(engine, eks):
    engine.stack.up()

    engine.stack.workspace.env_vars["AWS_REGION"] = "us-east-1"
    engine.stack.refresh()
    _, steps = engine.said(engine.stack.preview)

    assert {"same": 1} == steps


@pytest.mark.nightly
def test_where_the_engine_cannot_find_the_provider_the_remedy_is_named(
    engine, environment, toolchain
):
    engine.stack.workspace.env_vars["PATH"] = f"{toolchain.bin}:/usr/bin:/bin"

    with pytest.raises(auto.CommandError) as failed:
        engine.stack.preview(color="never")

    text = " ".join(str(failed.value).split())
    assert "the engine does not find the program pulumi-resource-tenancy" in text
    assert "on PATH (`tenancy env` does), or write in Pulumi.yaml" in text
    assert "Traceback" not in text

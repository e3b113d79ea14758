"""The examples as their readers run them, in projects of their own."""

import json
import subprocess
import sys
from pathlib import Path

import pulumi
import pulumi_kubernetes
import pytest
from tenancy_components import Organization

from tenancy import engine as automation
from tenancy.engine import Engine, EngineError

pytestmark = pytest.mark.cluster

ROOT = Path(__file__).parents[3]


@pytest.fixture
def engine(sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """An engine with a backend of its own, on the shared control plane."""
    state = tmp_path / "state"
    state.mkdir()
    variables = {**sandbox.environment(), "PULUMI_BACKEND_URL": f"file://{state}"}
    # As in a shell with the activated virtual environment, where the provider's program is.
    path = f"{Path(sys.executable).parent}:{variables['PATH']}"
    monkeypatch.setenv("PATH", path)
    return Engine(variables={**variables, "PATH": path})


def test_the_automation_script_applies_stacks_and_says_what_changed(project) -> None:
    """The platform before what is on it, in whatever order they are named."""
    variables = {**project.box.process_environment(), "PYTHONPATH": f"{ROOT}:{ROOT}/components"}
    script = [sys.executable, str(ROOT / "examples/automation/deploy.py"), str(project.root)]

    def run(*stacks: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*script, *stacks], env=variables, capture_output=True, text=True, check=False
        )

    first, second = run("dev", "platform"), run("dev")

    assert (0, "") == (first.returncode, first.stderr)
    platform, dev = first.stdout.splitlines()
    assert "platform: nothing changes" == platform
    assert dev.startswith("dev: create ")
    assert (0, "dev: nothing changes\n") == (second.returncode, second.stdout)
    project.edit("Pulumi.staging.yaml", 'pods: "30"', "pods: no")
    refused = run("staging")
    assert 3 == refused.returncode
    assert "yaml-boolean-word" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_access_goes_although_the_caller_protects_everything(
    sandbox, kube, engine: Engine
) -> None:
    """What a parent hands to its children must not keep a binding alive."""
    members = [{"group": "initech", "role": "developer"}, {"user": "peter", "role": "viewer"}]

    def program(held: list) -> None:
        cluster = pulumi_kubernetes.Provider(
            "cluster", kubeconfig=str(sandbox.kubeconfig), cluster_identifier="shared"
        )
        Organization(
            "initech",
            {
                "prefix": "initech",
                "members": held,
                "namespaces": [{"id": "tps", "quota": {"pods": 3}}],
            },
            opts=pulumi.ResourceOptions(provider=cluster, protect=True, retain_on_delete=True),
        )

    def up(held: list) -> automation.Result:
        return automation.inline(
            lambda: program(held), project="office", stack="dev", engine=engine
        ).up()

    up(members)
    question = ("auth", "can-i", "get", "pods", "-n", "initech-tps")
    assert "yes" in kube.as_user("oidc:peter")(*question)

    up(members[:1])
    assert "no" in kube.as_user("oidc:peter").run(*question).stdout
    assert "yes" in kube.as_user("oidc:someone", "oidc:initech")(*question)

    up([])
    assert "no" in kube.as_user("oidc:someone", "oidc:initech").run(*question).stdout
    bindings = kube.json("get", "rolebindings", "-n", "initech-tps")["items"]
    assert [] == bindings


def test_an_importing_program_is_refused_with_every_reason_and_no_traceback(
    sandbox, engine: Engine, tmp_path: Path
) -> None:
    project = tmp_path / "wrong"
    project.mkdir()
    (project / "Pulumi.yaml").write_text("name: wrong\nruntime: python\n")
    args = {
        "prefix": "kube-own",
        "namespaces": [{"id": "much-too-long", "quota": {"pods": 3, "nvidia.com/gpu": 1}}],
    }
    (project / "__main__.py").write_text(
        "import json, pulumi, pulumi_kubernetes as k8s\n"
        "from tenancy_components import Organization\n"
        f"cluster = k8s.Provider('c', kubeconfig={str(sandbox.kubeconfig)!r})\n"
        f"Organization('wrong', json.loads({json.dumps(args)!r}),"
        " opts=pulumi.ResourceOptions(provider=cluster))\n"
    )
    variables = {**engine.variables, "PYTHONPATH": f"{ROOT}:{ROOT}/components"}
    session = automation.local(project, "dev", Engine(variables=variables))

    with pytest.raises(EngineError) as refusal:
        session.up()

    text = str(refusal.value)
    assert "Traceback" not in text
    assert "argument of wrong" in text
    assert "requests.nvidia.com/gpu" in text
    assert "much-too-long" in text
    assert "kube-own" in text
    # The stack itself and the provider of the program's own; nothing of ours.
    assert not [r for r in session.state() if str(r["type"]).startswith("tenancy:")]

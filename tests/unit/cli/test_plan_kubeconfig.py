"""A plan of files that others wrote uses one kubeconfig: a kubeconfig can run commands."""

import re
from pathlib import Path

import pytest

ELSEWHERE = "tenancy:cluster: eu-1\n  tenancy:kubeconfig: {}\n  tenancy:context: admin"
HOSTILE = """
apiVersion: v1
kind: Config
contexts: [{name: admin, context: {cluster: eu, user: eve}}]
clusters: [{name: eu, cluster: {server: "https://127.0.0.1:1"}}]
users:
  - name: eve
    user:
      exec:
        apiVersion: client.authentication.k8s.io/v1
        command: touch
        args: [RAN]
        interactiveMode: Never
"""


@pytest.fixture
def elsewhere(project: Path):
    """Return what names a kubeconfig in all stack files."""

    def name(kubeconfig: str) -> None:
        for path in project.glob("Pulumi.*.yaml"):
            text = re.sub(r"^encryptionsalt:.*$", "", path.read_text(), flags=re.MULTILINE)
            path.write_text(
                text.replace("tenancy:cluster: sandbox", ELSEWHERE.format(kubeconfig))
            )

    return name


def test_another_kubeconfig_is_refused_for_each_stack_before_it_is_read(
    run, project: Path, elsewhere, monkeypatch
) -> None:
    monkeypatch.chdir(project)
    elsewhere("organizations/hostile.yaml")
    (project / "organizations/hostile.yaml").write_text(HOSTILE)

    done = run(
        "plan", "--stack", "dev", "--stack", "prod", "--require-kubeconfig", ".kubeconfig"
    )

    assert 3 == done.exit_code
    said = " ".join(done.output.split())
    for stack in ("dev", "prod"):
        assert (
            f"stack {stack}: tenancy:kubeconfig is 'organizations/hostile.yaml';"
            " --require-kubeconfig allows '.kubeconfig' only"
        ) in said
    assert not (project / "RAN").exists()


def test_the_kubeconfig_that_is_required_is_used(run, project: Path, elsewhere) -> None:
    elsewhere(".kubeconfig")

    done = run("plan", "--stack", "dev", "--require-kubeconfig", ".kubeconfig")

    assert "--require-kubeconfig" not in done.output
    assert "the record of the last update cannot be read" in done.output

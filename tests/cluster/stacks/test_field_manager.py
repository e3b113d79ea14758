"""One field manager for each stack: nothing that is interrupted or older blocks an update."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tenancy import engine as automation
from tenancy.assessment import assess
from tenancy.cli import app
from tenancy.cli.interaction import TerminalInteraction
from tenancy.cli.terminal import terminal
from tenancy.diagnostics import Exit
from tenancy.kubernetes.field_managers import ANNOTATION
from tests.commands import TENANCY

pytestmark = pytest.mark.cluster

ROOT = Path(__file__).parents[3]
PACKAGES = f"{ROOT}:{ROOT / 'components'}"
KINDS = "resourcequotas,limitranges,networkpolicies,rolebindings"
DEV = "tenancy/tenancy/dev/cluster-sandbox"
QUOTA = ("get", "resourcequota", "quota", "-n", "acme-dev", "--show-managed-fields")

BEFORE_THE_ANNOTATION = """
from tenancy_components import manifests, program

manifests._applied_by = lambda manager, manifest: dict(manifest)
program.move_to_one_field_manager = lambda *arguments: None
build = program._build
program._build = lambda *arguments: {
    key: value for key, value in build(*arguments).items() if key != "fieldManager"
}
program.main()
"""


@pytest.fixture(scope="module")
def project(make_project):
    return make_project("platform", "dev")


@pytest.fixture(scope="module")
def applied(project):
    return project


@pytest.fixture
def kubectl(project, kubectl_of):
    return kubectl_of(project.box)


def managed(kubectl, namespace: str) -> Iterator[dict]:
    found = kubectl.json("get", KINDS, "-n", namespace, "--show-managed-fields")["items"]
    found.append(kubectl.json("get", "namespace", namespace, "--show-managed-fields"))
    for item in found:
        if item["metadata"].get("labels", {}).get("tenancy.dev/managed") == "true":
            yield item


def appliers(item: dict) -> set[str]:
    entries = item["metadata"]["managedFields"]
    return {entry["manager"] for entry in entries if entry["operation"] == "Apply"}


def assert_one_manager(kubectl, namespace: str, manager: str) -> None:
    items = list(managed(kubectl, namespace))
    assert len(items) > 8
    assert {manager} == set().union(*map(appliers, items))
    assert {manager} == {item["metadata"]["annotations"][ANNOTATION] for item in items}


def hard(kubectl) -> str:
    return kubectl.json(*QUOTA)["spec"]["hard"]["pods"]


def set_pods(project, count: int) -> None:
    project.edit("Pulumi.dev.yaml", r'^        pods: "\d+"', f'        pods: "{count}"')


def drift(project, *options: str) -> tuple[int, list[dict]]:
    arguments = ["drift", "-C", str(project.root), "--stack", "dev", "--json", *options]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code in {0, 2}, result.output
    return result.exit_code, json.loads(result.stdout)["stacks"][0]["result"]["differences"]


def conflicts(differences: list[dict]) -> set[str]:
    return {d["field"][1] for d in differences if d["field"][:1] == ["managedFields"]}


def test_every_object_has_the_one_manager_and_nothing_changes_afterwards(
    applied, kubectl
) -> None:
    assert_one_manager(kubectl, "acme-dev", DEV)
    assert applied.session("dev").preview().is_empty
    assert applied.session("dev").preview(refresh=True).is_empty
    assert (0, []) == drift(applied)


@pytest.mark.nightly
@pytest.mark.fault("kill")
def test_a_killed_update_is_resumed_and_a_later_change_applies(project, kubectl) -> None:
    command = [*TENANCY, "up", "--yes"]
    process = subprocess.Popen(
        [*command, "--stack=staging", f"--project={project.root}"],
        env={**os.environ, "PYTHONPATH": PACKAGES},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 120
    while not list(made(kubectl, "acme-staging")) and time.monotonic() < deadline:
        assert process.poll() is None
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    before = len(list(made(kubectl, "acme-staging")))
    assert before

    resumed = subprocess.run(
        [*command, "--stack=staging", f"--project={project.root}"],
        env={**os.environ, "PYTHONPATH": PACKAGES},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert 0 == resumed.returncode, resumed.stdout + resumed.stderr
    manager = "tenancy/tenancy/staging/cluster-sandbox"
    assert_one_manager(kubectl, "acme-staging", manager)
    project.edit("Pulumi.staging.yaml", r'^        pods: "\d+"', '        pods: "21"')
    project.up("staging")
    quota = kubectl.json("get", "resourcequota", "quota", "-n", "acme-staging")
    assert "21" == quota["spec"]["hard"]["pods"]
    assert project.session("staging").preview(refresh=True).is_empty


def made(kubectl, namespace: str) -> list[dict]:
    """What exists of the namespace, which may not be there yet."""
    return kubectl.json("get", KINDS, "-n", namespace)["items"]


@pytest.mark.nightly
def test_what_an_earlier_version_applied_moves_to_the_manager_with_a_change(
    make_project, kubectl_of
) -> None:
    older = make_project()
    kubectl = kubectl_of(older.box)
    program = (older.root / "__main__.py").read_text()
    (older.root / "__main__.py").write_text(BEFORE_THE_ANNOTATION)
    older.up("platform")
    older.up("dev")
    [random] = appliers(kubectl.json(*QUOTA))
    assert random.startswith("pulumi-kubernetes-")
    # As an interrupted and resumed update left them.
    apply(kubectl, "pulumi-kubernetes-0rphan00", pods="20")
    (older.root / "__main__.py").write_text(program)
    assert {random, "pulumi-kubernetes-0rphan00"} <= conflicts(drift(older)[1])
    foreign = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "b"}}
    foreign["metadata"] = {"name": "foreign", "namespace": "acme-dev"}
    arguments = ("apply", "--server-side", "--field-manager=pulumi-kubernetes-f0reign0")
    kubectl(*arguments, "-f", "-", manifest=foreign)

    set_pods(older, 23)
    older.up("dev")
    older.up("platform")

    assert "23" == hard(kubectl)
    assert_one_manager(kubectl, "acme-dev", DEV)
    assert older.session("dev").preview(refresh=True).is_empty
    assert older.session("platform").preview(refresh=True).is_empty
    assert (0, []) == drift(older)
    left = kubectl.json(
        "get", "configmap", "foreign", "-n", "acme-dev", "--show-managed-fields"
    )
    assert {"pulumi-kubernetes-f0reign0"} == appliers(left)


def apply(kubectl, manager: str, *, pods: str, force: bool = False) -> None:
    """Apply one figure of the quota, by default at the value it has, as another manager."""
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "quota", "namespace": "acme-dev"},
        "spec": {"hard": {"pods": pods}},
    }
    forced = ["--force-conflicts"] if force else []
    options = ("--server-side", f"--field-manager={manager}", *forced)
    kubectl("apply", *options, "-f", "-", manifest=quota)


def test_another_manager_makes_an_update_fail_and_a_repair_lets_it_through(
    applied, kubectl
) -> None:
    before = hard(kubectl)
    apply(kubectl, "deployer", pods=before)
    assert (2, {"deployer"}) == (drift(applied)[0], conflicts(drift(applied)[1]))
    set_pods(applied, int(before) - 1)
    stated = (
        f"spec.hard pods: {int(before) - 1} in the files, {before} on the cluster (by deployer)"
    )
    with pytest.raises(Exception, match="fields that this update changes") as failed:
        applied.up("dev")
    assert stated in " ".join(str(failed.value).split())
    assert before == hard(kubectl)

    code, left = drift(applied, "--repair", "--yes")

    assert (0, []) == (code, left)
    assert_one_manager(kubectl, "acme-dev", DEV)
    assert str(int(before) - 1) == hard(kubectl)
    applied.up("dev")
    assert applied.session("dev").preview(refresh=True).is_empty


class Asking(automation.Interaction):
    """A person who answers every question with yes."""

    asks = True

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.questions: list[str] = []

    def show_lines(self, lines) -> None:
        self.shown += lines

    def confirm(self, question: str) -> None:
        self.questions.append(question)


def test_fields_of_another_are_refused_before_the_engine_and_taken_over_after_a_question(
    applied, kubectl, monkeypatch
) -> None:
    before = hard(kubectl)
    apply(kubectl, "deployer", pods="77", force=True)
    set_pods(applied, int(before) - 1)
    assessment = assess(applied.root)
    monkeypatch.setenv("PYTHONPATH", PACKAGES)

    refused = automation.preview(assessment, ["dev"])["dev"].error
    by_a_job = automation.up(assessment, ["dev"], interaction=TerminalInteraction(terminal()))

    stated = (
        f"spec.hard pods: {int(before) - 1} in the files, 77 on the cluster (by deployer at 20"
    )
    assert stated in str(refused)
    assert "To take them over, run `tenancy up --stack dev`" in str(refused)
    assert str(refused) == str(by_a_job["dev"].error)
    assert Exit.REFUSED is by_a_job.exit
    assert "77" == hard(kubectl)

    person = Asking()
    done = automation.up(assessment, ["dev"], interaction=person)

    assert [] == list(done.errors)
    assert stated in "\n".join(person.shown)
    assert [
        "take these fields over, as the files describe them?",
        "apply this to stack dev?",
    ] == person.questions
    assert str(int(before) - 1) == hard(kubectl)
    assert_one_manager(kubectl, "acme-dev", DEV)


def test_a_second_stack_does_not_take_over_an_object_of_the_first(applied, kubectl) -> None:
    """The same stack name in another project: labels are equal and the managers are not."""
    root = applied.root.parent / f"{applied.root.name}-other"
    skipped = shutil.ignore_patterns(".sandbox", "used-by-*")
    shutil.copytree(applied.root, root, ignore=skipped)
    (root / ".sandbox").symlink_to(applied.root / ".sandbox")
    for file in root.glob("Pulumi*.yaml"):
        renamed = file.read_text().replace("name: tenancy", "name: other")
        file.write_text(renamed.replace("  tenancy:", "  other:"))
    other = type(applied)(root, applied.box, applied.variables)
    before = {(i["kind"], i["metadata"]["name"]): i for i in managed(kubectl, "acme-dev")}

    with pytest.raises(Exception, match="which stack dev of another project created"):
        other.up("dev")

    after = {(i["kind"], i["metadata"]["name"]): i for i in managed(kubectl, "acme-dev")}
    assert before == after
    assert applied.session("dev").preview(refresh=True).is_empty

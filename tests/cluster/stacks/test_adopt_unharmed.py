"""Namespaces of public charts: adopted unharmed, enforced as announced, and released."""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from tenancy.cli import app
from tests.cluster.stacks import charts_world as charts
from tests.cluster.stacks import hard_world as hard
from tests.cluster.stacks import rare_world as rare
from tests.cluster.stacks.released_world import marks, values

pytestmark = [pytest.mark.cluster, pytest.mark.nightly]

CONTROLLER = "system:serviceaccount:kube-system:replicaset-controller"
KINDS = "deployments,statefulsets,daemonsets,jobs"


@pytest.fixture(scope="module")
def project(make_project):
    """A project without pending changes."""
    return make_project("platform", "dev")


def run(project, *arguments: str, code: int = 0) -> str:
    """Run a command of ours in this process."""
    result = CliRunner().invoke(app, [*arguments, "-C", str(project.root), "-s", "dev"])
    assert code == result.exit_code, result.output
    return result.stdout


def refused(kubectl, names: Iterable[str]) -> dict[tuple[str, str], str]:
    """The workloads whose pods the API server would refuse to their controller."""
    controller, found = kubectl.as_user(CONTROLLER), {}
    for one in kubectl.json("get", KINDS, "--all-namespaces")["items"]:
        namespace, name = one["metadata"]["namespace"], one["metadata"]["name"]
        if namespace not in names:
            continue
        pod = hard.a_pod_of(one["spec"]["template"], namespace)
        result = controller.run("create", "--dry-run=server", "-f", "-", manifest=pod)
        if result.returncode:
            found[namespace, f"{one['kind']}/{name}"] = result.stderr
    return found


def enforced(path: Path, named: Mapping[str, Mapping[str, list[str]]]) -> None:
    """Write `mode: enforce` for every namespace of an organization."""
    config = yaml.safe_load(path.read_text())
    for one in config["namespaces"]:
        name = one["adopted"].get("name", one["id"])
        one["enforcement"] = {"mode": "enforce", **named.get(name, {})}
    path.write_text(yaml.safe_dump(config, sort_keys=False))


def allow(project, limit: str) -> None:
    """Write what is below its use into the stack's file, as the finding asks."""
    path = project.root / "Pulumi.dev.yaml"
    config = yaml.safe_load(path.read_text())
    config["config"].setdefault("tenancy:allowBelowUsage", []).append(limit)
    path.write_text(yaml.safe_dump(config, sort_keys=False))


def announced(project) -> tuple[list[dict], dict[str, dict[str, list[str]]]]:
    """What enforcement loses by the plan; limits below use are allowed in the stack's file."""
    plan = json.loads(run(project, "plan", "--json", code=3))
    for one in plan["findings"]:
        if one["code"] == "quota-below-usage":
            [limit] = re.findall("`([^`]+/[^`]+)`", one["remedy"])
            allow(project, limit)
    lost = [one for one in plan["enforcement"] if not one["audit"]]
    named: dict[str, dict[str, list[str]]] = {}
    for key, found in (("mayStop", lost), ("mayWeaken", plan["weakened"])):
        for one in found:
            if key == "mayWeaken" or one["kind"] in ("pods", "connection"):
                some = named.setdefault(one["namespace"], {}).setdefault(key, [])
                some += [one["object"]] if one["object"] not in some else []
    return lost, named


def life_of(project, kubectl, selector: str, names: Iterable[str]) -> None:
    """Adopt, enforce, go back and release the namespaces; nothing of them is harmed."""
    organization = selector.partition("=")[0]
    before = values(kubectl, *names)
    assert {} == refused(kubectl, names)

    run(project, "adopt", "-o", organization, "--selector", selector, "--yes")

    assert {} == refused(kubectl, names)
    after = values(kubectl, *names)
    assert before.items() <= after.items()
    added = {(one["kind"], one["name"]) for uid, one in after.items() if uid not in before}
    assert {"ResourceQuota"} >= {kind for kind, _ in added}, added
    unchanged(project)

    path = project.root / f"organizations/{organization}.yaml"
    audited = path.read_text()
    enforced(path, {})
    lost, named = announced(project)
    enforced(path, named)
    project.up("dev")
    # Each refusal that is met was announced, and nothing else was.
    pods = {(one["namespace"], one["object"]) for one in lost if one["kind"] == "pods"}
    met = refused(kubectl, names)
    assert pods == met.keys(), met
    assert before.keys() <= values(kubectl, *names).keys()
    unchanged(project)

    path.write_text(audited)
    project.up("dev")
    assert {} == refused(kubectl, names)
    assert before.items() <= values(kubectl, *names).items()

    held = values(kubectl, *names)
    run(project, "release", "--keep", "--organization", organization, "--yes")
    assert [] == marks(kubectl, *names)
    assert held.items() <= values(kubectl, *names).items()
    unchanged(project)


def unchanged(project) -> None:
    """Hold that neither a preview nor the drift has anything."""
    assert project.session("dev").preview().is_empty
    [drift] = json.loads(run(project, "drift", "--json"))["stacks"]
    assert [] == drift["result"]["differences"]


def test_namespaces_of_charts_are_harmed_nowhere(project, kubectl_of) -> None:
    kubectl = kubectl_of(project.box)
    kubectl("create", "-f", "-", manifest=charts.everything())

    life_of(project, kubectl, "charts=yes", charts.NAMES)


def test_namespaces_with_what_is_rare_are_harmed_nowhere(project, kubectl_of) -> None:
    kubectl = kubectl_of(project.box)
    kubectl("create", "-f", "-", manifest=rare.everything())
    kubectl("wait", "--for=condition=Established", "crd/widgets.rare.example.com")
    kubectl("create", "-f", "-", manifest=[*rare.custom_objects(), *rare.quotas()])

    life_of(project, kubectl, "rare=1", rare.NAMES)


def test_the_hardest_namespace_is_harmed_nowhere(project, kubectl_of) -> None:
    kubectl = kubectl_of(project.box)
    kubectl("create", "-f", "-", manifest=hard.everything())

    life_of(project, kubectl, "team=hard", [hard.NAME])

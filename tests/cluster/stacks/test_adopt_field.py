"""
Ten namespaces of public repositories: adopted in audit as they are, enforced, released.

The tests of this module are one story, told in their order on one project.
"""

import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

import tenancy.cluster
from tenancy.cli import app
from tenancy.engine import EngineError
from tests.cluster.api import until
from tests.cluster.stacks import field_world as field
from tests.cluster.stacks.field_world import FIELD, NAMES, objects, restarted
from tests.cluster.stacks.released_world import marks, values

pytestmark = pytest.mark.cluster

ROOT = Path(__file__).parents[3]
ENFORCED = ("apps", "court-probation-dev", "sandbox")
PRIVILEGED = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "root", "namespace": "apps"},
    "spec": {
        "containers": [
            {"name": "c", "image": "i", "securityContext": {"privileged": True}},
        ],
        "tolerations": [{"operator": "Exists"}],
        "nodeName": "anywhere",
    },
}
BUDGET = {
    "apiVersion": "policy/v1",
    "kind": "PodDisruptionBudget",
    "metadata": {"name": "shop", "namespace": "apps"},
    "spec": {"maxUnavailable": 0, "selector": {"matchLabels": {"app": "shop"}}},
}


def command(project, *arguments: str):
    """Run a command of ours on the project, in this process."""
    return CliRunner().invoke(app, [*arguments, "-C", str(project.root), "-s", "dev"])


@pytest.fixture(autouse=True, scope="module")
def _programs_path():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", f"{ROOT}:{ROOT / 'components'}")
        yield


@pytest.fixture(scope="module")
def adopted(make_project, kubectl_of):
    """The ten namespaces, adopted; what was there before, and what was printed."""
    project = make_project("platform")
    kubectl = kubectl_of(project.box)
    kubectl("apply", "-f", str(FIELD))
    kubectl("create", "-f", "-", manifest=[*field.everything(), BUDGET])
    until(
        lambda: field.WANTED.keys() <= field.running(kubectl, {}),
        lambda: field.WANTED.keys() - field.running(kubectl, {}),
        **field.PATIENCE,
    )
    before = {
        "objects": objects(kubectl),
        "connections": field.connections(kubectl),
        "permissions": field.permissions(kubectl),
    }
    files = {path: path.read_text() for path in project.root.rglob("*.yaml")}
    report = command(project, "adopt", "-o", "field", *NAMES, "--report")
    assert 0 == report.exit_code, report.output
    # The report changes neither a file nor an object.
    assert files == {path: path.read_text() for path in project.root.rglob("*.yaml")}
    assert before["objects"] == objects(kubectl)
    result = command(project, "adopt", "-o", "field", *NAMES, "--yes")
    return project, kubectl, before, result


def test_all_are_taken_over_and_keep_what_they_had(adopted) -> None:
    _, kubectl, before, result = adopted

    assert 0 == result.exit_code, result.output
    assert "taken over" in result.output
    assert "Group github:probation-in-court does not begin with the platform's" in result.output
    after = objects(kubectl)
    assert before["objects"].items() <= after.items()
    # What is new counts the GPUs that one of them has a quota for.
    new = after.keys() - before["objects"].keys()
    assert {("ResourceQuota", "gpus")} == {after[uid][:2] for uid in new}


def test_what_enforcement_would_refuse_and_stop_is_reported(adopted) -> None:
    _, _, _, result = adopted

    assert "Deployment/web would be refused at its next start: Pod Security" in result.output
    assert "Deployment/web to 10.1.2.3 on TCP 5432 would stop" in result.output
    assert "to web on TCP 8080 would stop (named by Ingress/web)" in result.output
    assert "PodDisruptionBudget/shop: it stays, and once the namespace is" in result.output
    assert "secret" not in result.output
    assert "StatefulSet/db would be refused" not in result.output


def test_in_audit_everything_starts_again_and_no_connection_or_right_is_lost(adopted) -> None:
    _, kubectl, before, _ = adopted

    assert set() == restarted(kubectl, "1")
    assert before["connections"] == field.connections(kubectl)
    assert len(before["connections"]) > 20
    assert before["permissions"] == field.permissions(kubectl)
    assert len(before["permissions"]) > 10


def test_in_audit_nothing_refuses_a_pod_and_what_would_is_warned_of(adopted) -> None:
    _, kubectl, *_ = adopted

    warned = kubectl.run("create", "--dry-run=server", "-f", "-", manifest=PRIVILEGED)

    assert 0 == warned.returncode, warned.stderr
    assert 'would violate PodSecurity "baseline' in warned.stderr
    assert "tenancy-pods" in warned.stderr
    assert "spec.nodeName may not be set" in warned.stderr


def test_in_audit_the_guards_of_ours_hold(adopted) -> None:
    _, kubectl, *_ = adopted
    other = kubectl.as_user("oidc:eve")
    verbs, kinds = "get,patch,update,delete", "namespaces,namespaces/status,resourcequotas"
    kubectl("create", "clusterrole", "eve", f"--verb={verbs}", f"--resource={kinds}")
    kubectl("create", "clusterrolebinding", "eve", "--clusterrole=eve", "--user=oidc:eve")

    refused = other.refused("label", "ns", "apps", "--overwrite", "tenancy.dev/enforcement=x")
    assert "tenancy-namespaces" in refused
    change = '{"metadata":{"labels":{"tenancy.dev/enforcement":"x"}}}'
    patch = ("patch", "ns", "apps", "--type=merge", "-p", change)
    assert "tenancy-namespaces" in other.refused(*patch, "--subresource=status")
    refused = other.refused("delete", "quota", "namespace-quota", "-n", "person-sandbox")
    assert "tenancy-objects" in refused


def test_only_what_is_adopted_is_applied(adopted) -> None:
    project, kubectl, *_ = adopted

    assert "acme-dev" not in kubectl("get", "namespaces", "-o", "name")
    names = {step.name for step in project.session("dev").preview().steps}
    assert "acme-dev" in names
    assert not [name for name in names if name.startswith("field")]


def enforce(project, named: dict[str, dict]) -> None:
    """Write `mode: enforce` for these namespaces, with what is named for each."""
    path = project.root / "organizations/field.yaml"
    config = yaml.safe_load(path.read_text())
    for one in config["namespaces"]:
        if (name := one["adopted"].get("name", one["id"])) in named:
            one["enforcement"] = {"mode": "enforce", **named[name]}
    path.write_text(yaml.safe_dump(config, sort_keys=False))


def announced(project) -> tuple[list[dict], dict[str, dict]]:
    """What the plan refuses to lose, and how the file names all of it."""
    result = command(project, "plan", "--json")
    assert 3 == result.exit_code, result.output
    plan = json.loads(result.stdout)
    lost = [one for one in plan["enforcement"] if not one["audit"]]
    named: dict[str, dict] = {}
    for one in lost:
        if one["kind"] in ("pods", "connection"):
            some = named.setdefault(one["namespace"], {}).setdefault("mayStop", [])
            some += [one["object"]] if one["object"] not in some else []
    for one in plan["weakened"]:
        if not one["audit"]:
            some = named.setdefault(one["namespace"], {}).setdefault("mayWeaken", [])
            some += [one["object"]] if one["object"] not in some else []
    return lost, named


def lost_connections(kubectl, before) -> set[tuple[str, str]]:
    """The connections that were there and are not, as the second evaluator sees it."""
    gone = before["connections"] - field.connections(kubectl)
    return {(namespace, named) for namespace, named, _ in gone}


def named_in(lost: list[dict], kind: str) -> set[tuple[str, str]]:
    return {(one["namespace"], one["object"]) for one in lost if one["kind"] == kind}


def test_what_is_lost_once_it_is_enforced_is_what_was_announced(adopted) -> None:
    project, kubectl, before, _ = adopted
    enforce(project, {name: {} for name in ENFORCED})

    # Each refusal is announced before, with the workload's name, and refuses the update.
    with pytest.raises(EngineError) as refused_plan:
        project.up("dev")
    text = " ".join(str(refused_plan.value).split())
    assert "[pods-refused]" in text
    assert "a toleration must name a key" in text
    assert "[connection-stopped]" in text
    # Its own policies deny what ours would allow.
    assert "[weakened]" in text
    lost, named = announced(project)
    assert {
        ("apps", "EndpointSlice/legacy-db"),
        ("apps", "Ingress/web"),
        ("apps", "PodDisruptionBudget/shop"),
        ("apps", "RoleBinding/gotk-reconciler"),
        ("court-probation-dev", "Ingress/shop"),
        ("court-probation-dev", "NetworkPolicy/allow-ingress-controllers"),
        ("court-probation-dev", "RoleBinding/court-probation-dev-admin"),
        ("court-probation-dev", "RoleBinding/hmpps-haar-client-admin-team"),
        ("sandbox", "RoleBinding/namespace-admin-public-authenticated"),
    } == named_in(lost, "change")
    assert {"NetworkPolicy/allow-same-organization"} <= {
        *named["court-probation-dev"]["mayWeaken"]
    }
    enforce(project, {name: named.get(name, {}) for name in ENFORCED})
    project.up("dev")

    refused = kubectl.refused("create", "--dry-run=server", "-f", "-", manifest=PRIVILEGED)
    assert 'violates PodSecurity "baseline' in refused or "tenancy-pods" in refused
    assert {("apps", "Deployment/web")} == named_in(lost, "pods")
    assert {"Deployment/web"} == restarted(kubectl, "2", ENFORCED)
    assert named_in(lost, "connection") == lost_connections(kubectl, before)
    assert before["permissions"] == field.permissions(kubectl)
    elsewhere = {**PRIVILEGED, "metadata": {"name": "root", "namespace": "ai-training"}}
    warned = kubectl.run("create", "--dry-run=server", "-f", "-", manifest=elsewhere)
    assert "violates PodSecurity" not in warned.stderr


def test_what_stays_is_refused_when_it_changes_and_nothing_else_is(adopted) -> None:
    _, kubectl, *_ = adopted
    member = kubectl.as_user("system:serviceaccount:apps:dev-team")

    def change(what: str, name: str, spec: str) -> tuple[str, ...]:
        patch = ("--type=merge", "--dry-run=server", "-p", f'{{"spec":{spec}}}')
        return "patch", what, name, "-n", "apps", *patch

    assert 0 == kubectl.json("get", "pdb", "shop", "-n", "apps")["spec"]["maxUnavailable"]
    refused = member.refused(*change("pdb", "shop", '{"maxUnavailable":"0%"}'))
    assert "spec.maxUnavailable may not be 0" in refused
    member(*change("pdb", "shop", '{"maxUnavailable":1}'))
    backend = '{"defaultBackend":{"service":{"name":"web","port":{"number":81}}}}'
    refused = member.refused(*change("ingress", "web", backend))
    assert "spec.defaultBackend may not be set" in refused
    for service in ("web", "legacy-db", "db"):
        member(*change("service", service, '{"publishNotReadyAddresses":true}'))


def test_guardrails_leave_with_a_release_by_choice(adopted) -> None:
    project, kubectl, *_ = adopted
    assert "default-deny" in kubectl("get", "networkpolicies", "-n", "sandbox", "-o", "name")

    released = command(project, "release", "--remove-guardrails", "--yes", "sandbox")

    assert 0 == released.exit_code, released.output
    assert "" == kubectl("get", "networkpolicies", "-n", "sandbox", "-o", "name").strip()
    quotas = kubectl("get", "resourcequotas", "-n", "sandbox", "-o", "name").split()
    assert ["resourcequota/sandbox-custom"] == quotas
    account = kubectl.json("get", "serviceaccount", "default", "-n", "sandbox")
    assert "automountServiceAccountToken" not in account
    assert [] == marks(kubectl, "sandbox")


def test_a_reviewed_change_goes_back_and_then_nothing_differs(adopted) -> None:
    project, kubectl, before, _ = adopted
    audit = {"mode": "audit", "reason": "older"}
    kept = {"podSecurity": "restricted"}
    enforce(project, {"apps": audit, "court-probation-dev": audit | kept})
    project.up("dev")

    assert before["objects"].items() <= objects(kubectl).items()
    assert before["connections"] == field.connections(kubectl)
    warned = kubectl.run("create", "--dry-run=server", "-f", "-", manifest=PRIVILEGED)
    assert 0 == warned.returncode, warned.stderr
    assert project.session("dev").preview().is_empty
    drift = command(project, "drift")
    assert 0 == drift.exit_code, drift.output


def test_what_is_released_keeps_its_values(adopted, monkeypatch) -> None:
    project, kubectl, *_ = adopted
    before = values(kubectl, "acme-dev")
    assert marks(kubectl, "acme-dev")
    release = ("release", "--keep", "--yes", "--organization", "acme")
    done = tenancy.cluster.release_object
    count = 0

    def interrupt(*arguments: object) -> None:
        nonlocal count
        count += 1
        if count == 3:
            raise KeyboardInterrupt
        done(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr("tenancy.engine.operations.released_objects.release_object", interrupt)
        interrupted = command(project, *release)
    assert "interrupted" in interrupted.output
    resumed = command(project, *release)

    assert 0 == resumed.exit_code, resumed.output
    assert [] == marks(kubectl, "acme-dev")
    after = values(kubectl, "acme-dev")
    added = {one["name"] for uid, one in after.items() if uid not in before}
    assert before.items() <= after.items()
    # The labels by which namespaces of one organization reach each other are removed.
    assert {"allow-same-organization-by-name"} == added


def test_it_is_adopted_again_and_files_stay_once_objects_are_taken_over(
    adopted, monkeypatch
) -> None:
    project, kubectl, *_ = adopted
    before = values(kubectl, "acme-dev")
    again = ("adopt", "-o", "again", "acme-dev")
    path = project.root / "organizations/again.yaml"

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    # Standard input is not a terminal, so that the question is not confirmed.
    refused = command(project, *again)
    assert "standard input is not a terminal; nothing was changed" in refused.output
    assert not path.exists()

    with monkeypatch.context() as patch:
        patch.setattr("tenancy.engine.operations.adopting.hand_over", interrupt)
        interrupted = command(project, *again, "--yes")
    assert "interrupted" in interrupted.output
    assert path.exists()

    resumed = command(project, *again, "--yes")
    assert 0 == resumed.exit_code, resumed.output
    assert before.items() <= values(kubectl, "acme-dev").items()
    assert project.session("dev").preview().is_empty


@pytest.mark.nightly
def test_all_of_them_are_enforced_and_lose_what_was_announced(adopted) -> None:
    """The last one: every namespace that is still managed is enforced."""
    project, kubectl, before, _ = adopted
    names = [name for name in NAMES if name != "sandbox"]
    enforce(project, {name: {} for name in names})
    lost, named = announced(project)
    enforce(project, {name: named.get(name, {}) for name in names})
    project.up("dev")

    assert {("apps", "Deployment/web")} == named_in(lost, "pods")
    assert {"Deployment/web"} == restarted(kubectl, "3", names)
    assert named_in(lost, "connection") == lost_connections(kubectl, before)
    assert before["permissions"] == field.permissions(kubectl)
    assert project.session("dev").preview().is_empty

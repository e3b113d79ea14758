"""Ten namespaces of public repositories, adopted in audit as they are, and enforced later."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

import tenancy.cluster
from tenancy.cli import app
from tenancy.engine import EngineError

pytestmark = pytest.mark.cluster

ROOT = Path(__file__).parents[3]
FIELD = Path(__file__).parent / "field"
NAMES = (
    "apps",
    "ai-training",
    "court-probation-dev",
    "hmpps-github-actions-runners",
    "person-sandbox",
    "ai4cloudops",
    "ds-ml-workflows-ws",
    "opf-jupyterhub",
    "sandbox",
    "thoth-amun-inspection-prod",
)
KINDS = "namespaces,resourcequotas,limitranges,rolebindings,networkpolicies,serviceaccounts"
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


LABELS = {"app": "web"}
WORKLOADS = (
    {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "apps"},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": LABELS},
            "template": {
                "metadata": {"labels": LABELS},
                "spec": {
                    "hostNetwork": True,
                    "tolerations": [{"operator": "Exists"}],
                    "containers": [
                        {
                            "name": "c",
                            "image": "i",
                            "args": ["--database=postgres://u:secret@10.1.2.3:5432/x"],
                        }
                    ],
                },
            },
        },
    },
    {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web", "namespace": "apps"},
        "spec": {"selector": LABELS, "ports": [{"port": 80, "targetPort": 8080}]},
    },
    {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "web", "namespace": "apps"},
        "spec": {"defaultBackend": {"service": {"name": "web", "port": {"number": 80}}}},
    },
    {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "db", "namespace": "sandbox"},
        "spec": {
            "serviceName": "db",
            "selector": {"matchLabels": {"app": "db"}},
            "template": {
                "metadata": {"labels": {"app": "db"}},
                "spec": {
                    "serviceAccountName": "default",
                    "automountServiceAccountToken": False,
                    "containers": [{"name": "c", "image": "i"}],
                },
            },
        },
    },
)


def pods(kubectl, namespace: str) -> list[str]:
    """The names of the pods there now."""
    items = kubectl.json("get", "pods", "-n", namespace)["items"]
    return sorted(item["metadata"]["name"] for item in items)


def until(holds: Callable[[], bool]) -> None:
    """Wait until it holds; real controllers work at their own pace."""
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.5)


def objects(kubectl) -> dict[str, tuple]:
    """What is in the ten namespaces, and what it says, by its UID."""
    found = {}
    for item in kubectl.json("get", KINDS, "--all-namespaces")["items"]:
        metadata = item["metadata"]
        if metadata.get("namespace", metadata["name"]) in NAMES:
            rest = {
                k: item.get(k) for k in ("roleRef", "subjects", "automountServiceAccountToken")
            }
            spec = item.get("spec") if item["kind"] != "Namespace" else None
            found[metadata["uid"]] = (item["kind"], metadata["name"], repr(spec), repr(rest))
    return found


@pytest.fixture(scope="module")
def adopted(make_project, kubectl_of):
    """The ten namespaces, adopted; what was there before, and what was printed."""
    project = make_project("platform")
    kubectl = kubectl_of(project.box)
    kubectl("apply", "-f", str(FIELD))
    kubectl("create", "-f", "-", manifest=WORKLOADS)
    until(lambda: len(pods(kubectl, "apps")) == 2 and len(pods(kubectl, "sandbox")) == 1)
    before = objects(kubectl)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", f"{ROOT}:{ROOT / 'components'}")
        arguments = ["adopt", "-C", str(project.root), "-s", "dev", "-o", "field", *NAMES]
        files = {path: path.read_text() for path in project.root.rglob("*.yaml")}
        report = CliRunner().invoke(app, [*arguments, "--report"])
        assert 0 == report.exit_code, report.output
        # The report changes neither a file nor an object.
        assert files == {path: path.read_text() for path in project.root.rglob("*.yaml")}
        assert before == objects(kubectl)
        result = CliRunner().invoke(app, [*arguments, "--yes"])
    return project, kubectl, before, result


def test_all_are_taken_over_and_keep_what_they_had(adopted) -> None:
    _, kubectl, before, result = adopted

    assert 0 == result.exit_code, result.output
    assert "taken over" in result.output
    assert "Group github:probation-in-court does not begin with the platform's" in result.output
    after = objects(kubectl)
    assert before.items() <= after.items()
    # What is new counts the GPUs that one of them has a quota for.
    assert {("ResourceQuota", "gpus")} == {after[uid][:2] for uid in after.keys() - before}


def test_what_enforcement_would_refuse_and_stop_is_reported(adopted) -> None:
    _, _, _, result = adopted

    assert "Deployment/web would be refused at its next start: Pod Security" in result.output
    assert "Deployment/web to 10.1.2.3 on TCP 5432 would stop" in result.output
    assert "to web on TCP 8080 would stop (named by Ingress/web)" in result.output
    assert "secret" not in result.output
    assert "StatefulSet/db would be refused" not in result.output


def test_in_audit_every_pod_starts_again(adopted) -> None:
    _, kubectl, *_ = adopted
    old = {name: pods(kubectl, name) for name in ("apps", "sandbox")}

    kubectl("delete", "pods", "--all", "-n", "apps", "--force", "--grace-period=0")
    kubectl("delete", "pods", "--all", "-n", "sandbox", "--force", "--grace-period=0")

    until(lambda: len(pods(kubectl, "apps")) == 2 and len(pods(kubectl, "sandbox")) == 1)
    assert not {*old["apps"]} & {*pods(kubectl, "apps")}


def test_only_what_is_adopted_is_applied(adopted) -> None:
    project, kubectl, *_ = adopted

    assert "acme-dev" not in kubectl("get", "namespaces", "-o", "name")
    preview = project.session("dev").preview()
    names = {step.name for step in preview.steps}
    assert "acme-dev" in names
    assert not [name for name in names if name.startswith("field")]


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


def test_the_next_preview_and_the_drift_are_empty(adopted, monkeypatch) -> None:
    project, *_ = adopted
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}:{ROOT / 'components'}")
    project.up("dev")

    assert project.session("dev").preview().is_empty
    drift = CliRunner().invoke(app, ["drift", "-C", str(project.root), "-s", "dev"])
    assert 0 == drift.exit_code, drift.output


def test_a_reviewed_change_enforces_and_another_goes_back(adopted) -> None:
    project, kubectl, before, _ = adopted
    path = project.root / "organizations/field.yaml"
    audit = path.read_text()
    enforced = re.sub(r"mode: audit", "mode: enforce", audit, count=1)
    path.write_text(enforced)

    # Each refusal is announced before, with the workload's name, and refuses the update.
    with pytest.raises(EngineError) as refused_plan:
        project.up("dev")
    announced = " ".join(str(refused_plan.value).split())
    assert "[pods-refused]" in announced
    assert "a toleration must name a key" in announced
    assert "[connection-stopped]" in announced
    named = "mode: enforce\n      mayStop: [Deployment/web, Ingress/web]"
    path.write_text(re.sub(r"mode: enforce", named, enforced, count=1))
    project.up("dev")

    refused = kubectl.refused("create", "--dry-run=server", "-f", "-", manifest=PRIVILEGED)
    assert 'violates PodSecurity "baseline' in refused or "tenancy-pods" in refused
    assert "default-deny" in kubectl("get", "networkpolicies", "-n", "apps")
    # What was announced is what happens, and what was not goes on.
    kubectl("delete", "pods", "--all", "-n", "apps", "--force", "--grace-period=0")
    until(lambda: "FailedCreate" in kubectl("get", "events", "-n", "apps"))
    assert [] == pods(kubectl, "apps")
    elsewhere = {**PRIVILEGED, "metadata": {"name": "root", "namespace": "sandbox"}}
    warned = kubectl.run("create", "--dry-run=server", "-f", "-", manifest=elsewhere)
    assert "violates PodSecurity" not in warned.stderr

    path.write_text(audit)
    project.up("dev")

    assert before.items() <= objects(kubectl).items()
    warned = kubectl.run("create", "--dry-run=server", "-f", "-", manifest=PRIVILEGED)
    assert 0 == warned.returncode, warned.stderr
    assert project.session("dev").preview().is_empty


def test_files_are_kept_once_objects_are_taken_over_and_restored_before(
    adopted, monkeypatch
) -> None:
    project, kubectl, *_ = adopted
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}:{ROOT / 'components'}")
    kubectl("create", "namespace", "late")
    arguments = ["adopt", "-C", str(project.root), "-s", "dev", "-o", "late", "late"]
    path = project.root / "organizations/late.yaml"

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    # Standard input is not a terminal, so that the question is not confirmed.
    refused = CliRunner().invoke(app, arguments)
    assert "standard input is not a terminal; nothing was changed" in refused.output
    assert not path.exists()

    with monkeypatch.context() as patch:
        patch.setattr("tenancy.engine.operations.adopting.hand_over", interrupt)
        interrupted = CliRunner().invoke(app, [*arguments, "--yes"])
    assert "interrupted" in interrupted.output
    assert path.exists()

    resumed = CliRunner().invoke(app, [*arguments, "--yes"])
    assert 0 == resumed.exit_code, resumed.output
    assert project.session("dev").preview().is_empty


def values(kubectl, *namespaces: str) -> dict[str, dict]:
    """Every object of some namespaces by its UID, without what a release may change."""
    found = {}
    for item in kubectl.json("get", f"{KINDS},pods,roles", "--all-namespaces")["items"]:
        metadata = item.pop("metadata")
        if metadata.get("namespace", metadata["name"]) in namespaces:
            status = item.pop("status", {})
            hard = status.get("hard") if item["kind"] == "ResourceQuota" else None
            found[metadata["uid"]] = {"name": metadata["name"], "hard": hard, **item}
    return found


def marks(kubectl, *namespaces: str) -> list[str]:
    """Labels, annotations and field managers of Tenancy that are left in some namespaces."""
    items = kubectl.json(
        "get", f"{KINDS},pods,roles", "--all-namespaces", "--show-managed-fields"
    )["items"]
    return [
        f"{item['kind']} {metadata['name']}: {mark}"
        for item in items
        if (metadata := item["metadata"]).get("namespace", metadata["name"]) in namespaces
        for mark in (
            *metadata.get("labels", {}),
            *metadata.get("annotations", {}),
            *(entry["manager"] for entry in metadata.get("managedFields", [])),
        )
        if mark.startswith(("tenancy", "pulumi"))
    ]


def test_what_is_released_keeps_its_values_and_is_adopted_again(adopted, monkeypatch) -> None:
    project, kubectl, *_ = adopted
    names = ["acme-dev"]
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}:{ROOT / 'components'}")
    before = values(kubectl, *names)
    assert marks(kubectl, *names)
    options = ["-C", str(project.root), "-s", "dev", "--yes"]
    release = ["release", "--keep", *options, "--organization", "acme"]
    done = tenancy.cluster.release_object
    count = 0

    def interrupt(*arguments: object) -> None:
        nonlocal count
        count += 1
        if count == 3:
            raise KeyboardInterrupt
        done(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr("tenancy.engine.operations.releasing.release_object", interrupt)
        interrupted = CliRunner().invoke(app, release)
    assert "interrupted" in interrupted.output
    resumed = CliRunner().invoke(app, release)

    assert 0 == resumed.exit_code, resumed.output
    assert [] == marks(kubectl, *names)
    after = values(kubectl, *names)
    added = {one["name"] for uid, one in after.items() if uid not in before}
    assert before.items() <= after.items()
    # The labels by which namespaces of one organization reach each other are removed.
    assert {"allow-same-organization-by-name"} == added
    assert project.session("dev").preview().is_empty

    again = CliRunner().invoke(app, ["adopt", *options, "-o", "again", *names])

    assert 0 == again.exit_code, again.output
    assert after.items() <= values(kubectl, *names).items()
    assert project.session("dev").preview().is_empty


def test_guardrails_leave_with_a_release_by_choice(adopted, monkeypatch) -> None:
    project, kubectl, *_ = adopted
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}:{ROOT / 'components'}")
    path = project.root / "organizations/late.yaml"
    path.write_text(path.read_text().replace("mode: audit", "mode: enforce"))
    project.up("dev")
    kubectl("create", "quota", "own", "--hard=pods=5", "-n", "late")
    assert "default-deny" in kubectl("get", "networkpolicies", "-n", "late", "-o", "name")

    options = ["-C", str(project.root), "-s", "dev", "--yes", "--organization", "late"]
    released = CliRunner().invoke(app, ["release", "--remove-guardrails", *options])

    assert 0 == released.exit_code, released.output
    assert "" == kubectl("get", "networkpolicies", "-n", "late", "-o", "name").strip()
    quotas = kubectl("get", "resourcequotas", "-n", "late", "-o", "name").split()
    assert ["resourcequota/own"] == quotas
    account = kubectl.json("get", "serviceaccount", "default", "-n", "late")
    assert "automountServiceAccountToken" not in account
    assert [] == marks(kubectl, "late")
    assert project.session("dev").preview().is_empty

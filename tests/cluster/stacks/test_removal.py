"""What may go, what may not, and what is left afterwards."""

import json

import pytest

from tenancy import engine
from tenancy.assessment import assess
from tenancy.engine import EngineError
from tenancy.engine.operations.destroying import kept_namespaces
from tenancy.engine.recorded_destroys import unprotected
from tests.cluster.stacks.refusals import is_refusal

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def applied(project):
    """The dev environment with a second namespace, applied."""
    project.edit(
        "organizations/acme.yaml",
        r"^  - id: staging$",
        "  - id: lab\n    environments: [dev]\n    inheritFrom: dev\n"
        "    quota: { pods: 5, requests.cpu: 100m, requests.memory: 1Gi,"
        " limits.cpu: 500m, limits.memory: 1Gi }\n  - id: staging",
    )
    project.edit("organizations/acme.yaml", r"^ceiling:\n(  .*\n)+", "")
    project.up("dev")
    return project


@pytest.fixture
def kubectl(applied, kubectl_of):
    return kubectl_of(applied.box)


def names(kubectl, kind: str, *flags: str) -> list[str]:
    return [item["metadata"]["name"] for item in kubectl.json("get", kind, *flags)["items"]]


def resources(project) -> set[str]:
    """What is in the state beside the engine's own default provider."""
    urns = {str(resource["urn"]) for resource in project.session("dev").state()}
    return {urn for urn in urns if "::pulumi:providers:pulumi::" not in urn}


def test_a_plain_destroy_is_refused_before_anything_is_deleted(applied, kubectl) -> None:
    before = kubectl("get", "rolebindings,quota,netpol,limits", "-A", "-o", "name")
    state = resources(applied)

    with pytest.raises(EngineError, match=r"cannot be deleted\n.*because it is protected"):
        applied.session("dev").destroy()

    assert before == kubectl("get", "rolebindings,quota,netpol,limits", "-A", "-o", "name")
    assert state == resources(applied)


def test_removing_a_namespace_takes_two_updates_and_an_exact_name(applied, kubectl) -> None:
    kubectl("create", "configmap", "canary", "-n", "acme-lab")
    uid = kubectl(
        "get", "configmap", "canary", "-n", "acme-lab", "-o", "jsonpath={.metadata.uid}"
    )
    entry = r"^  - id: lab\n(    .*\n)+"
    text = (applied.root / "organizations/acme.yaml").read_text()

    applied.edit("organizations/acme.yaml", entry, "")
    with pytest.raises(
        EngineError,
        check=is_refusal,
        match=r"namespace-removed\]\n +found: +the namespace acme-lab would be",
    ):
        applied.session("dev").preview()
    with pytest.raises(EngineError, check=is_refusal, match="namespace-removed"):
        applied.up("dev")
    applied.edit("Pulumi.dev.yaml", r"^config:", "config:\n  tenancy:allowDeletion: [acme-lab]")
    with pytest.raises(
        EngineError,
        check=is_refusal,
        match=r"allowDeletion\s+lists\s+it,\s+but\s+no\s+update\s+has",
    ):
        applied.up("dev")
    assert uid == kubectl(
        "get", "configmap", "canary", "-n", "acme-lab", "-o", "jsonpath={.metadata.uid}"
    )

    (applied.root / "organizations/acme.yaml").write_text(text)
    released = applied.up("dev")
    assert "acme-lab" in names(kubectl, "namespaces")
    assert not [step for step in released.steps if step.op in {"delete", "replace"}]
    applied.edit("organizations/acme.yaml", entry, "")
    applied.up("dev")

    assert "acme-lab" not in names(kubectl, "namespaces")
    assert "acme-dev" in names(kubectl, "namespaces")


def test_a_changed_prefix_is_refused_for_it_would_replace_namespaces(applied) -> None:
    applied.edit("organizations/acme.yaml", r"^prefix: acme$", "prefix: acne")

    with pytest.raises(
        EngineError, check=is_refusal, match=r"the namespace acme-dev would be\s+deleted"
    ):
        applied.session("dev").preview()

    applied.edit("organizations/acme.yaml", r"^prefix: acne$", "prefix: acme")
    assert applied.session("dev").preview() is not None


def test_a_member_who_is_removed_has_no_binding_left(applied, kubectl) -> None:
    question = ("auth", "can-i", "create", "pods", "-n", "acme-dev")
    member = kubectl.as_user("oidc:dana", "oidc:acme-developers")
    assert "yes" in member(*question)
    applied.edit(
        "organizations/acme.yaml",
        r"^  - group: acme-developers\n    role: developer\n    environments: .*\n",
        "",
    )

    applied.up("dev")

    assert "no" in member.run(*question).stdout
    assert ["tenancy:admin"] == names(kubectl, "rolebindings", "-n", "acme-dev")


@pytest.mark.fault("kill")
def test_what_a_killed_destroy_had_cleared_is_protected_again(applied, kubectl) -> None:
    session = applied.session("dev")
    before = protection(session)
    written = kubectl("get", "rolebindings,quota,netpol,limits", "-A", "-o", "name")
    project, names, lines = assess(applied.root), ["acme-dev", "acme-lab"], []
    interrupted = unprotected(project, session, names, lines.append)
    interrupted.__enter__()
    assert [] == list(kept_namespaces(session.state()))
    with pytest.raises(KeyboardInterrupt):
        interrupted.gen.throw(KeyboardInterrupt)
    assert before == protection(session)

    # A kill leaves no time to do so: the record in the state is found by the next command.
    block = unprotected(project, session, names, lines.append)
    block.__enter__()
    assert [] == list(kept_namespaces(session.state()))
    engine.preview(assess(applied.root), ["dev"], open_stack=applied.session)

    assert before == protection(session)
    with pytest.raises(EngineError, match="because it is protected"):
        session.destroy()
    assert written == kubectl("get", "rolebindings,quota,netpol,limits", "-A", "-o", "name")


def protection(session) -> dict[str, list]:
    """What keeps each resource of the state from being deleted."""
    flags = ("protect", "retainOnDelete", "deletedWith")
    return {str(one["urn"]): [one.get(flag) for flag in flags] for one in session.state()}


class Releases(engine.Interaction):
    """Removes the finalizers of one object as soon as it is reported to hold its namespace."""

    def __init__(self, kubectl, namespace: str, name: str) -> None:
        self.kubectl, self.namespace, self.name = kubectl, namespace, name
        self.lines: list[str] = []

    def note(self, line: str) -> None:
        self.lines.append(line)
        if f"configmaps/{self.name} (finalizers: example.com/mine)" in line:
            gone = json.dumps({"metadata": {"finalizers": None}})
            self.kubectl(
                "patch",
                "configmap",
                self.name,
                "-n",
                self.namespace,
                "--type=merge",
                "-p",
                gone,
            )


def test_a_destroy_leaves_nothing_runs_no_update_and_reports_what_holds_a_namespace(
    applied, kubectl, monkeypatch
) -> None:
    applied.up("staging")
    monkeypatch.setattr(engine.Session, "up", None)
    metadata = {
        "name": "held",
        "namespace": "acme-staging",
        "finalizers": ["example.com/mine"],
    }
    kubectl.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
    shown = Releases(kubectl, "acme-staging", "held")

    # Without the report nothing would end it.
    done = engine.destroy(
        assess(applied.root), ["staging"], open_stack=applied.session, interaction=shown
    )

    assert engine.Exit.DONE is done.exit
    [report] = [line for line in shown.lines if "configmaps/held" in line]
    assert report.startswith("namespace acme-staging is still being deleted: ")
    assert "finalizers remaining: example.com/mine in 1 resource instances" in report
    assert [] == applied.session("staging").state()
    assert "acme-staging" not in names(kubectl, "namespaces")
    [result] = done.results
    deleted = [s for s in result.steps if s.op == "delete" and s.type.startswith("kubernetes:")]
    last_access = max(i for i, s in enumerate(deleted) if s.type.endswith(":RoleBinding"))
    first_namespace = next(i for i, s in enumerate(deleted) if s.type.endswith(":Namespace"))
    assert last_access < first_namespace


def test_a_release_and_a_destroy_leave_nothing_in_state_or_cluster(applied, kubectl) -> None:
    session = applied.session("dev")
    session.release(applied.root, ["acme-dev", "acme-lab"])
    session.destroy()
    platform = applied.session("platform")
    platform.release(applied.root, ["llmos-public", "observability"])
    platform.destroy()

    assert [] == session.state() + platform.state()
    kinds = "namespaces,clusterroles,clusterrolebindings,validatingadmissionpolicies"
    assert [] == names(kubectl, kinds, "-l", "tenancy.dev/managed=true")
    assert {"default", "kube-node-lease", "kube-public", "kube-system"} == set(
        names(kubectl, "namespaces")
    )

"""Guardrails before access across stacks: the platform first, applied by an operator."""

import json
from pathlib import Path

import pytest
import yaml

from tenancy.assessment import assess
from tenancy.engine import EngineError
from tenancy.engine.stack_plan import plan_stack
from tests.cluster.stacks.refusals import is_refusal

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def bare(make_project):
    """The shipped project on a cluster on which nothing is applied."""
    return make_project()


def test_an_existing_node_without_its_taint_is_named_before_anything_is_applied(
    bare, kubectl_of
) -> None:
    project = bare
    kubectl = kubectl_of(project.box)
    key = "tenancy.dev/gpu-pool"
    silent = project.session("platform").preview().text

    kubectl("taint", "node", "sandbox-gpu-2", f"{key}:NoSchedule-")
    warned = project.session("platform").preview().text
    kubectl("taint", "node", "sandbox-gpu-2", f"{key}=l40s:NoSchedule")
    project.edit(
        "Pulumi.platform.yaml",
        r"model: H100$",
        "model: H100\n        dedicatedTo: acme",
    )
    with pytest.raises(EngineError, check=is_refusal) as refused:
        project.session("platform").preview()

    assert "taint-missing" not in silent
    assert "taint-missing" in warned
    assert "the node sandbox-gpu-2 without the taint tenancy.dev/gpu-pool=h100" in plain(warned)
    assert "the node sandbox-gpu-1" not in warned
    said = plain(str(refused.value))
    assert "taint-of-another-pool" in said
    assert "the node sandbox-gpu-2 with the taint tenancy.dev/gpu-pool=l40s" in said
    kubectl("taint", "--overwrite", "node", "sandbox-gpu-2", f"{key}=h100:NoSchedule")
    assert "taint-" not in project.session("platform").preview().text
    project.edit("Pulumi.platform.yaml", r"^        dedicatedTo: acme\n", "")


def test_guardrails_exist_before_role_bindings_are_created(bare, kubectl_of) -> None:
    preview = bare.session("dev").preview()
    said = plan_stack(assess(bare.root), "dev", bare.session)
    with pytest.raises(EngineError, check=is_refusal, match=r"platform-not-applied\]"):
        bare.up("dev")

    assert "platform-not-applied" in preview.text
    assert "platform-not-applied" in {finding.code for finding in said.findings}
    assert "acme-dev" not in kubectl_of(bare.box)("get", "namespaces")


def test_guards_are_not_armed_by_somebody_whom_they_would_shut_out(bare, kubectl_of) -> None:
    project = bare
    kubectl = kubectl_of(project.box)
    kubeconfig = project.box.kubeconfig.read_bytes()
    _become(project, kubectl, name="installer")

    with pytest.raises(
        EngineError, check=is_refusal, match=r"not-an-operator\][\s\S]*installer"
    ):
        project.up("platform")

    assert "No resources found" in kubectl.run("get", "validatingadmissionpolicies").stderr
    project.edit(
        "Pulumi.platform.yaml",
        "- group: platform-operators",
        "- serviceAccount: kube-system/installer\n      - group: platform-operators",
    )
    assert not project.up("platform").is_empty
    # Still accepted: what the guards protect can be changed by the same caller.
    project.edit(
        "Pulumi.platform.yaml", r"metricsPorts: \[8080, 9100\]", "metricsPorts: [8080]"
    )
    assert not project.up("platform").is_empty
    project.box.kubeconfig.write_bytes(kubeconfig)


def test_nobody_is_let_in_before_the_policies_answer(bare, kubectl_of) -> None:
    """With the platform that the test before applied."""
    project = bare
    kubectl = kubectl_of(project.box)
    assert "platform-not-applied" not in project.session("dev").preview().text
    # The binding is there, which is all that can be listed, and selects no namespace.
    _select(kubectl, {"nobody": "true"})

    with pytest.raises(EngineError) as refused:
        project.up("dev")

    assert (
        "in namespace acme-dev, the admission policy tenancy-workloads did not return the"
        " expected warning within 20 s, so no role bindings were created"
    ) in plain(str(refused.value))
    assert "Traceback" not in str(refused.value)
    assert "" == kubectl("get", "rolebindings", "-n", "acme-dev", "-o", "name")
    assert "quota" in kubectl("get", "resourcequotas", "-n", "acme-dev", "-o", "name")
    _select(kubectl, None)
    assert not project.up("dev").is_empty
    assert "" != kubectl("get", "rolebindings", "-n", "acme-dev", "-o", "name")


def plain(text: str) -> str:
    """Return *text* as if no line had been wrapped."""
    return " ".join(text.split())


def _select(kubectl, names: dict[str, str] | None) -> None:
    """Make the policy that warns of workloads look only where these labels are, beside ours."""
    selector = {"namespaceSelector": {"matchLabels": names}}
    patch = json.dumps({"spec": {"matchResources": selector}})
    binding = ("validatingadmissionpolicybinding", "tenancy-workloads")
    kubectl("patch", *binding, "--type=merge", "-p", patch)


def _become(project, kubectl, *, name: str) -> None:
    """Make the project's kubeconfig that of a powerful service account, by a bound token."""
    kubectl("create", "serviceaccount", name, "-n", "kube-system")
    rules = [
        {"apiGroups": [group], "resources": ["*"], "verbs": ["*"]}
        for group in (
            "",
            "rbac.authorization.k8s.io",
            "networking.k8s.io",
            "admissionregistration.k8s.io",
            "scheduling.k8s.io",
            # Who writes a policy with a parameter must be able to read the parameter.
            "resource.k8s.io",
        )
    ] + [{"nonResourceURLs": ["*"], "verbs": ["get"]}]
    metadata = {"name": name}
    kubectl.apply(
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": metadata,
            "rules": rules,
        },
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": metadata,
            "roleRef": {
                "apiGroup": "rbac.authorization.k8s.io",
                "kind": "ClusterRole",
                "name": name,
            },
            "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": "kube-system"}],
        },
    )
    token = kubectl("create", "token", name, "-n", "kube-system").strip()
    path: Path = project.root / ".sandbox/kubeconfig"
    kubeconfig = yaml.safe_load(path.read_text())
    kubeconfig["users"] = [
        {"name": u["name"], "user": {"token": token}} for u in kubeconfig["users"]
    ]
    own = project.root / ".sandbox/admin"
    own.write_bytes(path.read_bytes())
    path.write_text(json.dumps(kubeconfig))

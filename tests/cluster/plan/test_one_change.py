"""One change with four effects, reported and refused alike by every entry point."""

import json
import os
import re
import subprocess
from pathlib import Path

import jsonschema
import pytest
from pulumi import automation as auto

from tenancy.engine import EngineError
from tenancy.planning.plan_json import plan_schema
from tests.cluster.stacks.refusals import is_refusal
from tests.commands import TENANCY

pytestmark = pytest.mark.cluster

ROOT = Path(__file__).parents[3]
SAID = (
    "acme-prod: pods 50 → 60",
    "no role → developer; gains secrets (every verb), pods/attach, pods/exec",
    "→ 1 (2 used) BELOW USAGE",
    "namespace acme-try would be REPLACED by the new, empty namespace acme-trial:"
    " 1 pod, 0 volume claims, ",
)
REFUSED = {"quota-below-usage", "namespace-removed"}

RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "runAsUser": 1000,
    "seccompProfile": {"type": "RuntimeDefault"},
}


def pod(name: str) -> dict:
    container = {"name": "worker", "image": "agent-worker", "securityContext": RESTRICTED}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {"containers": [container]},
    }


def namespace(identifier: str, pods: int) -> str:
    return (
        f"  - id: {identifier}\n    environments: [prod]\n    inheritFrom: prod\n"
        f'    quota: {{ pods: {pods}, requests.cpu: "2", requests.memory: 2Gi,'
        ' limits.cpu: "4", limits.memory: 4Gi }\n'
    )


def unwrapped(text: str) -> str:
    return " ".join(text.split())


def tenancy(project, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line on the project, as a pipe of 80 columns sees it."""
    return subprocess.run(
        [*TENANCY, *arguments, f"--project={project.root}"],
        env={**os.environ, "COLUMNS": "80", "PYTHONPATH": f"{ROOT}:{ROOT / 'components'}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.fixture(scope="module")
def applied(project):
    """The prod environment with three namespaces, applied."""
    project.edit(
        "organizations/acme.yaml",
        "^  - id: staging$",
        namespace("lab", 5) + namespace("try", 4) + "  - id: staging",
    )
    project.edit("organizations/acme.yaml", r"^ceiling:\n(  .*\n)+", "")
    project.up("prod")
    return project


@pytest.fixture(scope="module")
def used(applied, kubectl_of_module):
    """The same with pods in it."""
    kubectl = kubectl_of_module(applied.box)
    for place, names in (("acme-lab", ("a", "b")), ("acme-try", ("c",))):
        kubectl("create", "-n", place, "-f", "-", manifest=[pod(name) for name in names])
    return applied


@pytest.fixture
def changed(used):
    """The same with one change written that means four things."""
    before = {p: p.read_text() for p in (used.root / "organizations").glob("*.yaml")}
    before[used.root / "Pulumi.prod.yaml"] = (used.root / "Pulumi.prod.yaml").read_text()
    used.edit("Pulumi.prod.yaml", r'pods: "50"', 'pods: "60"')
    used.edit("organizations/acme.yaml", r"pods: 5,", "pods: 1,")
    used.edit("organizations/acme.yaml", r"- id: try$", "- id: trial")
    used.edit(
        "organizations/acme.yaml",
        r"^members:$",
        "members:\n  - user: dana\n    role: developer\n    environments: [prod]",
    )
    yield used
    for path, text in before.items():
        path.write_text(text)


@pytest.fixture
def kubectl(used, kubectl_of):
    return kubectl_of(used.box)


@pytest.mark.parametrize("verb", [pytest.param("preview", marks=pytest.mark.nightly), "up"])
def test_the_engine_says_all_four_and_refuses_the_last_two(changed, kubectl, verb: str) -> None:
    before = kubectl.json("get", "quota,namespaces,rolebindings", "-A")

    with pytest.raises(EngineError, check=is_refusal) as refused:
        getattr(changed.session("prod"), verb)()

    # The message has the reasons alone; the plan is in the output of the engine.
    printed = unwrapped(str(refused.value.__cause__))
    assert [] == [words for words in SAID if words not in printed]
    assert re.search(r"User oidc:dana in [a-z, -]*acme-prod[a-z, -]* \(PRODUCTION\)", printed)
    reasons = unwrapped(refused.value.message)
    assert set(re.findall(r"\[([a-z-]+)\] found:", reasons)) == REFUSED
    assert before == kubectl.json("get", "quota,namespaces,rolebindings", "-A")


def test_the_command_line_says_and_refuses_the_same_in_every_form(changed) -> None:
    text = tenancy(changed, "plan", "--stack=prod", "--all")
    markdown = tenancy(changed, "plan", "--stack=prod", "--markdown")
    data = tenancy(changed, "plan", "--stack=prod", "--json")

    assert [3, 3, 3] == [done.returncode for done in (text, markdown, data)]
    plan = json.loads(data.stdout)
    jsonschema.validate(plan, plan_schema())
    facts = [fact["text"] for fact in plan["facts"]]
    assert [] == [words for words in SAID if not any(words in fact for fact in facts)]
    plain = unwrapped(text.stdout)
    assert [] == [fact for fact in facts if unwrapped(fact) not in plain]
    unescaped = re.sub(r"\\(.)", r"\1", markdown.stdout.replace("<!-- -->", ""))
    assert [] == [fact for fact in facts if fact not in unescaped]
    errors = [f for f in plan["findings"] if f["severity"] == "error"]
    assert {f["code"] for f in errors} == REFUSED
    assert [] == [f["code"] for f in errors if f["code"] not in text.stdout]
    assert [] == [f["code"] for f in errors if f["code"] not in markdown.stdout]
    assert markdown.stdout.startswith("<!-- tenancy-plan: prod -->\n")
    assert "\x1b" not in text.stdout
    assert [] == [line for line in text.stdout.splitlines() if len(line) > 80]


def test_a_cluster_that_cannot_be_asked_is_not_checked_and_never_passed(changed) -> None:
    kubeconfig = changed.root / ".sandbox/kubeconfig"
    own = kubeconfig.read_text()
    kubeconfig.write_text(re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:9", own))

    done = tenancy(changed, "plan", "--stack=prod", "--json")

    kubeconfig.write_text(own)
    plan = json.loads(done.stdout)
    assert "not checked" in {
        f["severity"] for f in plan["findings"] if f["code"] == "cluster-not-asked"
    }
    assert [None] == [h["pods"] for h in plan["deletions"]]
    assert {"namespace-removed"} == {
        f["code"] for f in plan["findings"] if f["severity"] == "error"
    }


def test_a_limit_below_use_that_is_named_is_accepted(used) -> None:
    used.edit("organizations/acme.yaml", r"pods: 5,", "pods: 1,")
    used.edit(
        "Pulumi.prod.yaml", r"^config:", "config:\n  tenancy:allowBelowUsage: [acme-lab/pods]"
    )

    result = used.session("prod").preview()

    used.edit("organizations/acme.yaml", r"pods: 1,", "pods: 5,")
    used.edit("Pulumi.prod.yaml", r"^  tenancy:allowBelowUsage: .*\n", "")
    assert "acme-lab: pods 5 → 1 (2 used) BELOW USAGE" in unwrapped("".join(result.messages))
    assert ["update"] == [s.op for s in result.steps if s.type.startswith("kubernetes:")]


def test_a_namespace_that_is_not_ours_is_refused_at_preview(used, kubectl) -> None:
    kubectl("create", "namespace", "acme-mine")
    used.edit(
        "organizations/acme.yaml", "^  - id: staging$", namespace("mine", 5) + "  - id: staging"
    )

    with pytest.raises(EngineError, check=is_refusal, match=r"name-taken\]") as refused:
        used.session("prod").preview()

    used.edit("organizations/acme.yaml", r"^  - id: mine\n(    .*\n)+", "")
    kubectl("delete", "namespace", "acme-mine")
    assert (
        "acme-mine, which exists on the cluster and which this stack did not create"
        in unwrapped(refused.value.message)
    )


def test_what_the_last_update_left_undone_is_said_and_then_nothing(used, kubectl) -> None:
    assert used.session("prod").preview().messages == ()
    binding = kubectl.json("get", "rolebinding", "tenancy:viewer", "-n", "acme-prod")
    kubectl("delete", "rolebinding", "tenancy:viewer", "-n", "acme-prod")

    result = used.session("prod").preview()

    kept = {k: binding["metadata"][k] for k in ("name", "namespace", "labels")}
    kubectl.apply({**binding, "metadata": kept})
    assert (
        "differs from the last update:"
        " Group oidc:acme-developers does not have the role viewer in acme-prod"
    ) in unwrapped("".join(result.messages))
    assert used.session("prod").preview().messages == ()


def test_a_namespace_in_the_state_is_ours_without_record_and_label(used, kubectl) -> None:
    """As after an import by another tool: no update of ours knows it yet."""
    stack = used.session("prod").stack
    exported = stack.export_stack()
    bare = [
        {**resource, "outputs": {}} if resource["type"] == "pulumi:pulumi:Stack" else resource
        for resource in exported.deployment["resources"]
    ]
    forgotten = {**exported.deployment, "resources": bare}
    stack.import_stack(auto.Deployment(version=exported.version, deployment=forgotten))
    kubectl("label", "namespace", "acme-prod", "tenancy.dev/stack-")

    result = used.session("prod").preview()

    stack.import_stack(exported)
    kubectl("label", "namespace", "acme-prod", "tenancy.dev/stack=prod")
    assert "the first update" in "".join(result.messages)
    assert not [s for s in result.steps if s.op not in {"same", "update"}]

"""Namespaces made by hand in several styles become an organization; nothing is recreated."""

import contextlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tenancy.cli import app
from tests.cluster.stacks import hard_world as hard
from tests.cluster.stacks.released_world import marks, values

pytestmark = pytest.mark.cluster

ROOT = Path(__file__).parents[3]
GROUP = "rbac.authorization.k8s.io"
KINDS = "namespaces,resourcequotas,limitranges,rolebindings"
AMOUNTS = {
    "plain": {"requests.cpu": "1", "limits.cpu": "2", "pods": "5"},
    "odd": {"requests.cpu": "1500m", "limits.cpu": "2.0", "pods": "+7", "services": "1e1"},
}


def a_namespace(name: str, style: str, team: str = "blue") -> list[dict]:
    """By `kubectl`, `apply`, `helm`; `odd` spellings; `several` quotas."""
    labels = {"team": team}
    if style == "helm":
        labels |= {"app.kubernetes.io/managed-by": "Helm", "helm.sh/chart": "shop-1.0"}
    hard = AMOUNTS["odd" if style in {"odd", "apply"} else "plain"]
    quotas = [("quota" if style == "apply" else "main", {"hard": hard})]
    if style == "several":
        quotas.append(("best-effort", {"hard": {"pods": "2"}, "scopes": ["BestEffort"]}))
    limits = {"type": "Container", "default": {"cpu": "100m"}, "max": {"cpu": "1000m"}}
    role = {"apiGroup": GROUP, "kind": "ClusterRole", "name": "edit"}
    group = {"apiGroup": GROUP, "kind": "Group", "name": "oidc:shop-devs"}
    inside = {"namespace": name}
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}},
        *(
            {
                "apiVersion": "v1",
                "kind": "ResourceQuota",
                "metadata": {"name": quota, **inside},
                "spec": spec,
            }
            for quota, spec in quotas
        ),
        {
            "apiVersion": "v1",
            "kind": "LimitRange",
            "metadata": {"name": "limits" if style == "apply" else "defaults", **inside},
            "spec": {"limits": [limits]},
        },
        {
            "apiVersion": f"{GROUP}/v1",
            "kind": "RoleBinding",
            "metadata": {"name": "devs", **inside},
            "roleRef": role,
            "subjects": [group],
        },
        {
            "apiVersion": f"{GROUP}/v1",
            "kind": "RoleBinding",
            "metadata": {"name": "release-bot", **inside},
            "roleRef": {**role, "name": "system:node-problem-detector"},
            "subjects": [{**group, "name": "oidc:release"}],
        },
    ]


STYLES = ("kubectl", "apply", "helm", "odd", "several")
PER_ORGANIZATION = 10


def make(kubectl, count: int) -> list[str]:
    """Make namespaces of every style, turn by turn, each by the tool that its style names."""
    names = []
    for index in range(count):
        style = STYLES[index % len(STYLES)]
        names.append(f"shop-{style[:3]}{index}" if index % 2 else f"{style}-of-team-{index}")
        how = ["create"]
        if style in {"apply", "helm"}:
            how = ["apply", "--server-side", f"--field-manager={style}"]
        kubectl(*how, "-f", "-", manifest=a_namespace(names[-1], style))
    return names


def uids(kubectl, names: list[str], kinds: str = KINDS) -> dict[str, str]:
    """The identity of everything in the namespaces, and of themselves."""
    items = kubectl.json("get", kinds, "--all-namespaces")["items"]
    return {
        i["metadata"]["uid"]: f"{i['kind']} {i['metadata']['name']}"
        for i in items
        if i["metadata"].get("namespace", i["metadata"]["name"]) in names
    }


@contextlib.contextmanager
def watched(kubectl, kind: str, namespace: str, into: Path) -> Iterator[list[dict]]:
    """Watch a kind in a namespace; the events are there once the block has ended."""
    flags = [f"--kubeconfig={kubectl.kubeconfig}", f"--cache-dir={kubectl.cache}"]
    wanted = ["get", kind, "-n", namespace, "--watch", "--output-watch-events", "-o", "json"]
    events: list[dict] = []
    with into.open("w") as output:
        process = subprocess.Popen([kubectl.program, *flags, *wanted], stdout=output)
    try:
        yield events
    finally:
        process.terminate()
        process.wait()
    text, at, decoder = into.read_text().rstrip(), 0, json.JSONDecoder()
    while at < len(text):
        event, end = decoder.raw_decode(text, at)
        events.append(event)
        at = end + len(text[end:]) - len(text[end:].lstrip())


def what_was_adopted_changes(project, kubectl) -> None:
    """A role, the name of a quota and a subject change, each without a gap."""
    path, name = project.root / "organizations/shop0.yaml", "kubectl-of-team-0"
    up = ["up", "-C", str(project.root), "-s", "dev", "--yes"]
    start, profiles, end = path.read_text().partition("profiles:")
    changed = start.replace("role: kubernetes:edit", "role: kubernetes:view")
    assert start != changed
    path.write_text(changed + profiles + end.replace("main:", "renamed:", 1))
    with (
        watched(kubectl, "rolebindings", name, project.root / "bindings.json") as bindings,
        watched(kubectl, "resourcequotas", name, project.root / "quotas.json") as quotas,
    ):
        result = CliRunner().invoke(app, up)
    assert 0 == result.exit_code, result.output
    assert "whose role changes" in result.output

    held: dict[str, set[str]] = {}
    seen = []
    for event in bindings:
        one = event["object"]
        who = {s["name"] for s in one.get("subjects", [])}
        is_there = event["type"] != "DELETED" and "oidc:shop-devs" in who
        held[one["metadata"]["name"]] = {one["roleRef"]["name"]} if is_there else set()
        seen.append(set().union(*held.values()))
    # At no moment both, and each of them once.
    assert {1} >= {len(roles) for roles in seen if roles}
    assert {"edit"} in seen
    assert {"view"} == seen[-1]
    there: set[str] = set()
    counts = []
    for event in quotas:
        called = event["object"]["metadata"]["name"]
        if called in {"main", "renamed"}:
            there = there - {called} if event["type"] == "DELETED" else there | {called}
            counts.append(len(there))
    assert {"renamed"} == there
    # The new one is there first: at no moment there is none.
    assert 0 not in counts
    assert 2 in counts

    path.write_text(path.read_text().replace("group: shop-devs", "group: shop-team"))
    result = CliRunner().invoke(app, up)
    assert 0 == result.exit_code, result.output
    subjects = kubectl.json("get", "rolebinding", "tenancy:kubernetes:view", "-n", name)
    assert ["oidc:shop-team"] == [one["name"] for one in subjects["subjects"]]
    assert project.session("dev").preview().is_empty


@pytest.mark.nightly
def test_namespaces_of_every_style_are_adopted_and_none_is_recreated(
    project, kubectl_of, monkeypatch
) -> None:
    count = 50
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}:{ROOT / 'components'}")
    kubectl = kubectl_of(project.box)
    names = make(kubectl, count)
    before = uids(kubectl, names)

    for start in range(0, count, PER_ORGANIZATION):
        some = names[start : start + PER_ORGANIZATION]
        organization = f"shop{start // PER_ORGANIZATION}"
        arguments = ["-C", str(project.root), "-s", "dev", "-o", organization, "--yes"]
        result = CliRunner().invoke(app, ["adopt", *arguments, "--prefix", organization, *some])
        assert 0 == result.exit_code, result.output
        assert "conflict ResourceQuota quota" in result.output
        assert "RoleBinding devs" in result.output
        assert "stays    RoleBinding release-bot" in result.output

    assert before.items() <= uids(kubectl, names).items()
    project.up("dev")
    assert project.session("dev").preview().is_empty
    # What stays is listed in the files, and the labels of others are theirs.
    drift = CliRunner().invoke(app, ["drift", "-C", str(project.root), "-s", "dev", "--json"])
    [found] = json.loads(drift.stdout)["stacks"]
    assert [] == found["result"]["differences"]
    adopted = project.session("dev").state()
    names = [urn.rpartition("::")[2] for urn in (str(r["urn"]) for r in adopted)]
    assert count == sum(name.endswith("-devs") for name in names)
    what_was_adopted_changes(project, kubectl)


def test_what_the_checks_refuse_is_not_adopted_and_the_files_stay(project, kubectl_of) -> None:
    kubectl = kubectl_of(project.box)
    before = {path: path.read_text() for path in project.root.rglob("*.yaml")}
    arguments = ["adopt", "-C", str(project.root), "-s", "dev", "-o", "bare", "--yes"]

    result = CliRunner().invoke(app, [*arguments, "kube-public"])

    assert 3 == result.exit_code
    assert "[namespace-name-reserved]" in result.output
    assert before == {path: path.read_text() for path in project.root.rglob("*.yaml")}

    # With --write the files stay, to be corrected; nothing on the cluster is changed.
    kubectl("create", "namespace", "bare")
    version = kubectl.json("get", "namespace", "bare")["metadata"]["resourceVersion"]
    result = CliRunner().invoke(app, [*arguments, "--write", "bare"])
    assert 0 == result.exit_code
    assert (project.root / "organizations/bare.yaml").exists()
    assert version == kubectl.json("get", "namespace", "bare")["metadata"]["resourceVersion"]


def what_is_watched() -> list[dict]:
    """A namespace with an agent on the host network and a service, and a pod that calls it."""

    def pod(name: str, inside: str, **spec: object) -> dict:
        container = {"name": "c", "image": "i", **spec.pop("container", {})}
        return {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "namespace": inside, "labels": {"app": name}},
            "spec": {"containers": [container], **spec},
        }

    address = {"name": "URL", "value": "http://metrics.watching.svc:9090"}
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "watching"}},
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "calling"}},
        pod("agent", "watching", hostNetwork=True),
        pod("metrics", "watching"),
        pod("caller", "calling", container={"env": [address]}),
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "metrics", "namespace": "watching"},
            "spec": {"selector": {"app": "metrics"}, "ports": [{"port": 9090}]},
        },
    ]


def test_a_namespace_that_exists_becomes_a_shared_one_in_stages(project, kubectl_of) -> None:
    kubectl = kubectl_of(project.box)
    kubectl("create", "-f", "-", manifest=what_is_watched())
    path = project.root / "Pulumi.platform.yaml"
    before = path.read_text()
    kinds = "namespaces,networkpolicies,resourcequotas,serviceaccounts,pods"
    objects = uids(kubectl, ["watching"], kinds)
    command = ["-C", str(project.root), "-s", "platform"]
    adopt = ["adopt", "--shared", "observability", *command, "watching"]

    report = CliRunner().invoke(app, [*adopt, "--report"])
    assert 0 == report.exit_code, report.output
    assert "Pod/caller of calling to metrics of watching on TCP 9090 would stop" in (
        " ".join(report.output.split())
    )
    assert before == path.read_text()
    result = CliRunner().invoke(app, [*adopt, "--yes"])

    assert 0 == result.exit_code, result.output
    assert "taken over Namespace platform-watching" in result.output
    # In audit nothing is added to it.
    assert objects == uids(kubectl, ["watching"], kinds)
    there = kubectl.json("get", "namespace", "watching")["metadata"]["labels"]
    assert "pod-security.kubernetes.io/enforce" not in there
    assert ("observability", "audit") == (
        there["tenancy.dev/shared"],
        there["tenancy.dev/enforcement"],
    )
    assert project.session("platform").preview().is_empty
    drift = CliRunner().invoke(app, ["drift", *command, "--json"])
    [found] = json.loads(drift.stdout)["stacks"]
    assert [] == found["result"]["differences"]
    again = CliRunner().invoke(app, [*adopt, "--yes"])
    assert 0 == again.exit_code, again.output

    audited = path.read_text()
    enforced = audited.replace("mode: audit", "mode: enforce")
    path.write_text(enforced)
    refused = CliRunner().invoke(app, ["plan", *command, "--json"])
    assert 3 == refused.exit_code, refused.output
    plan = json.loads(refused.stdout)
    assert "connection-stopped" in {one["code"] for one in plan["findings"]}
    stopped = [one["object"] for one in plan["enforcement"] if one["kind"] == "connection"]
    assert {"Pod/caller"} == set(stopped)
    path.write_text(audited)


def test_a_shared_namespace_is_enforced_and_one_command_goes_back(project, kubectl_of) -> None:
    """It was adopted by the test before."""
    kubectl = kubectl_of(project.box)
    path = project.root / "Pulumi.platform.yaml"
    command = ["-C", str(project.root), "-s", "platform"]
    kinds = "namespaces,networkpolicies,resourcequotas,serviceaccounts,pods"
    audited, objects = path.read_text(), uids(kubectl, ["watching"], kinds)
    enforced = audited.replace("mode: audit", "mode: enforce\n          mayStop: [Pod/caller]")

    for written, is_enforced in ((enforced, True), (audited, False), (enforced, True)):
        path.write_text(written)
        result = CliRunner().invoke(app, ["up", *command, "--yes"])
        assert 0 == result.exit_code, result.output
        now = uids(kubectl, ["watching"], kinds)
        assert objects.items() <= now.items()
        added = set(now.values()) - set(objects.values())
        assert is_enforced is ("NetworkPolicy tenancy-default-deny" in added)
        assert is_enforced is ("ResourceQuota gpus" in added)
        there = kubectl.json("get", "namespace", "watching")["metadata"]["labels"]
        assert is_enforced is ("pod-security.kubernetes.io/enforce" in there)
        account = kubectl.json("get", "serviceaccount", "default", "-n", "watching")
        assert is_enforced is (account.get("automountServiceAccountToken") is False)


def test_a_shared_namespace_is_released_and_stays_reachable(project, kubectl_of) -> None:
    """It was enforced by the test before."""
    kubectl = kubectl_of(project.box)
    command = ["-C", str(project.root), "-s", "platform"]
    before = values(kubectl, "watching")
    assert marks(kubectl, "watching")

    result = CliRunner().invoke(app, ["release", "--keep", *command, "watching", "--yes"])

    assert 0 == result.exit_code, result.output
    assert [] == marks(kubectl, "watching")
    assert before == values(kubectl, "watching")
    written = (project.root / "Pulumi.platform.yaml").read_text()
    assert "managed: false" in written
    assert "name: metrics" in written
    assert project.session("platform").preview().is_empty
    drift = CliRunner().invoke(app, ["drift", *command, "--json"])
    [found] = json.loads(drift.stdout)["stacks"]
    assert [] == found["result"]["differences"]
    plan = CliRunner().invoke(app, ["plan", *command])
    assert 0 == plan.exit_code, plan.output
    again = CliRunner().invoke(app, ["release", "--keep", *command, "watching", "--yes"])
    assert 3 == again.exit_code
    assert "manages no shared namespace of that name" in again.output

    # Kept guardrails are no longer the platform's: an adoption takes them over or leaves them.
    adopt = ["adopt", "--shared", "observability", *command, "watching", "--yes"]
    result = CliRunner().invoke(app, adopt)
    assert 0 == result.exit_code, result.output
    assert before.keys() == values(kubectl, "watching").keys()
    assert project.session("platform").preview().is_empty


def test_the_guardrails_of_a_shared_namespace_are_removed_by_a_release_that_says_so(
    project, kubectl_of
) -> None:
    """It was adopted again by the test before."""
    kubectl = kubectl_of(project.box)
    path = project.root / "Pulumi.platform.yaml"
    command = ["-C", str(project.root), "-s", "platform"]
    kinds = (
        "namespaces,networkpolicies,resourcequotas,limitranges,serviceaccounts,pods,services"
    )
    enforce = "mode: enforce\n          mayStop: [Pod/caller]"
    path.write_text(path.read_text().replace("mode: audit", enforce))
    assert not project.up("platform").is_empty
    before = uids(kubectl, ["watching"], kinds)
    guardrails = {"NetworkPolicy tenancy-default-deny", "ResourceQuota gpus"}
    assert guardrails <= set(before.values())

    release = ["release", "--remove-guardrails", *command, "watching", "--yes"]
    result = CliRunner().invoke(app, release)

    assert 0 == result.exit_code, result.output
    now = uids(kubectl, ["watching"], kinds)
    assert now.items() <= before.items()
    removed = set(before.values()) - set(now.values())
    assert guardrails <= removed
    assert {"NetworkPolicy", "ResourceQuota"} == {one.partition(" ")[0] for one in removed}
    kept = {"Namespace watching", "Pod agent", "Pod metrics", "Service metrics"}
    assert kept <= set(now.values())
    assert [] == marks(kubectl, "watching")
    account = kubectl.json("get", "serviceaccount", "default", "-n", "watching")
    assert "automountServiceAccountToken" not in account
    assert "managed: false" in path.read_text()
    assert project.session("platform").preview().is_empty


CONTROLLER = "system:serviceaccount:kube-system:replicaset-controller"


def refused_pods(kubectl) -> set[str]:
    """The Deployments whose pods the API server would refuse to their controller."""
    controller = kubectl.as_user(CONTROLLER)
    found = set()
    for name, template in {**hard.PLAIN, **hard.REFUSED}.items():
        pod = hard.a_pod_of(template, hard.NAME)
        result = controller.run("create", "--dry-run=server", "-f", "-", manifest=pod)
        if result.returncode:
            found.add(f"Deployment/{name}")
    return found


def test_what_is_rare_is_adopted_unharmed_and_each_refusal_is_announced(
    project, kubectl_of
) -> None:
    kubectl = kubectl_of(project.box)
    kubectl("create", "-f", "-", manifest=hard.everything())
    kinds = f"{KINDS},deployments,statefulsets,services,networkpolicies,secrets,configmaps"
    before = uids(kubectl, [hard.NAME], kinds)
    assert set() == refused_pods(kubectl)
    dev = ["-C", str(project.root), "-s", "dev"]
    adopt = ["adopt", *dev, "-l", "team=hard", "-o", "hard", "--yes"]

    result = CliRunner().invoke(app, adopt)
    assert 0 == result.exit_code, result.output
    assert before.items() <= uids(kubectl, [hard.NAME], kinds).items()
    assert set() == refused_pods(kubectl)

    path = project.root / "organizations/hard.yaml"
    written = path.read_text().replace("mode: audit", "mode: enforce")
    path.write_text(written)
    plan = json.loads(CliRunner().invoke(app, ["plan", *dev, "--json"]).stdout)
    lost: dict[str, set[str]] = {}
    for one in plan["enforcement"]:
        if one["namespace"] == hard.NAME:
            lost.setdefault(one["kind"], set()).add(one["object"])
    assert {f"Deployment/{name}" for name in hard.REFUSED} == lost["pods"]
    assert hard.ANNOUNCED == lost["change"]
    assert {"Service/by-hand", "Service/outside"} <= lost["connection"]
    # The namespace's own policy still allows it, by the name of its port.
    assert "Service/node" not in lost["connection"]
    path.write_text(written.replace("mode: enforce", "mode: audit"))


def test_a_namespace_that_is_being_deleted_is_not_adopted(project, kubectl_of) -> None:
    kubectl = kubectl_of(project.box)
    held = {"name": "held", "finalizers": ["example.com/held"], "labels": {"team": "held"}}
    kubectl(
        "create",
        "-f",
        "-",
        manifest={"apiVersion": "v1", "kind": "Namespace", "metadata": held},
    )
    kubectl("delete", "namespace", "held", "--wait=false")
    arguments = ["-C", str(project.root), "-s", "dev", "-o", "held", "-l", "team=held", "--yes"]

    result = CliRunner().invoke(app, ["adopt", *arguments])

    assert 3 == result.exit_code
    assert "namespace held: it is being deleted" in result.output
    assert not (project.root / "organizations/held.yaml").exists()

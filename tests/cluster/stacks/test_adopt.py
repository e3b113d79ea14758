"""Namespaces made by hand in several styles become an organization; nothing is recreated."""

import contextlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tenancy.cli import app

pytestmark = pytest.mark.cluster

ROOT = Path(__file__).parents[3]
GROUP = "rbac.authorization.k8s.io"
KINDS = "namespaces,resourcequotas,limitranges,rolebindings"
AMOUNTS = {
    "plain": {"requests.cpu": "1", "limits.cpu": "2", "pods": "5"},
    "odd": {"requests.cpu": "1500m", "limits.cpu": "2.0", "pods": "+7", "services": "1e1"},
}


def a_namespace(name: str, style: str, team: str = "blue") -> list[dict]:
    """What somebody made: `kubectl`, `apply`, `helm`, `odd` spellings, or `several` quotas."""
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
    """Make namespaces of every style, turn by turn, each by the tool that its style says."""
    names = []
    for index in range(count):
        style = STYLES[index % len(STYLES)]
        names.append(f"shop-{style[:3]}{index}" if index % 2 else f"{style}-of-team-{index}")
        how = ["create"]
        if style in {"apply", "helm"}:
            how = ["apply", "--server-side", f"--field-manager={style}"]
        kubectl(*how, "-f", "-", manifest=a_namespace(names[-1], style))
    return names


def uids(kubectl, names: list[str]) -> dict[str, str]:
    """The identity of everything in the namespaces, and of themselves."""
    items = kubectl.json("get", KINDS, "--all-namespaces")["items"]
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
@pytest.mark.parametrize("count", [5, 50], ids=["five", "fifty"])
def test_namespaces_of_every_style_are_adopted_and_none_is_recreated(
    project, kubectl_of, monkeypatch, count: int
) -> None:
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

"""Drift: what was added by hand is named, which no refresh of the engine sees."""

import json
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner

from tenancy.cli import app
from tenancy.kubernetes import labels
from tenancy.output.outcomes_json import schema
from tests.cluster.large_cluster import namespaces_one_by_one

pytestmark = pytest.mark.cluster

ROOT = Path(__file__).parents[3]
PACKAGES = f"{ROOT}:{ROOT / 'components'}"
NETWORK_RULE = {"from": [{"namespaceSelector": {}}]}


@pytest.fixture(scope="module")
def applied(make_project):
    return make_project("platform", "dev")


@pytest.fixture
def kubectl(applied, kubectl_of):
    return kubectl_of(applied.box)


@pytest.fixture
def drift(applied):
    """Return what runs `tenancy drift` and gives its exit code and what it found."""

    def run(*options: str, stack: str = "dev") -> tuple[int, list[dict]]:
        arguments = ["drift", "-C", str(applied.root), "--stack", stack, "--json", *options]
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code in {0, 2}, result.output
        said = json.loads(result.stdout)
        jsonschema.validate(said, schema())
        [found] = said["stacks"]
        assert stack == found["stack"]
        return result.exit_code, found["result"]["differences"]

    return run


def test_right_after_an_update_nothing_differs(drift) -> None:
    assert (0, []) == drift(stack="platform")
    assert (0, []) == drift(stack="dev")
    with namespaces_one_by_one():
        assert (0, []) == drift(stack="platform")
        assert (0, []) == drift(stack="dev")


def spoil(kubectl) -> None:
    """Add a subject, a quota key, a network rule and a label of a person's own by hand."""
    subject = {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "oidc:eve"}
    add = {"op": "add", "path": "/subjects/-", "value": subject}
    patch(kubectl, "rolebinding/tenancy:developer", add)
    kubectl("label", "namespace", "acme-dev", "team=blue")
    key = {"op": "add", "path": "/spec/hard/configmaps", "value": "7"}
    patch(kubectl, "resourcequota/quota", key)
    rule = {"op": "add", "path": "/spec/ingress/-", "value": NETWORK_RULE}
    patch(kubectl, "networkpolicy/allow-same-organization", rule)


def patch(kubectl, name: str, *operations: dict) -> None:
    kubectl("patch", name, "-n", "acme-dev", "--type=json", f"--patch={json.dumps(operations)}")


def test_what_was_added_by_hand_is_named_and_a_refresh_sees_none_of_it(
    applied, drift, kubectl
) -> None:
    spoil(kubectl)

    refreshed = applied.session("dev").preview(refresh=True)
    code, found = drift()

    assert refreshed.is_empty
    assert 2 == code
    named = {(d["kind"], d["name"], *d["field"]): d for d in found}
    assert {
        ("RoleBinding", "tenancy:developer", "subjects", "User oidc:eve"): "security",
        (
            "NetworkPolicy",
            "allow-same-organization",
            "spec",
            "ingress",
            '{"from":[{"namespaceSelector":{}}]}',
        ): "security",
        ("ResourceQuota", "quota", "spec", "hard", "configmaps"): "usage",
    } == {place: d["weight"] for place, d in named.items()}
    assert {"added"} == {d["change"] for d in found}
    assert {"kubectl-patch"} == {d["manager"] for d in found}
    with namespaces_one_by_one():
        assert (code, found) == drift()


def test_neither_an_update_nor_one_with_a_refresh_repairs_what_was_added(
    applied, drift
) -> None:
    before = drift()

    plain = applied.up("dev")
    refreshing = applied.session("dev").up(refresh=True)

    assert plain.is_empty
    assert refreshing.is_empty
    assert before == drift()
    assert 2 == before[0]


def test_a_repair_undoes_it_and_the_engine_can_still_change_what_was_repaired(
    applied, drift, kubectl
) -> None:
    raised = {"op": "replace", "path": "/spec/hard/pods", "value": "200"}
    patch(kubectl, "resourcequota/quota", raised)
    kubectl("label", "namespace", "acme-dev", "pod-security.kubernetes.io/enforce-")
    assert {"200"} <= {d["live"] for d in drift()[1]}

    assert (0, []) == drift("--repair", "--yes")

    labels = kubectl.json("get", "namespace", "acme-dev")["metadata"]["labels"]
    # Other labels belong to the person who sets them.
    assert "blue" == labels["team"]
    assert "baseline" == labels["pod-security.kubernetes.io/enforce"]
    applied.edit("Pulumi.dev.yaml", r'pods: "20"', 'pods: "19"')
    assert {"acme", "acme-dev-quota"} == {step.name for step in applied.up("dev").steps}
    assert (0, []) == drift()


def test_what_is_accepted_stands_in_the_files_and_no_other_line_of_them_changes(
    applied, drift, kubectl
) -> None:
    files = [applied.root / f for f in ("Pulumi.dev.yaml", "organizations/acme.yaml")]
    before = [path.read_text().splitlines() for path in files]
    spoil(kubectl)

    code, left = drift("--accept")

    assert 2 == code
    # The network rule has no place in the files. What follows from the accepted ones is left to
    # the next update: the list of members, and the built-in limit that people's own replaces.
    assert {
        ("allow-same-organization", '{"from":[{"namespaceSelector":{}}]}'),
        ("acme-dev", labels.MEMBERS),
        ("object-counts", "configmaps"),
    } == {(d["name"], d["field"][-1]) for d in left}
    stack, organization = (path.read_text().splitlines() for path in files)
    assert [line for line in before[0] if line not in stack] == ["    acme: {}"]
    assert [line for line in before[1] if line not in organization] == []
    assert '            configmaps: "7"' in stack
    assert "        - user: eve" in stack
    assert "      team: blue" not in organization
    assert not applied.up("dev").is_empty
    assert ["allow-same-organization"] == [d["name"] for d in drift()[1]]


def test_an_object_that_somebody_else_made_stays_unless_it_is_asked_to_go(
    drift, kubectl
) -> None:
    kubectl(
        "create",
        "rolebinding",
        "handmade",
        "-n",
        "acme-dev",
        "--clusterrole=view",
        "--user=eve",
    )

    kept = drift("--repair", "--yes")
    gone = drift("--repair", "--yes", "--delete-foreign")

    assert [("handmade", "added", "security")] == [
        (d["name"], d["change"], d["weight"]) for d in kept[1]
    ]
    assert (0, []) == gone


def test_an_object_that_is_missing_is_made_again_by_the_update_that_ends_a_repair(
    drift, kubectl, monkeypatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", PACKAGES)
    kubectl("delete", "networkpolicy", "default-deny", "-n", "acme-dev")
    found = drift()

    assert [("default-deny", "removed", "security")] == [
        (d["name"], d["change"], d["weight"]) for d in found[1]
    ]
    assert (0, []) == drift("--repair", "--yes")


GROUP = "external-secrets.io"
DEFINITION = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": f"externalsecrets.{GROUP}"},
    "spec": {
        "group": GROUP,
        "scope": "Namespaced",
        "names": {"kind": "ExternalSecret", "plural": "externalsecrets"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "subresources": {"status": {}},
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "x-kubernetes-preserve-unknown-fields": True,
                    }
                },
            }
        ],
    },
}
CARRIED = """\
    namespaceObjects:
      - manifest:
          apiVersion: external-secrets.io/v1
          kind: ExternalSecret
          metadata: { name: registry }
          spec:
            secretStoreRef: { kind: ClusterSecretStore, name: vault }
            target: { name: registry }
            dataFrom: [{ extract: { key: "teams/{namespace.organization}" } }]
      - imagePullSecret: registry
    public:
"""


def test_objects_of_a_custom_kind_are_refused_until_it_is_served_and_then_kept(
    applied, drift, kubectl
) -> None:
    """The last one: the platform lists an object for each namespace."""
    applied.edit("Pulumi.platform.yaml", r"^    public:\n", CARRIED)

    def run(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, [*arguments, "-C", str(applied.root)])
        return done.exit_code, " ".join(done.output.split())

    code, text = run("plan", "--stack", "dev")
    assert 3 == code
    assert "[namespace-object-not-served]" in text
    assert "install its custom resource definition first" in text
    code, text = run("drift", "--stack", "dev")
    assert 1 == code
    assert "the kind ExternalSecret of external-secrets.io/v1 is not served" in text
    kubectl.apply(DEFINITION)
    kubectl("wait", "--for=condition=Established", f"crd/externalsecrets.{GROUP}")

    code, text = run("plan", "--stack", "dev")
    assert 2 == code, text
    assert "acme-dev: ExternalSecret registry is created" in text
    applied.up("platform")
    applied.up("dev")

    where = ("externalsecret", "registry", "-n", "acme-dev")
    spec = kubectl.json("get", *where)["spec"]
    assert "teams/acme" == spec["dataFrom"][0]["extract"]["key"]
    account = kubectl.json("get", "serviceaccount", "default", "-n", "acme-dev")
    assert [{"name": "registry"}] == account["imagePullSecrets"]
    # A field that its controller adds is not drift; a change of our field is.
    kubectl("patch", *where, "--subresource=status", "--type=merge", "-p", '{"status":{"a":1}}')
    kubectl("patch", *where, "--type=merge", "-p", '{"spec":{"refreshPolicy":"Periodic"}}')
    assert (0, []) == drift()
    kubectl("patch", *where, "--type=merge", "-p", '{"spec":{"target":{"name":"other"}}}')
    code, found = drift()
    assert (2, [["spec", "target", "name"]]) == (code, [d["field"] for d in found])
    eve = kubectl.as_user("oidc:eve")
    kubectl("create", "clusterrole", "eve", "--verb=*", f"--resource=externalsecrets.{GROUP}")
    kubectl("create", "clusterrolebinding", "eve", "--clusterrole=eve", "--user=oidc:eve")
    assert "tenancy-objects" in eve.refused("delete", *where)

    code, text = run("explain", "acme-dev", "namespaceObjects")
    assert 0 == code, text
    assert "ExternalSecret/registry" in text
    assert "Pulumi.platform.yaml:" in text

"""
The behaviours of a component in programs of other languages, on the real engine and cluster.

One table: the rows are languages, the columns are tests. Plain `pulumi`, `tenancy` and the
Automation API run Tenancy's own program, whose behaviours are in `tests/cluster/stacks` and
`tests/cluster/plan`.
"""

import json
from pathlib import Path

import attrs
import pytest
from pulumi import automation as auto

from tests import language_hosts
from tests.cluster.pool_stack import pool_stack

pytestmark = pytest.mark.cluster

PROGRAMS = Path(__file__).parent / "programs" / "languages"
ROWS = ["yaml"]


@attrs.frozen
class Row:
    """A program of one language that creates one organization."""

    language: str
    stack: auto.Stack

    @property
    def name(self) -> str:
        """The organization's name, and its prefix."""
        return f"in{self.language}"

    @property
    def namespace(self) -> str:
        """The first namespace."""
        return f"{self.name}-dev"

    def organization(self, *namespaces: dict, **keys: object) -> dict:
        """Return its arguments: the namespace dev, and others."""
        return {
            "prefix": self.name,
            "defaultNamespace": "dev",
            "members": [{"group": f"{self.name}-devs", "role": "developer"}],
            "namespaces": [
                {"id": "dev", "quota": {"pods": 20, "services": 5}},
                *namespaces,
            ],
            **keys,
        }

    def write(self, args: dict) -> None:
        """Write *args* for the next run."""
        folder = Path(self.stack.workspace.work_dir)
        written = dict(args)
        if written.pop("secret", False):
            written["prefix"] = {"fn::secret": written["prefix"]}
        (folder / "Pulumi.yaml").write_text(json.dumps(_yaml_program(self.name, written)))

    def preview(self) -> str:
        """Return what a preview prints, on one line."""
        said: list[str] = []
        self.stack.preview(on_output=said.append, color="never")
        return " ".join(" ".join(said).split())

    def refused(self) -> str:
        """Return what a preview prints that is refused, on one line."""
        said: list[str] = []
        with pytest.raises(auto.CommandError):
            self.stack.preview(on_output=said.append, color="never")
        return " ".join(" ".join(said).split())


def _yaml_program(name: str, args: dict) -> dict:
    return {
        "name": "table",
        "runtime": "yaml",
        "config": {"kubeconfig": {"type": "string"}, "name": {"type": "string"}},
        "resources": {
            "cluster": {
                "type": "pulumi:providers:kubernetes",
                "properties": {
                    "kubeconfig": "${kubeconfig}",
                    "clusterIdentifier": "shared",
                },
            },
            name: {
                "type": "tenancy:index:Organization",
                "properties": args,
                "options": {"provider": "${cluster}"},
            },
        },
    }


@pytest.fixture(scope="module", params=ROWS)
def row(request, sandbox, tmp_path_factory) -> Row:
    """The program of one language; its organization exists."""
    language: str = request.param
    stack = pool_stack(sandbox, tmp_path_factory.mktemp(language), PROGRAMS / language)
    host = language_hosts.folder_of(language)
    variables = stack.workspace.env_vars
    variables["PATH"] = f"{host}:{variables['PATH']}"
    made = Row(language, stack)
    stack.set_config("name", auto.ConfigValue(made.name))
    made.write(made.organization())
    return made


@pytest.fixture(scope="module")
def created(row: Row) -> str:
    """What the first update prints, on one line."""
    said: list[str] = []
    row.stack.up(on_output=said.append, color="never")
    return " ".join(" ".join(said).split())


def test_the_plan_is_printed(row: Row, created: str) -> None:
    assert f"+ new namespace {row.namespace} with pods 20, services 5" in created
    assert f"Group oidc:{row.name}-devs in {row.namespace}: no role → developer" in created


def test_access_comes_after_the_guardrails(row: Row, created: str, kube) -> None:
    versions = {
        kind: [
            int(one["metadata"]["resourceVersion"])
            for one in kube.json("get", kind, "-n", row.namespace)["items"]
            if one["metadata"].get("labels", {}).get("tenancy.dev/managed")
        ]
        for kind in ("networkpolicies", "rolebindings")
    }
    assert versions["networkpolicies"]
    assert versions["rolebindings"]
    assert max(versions["networkpolicies"]) < min(versions["rolebindings"])


def test_the_next_preview_is_empty(row: Row, created: str) -> None:
    assert {"same"} == set(row.stack.preview().change_summary)


def test_what_loses_data_or_takes_names_is_refused_at_once(
    row: Row, created: str, kube
) -> None:
    """A limit below its use, a name of others, and a namespace that would be lost."""
    kube("create", "service", "clusterip", "a", "--tcp=80", "-n", row.namespace)
    kube("create", "service", "clusterip", "b", "--tcp=80", "-n", row.namespace)
    kube("create", "namespace", f"{row.name}-taken")
    shrunk = row.organization({"id": "taken"})
    shrunk["namespaces"][0]["quota"] = {"pods": 20, "services": 1}
    row.write(shrunk)

    said = row.refused()

    assert "quota-below-usage" in said
    assert f"services of {row.namespace} would become 1, below the 2 used now" in said
    assert f"the namespace {row.name}-taken, which exists on the cluster" in said
    assert "Nothing was changed." in said
    row.write(
        row.organization()
        | {"namespaces": [{"id": "new", "quota": {"pods": 3}}], "defaultNamespace": "new"}
    )
    said = row.refused()
    assert f"the namespace {row.namespace} would be deleted with everything in it" in said
    quota = kube.json("get", "resourcequota", "quota", "-n", row.namespace)
    assert {"pods": "20", "services": "5"} == quota["spec"]["hard"]
    row.write(row.organization())


def test_a_change_by_hand_is_reported_and_is_no_difference(
    row: Row, created: str, kube
) -> None:
    patch = json.dumps({"spec": {"hard": {"pods": "21"}}})
    kube("patch", "resourcequota", "quota", "-n", row.namespace, "--type=merge", "-p", patch)
    row.write(row.organization())

    said = row.preview()

    assert f"pods of {row.namespace} is 21 instead of 20" in said
    assert "run `pulumi up --refresh`" in said
    assert "to update" not in said


def test_a_wrong_key_is_refused_with_the_nearest(row: Row, created: str) -> None:
    row.write(row.organization({"id": "lab", "qouta": {"pods": 3}}))

    said = row.refused()

    # Its host compares with the schema before the provider is asked.
    assert "qouta" in said
    assert "Existing properties are: quota," in said
    row.write(row.organization())


def test_a_secret_that_determines_what_is_created_is_refused(row: Row, created: str) -> None:
    row.write(row.organization() | {"secret": True})

    said = row.refused()

    assert "output-not-known" in said
    row.write(row.organization())


def test_a_destroy_leaves_nothing(row: Row, created: str, kube) -> None:
    """The last test of a row."""
    row.write(row.organization(allowDeletion=[row.namespace]))
    row.stack.up()
    row.stack.destroy()
    assert "NotFound" in kube.refused("get", "namespace", row.namespace)

"""
The same behaviours, whatever runs the program, on the real engine, provider and API server.

One table: the rows are the ways to run a program, the columns are tests, and a test expects the
same message and exit in each row. A test run ends with the table (`tests/program_table.py`).
"""

import json

import pytest

from tests import language_hosts
from tests.cluster.program_rows import LANGUAGES, SECRET, Outcome, Row, row_of
from tests.program_table import COMPLETE, NOTE, ROWS

pytestmark = pytest.mark.cluster


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the sampled cells of every row, and all cells of one row; the others are nightly."""
    cell = metafunc.definition.get_closest_marker("cell")
    is_sampled = cell is not None and cell.kwargs.get("sampled", False)
    rows = [
        pytest.param(row, marks=[] if is_sampled or row == COMPLETE else pytest.mark.nightly)
        for row in ROWS
    ]
    metafunc.parametrize("row", rows, indirect=True, scope="module")


@pytest.fixture(scope="module")
def row(request, sandbox, tmp_path_factory) -> Row:
    """The program of one row; nothing is created yet."""
    title: str = request.param
    why = language_hosts.missing(LANGUAGES[title]) if title in LANGUAGES else None
    builds = title == COMPLETE or request.config.getoption("markexpr") == "nightly"
    if why is not None and not (builds and "not built" in why):
        pytest.skip(why)
    made = row_of(title, sandbox, tmp_path_factory.mktemp("program"))
    made.write(made.organization())
    return made


@pytest.fixture(scope="module")
def created(row: Row) -> Outcome:
    """The first update."""
    row.write(row.organization())
    ended = row.run("up")
    assert ended.code == 0, ended.text
    return ended


@pytest.fixture(scope="module")
def conflicting(row: Row, created: Outcome, kubectl_of, sandbox) -> Outcome:
    """A preview with a limit below its use, and with a name that exists."""
    kube = kubectl_of(sandbox)
    for name in ("a", "b"):
        kube("create", "service", "clusterip", name, "--tcp=80", "-n", row.namespace)
    kube("create", "namespace", f"{row.name}-taken")
    shrunk = row.organization({"id": "taken"})
    shrunk["namespaces"][0]["quota"] = {"pods": 20, "services": 1}
    row.write(shrunk)
    ended = row.run("preview")
    row.write(row.organization())
    return ended


@pytest.mark.cell("wrong key with the nearest", sampled=True)
def test_a_wrong_key_is_refused_with_the_nearest(row: Row, record_property) -> None:
    row.write(row.organization({"id": "lab", "qouta": {"pods": 3}}))

    ended = row.run("preview")

    assert ended.code == row.refused, ended.text
    if row.title == "YAML":
        record_property(
            NOTE,
            "Pulumi's host of YAML compares the program with the schema before the component"
            " gets it, and lists the existing properties, the nearest first",
        )
        assert "qouta" in ended.text
        assert "Existing properties are: quota," in ended.text
    else:
        assert "namespaces[1].qouta" in ended.text
        assert "did you mean `quota`?" in ended.text
    row.write(row.organization())


@pytest.mark.cell("secrets refused")
def test_a_secret_that_determines_what_is_created_is_refused(row: Row) -> None:
    row.hide(row.organization())

    ended = row.run("preview")

    assert ended.code == row.refused, ended.text
    assert row.hidden in ended.text
    assert "because it determines which resources exist" in ended.text
    assert SECRET not in ended.text
    row.write(row.organization())


@pytest.mark.cell("plan printed")
def test_the_plan_is_printed(row: Row, created: Outcome) -> None:
    assert f"+ new namespace {row.namespace} with pods 20, services 5" in created.text
    assert f"Group oidc:{row.name}-devs in {row.namespace}: no role → developer" in created.text


@pytest.mark.cell("guardrails before bindings")
def test_access_comes_after_the_guardrails(row: Row, created: Outcome, kube) -> None:
    versions = {
        kind: [
            int(one["metadata"]["resourceVersion"])
            for one in kube.json("get", kind, "-n", row.namespace)["items"]
            if one["metadata"].get("labels", {}).get("tenancy.dev/managed")
        ]
        for kind in ("networkpolicies", "resourcequotas", "rolebindings")
    }
    bindings = versions.pop("rolebindings")
    assert all(versions.values())
    assert bindings
    assert max(versions["networkpolicies"]) < min(bindings)


def test_the_next_preview_is_empty(row: Row, created: Outcome) -> None:
    ended = row.run("preview")

    assert ended.code == 0, ended.text
    assert "to create" not in ended.text
    assert "to update" not in ended.text
    assert "to delete" not in ended.text
    assert "to replace" not in ended.text


@pytest.mark.cell("shrink refused")
def test_a_limit_below_its_use_is_refused(row: Row, conflicting: Outcome, kube) -> None:
    assert conflicting.code == row.refused, conflicting.text
    assert "quota-below-usage" in conflicting.text
    assert (
        f"services of {row.namespace} would become 1, below the 2 used now" in conflicting.text
    )
    assert "Nothing was changed." in conflicting.text
    quota = kube.json("get", "resourcequota", "quota", "-n", row.namespace)
    assert {"pods": "20", "services": "5"} == quota["spec"]["hard"]


@pytest.mark.cell("name clash refused")
def test_a_name_that_exists_is_refused(row: Row, conflicting: Outcome, kube) -> None:
    assert conflicting.code == row.refused, conflicting.text
    assert f"the namespace {row.name}-taken, which exists on the cluster" in conflicting.text
    labels = kube.json("get", "namespace", f"{row.name}-taken")["metadata"]["labels"]
    assert {"kubernetes.io/metadata.name": f"{row.name}-taken"} == labels


@pytest.mark.cell("hazard refused")
def test_a_namespace_that_would_be_lost_is_refused(row: Row, created: Outcome) -> None:
    others = [{"id": "new", "quota": {"pods": 3}}]
    row.write(row.organization() | {"namespaces": others, "defaultNamespace": "new"})

    ended = row.run("preview")

    assert ended.code == row.refused, ended.text
    lost = f"the namespace {row.namespace} would be deleted with everything in it"
    assert lost in ended.text
    row.write(row.organization())


@pytest.mark.cell("drift reported")
def test_a_change_by_hand_is_reported_and_is_no_difference(
    row: Row, created: Outcome, kube
) -> None:
    patch = json.dumps({"spec": {"hard": {"pods": "21"}}})
    kube("patch", "resourcequota", "quota", "-n", row.namespace, "--type=merge", "-p", patch)
    row.write(row.organization())

    ended = row.run("preview")

    assert ended.code == 0, ended.text
    assert f"pods of {row.namespace} is 21 instead of 20" in ended.text
    repair = (
        "pulumi up --refresh"
        if row.title in LANGUAGES
        else f"tenancy drift --stack {row.name} --repair"
    )
    assert f"`{repair}`" in ended.text
    assert "to update" not in ended.text


@pytest.mark.cell("field conflict refused")
def test_a_field_of_another_manager_is_refused_with_its_writer(
    row: Row, created: Outcome, kube
) -> None:
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "quota", "namespace": row.namespace},
        "spec": {"hard": {"pods": "77"}},
    }
    options = ("--server-side", "--field-manager=deployer", "--force-conflicts")
    kube("apply", *options, "-f", "-", manifest=quota)
    larger = row.organization()
    larger["namespaces"][0]["quota"] = {"pods": 25, "services": 5}
    row.write(larger)

    ended = row.run("preview")

    assert ended.code == row.refused, ended.text
    stated = "spec.hard pods: 25 in the files, 77 on the cluster (by deployer at 20"
    assert stated in ended.text
    assert "To take them over, run `" in ended.text
    assert "Nothing was changed." in ended.text
    assert "Apply failed" not in ended.text
    row.write(row.organization())


def test_a_destroy_leaves_nothing(row: Row, created: Outcome, kube) -> None:
    """The last test of a row."""
    row.write(row.organization(allowDeletion=[row.namespace]))
    for verb in ("up", "destroy"):
        ended = row.run(verb)
        assert ended.code == 0, ended.text
    assert "NotFound" in kube.refused("get", "namespace", row.namespace)

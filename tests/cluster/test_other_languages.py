"""Components from a program that imports none: the engine asks the package's provider."""

import json
import shutil
from pathlib import Path

import pytest
from pulumi import automation as auto

from tests.cluster.pool_stack import pool_stack

pytestmark = pytest.mark.cluster

PROGRAM = Path(__file__).parent / "programs" / "remote_components"
ACME = {
    "type": "Organization",
    "prefix": "acme",
    "defaultNamespace": "dev",
    "members": [{"group": "acme-developers", "role": "developer"}],
    "namespaces": [
        {"id": "dev", "quota": {"pods": 20, "requests.storage": "10Gi"}},
        {"id": "test"},
    ],
}
LAB = {
    "type": "Namespace",
    "name": "lab",
    "quota": {"pods": 3},
    "members": [{"user": "abe", "role": "viewer"}],
}

POOL = {
    "type": "GpuNodePool",
    "name": "h100",
    "model": "H100",
    "gpusPerNode": 8,
    "nodes": {"min": 1, "max": 1},
    "nodeNames": ["sandbox-gpu-1"],
    "writeTaints": True,
}


@pytest.fixture
def kube(own_sandbox, kubectl_of):
    return kubectl_of(own_sandbox)


@pytest.fixture
def stack(own_sandbox, tmp_path) -> auto.Stack:
    return pool_stack(own_sandbox, tmp_path, PROGRAM)


@pytest.fixture
def asked(sandbox, tmp_path) -> auto.Stack:
    """Return a stack on the control plane that all share, of which nothing is created."""
    return pool_stack(sandbox, tmp_path, PROGRAM)


def configure(stack: auto.Stack, **components: dict) -> None:
    stack.set_config("components", auto.ConfigValue(json.dumps(components)))


def refused(stack: auto.Stack) -> str:
    """Preview, and return what the engine reports about the component that is refused."""
    said: list[str] = []

    def event(one: auto.EngineEvent) -> None:
        if one.diagnostic_event is not None:
            said.append(one.diagnostic_event.message)

    with pytest.raises(auto.CommandError):
        stack.preview(on_event=event, color="never")
    [text] = [one for one in said if "has a problem" in one]
    # How the program itself ends then is its own SDK's business; Python's has a traceback.
    assert "Traceback" not in text
    assert 'File "' not in text
    return " ".join(text.split())


def resources(stack: auto.Stack) -> set[str]:
    """Return the URN of everything in the state but the engine's own default providers."""
    found = stack.export_stack().deployment.get("resources", [])
    urns = {one["urn"] for one in found}
    return {urn for urn in urns if "::pulumi:providers:" not in urn or "::default" not in urn}


@pytest.mark.nightly
def test_an_organization_lives_from_another_language(stack, kube):
    configure(stack, acme=ACME)

    up = stack.up()

    assert {"dev": "acme-dev", "test": "acme-test"} == up.outputs["acme"].value
    quota = kube.json("get", "resourcequota", "quota", "-n", "acme-dev")
    assert {"pods": "20", "requests.storage": "10Gi"} == quota["spec"]["hard"]
    member = kube.as_user("oidc:someone", "oidc:acme-developers")
    assert "yes" in member("auth", "can-i", "create", "pods", "-n", "acme-test")
    assert {"same"} == set(stack.preview().change_summary)

    configure(stack, acme=ACME | {"allowDeletion": ["acme-dev", "acme-test"]})
    stack.up()
    stack.destroy()

    assert set() == resources(stack)
    for name in ("acme-dev", "acme-test"):
        assert "NotFound" in kube.refused("get", "namespace", name)


@pytest.mark.nightly
def test_a_program_in_another_language_creates_the_same_resources(stack, kube):
    """Whoever moves from importing to asking, or back, replaces nothing."""
    main = Path(stack.workspace.work_dir) / "__main__.py"
    remote = main.read_text()
    shutil.copy(PROGRAM / "imported.py", main)
    configure(stack, acme=ACME, lab=LAB | {"allowDeletion": True})
    stack.up()
    imported = resources(stack)

    main.write_text(remote)
    assert {"same"} == set(stack.preview().change_summary)
    stack.up()
    assert imported == resources(stack)

    shutil.copy(PROGRAM / "imported.py", main)
    assert {"same"} == set(stack.preview().change_summary)

    main.write_text(remote)
    configure(
        stack,
        acme=ACME | {"allowDeletion": ["acme-dev", "acme-test"]},
        lab=LAB | {"allowDeletion": True},
    )
    stack.up()
    stack.destroy()
    assert set() == resources(stack)


def test_a_wrong_key_is_refused_with_its_path_and_the_nearest(asked):
    wrong = {"id": "dev", "qouta": {"pods": 3}}
    configure(asked, acme=ACME | {"namespaces": [wrong], "defaultNamespce": "dev"})

    said = refused(asked)

    assert "namespaces[0].qouta" in said
    assert "quota" in said
    assert "defaultNamespce" in said
    assert "defaultNamespace" in said
    assert "Nothing was changed." in said


@pytest.mark.parametrize(
    "hidden", ["${output}", pytest.param("${secret}", marks=pytest.mark.nightly)]
)
def test_what_is_not_known_is_refused_where_it_shapes_the_graph(asked, hidden):
    configure(asked, acme=ACME | {"namespaces": [{"id": hidden, "quota": {"pods": 3}}]})

    said = refused(asked)

    assert "namespaces[0].id" in said
    assert "output-not-known" in said


@pytest.mark.nightly
def test_deleted_with_is_refused(stack, kube):
    configure(stack, acme=ACME)
    stack.set_config("deletedWith", auto.ConfigValue("true"))

    assert "deleted_with" in refused(stack)


@pytest.mark.nightly
def test_a_rename_with_an_alias_replaces_nothing(stack, kube):
    configure(stack, lab=LAB | {"allowDeletion": True})
    stack.up()

    configure(stack, bench=LAB | {"allowDeletion": True})
    stack.set_config("formerly", auto.ConfigValue("lab"))
    steps = stack.preview().change_summary

    assert not {"create", "replace", "delete"} & set(steps), steps
    stack.up()
    stack.destroy()
    assert "NotFound" in kube.refused("get", "namespace", "lab")


@pytest.mark.nightly
def test_a_pool_goes_by_the_callers_provider_and_by_nothing_of_the_environment(stack, kube):
    """Its taints are written by a resource that reads the kubeconfig of that provider."""
    stack.workspace.env_vars["KUBECONFIG"] = "/nowhere"
    written = POOL | {"taints": [{"key": "example.com/x", "effect": "NoSchedule"}]}
    configure(stack, h100=written)

    stack.up()

    node = kube.json("get", "node", "sandbox-gpu-1")
    assert "h100" == node["metadata"]["labels"]["tenancy.dev/gpu-pool"]
    assert "example.com/x" in {taint["key"] for taint in node["spec"]["taints"]}
    assert {"same"} == set(stack.preview().change_summary)
    stack.destroy()
    left = kube.json("get", "node", "sandbox-gpu-1")["spec"].get("taints", [])
    assert "example.com/x" not in {taint["key"] for taint in left}


@pytest.mark.nightly
def test_a_platform_is_previewed_from_another_language(stack, kube):
    configure(stack, base={"type": "Platform", "operators": [{"group": "operators"}]})

    steps = stack.preview().change_summary

    assert steps["create"] > 20, steps


@pytest.mark.nightly
def test_a_component_is_renamed_and_gets_a_platform_later(stack, kube):
    """Neither replaces a namespace, and both can be previewed."""
    shutil.copy(PROGRAM / "imported.py", Path(stack.workspace.work_dir) / "__main__.py")
    lab = LAB | {"allowDeletion": True}
    configure(stack, lab=lab)
    stack.up()

    stack.set_config("formerly", auto.ConfigValue("lab"))
    configure(stack, bench=lab)
    assert not {"create", "replace", "delete"} & set(stack.preview().change_summary)
    stack.up()
    stack.remove_config("formerly")
    assert {"same"} == set(stack.preview().change_summary)

    base = {"type": "Platform", "operators": [{"group": "operators"}]}
    configure(stack, base=base, bench=lab)
    added = stack.preview()
    # The Role and its binding.
    assert 2 == added.change_summary["delete"], added.stdout
    assert "replace" not in added.change_summary

    stack.destroy()
    assert "NotFound" in kube.refused("get", "namespace", "lab")

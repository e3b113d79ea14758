"""What an update records as intended is what the program registers, by name and content."""

import shutil
from pathlib import Path

import pulumi
import pulumi_kubernetes
import pytest
from google.protobuf import json_format
from tenancy_components import Organization
from tenancy_components.cluster import provider

from tenancy.assessment import assess
from tenancy.cluster import provider_options
from tenancy.engine.intended_objects import guard_of, intended_objects
from tests.program.recording import build

ROOT = Path(__file__).parents[2]
OBJECTS = """    namespaceObjects:
      - manifest:
          apiVersion: v1
          kind: ConfigMap
          metadata: { name: endpoints }
          data: { NAME: "{namespace.name}" }
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a copy of the shipped project, whose platform has objects for namespaces."""
    for path in ROOT.glob("Pulumi*.yaml"):
        shutil.copy(path, tmp_path)
    shutil.copytree(ROOT / "organizations", tmp_path / "organizations")
    file = tmp_path / "Pulumi.platform.yaml"
    file.write_text(
        file.read_text().replace("  tenancy:platform:\n", f"  tenancy:platform:\n{OBJECTS}", 1)
    )
    return tmp_path


@pytest.mark.parametrize("stack", ["dev", "staging", "prod"])
def test_the_program_registers_the_intended_objects(monitor, project: Path, stack: str) -> None:
    assessment = assess(project, stack)
    environment = assessment.tenancy.environments[stack]
    platform = assessment.tenancy.platform_of(environment)
    pulumi.runtime.settings.SETTINGS.stack = stack

    def program() -> None:
        given = pulumi_kubernetes.Provider(
            assessment.cluster(stack).provider_name, kubeconfig="none"
        )
        opts = pulumi.ResourceOptions(provider=given)
        for organization in environment.organizations:
            Organization(organization.name, organization, platform, opts=opts)

    build(monitor, program)

    objects = [r for r in monitor.requests if r.type.startswith("kubernetes:")]
    intended = intended_objects(assessment, stack)
    assert any(one.identity.kind == "ConfigMap" for one in intended)
    registered = {urn(stack, r): r for r in objects}
    assert set(registered) == {one.urn for one in intended}
    for one in intended:
        request = registered[one.urn]
        assert one.manifest == json_format.MessageToDict(request.object)
        assert one.protect == request.protect == request.retainOnDelete
        assert {*map(short, one.after)} == {*map(short, request.dependencies)}
        assert short(one.parents[-1]) == short(request.parent)
    guards = {(r.type, r.name) for r in monitor.requests if r.type.endswith("DestroyGuard")}
    assert guards == {short(guard_of(one.parents[0])) for one in intended}


@pytest.mark.parametrize("stack", ["dev", "platform"])
def test_the_program_registers_the_provider_that_a_recovery_adds(
    monitor, project: Path, stack: str
) -> None:
    """With ConfigMaps in an environment, and without in a platform."""
    assessment = assess(project, stack)
    cluster, environment = assessment.cluster(stack), assessment.tenancy.environments.get(stack)
    (project / ".sandbox").mkdir()
    (project / ".sandbox/kubeconfig").write_text("clusters: []\n")

    build(monitor, lambda: provider(cluster, project, environment))

    [request] = [r for r in monitor.requests if r.type == "pulumi:providers:kubernetes"]
    options = provider_options(cluster, project, environment)
    assert options.name == request.name
    assert options.inputs() == json_format.MessageToDict(request.object)
    assert ("enableConfigMapMutable" in options.inputs()) is (stack == "dev")


def urn(stack: str, request) -> str:
    """Return the name that the engine gives, from that of the parent."""
    types = request.parent.split("::")[2]
    return f"urn:pulumi:{stack}::tenancy::{types}${request.type}::{request.name}"


def short(urn: str) -> tuple[str, str]:
    """Return the type and the name: the URNs of mocks have neither stack nor all parents."""
    _, types, name = urn.rsplit("::", 2)
    return types.rpartition("$")[2], name

"""The package for programs in other languages: its schema, and how the engine starts it."""

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
import yaml
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc
from tenancy_components.provider import package_schema

ROOT = Path(__file__).parents[2]


def described(schema: dict) -> Iterator[tuple[str, str | None]]:
    """Yield the path and the description of each resource, type, input and output."""
    for token, one in (schema["resources"] | schema["types"]).items():
        yield token, one.get("description")
        for kind in ("inputProperties", "properties"):
            for name, part in one.get(kind, {}).items():
                yield f"{token} {kind}.{name}", part.get("description")


def test_every_property_has_a_description():
    found = dict(described(package_schema()))

    assert [] == [path for path, text in found.items() if not text]
    assert "tenancy:index:Organization inputProperties.namespaces" in found
    assert "tenancy:index:NamespaceSpec properties.quota" in found


def test_a_property_without_a_description_would_be_found():
    schema = json.loads(json.dumps(package_schema()))
    del schema["types"]["tenancy:index:NamespaceSpec"]["properties"]["quota"]["description"]

    assert ["tenancy:index:NamespaceSpec properties.quota"] == [
        path for path, text in described(schema) if not text
    ]


def test_the_schema_says_who_publishes_it_and_where_its_source_is():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    schema = package_schema()

    assert "Tenancy" == schema["publisher"]
    assert project["urls"]["Repository"] == schema["repository"]
    assert {*project["keywords"]} - {"pulumi"} <= {*schema["keywords"]}
    assert {"category/infrastructure", "kind/component"} <= {*schema["keywords"]}


@pytest.fixture
def started(tmp_path: Path) -> Iterator[str]:
    """The address of the provider that runs from this folder, as a language host starts it."""
    process = subprocess.Popen(
        [sys.executable, ROOT, "127.0.0.1:1"], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        yield f"127.0.0.1:{int(process.stdout.readline())}"
        process.kill()


def test_the_folder_of_the_project_is_a_plugin(started: str):
    """What `pulumi package add <checkout>` runs, and what it reads from it."""
    plugin = yaml.safe_load((ROOT / "PulumiPlugin.yaml").read_text())
    project = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())

    with grpc.insecure_channel(started) as channel:
        answer = provider_pb2_grpc.ResourceProviderStub(channel).GetSchema(
            provider_pb2.GetSchemaRequest(version=0)
        )

    assert json.loads(json.dumps(package_schema())) == json.loads(answer.schema)
    assert "python" == plugin["runtime"]["name"]
    # The engine creates it again, and a developer's may be of another Python.
    virtualenv = plugin["runtime"]["options"]["virtualenv"]
    assert virtualenv != project["runtime"]["options"]["virtualenv"]
    assert f"{virtualenv}/" in (ROOT / ".gitignore").read_text().splitlines()


def test_a_program_is_not_taken_for_a_plugin(tmp_path: Path):
    ended = subprocess.run(
        [sys.executable, ROOT], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert ended.returncode != 0
    assert "may only be called while a Pulumi program is running" in ended.stderr

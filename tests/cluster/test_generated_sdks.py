"""
`pulumi package gen-sdk` writes an SDK for each language whose generator is to be had.

The generators are those of the engine's release (`toolchain/sdk-generators`). Those of C# and
Java are older (`toolchain/sdk-generators-csharp-java`).
"""

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests import language_hosts
from tests.cluster.pool_stack import console_script
from tests.commands import run, succeed

pytestmark = pytest.mark.cluster

PROGRAMS = Path(__file__).parent / "programs"
TYPED = PROGRAMS / "typed"
COMPONENTS = ("gpu_node_pool", "namespace", "organization", "platform")
MODULE = "tenancy.example/tenancy/sdk/go/tenancy"


@pytest.fixture(scope="module")
def sdk(toolchain, tmp_path_factory) -> Path:
    """The folder that has the SDK of each language in a folder of its own."""
    folder = tmp_path_factory.mktemp("sdk")
    plugin = console_script(folder)
    hosts = language_hosts.with_generators(folder / "bin")
    generate(("go", "nodejs", "python"), plugin, hosts, toolchain)
    return folder


def generate(languages: tuple[str, ...], plugin: Path, hosts: Path, toolchain) -> None:
    """Write the SDKs of *languages* beside *plugin*, by the generators in *hosts*."""
    folder = plugin.parent
    variables = {
        **os.environ,
        "PATH": os.pathsep.join([str(hosts), str(toolchain.bin), os.environ["PATH"]]),
        "PYTHONPATH": os.pathsep.join(sys.path),
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    for language in languages:
        command = [toolchain.path("pulumi"), "package", "gen-sdk", plugin]
        options = ["--language", language, "--out", folder]
        succeed([*command, *options], folder, variables)


def test_each_language_has_every_component(sdk: Path) -> None:
    camel = [one.title().replace("_", "") for one in COMPONENTS]
    names = [f"{one[:1].lower()}{one[1:]}" for one in camel]

    assert [] == [n for n in names if not (sdk / "go" / "tenancy" / f"{n}.go").exists()]
    assert [] == [n for n in names if not (sdk / "nodejs" / f"{n}.ts").exists()]
    python = sdk / "python" / "pulumi_tenancy"
    assert [] == [n for n in COMPONENTS if not (python / f"{n}.py").exists()]


@pytest.mark.nightly
def test_csharp_and_java_have_every_component_and_its_arguments(
    toolchain, tmp_path: Path
) -> None:
    hosts = language_hosts.with_csharp_and_java(tmp_path / "bin")
    generate(("csharp", "java"), console_script(tmp_path), hosts, toolchain)

    names = [one.title().replace("_", "") for one in COMPONENTS]
    java = tmp_path / "java" / "src" / "main" / "java" / "com" / "pulumi" / "tenancy"
    assert [] == [n for n in names if not (java / f"{n}.java").exists()]
    assert [] == [n for n in names if not (tmp_path / "dotnet" / f"{n}.cs").exists()]
    assert "public Builder namespaces(NamespaceSpecArgs... namespaces)" in (
        (java / "OrganizationArgs.java").read_text()
    )
    assert "public InputList<Inputs.NamespaceSpecArgs> Namespaces" in (
        (tmp_path / "dotnet" / "Organization.cs").read_text()
    )


def test_the_python_sdk_takes_the_arguments_of_the_components(sdk: Path) -> None:
    program = (
        "import inspect, pulumi_tenancy as tenancy\n"
        "print(*inspect.signature(tenancy.OrganizationArgs.__init__).parameters)\n"
        "print(*(kind.value for kind in tenancy.GpuNodePoolSpecAllocation))\n"
    )

    # What pip writes where it installs the SDK.
    metadata = sdk / "python" / "pulumi_tenancy-0.1.0.dist-info" / "METADATA"
    metadata.parent.mkdir()
    metadata.write_text("Metadata-Version: 2.1\nName: pulumi_tenancy\nVersion: 0.1.0\n")

    variables = {**os.environ, "PYTHONPATH": str(sdk / "python")}
    printed = succeed([sys.executable, "-c", program], sdk, variables)

    arguments, allocations = printed.splitlines()
    assert {"namespaces", "prefix", "default_namespace", "platform"} <= {*arguments.split()}
    assert "devicePlugin dra both" == allocations


@pytest.mark.nightly
def test_a_typed_program_in_go_compiles_and_a_wrong_key_does_not(sdk: Path, tmp_path) -> None:
    for file in (TYPED / "go" / "main.go", *(PROGRAMS / "languages" / "go").glob("go.*")):
        shutil.copy(file, tmp_path)
    shutil.copytree(sdk / "go" / "tenancy", tmp_path / "sdk")
    (tmp_path / "sdk" / "go.mod").write_text(f"module {MODULE}\n\ngo 1.26\n")
    variables = {**os.environ, "GOFLAGS": "-mod=mod", "GOWORK": "off"}
    link = [f"-require={MODULE}@v0.1.0", f"-replace={MODULE}=./sdk"]
    succeed(["go", "mod", "edit", *link], tmp_path, variables)

    succeed(["go", "build", "-o", os.devnull, "."], tmp_path, variables)

    program = tmp_path / "main.go"
    program.write_text(program.read_text().replace("Quota:", "Qouta:"))
    refused = run(["go", "build", "-o", os.devnull, "."], tmp_path, variables)
    assert refused.returncode != 0
    assert "unknown field Qouta in struct literal of type tenancy.NamespaceSpecArgs" in (
        refused.stdout
    )


@pytest.mark.nightly
@pytest.mark.skipif(shutil.which("npm") is None, reason="Node is not installed")
def test_a_typed_program_in_typescript_compiles_and_a_wrong_key_does_not(
    sdk: Path, tmp_path
) -> None:
    for file in ("package.json", "tsconfig.json"):
        shutil.copy(PROGRAMS / "languages" / "nodejs" / file, tmp_path)
    shutil.copy(TYPED / "nodejs" / "index.ts", tmp_path)
    shutil.copytree(sdk / "nodejs", tmp_path / "tenancy")
    (tmp_path / "node_modules").symlink_to(language_hosts.node_modules())
    compiled = ["node", "node_modules/typescript/bin/tsc", "--noEmit", "--project", "."]

    succeed(compiled, tmp_path, os.environ)

    program = tmp_path / "index.ts"
    program.write_text(program.read_text().replace("quota:", "qouta:"))
    refused = run(compiled, tmp_path, os.environ)
    assert refused.returncode != 0
    assert "'qouta' does not exist in type" in refused.stdout

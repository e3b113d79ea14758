"""
`pulumi package add` of a checkout and of a git address.

The language hosts that are to be had are too old for both, so the host in
`toolchain/sdk-generators` answers these requests with the code of the engine's release.
"""

import json
import os
import ssl
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from tests import language_hosts
from tests.cluster.checkouts import clone
from tests.cluster.git_server import serving
from tests.commands import succeed

pytestmark = [pytest.mark.cluster, pytest.mark.nightly]

PROGRAM = {
    "name": "other",
    "runtime": "yaml",
    "resources": {
        "cluster": {"type": "pulumi:providers:kubernetes", "properties": {}},
        "acme": {
            "type": "tenancy:index:Organization",
            "properties": {
                "prefix": "added",
                "namespaces": [{"id": "dev", "quota": {"pods": 20}}],
            },
            "options": {"provider": "${cluster}"},
        },
    },
}


def ended(command: list, folder: Path, variables: Mapping[str, str]) -> str:
    """Run *command*, which has to succeed, and return what it prints, on one line."""
    return " ".join(succeed(command, folder, variables).split())


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of this checkout, as it is now."""
    made = tmp_path_factory.mktemp("checkout") / "tenancy"
    clone(made)
    return made


@pytest.fixture(scope="module")
def variables(sandbox, tmp_path_factory) -> dict[str, str]:
    """The environment of a person with Pulumi, and without our package."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "state").mkdir()
    given = sandbox.process_environment()
    hosts = language_hosts.with_generators(folder / "bin")
    path = [str(hosts), str(language_hosts.folder_of("yaml")), given["PATH"]]
    return given | {
        "PATH": os.pathsep.join(path),
        "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }


def added(source: str, folder: Path, sandbox, variables: Mapping[str, str]) -> dict:
    """Add the package to a program in *folder*, preview it, and return its `Pulumi.yaml`."""
    program = json.loads(json.dumps(PROGRAM))
    program["resources"]["cluster"]["properties"]["kubeconfig"] = str(sandbox.kubeconfig)
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump(program))
    pulumi = sandbox.toolchain.path("pulumi")

    printed = ended([pulumi, "package", "add", source], folder, variables)

    assert "Added package Tenancy" in printed or "/Tenancy" in printed
    stack = "git" if source.startswith("https://") else "path"
    ended([pulumi, "stack", "init", stack], folder, variables)
    preview = [pulumi, "preview", f"--stack={stack}", "--color=never"]
    assert "+ new namespace added-dev with pods 20" in ended(preview, folder, variables)
    return yaml.safe_load((folder / "Pulumi.yaml").read_text())


def test_a_checkout_is_added(checkout: Path, sandbox, variables, tmp_path: Path) -> None:
    written = added(str(checkout), tmp_path, sandbox, variables)

    assert ["tenancy"] == list(written["packages"])
    assert (checkout / ".venv-plugin" / "bin" / "pulumi-resource-tenancy").exists()
    # Pulumi.yaml and what else the checkout has are as they were.
    assert "" == ended(["git", "status", "--porcelain"], checkout, variables)


def test_a_git_address_is_added(checkout: Path, sandbox, variables, tmp_path: Path) -> None:
    repositories, program = tmp_path / "repositories", tmp_path / "program"
    program.mkdir()
    bare = repositories / "platform" / "tenancy.git"
    ended(["git", "clone", "--quiet", "--bare", checkout, bare], tmp_path, variables)

    with serving(repositories, tmp_path / "pki") as (address, authority, proxy):
        # pip needs the authorities of the system, too.
        system = Path(ssl.get_default_verify_paths().cafile or os.devnull)
        trusted = tmp_path / "trusted.pem"
        trusted.write_text(authority.read_text() + system.read_text())
        trusting = {**variables, "SSL_CERT_FILE": str(trusted), "HTTPS_PROXY": proxy}
        written = added(f"{address}/platform/tenancy.git", program, sandbox, trusting)

    commit = ended(["git", "rev-parse", "HEAD"], checkout, variables)
    source = f"{address}/platform/tenancy.git".removeprefix("https://")
    assert {"tenancy": f"{source}@{commit}"} == written["packages"]

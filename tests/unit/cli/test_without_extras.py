"""Without the extras, everything works that needs none of their packages."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tenancy.diagnostics import Extra, ToolsError, needs
from tests.commands import TENANCY, run

ROOT = Path(__file__).parents[3]

PROGRAM = """
import sys
for name in sys.argv.pop(1).split():
    sys.modules[name] = None
"""
COMMAND = f"{PROGRAM}\n{TENANCY[-1]}"
EXTRAS = "boto3 botocore cryptography"


def without(missing: str, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run *code* in a Python in which the modules *missing* are not installed."""
    sources = os.pathsep.join(map(str, (ROOT, ROOT / "components")))
    variables = {**os.environ, "PYTHONPATH": sources, "COLUMNS": "200"}
    return run([sys.executable, "-c", code, missing, *arguments], Path.cwd(), variables)


def test_plans_and_the_program_need_no_extra() -> None:
    both = f"{PROGRAM}\nimport tenancy_components.program\n{TENANCY[-1]}"

    done = without(EXTRAS, both, "plan", "--offline", "--project", str(ROOT), "-s", "dev")

    assert 0 == done.returncode, done.stdout
    assert "acme-dev" in done.stdout
    assert "Traceback" not in done.stdout


def test_the_sandbox_names_the_extra_before_anything_is_built(tmp_path: Path) -> None:
    arguments = ("sandbox", "up", "--project", str(tmp_path))

    done = without(EXTRAS, COMMAND, *arguments)

    assert (1, []) == (done.returncode, list(tmp_path.iterdir()))
    assert (
        "the Python package cryptography is not installed, and the certificates of the sandbox"
        " need it; run `pip install 'tenancy-sdk[sandbox]'`\n"
    ) == done.stdout


NODE_GROUP = """
import asyncio
from pulumi.provider.experimental.provider import CheckRequest
from tenancy_components.provider.provider import TenancyProvider
request = CheckRequest("urn:pulumi:s::p::tenancy:aws:NodeGroup::pool", {}, {}, b"")
asyncio.run(TenancyProvider().check(request))
"""
FACTS = """
from tenancy.aws import instance_type_lookup
from tenancy.config.spec import PlatformSpec
from tenancy.diagnostics import ARGUMENT, Origin
pool = {
    "name": "h100", "model": "H100", "backend": "eks", "nodes": {"min": 0, "max": 2},
    "instanceTypes": ["p5.48xlarge"],
}
spec = PlatformSpec.model_validate({
    "operators": [{"group": "ops"}],
    "instanceTypeCatalogue": {"source": "ec2", "region": "eu-west-1"},
    "gpuNodePools": [pool],
})
print([found.message for found in instance_type_lookup(spec, Origin(ARGUMENT))[1]])
"""


@pytest.mark.parametrize("code", [NODE_GROUP, FACTS], ids=["node group", "instance types"])
def test_eks_names_the_extra(code: str) -> None:
    done = without(EXTRAS, PROGRAM + code)

    assert "the Python package boto3 is not installed" in done.stdout
    assert "run `pip install 'tenancy-sdk[eks]'`" in done.stdout


def test_another_missing_module_is_no_missing_extra() -> None:
    with pytest.raises(ModuleNotFoundError, match="nothing_of_the_kind"), needs(Extra.EKS):
        import nothing_of_the_kind  # noqa: F401, PLC0415
    with pytest.raises(ToolsError, match="sandbox"), needs(Extra.SANDBOX):
        raise ModuleNotFoundError("No module", name="cryptography.x509")


def test_the_extras_are_those_of_the_package() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert {extra.value for extra in Extra} == set(declared["optional-dependencies"])
    names = {Requirement(line).name for line in declared["dependencies"]}
    assert not {"boto3", "botocore", "cryptography", "moto"} & names
    assert "psutil" in names

"""The blocks of the documents are true: commands run or parse, and YAML validates."""

import itertools
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from tenancy.cli import app
from tenancy.config.spec import (
    EnvironmentSpec,
    NamespaceSpec,
    OrganizationSpec,
    PlatformSpec,
    SharedNamespaceSpec,
    Spec,
)
from tests.commands import TENANCY
from tests.snippets import DOCUMENTS, ROOT, Block, blocks, commands

README = blocks("sh", "README.md")
TUTORIAL = "docs/tutorial.md"
"""Every command of it is run, in tests/cluster/test_tutorial.py."""

NEEDS = {
    "a package index": ("pip ", "python3 -m venv", "pulumi package add"),
    "a control plane, and is what tests/cluster/test_newcomer.py runs": (
        "make up",
        "make down",
        'eval "$(tenancy env)"',
        'eval "$(.venv/bin/tenancy env)"',
        "pulumi preview --stack dev",
        "pulumi stack select staging && pulumi preview",
        "kubectl get resourcequota --namespace acme-dev",
    ),
}
"""Commands of the README that are not run here, each by how it begins."""


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command of `tenancy`, as it is written, in *folder*."""
    words = shlex.split(command)
    assert Path(words[0]).name == "tenancy"
    sources = os.pathsep.join(map(str, (ROOT, ROOT / "components")))
    return subprocess.run(
        [*TENANCY, *words[1:]],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": sources},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def is_listed(command: str) -> bool:
    return any(command.startswith(start) for starts in NEEDS.values() for start in starts)


OFFLINE = [
    command
    for block in README
    for line in commands(block)
    for command in (line.rpartition(" && ")[2],)
    if not is_listed(line) and not is_listed(command)
]


def test_a_command_of_the_readme_is_run_or_needs_something_that_is_named() -> None:
    assert ["check", "plan", "render", "init"] == [shlex.split(line)[1] for line in OFFLINE]
    written = [line for block in README for line in commands(block)]
    for starts in NEEDS.values():
        assert any(line.startswith(start) for line in written for start in starts)


@pytest.mark.parametrize("command", OFFLINE, ids=lambda command: shlex.split(command)[1])
def test_a_command_of_the_readme_works(command: str, tmp_path: Path) -> None:
    is_init = shlex.split(command)[1] == "init"

    done = run(command, tmp_path if is_init else ROOT)

    assert (0, "") == (done.returncode, done.stderr)
    assert done.stdout.strip()
    assert is_init == (tmp_path / "gpus" / "Pulumi.platform.yaml").exists()


COMMANDS = [
    pytest.param(command, id=f"{block.name} {command}"[:80])
    for block in blocks("sh")
    for line in commands(block)
    for command in re.split(r" (?:&&|\|\|) ", line)
    if Path(command.split()[0]).name == "tenancy"
]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_options_of_each_command_in_the_documents_exist(command: str) -> None:
    # Options are read before the help is shown.
    done = CliRunner().invoke(app, [*shlex.split(command)[1:], "--help"])

    assert 0 == done.exit_code, done.output


def test_an_option_that_does_not_exist_would_be_found() -> None:
    done = CliRunner().invoke(app, ["check", "--cluster", "x", "--help"])

    assert (64, True) == (done.exit_code, "No such option: --cluster" in done.output)


@pytest.mark.parametrize("block", blocks("sh"), ids=lambda block: block.name)
def test_a_block_of_commands_is_valid_shell(block: Block) -> None:
    # What is in angle brackets is replaced by the reader.
    text = re.sub(r"<[a-z]+>", "x", block.text)

    subprocess.run(["bash", "-n", "-c", text], check=True)


def test_each_file_that_a_command_of_an_example_reads_exists() -> None:
    found = []
    for block in blocks("sh"):
        folder = (ROOT / block.document).parent
        for command in commands(block):
            words = shlex.split(command)
            paths = [b for a, b in itertools.pairwise(words) if a in ("-f", "-c")]
            places = [
                [folder / path, ROOT / path]
                for path in paths
                if path.endswith((".yaml", ".txt"))
            ]
            found += [any(place.exists() for place in both) for both in places]

    assert len(found) > 8
    assert all(found)


MODELS: dict[str, tuple[type[Spec], dict[str, object]]] = {
    "platform": (PlatformSpec, {"operators": [{"group": "operators"}]}),
    "environment": (
        EnvironmentSpec,
        {"environment": "dev", "cluster": "c", "organizations": {}},
    ),
    "organization": (OrganizationSpec, {"prefix": "acme", "namespaces": [{"id": "dev"}]}),
    "namespace": (NamespaceSpec, {"id": "dev"}),
    "shared namespace": (
        SharedNamespaceSpec,
        {"name": "monitoring", "purpose": "observability"},
    ),
}
"""What a block is part of, and the least that the rest of it consists of."""


def keys(model: type[Spec]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


def validate(written: dict) -> str:
    """Return of which model *written* is part; it has to be of one, and to have no mistake."""
    if set(written) == {"config"}:
        config = {
            key.removeprefix("tenancy:"): value for key, value in written["config"].items()
        }
        return validate(config.pop("platform")) if "platform" in config else validate(config)
    for name, (model, rest) in MODELS.items():
        if set(written) <= keys(model):
            model.model_validate(rest | written)
            return name
    raise AssertionError(f"keys of no model: {', '.join(written)}")


OF_OTHERS = {
    "README.md": {"resources"},
    "docs/ci.md": {"jobs", "repos"},
}
"""Blocks that are files of Pulumi and of CI, by their first key."""

YAML = [
    pytest.param(block.document, part, id=f"{block.name} {number}")
    for block in blocks("yaml")
    for number, part in enumerate(re.split(r"\n\n(?=# )", block.text))
]


@pytest.mark.parametrize(("document", "text"), YAML)
def test_a_block_of_yaml_has_no_mistake(document: str, text: str) -> None:
    written = yaml.safe_load(text)

    if not OF_OTHERS.get(document, set()) & set(written):
        assert validate(written)


def test_a_block_with_a_mistake_would_be_found() -> None:
    with pytest.raises(ValueError, match="nodes"):
        validate({"gpuNodePools": [{"name": "h100", "model": "H100"}]})
    with pytest.raises(AssertionError, match="keys of no model: qouta"):
        validate({"qouta": {}})


def test_a_program_of_the_documents_is_the_one_of_the_example() -> None:
    """The tutorial's program is tested there, and the example is what people copy."""
    page = (ROOT / TUTORIAL).read_text()
    program = (ROOT / "examples/imported/__main__.py").read_text()

    assert f"cat > __main__.py <<'END'\n{program}END\n" in page
    # Its own page speaks of ten lines.
    assert 10 == len([line for line in program.splitlines() if line])


def test_the_documents_with_blocks_are_read() -> None:
    names = {str(path.relative_to(ROOT)) for path in DOCUMENTS}

    assert {"README.md", TUTORIAL, "docs/network.md", "examples/imported/README.md"} <= names
    assert len(blocks("yaml")) > 20
    assert {"README.md", "docs/ci.md"} == {block.document for block in blocks("python")}
    assert shutil.which("bash")

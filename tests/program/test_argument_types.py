"""
The types of the components' arguments, checked by mypy and pyright on programs of users.

A line with `# error: WORD` must be reported with that word; nothing else may be.
"""

import ast
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pulumi
import pytest
from tenancy_components import (
    GpuNodePool,
    Namespace,
    Organization,
    Platform,
    argument_types,
)
from tenancy_components.argument_types import generation, organization, platform
from tenancy_components.refusal import ComponentRefusedError

from tests.snippets import blocks

ROOT = Path(__file__).parents[2]
PROGRAMS = sorted((Path(__file__).parent / "typed").glob("*.py"))
GENERATED = ROOT / "components/tenancy_components/argument_types"
CONFIG = """[mypy]
strict = True
mypy_path = {root}:{root}/components
[mypy-tenancy.*,tenancy_components.*]
ignore_errors = True
[mypy-pulumi_kubernetes.*,kubernetes.*,boto3.*,botocore.*]
follow_imports = skip
"""
"""As for a user, whose mypy reads our signatures only; the clients take it a minute to read."""


EXAMPLES = (ROOT / "examples/imported/__main__.py", ROOT / "examples/automation/deploy.py")

Reported = Mapping[str, Mapping[int, str]]
"""What a type checker reports, by the file's name and the line."""


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The programs of users, the examples, and the programs in the documents."""
    folder = tmp_path_factory.mktemp("documents")
    written = []
    for block in blocks("python"):
        path = folder / f"{Path(block.document).stem}_{block.number}.py"
        path.write_text(block.text)
        written.append(path)
    assert len(written) > 1
    return [*PROGRAMS, *EXAMPLES, *written]


@pytest.fixture(scope="module")
def by_mypy(tmp_path_factory: pytest.TempPathFactory, checked: list[Path]) -> Reported:
    folder = tmp_path_factory.mktemp("mypy")
    config = folder / "mypy.ini"
    config.write_text(CONFIG.format(root=ROOT))
    done = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--no-error-summary", "--config-file", config),
            *("--cache-dir", ROOT / ".mypy_cache/programs", "--scripts-are-modules"),
            *checked,
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "" == done.stderr
    found: dict[str, dict[int, str]] = {}
    for line in done.stdout.splitlines():
        path, number, _, message = line.split(":", 3)
        found.setdefault(Path(path).name, {})[int(number)] = message
    return found


@pytest.fixture(scope="module")
def by_pyright(tmp_path_factory: pytest.TempPathFactory, checked: list[Path]) -> Reported:
    pytest.importorskip("basedpyright", reason="installed by `make venv`")
    folder = tmp_path_factory.mktemp("pyright")
    config = {
        "include": [str(path) for path in checked],
        "typeCheckingMode": "strict",
        "extraPaths": [str(ROOT), str(ROOT / "components")],
        "pythonVersion": "3.11",
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(config))
    done = subprocess.run(
        [
            *(sys.executable, "-m", "basedpyright", "--outputjson", "--project", folder),
            *("--pythonpath", sys.executable),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    answer = json.loads(done.stdout)
    assert len(checked) == answer["summary"]["filesAnalyzed"], done.stderr
    found: dict[str, dict[int, str]] = {}
    for one in answer["generalDiagnostics"]:
        if one["severity"] == "error":
            line = one["range"]["start"]["line"] + 1
            found.setdefault(Path(one["file"]).name, {})[line] = one["message"]
    return found


def test_programs_are_checked_of_which_some_are_wrong() -> None:
    wrong = [path.name for path in PROGRAMS if "# error: " in path.read_text()]

    assert (15, 7) == (len(PROGRAMS), len(wrong))


@pytest.mark.long
@pytest.mark.parametrize("checker", ["by_mypy", "by_pyright"])
def test_each_program_has_exactly_the_errors_that_its_lines_name(
    checker: str, checked: list[Path], request: pytest.FixtureRequest
) -> None:
    reported: Reported = request.getfixturevalue(checker)

    for program in checked:
        expected = {
            number: line.partition("# error: ")[2]
            for number, line in enumerate(program.read_text().splitlines(), 1)
            if "# error: " in line
        }
        found = reported.get(program.name, {})
        assert expected.keys() == found.keys(), (program.name, found)
        for number, word in expected.items():
            assert word in found[number]


@pytest.mark.parametrize("name", generation.texts())
def test_a_generated_file_has_every_key_of_the_models(name: str) -> None:
    written, made = (GENERATED / name).read_text(), generation.texts()[name]

    is_same = ast.dump(ast.parse(made)) == ast.dump(ast.parse(written))
    assert is_same, "run python -m tenancy_components.argument_types.generation"


def test_the_package_of_types_has_the_type_of_each_part() -> None:
    parts = {*organization.__all__, *platform.__all__}

    assert "GrantArgs" in parts
    assert set(argument_types.__all__) == parts


OPTIONS = pulumi.ResourceOptions()


@pytest.mark.parametrize(
    ("make", "argument"),
    [
        pytest.param(lambda: Organization("a", {}, OPTIONS), "platform", id="organization"),
        pytest.param(lambda: Organization("a", OPTIONS), "args", id="no arguments"),
        pytest.param(lambda: Organization("a", {}, None, OPTIONS), "environment", id="fourth"),
        pytest.param(lambda: Namespace("a", {}, OPTIONS), "platform", id="namespace"),
        pytest.param(lambda: Platform("a", {}, OPTIONS), "mutating", id="platform"),
        pytest.param(lambda: GpuNodePool("a", OPTIONS), "args", id="pool"),
    ],
)
def test_options_in_another_place_are_refused_by_name(make, argument: str) -> None:
    with pytest.raises(ComponentRefusedError) as refused:
        make()

    said = str(refused.value)
    assert f"argument of a  {argument}  [wrong-type]" in said
    assert "found:   pulumi.ResourceOptions" in said
    assert "write opts=pulumi.ResourceOptions(...) as a keyword argument" in said


def test_another_value_in_another_place_is_refused_by_name() -> None:
    with pytest.raises(ComponentRefusedError) as refused:
        Organization({"prefix": "a"}, "acme")

    said = str(refused.value)
    assert "argument of a component  name  [wrong-type]" in said
    assert "argument of a component  args  [wrong-type]" in said
    assert "a dict or OrganizationSpec" in said

"""Exit codes: one table, which every command, the help and the docs follow."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from tenancy.assessment import Assessment
from tenancy.cli.error_handling import Commands
from tenancy.cluster import ClusterError
from tenancy.diagnostics.errors import RefusedError, TenancyError
from tenancy.diagnostics.exit_codes import MEANINGS, Exit, worst
from tenancy.engine import EngineError, EngineFailure
from tenancy.engine.operations import (
    destroying,
    planning,
    previewing,
    refreshing,
    updating,
)

Run = Callable[..., Result]
ROOT = Path(__file__).parents[3]


def test_the_numbers_are_frozen() -> None:
    numbers = {"DONE": 0, "FAILED": 1, "CHANGES": 2, "REFUSED": 3, "USAGE": 64}

    assert {**numbers, "INTERRUPTED": 130} == {code.name: code.value for code in Exit}
    assert set(Exit) == MEANINGS.keys()


def test_help_and_docs_have_the_table(run: Run) -> None:
    said = " ".join(run("--help").stdout.split())
    written = dict(
        re.findall(r"^\| (\d+) \| (.*) \|$", (ROOT / "docs/ci.md").read_text(), re.MULTILINE)
    )

    assert [] == [text for code, text in MEANINGS.items() if f"{code.value} {text}" not in said]
    assert {str(code.value): text for code, text in MEANINGS.items()} == written


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        pytest.param([], Exit.DONE, id="nothing"),
        pytest.param([Exit.DONE, Exit.CHANGES], Exit.CHANGES, id="changes"),
        pytest.param([Exit.CHANGES, Exit.REFUSED], Exit.REFUSED, id="refused"),
        pytest.param([Exit.REFUSED, Exit.FAILED, Exit.DONE], Exit.FAILED, id="failed"),
    ],
)
def test_of_several_the_heaviest_counts(codes: list[Exit], expected: Exit) -> None:
    assert expected is worst(codes)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        pytest.param(EngineError("dev", "out of order"), Exit.FAILED, id="engine"),
        pytest.param(
            EngineError("dev", "locked", EngineFailure.LOCKED), Exit.FAILED, id="locked"
        ),
        pytest.param(ClusterError("eu-1", "no answer", "wait"), Exit.FAILED, id="cluster"),
        pytest.param(
            ClusterError("eu-1", "another", "correct it", exit_code=Exit.REFUSED),
            Exit.REFUSED,
            id="another",
        ),
        pytest.param(
            EngineError("dev", "no", EngineFailure.REFUSED), Exit.REFUSED, id="program"
        ),
        pytest.param(RefusedError(reason="no"), Exit.REFUSED, id="not confirmed"),
        pytest.param(RefusedError([]), Exit.REFUSED, id="checks"),
        pytest.param(KeyboardInterrupt(), Exit.INTERRUPTED, id="interrupted"),
        pytest.param(typer.Abort(), Exit.REFUSED, id="a question that nobody answers"),
    ],
)
def test_an_error_ends_a_command_with_its_code(error: BaseException, expected: Exit) -> None:
    commands = typer.Typer(cls=Commands)

    @commands.command()
    def first() -> None:
        raise error

    @commands.command()
    def second() -> None: ...

    result = CliRunner().invoke(commands, ["first"])

    assert (expected, True) == (result.exit_code, "Traceback" not in result.output)
    if isinstance(error, TenancyError):
        assert str(error).splitlines()[0] in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("up",), id="an option is missing"),
        pytest.param(("chekc",), id="no such command"),
        pytest.param(("check", "--jsn"), id="no such option"),
        pytest.param(("sandbox", "--jsn"), id="no such option of a group"),
        pytest.param(("plan", "--markdown", "--offline"), id="options that exclude each other"),
        pytest.param(("preview", "--stack", "deev"), id="no such stack"),
        pytest.param(("plan", "--offline", "--save", "x"), id="a plan without a before"),
        pytest.param(("plan", "--save", "x"), id="one file for several plans"),
    ],
)
def test_a_wrong_command_line_is_told_from_changes(
    run: Run, arguments: tuple[str, ...]
) -> None:
    assert Exit.USAGE == run(*arguments).exit_code


def test_config_that_is_wrong_is_refused_before_any_engine_is_asked(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    def opener_of_none(assessment: Assessment, *_: object) -> Callable[[str], None]:
        return lambda stack: pytest.fail(f"{assessment.require(stack)} was opened")

    for module in (planning, previewing, updating, refreshing, destroying):
        monkeypatch.setattr(module, "opener", opener_of_none)
    path = project / "Pulumi.dev.yaml"
    path.write_text(path.read_text().replace('pods: "20"', "pods: no"))

    for command in ("plan", "preview", "up", "refresh", "drift", "destroy"):
        result = run(command, "--stack", "dev")

        assert Exit.REFUSED == result.exit_code
        assert "yaml-boolean-word" in result.stderr


def test_a_saved_plan_that_cannot_be_read_is_refused(run: Run, project: Path) -> None:
    (project / "x.json").write_text("{}")

    for file, said in (("x.json", "it is not a saved plan"), ("y.json", "cannot be read")):
        result = run("up", "--stack", "dev", "--plan", file)

        assert Exit.REFUSED == result.exit_code
        assert said in result.stderr


def test_no_command_has_a_code_of_its_own() -> None:
    """A code that is written as a number would not follow the table."""
    written = [
        f"{path.name}: {line.strip()}"
        for path in (ROOT / "tenancy/cli").glob("*.py")
        for line in path.read_text().splitlines()
        if re.search(r"typer\.Exit\(\d", line)
    ]

    assert [] == written


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("check", "--format", "sariff"),
            "'--format': 'sariff', did you mean 'sarif'?; allowed: sarif, github, junit",
        ),
        (("check", "--format", "x"), "'--format': 'x'; allowed: sarif, github, junit"),
        (
            ("adopt", "legacy", "--stack", "dev", "--shared", "service"),
            "'--shared': 'service', did you mean 'services'?; allowed: observability, services",
        ),
        (
            ("adopt", "legacy", "--stack", "dev", "--until", "soon"),
            "'--until': 'soon'; allowed: a date such as 2026-12-31",
        ),
        (
            ("schema", "plam.json"),
            "'plam.json', did you mean 'plan.json'?; allowed: ",
        ),
    ],
)
def test_a_wrong_value_of_an_option_is_beside_the_allowed_ones(
    run: Run, arguments: tuple[str, ...], said: str
) -> None:
    done = run(*arguments)

    assert Exit.USAGE == done.exit_code
    assert said in " ".join(done.output.replace("│", "").split())
    assert "Value error" not in done.output

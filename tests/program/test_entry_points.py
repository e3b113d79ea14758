"""
Every entry point reports and refuses the same: commands, the Python API and the program.

Each is run over the same projects, broken and unbroken; code, file, path, message, severity and
order of the findings are compared, and the exit code.
"""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import attrs
import pulumi
import pytest
import yaml
from pulumi.runtime import set_all_config
from tenancy_components import program
from typer.testing import CliRunner

import tenancy
from tenancy.assessment import STRICT_VARIABLE
from tenancy.cli import app
from tenancy.diagnostics import Exit, findings_data, refusals, report
from tenancy.planning import PreviousUpdate

ROOT = Path(__file__).parents[2]
STACK = "dev"
DEV, STAGING, PLATFORM = "Pulumi.dev.yaml", "Pulumi.staging.yaml", "Pulumi.platform.yaml"
ACME = "organizations/acme.yaml"
AFTER_REPORTED = 32
"""The exit code of a program after which Pulumi adds no line of its own."""

Edit = tuple[str, str, str]
Found = list[dict[str, object]]


@attrs.frozen(kw_only=True)
class Case:
    """A project: the shipped one with edits, and the codes that dev then has, errors first."""

    edits: Sequence[Edit] = ()
    codes: Sequence[str] = ()
    is_refused: bool = False


CASES = {
    "unbroken": Case(),
    "a key of another stack is unknown": Case(
        edits=[(STAGING, "config:\n", "config:\n  tenancy:nonsense: yes\n")],
        codes=["file-not-read"],
    ),
    "an own key is unknown": Case(
        edits=[(DEV, "tenancy:profiles:", "tenancy:profile:")],
        codes=["unknown-key"],
        is_refused=True,
    ),
    "an own key and one of another stack are unknown": Case(
        edits=[
            (DEV, "tenancy:profiles:", "tenancy:profile:"),
            (STAGING, "config:\n", "config:\n  tenancy:nonsense: yes\n"),
        ],
        codes=["unknown-key", "file-not-read"],
        is_refused=True,
    ),
    "an own quantity is impossible": Case(
        edits=[(DEV, "requests.memory: 2Gi", "requests.memory: 2GB")],
        codes=["invalid-quantity"],
        is_refused=True,
    ),
    "the platform is misspelt": Case(
        edits=[(DEV, "platformStack: platform", "platformStack: platfrom")],
        codes=["platform-unknown"],
        is_refused=True,
    ),
    "the platform's file has a mistake": Case(
        edits=[(PLATFORM, "    gpuNodePools:", "    gpuNodePool:")],
        codes=["unknown-key"],
        is_refused=True,
    ),
    "the organization's file has two mistakes": Case(
        edits=[
            (ACME, "role: developer", "role: develper"),
            (ACME, "profile: standard", "profile: standrad"),
        ],
        codes=["role-unknown", "unknown-profile"],
        is_refused=True,
    ),
    "the ceiling is too low": Case(
        edits=[(ACME, 'cpu: "14"', 'cpu: "13"')],
        codes=["quota-over-ceiling"],
        is_refused=True,
    ),
    "the environment is misspelt": Case(
        edits=[(DEV, "environment: dev", "environment: deev")],
        codes=["environment-misspelt"],
        is_refused=True,
    ),
}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


@pytest.fixture
def project(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for path in ROOT.glob("Pulumi*.yaml"):
        shutil.copy(path, tmp_path)
    shutil.copytree(ROOT / "organizations", tmp_path / "organizations")
    for file, old, new in case.edits:
        text = (tmp_path / file).read_text()
        assert old in text
        (tmp_path / file).write_text(text.replace(old, new, 1))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def command(*arguments: str) -> tuple[int, str, str]:
    runner = CliRunner(env={"COLUMNS": "80", "NO_COLOR": "1", "TERM": "dumb"})
    result = runner.invoke(app, arguments)
    assert "Traceback" not in result.output
    return result.exit_code, result.stdout, result.stderr


def expected(project: Path) -> tuple[Found, str]:
    """Return the findings of dev as data, and as text."""
    assessment = tenancy.assess(project, STACK)
    return (
        findings_data(assessment.findings, assessment.documents),
        report.text(assessment.findings, assessment.documents),
    )


def refusing(project: Path, *, strict: bool) -> str:
    """Return the text of what refuses dev; empty where nothing does."""
    assessment = tenancy.assess(project, STACK)
    refused = refusals(assessment.findings, strict=strict)
    return report.text(refused, assessment.documents) if refused else ""


class NotOpened:
    """Stands for the engine: no stack was ever applied, and no cluster answers."""

    def __init__(self, stack: str) -> None:
        self.name = stack

    @property
    def stack(self) -> object:
        raise tenancy.EngineError(STACK, "the state was read")

    def previous_update(self) -> PreviousUpdate:
        return PreviousUpdate(tenancy={}, cluster_uid=None)

    def state(self) -> list[Mapping[str, object]]:
        return []

    def preview(self, **_: object) -> object:
        raise tenancy.EngineError(STACK, "the preview was started")

    def up(self, **_: object) -> object:
        raise tenancy.EngineError(STACK, "the update was started")


@pytest.fixture(params=[False, True], ids=["default", "strict"])
def strict(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def test_the_cases_have_these_findings(case: Case, project: Path) -> None:
    """What the entry points are compared by is not empty, and right."""
    findings, _ = expected(project)

    assert list(case.codes) == [finding["code"] for finding in findings]
    assert case.is_refused is bool(refusing(project, strict=False))


@pytest.mark.parametrize(
    "arguments", [("check",), ("plan", "--offline")], ids=["check", "plan --offline"]
)
def test_commands_on_files_write_the_findings_as_json(
    case: Case, project: Path, strict: bool, arguments: tuple[str, ...]
) -> None:
    flags = ["--strict"] if strict else []
    code, out, _ = command(*arguments, "--stack", STACK, "--json", *flags)

    data = json.loads(out)
    is_refused = bool(refusing(project, strict=strict))
    assert expected(project)[0] == data["findings"]
    assert (is_refused, Exit.REFUSED if is_refused else Exit.DONE) == (data["refused"], code)


@pytest.mark.parametrize(
    "arguments",
    [("check",), ("plan", "--offline"), ("render",)],
    ids=["check", "plan --offline", "render"],
)
def test_commands_on_files_count_the_same_findings(
    case: Case, project: Path, strict: bool, arguments: tuple[str, ...]
) -> None:
    flags = ["--strict"] if strict else []
    code, out, err = command(*arguments, "--stack", STACK, *flags)

    text = err if arguments == ("render",) else out
    refused = refusing(project, strict=strict)
    assert bool(refused) is (Exit.REFUSED == code)
    for finding in expected(project)[0]:
        is_shown = arguments != ("render",) or not refused or f"[{finding['code']}]" in refused
        assert is_shown is (f"[{finding['code']}]" in text)
    if arguments != ("render",):
        assert expected(project)[1].splitlines()[-1] in text.splitlines()


def test_the_python_api_refuses_with_the_same_findings(case: Case, project: Path) -> None:
    if not case.is_refused:
        loaded = tenancy.load(project, STACK)
        assert expected(project)[0] == findings_data(loaded.findings, loaded.documents)
        return
    with pytest.raises(tenancy.RefusedError) as refusal:
        tenancy.load(project, STACK)

    error = refusal.value
    assert expected(project)[0] == findings_data(error.findings, error.documents)
    assert f"{refusing(project, strict=False)}\nNothing was changed." == str(error)


@pytest.mark.parametrize("verb", ["preview", "up"])
def test_operations_are_refused_before_an_engine_is_opened(
    case: Case, project: Path, strict: bool, verb: str
) -> None:
    opened: list[str] = []

    def open_stack(stack: str) -> NotOpened:
        opened.append(stack)
        return NotOpened(stack)

    operation: Callable[..., tenancy.Outcomes] = getattr(tenancy, verb)
    outcomes = operation(tenancy.assess(project), [STACK], open_stack=open_stack, strict=strict)

    refused = refusing(project, strict=strict)
    error = outcomes[STACK].error
    if refused:
        assert ([], Exit.REFUSED) == (opened, outcomes.exit)
        assert f"{refused}\nNothing was changed." == str(error)
    else:
        assert ([STACK], Exit.FAILED) == (opened, outcomes.exit)
        assert "the state was read" in str(error) or "sandbox" in str(error)


@pytest.mark.parametrize("verb", ["drift"])
def test_drift_is_refused_before_a_cluster_is_asked(
    case: Case, project: Path, strict: bool, verb: str
) -> None:
    outcomes = tenancy.drift(tenancy.assess(project), [STACK], strict=strict)

    refused = refusing(project, strict=strict)
    error = outcomes[STACK].error
    if refused:
        assert f"{refused}\nNothing was changed." == str(error)
        assert Exit.REFUSED == outcomes.exit
    else:
        assert isinstance(error, tenancy.ClusterError)


def test_the_plan_has_the_findings_and_that_no_cluster_answered(
    case: Case, project: Path, strict: bool
) -> None:
    outcomes = tenancy.plan(
        tenancy.assess(project), [STACK], open_stack=NotOpened, strict=strict
    )

    outcome, (findings, _) = outcomes[STACK], expected(project)
    if outcome.result is None:
        # The file of the stack itself could not be read, so there is nothing to plan.
        error = outcome.error
        assert isinstance(error, tenancy.RefusedError)
        assert findings == findings_data(error.findings, error.documents)
        assert Exit.REFUSED == outcomes.exit
        return
    data = outcome.result.data()
    own = [f for f in data["findings"] if f["code"] != "cluster-not-asked"]
    assert findings == own
    assert len(own) + 1 == len(data["findings"])
    is_refused = case.is_refused or strict
    assert (is_refused, Exit.REFUSED if is_refused else Exit.CHANGES) == (
        data["refused"],
        outcomes.exit,
    )


def test_the_program_refuses_with_the_same_text(
    case: Case, project: Path, strict: bool, monitor: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine's test runtime runs the program; only a refused one ends with its code."""
    config = yaml.safe_load((project / DEV).read_text())["config"]
    set_all_config(
        {
            key: value if isinstance(value, str) else json.dumps(value)
            for key, value in config.items()
        }
    )
    monkeypatch.setenv(STRICT_VARIABLE, "1" if strict else "0")
    errors: list[str] = []
    monkeypatch.setattr(pulumi.log, "error", errors.append)
    refused = refusing(project, strict=strict)
    if not refused:
        assessment = program.assess_running_stack(project)
        assert expected(project)[0] == findings_data(assessment.findings, assessment.documents)
    ended: list[object] = []

    async def run() -> None:
        try:
            await program._reporting()
        except SystemExit as end:
            ended.append(end.code)

    pulumi.runtime.test(run)()

    assert [AFTER_REPORTED] == ended
    if refused:
        assert [f"{refused}\nNothing was changed."] == errors
    else:
        assert ["run `make up`" in error for error in errors] == [True]

"""`tenancy init`: an empty folder becomes a project that has no errors."""

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from tenancy.assessment import assess
from tenancy.cli import app, init
from tenancy.config import stack_file
from tenancy.config.document import SANDBOX_SALT

Init = Callable[..., Result]


@pytest.fixture
def run_init(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Init:
    monkeypatch.chdir(tmp_path)
    runner = CliRunner(env={"COLUMNS": "80", "NO_COLOR": "1", "TERM": "dumb"})

    def run(*arguments: str, typed: str | None = None) -> Result:
        return runner.invoke(app, ["init", *arguments], input=typed)

    return run


def config(path: Path) -> dict:
    return yaml.safe_load(path.read_text())["config"]


def test_without_flags_an_empty_folder_becomes_a_project_on_the_sandbox(
    run_init: Init, tmp_path: Path
) -> None:
    result = run_init()

    assert 0 == result.exit_code, result.output
    assert "0 errors\nchecked 2 stacks, 1 organization, 1 namespace\n" in result.stdout
    assert "tenancy sandbox up" in result.stdout
    assert "tenancy up --stack platform --stack dev" in result.stdout
    assert "cd " not in result.stdout
    found = assess(tmp_path)
    assert () == found.findings
    assert ["acme-dev"] == [one.name for one in found.tenancy.environments["dev"].namespaces]


def test_the_project_file_is_short_and_no_stack_file_has_a_salt(
    run_init: Init, tmp_path: Path
) -> None:
    run_init()

    assert 3 == len((tmp_path / "Pulumi.yaml").read_text().splitlines())
    for path in tmp_path.glob("Pulumi.*.yaml"):
        assert "encryptionsalt" not in path.read_text()
        assert SANDBOX_SALT not in path.read_text()


def test_flags_name_teams_environments_pools_and_the_identity_prefix(
    run_init: Init, tmp_path: Path
) -> None:
    result = run_init(
        *("shared", "--name", "gpus", "--cluster", "eu-1", "--kubeconfig", "k.yaml"),
        *("--context", "admin@eu-1", "--environment", "dev", "--environment", "production"),
        *("--team", "acme", "--team", "globex", "--gpu-pool", "H100:8:2"),
        *("--operators", "ops", "--identity-prefix", "corp:"),
    )

    root = tmp_path / "shared"
    assert 0 == result.exit_code, result.output
    assert "cd " in result.stdout
    assert "sandbox" not in result.stdout
    platform = config(root / "Pulumi.platform.yaml")
    assert ("eu-1", "k.yaml") == (platform["gpus:cluster"], platform["gpus:kubeconfig"])
    written = platform["gpus:platform"]
    assert [{"group": "ops"}] == written["operators"]
    assert {"usernamePrefix": "corp:", "groupsPrefix": "corp:"} == written["oidc"]
    [pool] = written["gpuNodePools"]
    assert ("h100", 8, {"min": 2, "max": 2}) == (
        pool["name"],
        pool["gpusPerNode"],
        pool["nodes"],
    )
    names = [
        namespace.name
        for environment in assess(root).tenancy.environments.values()
        for namespace in environment.namespaces
    ]
    assert ["acme-dev", "globex-dev", "acme-product", "globex-product"] == names


def test_the_command_of_the_readme_makes_a_project_without_errors(run_init: Init) -> None:
    readme = (Path(__file__).parents[3] / "README.md").read_text()
    [line] = re.findall(r"^tenancy init (.*?[^\\])$", readme, flags=re.MULTILINE | re.DOTALL)

    result = run_init(*shlex.split(line.replace("\\\n", " ")))

    assert 0 == result.exit_code, result.output
    assert "0 errors\n" in result.stdout
    assert "checked 3 stacks, 2 organizations, 4 namespaces\n" in result.stdout


def test_an_answers_file_describes_several_clusters(run_init: Init, tmp_path: Path) -> None:
    (tmp_path / "answers.yaml").write_text(
        """
clusters:
  eu-1: { kubeconfig: eu.yaml, context: admin }
  us-1:
    kubeconfig: us.yaml
    context: admin
    gpuNodePools:
      - { name: h100, model: H100, gpusPerNode: 8, nodes: { min: 1, max: 2 } }
environments: { dev: eu-1, staging: us-1, prod: us-1 }
teams: [acme]
"""
    )

    result = run_init("project", "--answers", "answers.yaml")

    assert 0 == result.exit_code, result.output
    root = tmp_path / "project"
    stacks = ("platform-eu-1", "platform-us-1", "dev", "staging", "prod")
    for stack in stacks:
        assert (root / stack_file(stack)).exists(), stack
    assert "platform-us-1" == config(root / "Pulumi.prod.yaml")["tenancy:platformStack"]
    assert "gpuNodePools" not in config(root / "Pulumi.platform-eu-1.yaml")["tenancy:platform"]
    assert () == tuple(x for x in assess(root).findings if x.severity.value == "error")


def test_a_mistake_in_an_answers_file_is_refused_with_its_line(
    run_init: Init, tmp_path: Path
) -> None:
    (tmp_path / "answers.yaml").write_text("teams: [acme]\nenvironment: { dev: }\n")

    result = run_init("project", "--answers", "answers.yaml")

    assert 3 == result.exit_code
    assert "answers.yaml:2" in result.stderr
    assert "environments" in result.stderr
    assert not (tmp_path / "project").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        pytest.param(("--cluster", "eu-1"), 3, "give its kubeconfig", id="no way to it"),
        pytest.param(("--team", "Acme Corp"), 3, "teams[0]", id="no label"),
        pytest.param(("--gpu-pool", "H100"), 64, "MODEL:GPUS:NODES", id="no pool"),
        pytest.param(
            ("--environment", "platform"), 3, "a platform's stack has that name", id="taken"
        ),
        pytest.param(("--no-team", "--team", "a"), 64, "not both", id="both"),
        pytest.param(
            ("--answers", "a", "--team", "a"), 64, "no other flag with it", id="two ways"
        ),
    ],
)
def test_a_wrong_answer_is_refused_and_nothing_is_written(
    run_init: Init, tmp_path: Path, arguments: tuple[str, ...], code: int, why: str
) -> None:
    result = run_init("--yes", *arguments)

    assert code == result.exit_code, result.output
    assert why in result.stderr
    assert [] == list(tmp_path.iterdir())


def test_a_file_that_exists_is_never_overwritten(run_init: Init, tmp_path: Path) -> None:
    own = tmp_path / "Pulumi.dev.yaml"
    own.write_text("mine\n")

    result = run_init()

    assert 3 == result.exit_code
    assert "Pulumi.dev.yaml exists already" in result.stderr
    assert "mine\n" == own.read_text()
    assert [own] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("flags", "code"),
    [
        pytest.param(("--team", "acme", "--team", "acme"), "yaml-duplicate-key", id="team"),
        pytest.param(("--gpu-pool", "H100:8:2") * 2, "pool-name", id="pool"),
        pytest.param(("--kubeconfig", "k.yaml"), "cluster-sandbox", id="sandbox"),
        pytest.param(("--identity-prefix", "oidc: x"), "oidc-prefix", id="prefix"),
    ],
)
def test_answers_that_would_make_a_project_with_errors_leave_the_folder_empty(
    run_init: Init, tmp_path: Path, flags: tuple[str, ...], code: str
) -> None:
    """So the same command works after the answers are corrected."""
    result = run_init(*flags)

    assert 3 == result.exit_code
    assert f"[{code}]" in result.stdout
    assert "Nothing was written. Correct the answers, and run this again." in result.stdout
    assert not list(tmp_path.iterdir())
    assert 0 == run_init().exit_code


def test_several_files_that_exist_are_named(run_init: Init, tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("mine\n")
    (tmp_path / "Pulumi.dev.yaml").write_text("mine\n")

    assert "Pulumi.yaml, Pulumi.dev.yaml exist already" in run_init().stderr


def test_a_gitignore_that_exists_is_kept(run_init: Init, tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("mine\n")

    assert 0 == run_init().exit_code
    assert "mine\n" == (tmp_path / ".gitignore").read_text()


def test_in_a_terminal_it_asks_only_what_no_flag_answers(
    run_init: Init, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(init, "can_ask", lambda: True)

    result = run_init("--team", "globex", "--name", "gpus", typed="\ndev, prod\n\n\nH100:8:2\n")

    assert 0 == result.exit_code, result.output
    assert "Environments [dev]" in result.stderr
    assert "Teams" not in result.stderr
    assert (tmp_path / "Pulumi.prod.yaml").exists()
    assert (tmp_path / "organizations/globex.yaml").exists()
    [pool] = config(tmp_path / "Pulumi.platform.yaml")["gpus:platform"]["gpuNodePools"]
    assert ["sandbox-gpu-1", "sandbox-gpu-2"] == pool["nodeNames"]


def test_without_teams_the_next_command_takes_over_what_exists(
    run_init: Init, tmp_path: Path
) -> None:
    result = run_init("--no-team")

    assert 0 == result.exit_code, result.output
    assert "tenancy adopt --stack dev" in result.stdout
    assert not (tmp_path / "organizations").exists()


def test_ids_of_long_environment_names_stay_different(run_init: Init, tmp_path: Path) -> None:
    arguments = [f"--environment=production-{n}" for n in ("east", "west")]

    assert 0 == run_init(*arguments).exit_code
    written = yaml.safe_load((tmp_path / "organizations/acme.yaml").read_text())
    assert ["product", "produc2"] == [one["id"] for one in written["namespaces"]]


def test_every_value_is_written_as_the_text_that_was_given(
    run_init: Init, tmp_path: Path
) -> None:
    result = run_init("--operators", 'no: "one" #1', "--team", "yes", "--environment", "off")

    assert 0 == result.exit_code, result.output
    platform = config(tmp_path / "Pulumi.platform.yaml")["tenancy:platform"]
    assert [{"group": 'no: "one" #1'}] == platform["operators"]
    assert "off" == config(tmp_path / "Pulumi.off.yaml")["tenancy:environment"]


def test_long_names_leave_no_common_column_for_the_next_commands(run_init: Init) -> None:
    cluster = ("--cluster", "a-cluster-of-the-company", "--kubeconfig", "k", "--context", "c")
    result = run_init(*cluster, "--environment", "a-long-name-of-environment")

    assert 0 == result.exit_code, result.output
    assert "tenancy up --stack platform --stack a-long-name-of-environment" in result.stdout


@pytest.mark.parametrize(
    ("folder", "why"),
    [("file", "file exists"), ("file/below", "not a directory"), ("/proc/new", "no such file")],
)
def test_a_folder_that_cannot_be_made_is_named_with_the_reason(
    run_init: Init, tmp_path: Path, folder: str, why: str
) -> None:
    (tmp_path / "file").touch()

    result = run_init(folder)

    assert 1 == result.exit_code
    assert f"{Path(tmp_path, folder)}".partition("/below")[0] in result.output.replace("\n", "")
    assert why in result.output
    assert "correct the path or its permissions" in result.output
    assert "Traceback" not in result.output

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from tenancy.diagnostics.exit_codes import Exit

Run = Callable[..., Result]

DEV = "Pulumi.dev.yaml"
ACME = "organizations/acme.yaml"


def change(project: Path, file: str, old: str, new: str) -> None:
    path = project / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_the_shipped_project_is_right(run: Run) -> None:
    result = run("check")

    assert 0 == result.exit_code
    assert "checked 4 stacks, 1 organization, 3 namespaces" in result.stdout
    assert "0 errors" in result.stdout


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        pytest.param(
            DEV,
            "tenancy:profiles",
            "tenancy:profles",
            "did you mean `profiles`",
            id="unknown key",
        ),
        pytest.param(
            ACME, "prefix: acme\n", "prefix: acme\nprefix: acme\n", "a second time", id="twice"
        ),
        pytest.param(DEV, 'pods: "20"', "pods: no", "yaml-boolean-word", id="the word no"),
        pytest.param(DEV, 'pods: "20"', "pods: 0755", "yaml-octal", id="an octal number"),
        pytest.param(DEV, 'requests.cpu: "2"', "requests.cpu: 0.10", "0.10", id="a float"),
        pytest.param(
            DEV,
            'requests.cpu: "2"',
            'requests.cpu: &a "2"\n        requests.nvidia.com/gpu: *a',
            "alias",
            id="an alias",
        ),
        pytest.param(DEV, "2Gi", "2Gib", "2Gib", id="a quantity that is none"),
        pytest.param(DEV, "config:", "config: [", "yaml", id="no YAML"),
        pytest.param(ACME, "id: dev", "id: development", "namespace-id", id="a long id"),
        pytest.param(
            ACME, "prefix: acme", "prefix: kube-acme", "kube-", id="a reserved prefix"
        ),
        pytest.param(
            ACME, 'cpu: "14"', 'cpu: "13"', "quota-over-ceiling", id="over the ceiling"
        ),
        pytest.param(
            DEV,
            'requests.cpu: "2"',
            'requests.cpu: "9"',
            "dev",
            id="more in dev than in staging",
        ),
    ],
)
def test_bad_input_is_refused_with_its_place(
    run: Run, project: Path, file: str, old: str, new: str, said: str
) -> None:
    change(project, file, old, new)

    result = run("check")

    assert Exit.REFUSED == result.exit_code
    assert said in result.stdout
    assert file in result.stdout
    assert "do:" in result.stdout


def test_everything_that_is_wrong_is_said_at_once(run: Run, project: Path) -> None:
    change(project, DEV, 'pods: "20"', "pods: no")
    change(project, ACME, "displayName", "displyName")
    change(project, "Pulumi.prod.yaml", "tenancy:cluster", "tenancy:clustr")

    result = run("check")

    assert Exit.REFUSED == result.exit_code
    for said in ("yaml-boolean-word", "`displayName`", "`cluster`"):
        assert said in result.stdout


def test_one_stack_is_not_refused_for_another(run: Run, project: Path) -> None:
    change(project, "Pulumi.platform.yaml", "operators:", "operatrs:")

    refused = run("check")

    assert Exit.REFUSED == refused.exit_code
    assert "operators" in refused.stdout


def test_json_says_the_same_to_programs(run: Run, project: Path) -> None:
    change(project, DEV, 'pods: "20"', "pods: no")

    result = run("check", "--json")

    found = json.loads(result.stdout)
    assert Exit.REFUSED == result.exit_code
    assert found["refused"] is True
    [trap] = [f for f in found["findings"] if f["code"] == "yaml-boolean-word"]
    assert (DEV, 18, "error") == (trap["file"], trap["line"], trap["severity"])


def test_a_folder_without_a_project_is_no_project(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    result = run("check")

    assert Exit.USAGE == result.exit_code
    assert "no Pulumi.yaml here or above" in result.stderr
    assert "--project" in result.stderr


def test_a_project_is_found_from_a_folder_inside_of_it(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project / "organizations")

    assert 0 == run("check").exit_code


def test_a_project_without_stacks_is_not_called_right(run: Run, project: Path) -> None:
    for path in project.glob("Pulumi.*.yaml"):
        path.unlink()

    result = run("check")

    assert Exit.USAGE == result.exit_code
    assert "no stack files" in result.stderr


def test_a_stack_that_does_not_exist_is_named_with_the_nearest(run: Run) -> None:
    result = run("check", "--stack", "stagin")

    assert Exit.USAGE == result.exit_code
    assert "'stagin'" in result.stderr
    assert "did you mean 'staging'?" in result.stderr


def test_a_missing_organization_file_is_named(run: Run, project: Path) -> None:
    (project / ACME).unlink()

    result = run("check")

    assert Exit.REFUSED == result.exit_code
    assert "the file organizations/acme.yaml does not exist" in " ".join(result.stdout.split())


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable for root")
def test_an_unreadable_file_is_named(run: Run, project: Path) -> None:
    (project / ACME).chmod(0)

    result = run("check")

    assert Exit.REFUSED == result.exit_code
    assert "cannot be read" in result.stdout


def test_a_folder_in_the_place_of_a_file_is_named(run: Run, project: Path) -> None:
    (project / ACME).unlink()
    (project / ACME).mkdir()

    result = run("check")

    assert Exit.REFUSED == result.exit_code
    assert "cannot be read" in result.stdout


def test_lines_fit_eighty_columns(run: Run, project: Path) -> None:
    change(project, DEV, 'requests.cpu: "2"', 'requests.cpu: "9"')

    result = run("check")

    assert [] == [line for line in result.stdout.splitlines() if len(line) > 80]


def test_help_shows_examples_and_fits_eighty_columns(run: Run) -> None:
    for command in (
        "check",
        "plan",
        "render",
        "schema",
        "preview",
        "up",
        "destroy",
        "kubeconfig",
    ):
        result = run(command, "--help")

        assert 0 == result.exit_code
        assert "Examples:" in result.stdout
        assert f"tenancy {command}" in result.stdout
        assert [] == [line for line in result.stdout.splitlines() if len(line) > 80]


def test_a_misspelt_option_is_a_usage_error(run: Run) -> None:
    assert Exit.USAGE == run("check", "--jsn").exit_code


def test_a_form_for_ci_has_paths_from_the_top_of_the_repository(
    run: Run, project: Path
) -> None:
    (project.parent / ".git").mkdir()
    path = project / "Pulumi.dev.yaml"
    path.write_text(path.read_text().replace('pods: "20"', "pods: no"))

    result = run("check", "--format", "github")
    clean = run("check", "--stack", "prod", "--format", "github")

    assert Exit.REFUSED == result.exit_code
    assert result.stdout.startswith("::error file=project/Pulumi.dev.yaml,title=yaml-boolean")
    assert 0 == clean.exit_code
    assert "::error file" not in clean.stdout


def test_a_form_for_ci_and_json_exclude_each_other(run: Run) -> None:
    result = run("check", "--json", "--format", "sarif")

    assert Exit.USAGE == result.exit_code
    assert "--format cannot be combined with --json" in result.stderr

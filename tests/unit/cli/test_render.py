from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from typer.testing import Result

from tenancy.diagnostics.exit_codes import Exit

Run = Callable[..., Result]


def objects(result: Result) -> list[dict]:
    return [found for found in yaml.safe_load_all(result.stdout) if found]


def test_one_stack_is_written_with_guardrails_before_access(run: Run) -> None:
    result = run("render", "--stack", "dev")

    kinds = [found["kind"] for found in objects(result)]
    assert 0 == result.exit_code
    assert "Namespace" == kinds[0]
    bindings = [index for index, kind in enumerate(kinds) if kind == "RoleBinding"]
    guardrails = [
        index for index, kind in enumerate(kinds) if kind in {"ResourceQuota", "LimitRange"}
    ]
    assert bindings
    assert max(guardrails) < min(bindings)


def test_the_quota_holds_exactly_the_written_figures(run: Run) -> None:
    [quota] = [
        found
        for found in objects(run("render", "--stack", "dev", "--organization", "acme"))
        if found["kind"] == "ResourceQuota" and found["metadata"]["name"] == "quota"
    ]

    assert {
        "requests.cpu": "2",
        "requests.memory": "2Gi",
        "limits.cpu": "4",
        "limits.memory": "4Gi",
        "pods": "20",
        "requests.storage": "10Gi",
    } == quota["spec"]["hard"]


def test_everything_holds_the_platform_and_each_environment(run: Run) -> None:
    found = objects(run("render"))

    names = {o["metadata"]["name"] for o in found if o["kind"] == "Namespace"}
    assert {"llmos-public", "acme-dev", "acme-staging", "acme-prod"} <= names


def test_nothing_is_written_where_the_config_is_wrong(run: Run, project: Path) -> None:
    path = project / "Pulumi.dev.yaml"
    path.write_text(path.read_text().replace('pods: "20"', "pods: no"))

    result = run("render", "--stack", "dev")

    assert Exit.REFUSED == result.exit_code
    assert "" == result.stdout
    assert "yaml-boolean-word" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(("--organization", "acm"), "did you mean 'acme'?", id="organization"),
        pytest.param(("--stack", "deev"), "did you mean 'dev'?", id="stack"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(
    run: Run, arguments: tuple[str, ...], said: str
) -> None:
    result = run("render", *arguments)

    assert Exit.USAGE == result.exit_code
    assert said in result.stderr


def test_what_is_not_checked_is_written_to_standard_error_and_refused_when_strict(
    run: Run, project: Path
) -> None:
    path = project / "Pulumi.staging.yaml"
    path.write_text(path.read_text() + "  tenancy:nonsense: yes\n")

    result, strict = run("render", "-s", "dev"), run("render", "-s", "dev", "--strict")

    assert (0, Exit.REFUSED) == (result.exit_code, strict.exit_code)
    assert "[file-not-read]" in result.stderr
    assert "[file-not-read]" in strict.stderr
    assert objects(result)
    assert "" == strict.stdout


def test_what_of_gpu_pools_is_no_object_is_named_on_standard_error(run: Run) -> None:
    pool, other = run("render", "--stack", "platform"), run("render", "--stack", "dev")

    assert "labels of the node sandbox-gpu-1: tenancy.dev/gpu-model" in pool.stderr
    assert "Node" not in {found["kind"] for found in objects(pool)}
    assert "" == other.stderr


def test_the_objects_of_a_gpu_pool_are_written(run: Run, project: Path) -> None:
    path = project / "Pulumi.platform.yaml"
    own = """        backend: karpenter
        options: {nodeClassRef: {group: karpenter.k8s.aws, kind: EC2NodeClass, name: gpu}}
        instanceTypes: [p5.48xlarge]
"""
    text = path.read_text().replace("        backend: existing\n", own)
    path.write_text("\n".join(x for x in text.splitlines() if "nodeNames" not in x) + "\n")

    result = run("render", "--stack", "platform")

    assert "NodePool" in {found["kind"] for found in objects(result)}, result.stderr
    assert "Not in this output" not in result.stderr

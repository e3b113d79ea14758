"""The shell of `eval "$(tenancy env)"`, as a real shell runs its lines."""

import os
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tenancy.config.document import SANDBOX_PASSPHRASE
from tenancy.local.sandbox import (
    AMBIENT,
    has_backend_of_sandbox,
    leave_shell_of_sandbox,
    shell_lines,
)
from tenancy.local.sandbox.environment import environment
from tenancy.local.sandbox.layout import Layout
from tenancy.local.tools import Toolchain


@pytest.mark.parametrize(
    "value", ["plain", "with space", "o'neill", 'a"b', "$(touch x)", "`id`", "a\nb", "!x"]
)
def test_a_shell_reads_back_exactly_what_was_exported(value: str) -> None:
    script = shell_lines(Path("/p"), {"VALUE": value}) + '\nprintf %s "$VALUE"'

    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True)

    assert value == done.stdout


def test_variables_that_lead_elsewhere_are_unset() -> None:
    lines = shell_lines(Path("/p"), {"PULUMI_STACK": "dev"}).splitlines()

    [unset] = [line for line in lines if line.startswith("unset ")]
    assert set(AMBIENT) - {"PULUMI_STACK"} == set(shlex.split(unset)[1:])
    assert "export PULUMI_STACK=dev" == lines[-1]


BEFORE = {
    "PULUMI_BACKEND_URL": "s3://team's state",
    "PULUMI_CONFIG_PASSPHRASE": "",
    "PULUMI_ACCESS_TOKEN": "pul-0",
}


def variables_after(root: Path, before: Mapping[str, str]) -> dict[str, str]:
    """Return what a shell exports after `eval "$(tenancy env)"`."""
    chosen = Toolchain(bin=root, provider=root, statuses=())
    ours = environment(Layout(root), chosen)
    lines = shell_lines(root, {name: ours[name] for name in ours if name != "PATH"})
    done = subprocess.run(
        ["/bin/sh", "-c", f"set -eu\n{lines}\nenv -0"],
        env={"PATH": os.environ["PATH"], **before},
        capture_output=True,
        text=True,
        check=True,
    )
    ignored = {"PATH", "PWD", "OLDPWD", "SHLVL", "_"}
    pairs = (line.partition("=") for line in done.stdout.split("\0") if line)
    return {name: value for name, _, value in pairs if name not in ignored}


def test_it_has_the_backend_and_the_passphrase_of_the_sandbox(tmp_path) -> None:
    made = variables_after(tmp_path, BEFORE)

    assert has_backend_of_sandbox(made)
    assert SANDBOX_PASSPHRASE == made["PULUMI_CONFIG_PASSPHRASE"]
    assert "PULUMI_ACCESS_TOKEN" not in made
    assert "PULUMI_STACK" not in made


@pytest.mark.parametrize("times", [1, 2])
def test_what_was_set_before_comes_back(tmp_path: Path, times: int) -> None:
    made = variables_after(tmp_path, BEFORE)
    for _ in range(times - 1):
        made = variables_after(tmp_path, made)

    leave_shell_of_sandbox(made)

    assert BEFORE == {
        name: value
        for name, value in made.items()
        if name.startswith("PULUMI_CONFIG") or name in BEFORE
    }
    assert not has_backend_of_sandbox(made)
    assert not [name for name in made if name.startswith("TENANCY_")]


def test_a_backend_that_was_set_by_hand_since_then_stays(tmp_path: Path) -> None:
    made = variables_after(tmp_path, BEFORE) | {"PULUMI_BACKEND_URL": "gs://new"}

    assert not has_backend_of_sandbox(made)
    leave_shell_of_sandbox(made)

    assert "gs://new" == made["PULUMI_BACKEND_URL"]
    assert "PULUMI_ACCESS_TOKEN" not in made


def test_any_other_shell_is_left_as_it_is() -> None:
    made = dict(BEFORE)

    leave_shell_of_sandbox(made)

    assert BEFORE == made

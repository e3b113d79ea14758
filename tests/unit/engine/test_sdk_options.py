"""With which variables the engine runs."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tenancy.engine.sdk_options import sdk_options


@pytest.fixture
def engine(tmp_path: Path) -> dict[str, str]:
    """Return the variables that find an engine, which only tells its version."""
    program = tmp_path / "bin" / "pulumi"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho v3.255.0\n")
    program.chmod(0o755)
    return {"PATH": str(program.parent)}


@pytest.mark.parametrize(
    ("shell", "given", "expected"),
    [
        ({}, {}, ("400", "2GiB")),
        ({"GOGC": "50"}, {}, ("50", "2GiB")),
        ({"GOGC": "", "GOMEMLIMIT": "300MiB"}, {}, ("400", "300MiB")),
        ({"GOGC": "50"}, {"GOGC": "80"}, ("80", "2GiB")),
    ],
)
def test_the_engine_collects_garbage_less_often_unless_it_is_told_how(
    engine: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    shell: Mapping[str, str],
    given: Mapping[str, str],
    expected: tuple[str, str],
) -> None:
    for name in ("GOGC", "GOMEMLIMIT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in shell.items():
        monkeypatch.setenv(name, value)

    variables = sdk_options({**engine, **given}).env_vars or {}

    assert expected == (variables["GOGC"], variables["GOMEMLIMIT"])

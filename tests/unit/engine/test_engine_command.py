"""The version of the engine is asked for once for each program file."""

import json
from pathlib import Path

import pytest
from pulumi import automation as auto
from semver import VersionInfo

from tenancy.engine.engine_command import engine_command

COMPILED = b"\x7fELF and more"


class Asked(auto.PulumiCommand):
    """The SDK's command line, without a program; it notes that it was started."""

    starts = 0

    def __init__(self, root: str | None) -> None:
        self.command = f"{root}/bin/pulumi"
        self.version = VersionInfo(3, 255, 0)
        Asked.starts += 1


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "tenancy" / "engines"


@pytest.fixture
def program(tmp_path: Path, cache: Path) -> Path:
    file = tmp_path / "tools" / "bin" / "pulumi"
    file.parent.mkdir(parents=True)
    file.write_bytes(COMPILED)
    return file


def starts(program: Path) -> int:
    """Return how often the program is started to know its version."""
    before = Asked.starts
    command = engine_command(program.parents[1], Asked)
    assert str(program) == command.command
    assert VersionInfo(3, 255, 0) == command.version
    return Asked.starts - before


def test_the_version_of_a_file_is_asked_for_once(program: Path) -> None:
    assert [1, 0, 0] == [starts(program), starts(program), starts(program)]


def test_a_program_that_was_replaced_is_asked_again(program: Path) -> None:
    starts(program)
    program.write_bytes(COMPILED + b" of another release")

    assert [1, 0] == [starts(program), starts(program)]


def test_a_script_which_may_start_any_version_is_always_asked(program: Path) -> None:
    program.write_text("#!/bin/sh")

    assert [1, 1] == [starts(program), starts(program)]


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"version": 3}', '{"version": "3"}'])
def test_a_damaged_cache_only_costs_the_start(program: Path, cache: Path, content: str) -> None:
    starts(program)
    [file] = cache.iterdir()
    assert {"version": "3.255.0"} == json.loads(file.read_text())
    file.write_text(content)

    assert [1, 0] == [starts(program), starts(program)]


def test_a_cache_that_cannot_be_written_only_costs_the_start(
    program: Path, cache: Path
) -> None:
    cache.parent.mkdir(parents=True)
    cache.write_text("a file")

    assert [1, 1] == [starts(program), starts(program)]

"""What `--help` of every command shows."""

import re
from collections.abc import Callable, Iterator

import pytest
from typer.testing import Result

from tenancy.cli.commands import COMMANDS
from tenancy.cli.registration import Command

Run = Callable[..., Result]


def every_command() -> Iterator[tuple[str, ...]]:
    """Yield the words of every command and group, and none for the application itself."""
    yield ()
    for entry in (entry for entries in COMMANDS.values() for entry in entries):
        yield (entry.name,)
        if not isinstance(entry, Command):
            yield from ((entry.name, one.name) for one in entry.commands)


@pytest.mark.parametrize("words", every_command(), ids=" ".join)
def test_help_fits_a_terminal_and_names_no_type_of_python(
    run: Run, words: tuple[str, ...]
) -> None:
    result = run(*words, "--help")

    assert 0 == result.exit_code
    assert f"Usage: tenancy {' '.join(words)}".strip() in result.stdout
    assert "--help" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert not re.findall(r"<(?:bool|str|path|int|float|list\[\w+\])>", result.stdout)
    assert "[[" not in result.stdout


def test_what_an_option_takes_is_shown(run: Run) -> None:
    shown = run("plan", "--help").stdout

    assert "N/OF" in shown
    assert "RELEASE" in shown

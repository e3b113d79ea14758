"""A full disk ends every command with a message, and the next run works."""

import resource
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tenancy.diagnostics.exit_codes import Exit
from tests.commands import TENANCY

pytestmark = [pytest.mark.fault("disk"), pytest.mark.long]

SHIPPED = Path(__file__).parents[3]
REMEDY = "; free some space, and run this again; finished changes are kept"


def no_file_above(size: int) -> Callable[[], None]:
    """Return what limits files of a process to *size* bytes, as a full disk would."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def run(
    folder: Path, *arguments: str, room: int | None = None, output: Path | None = None
) -> subprocess.CompletedProcess[str]:
    with (output or Path("/dev/null")).open("w") as out:
        return subprocess.run(
            [*TENANCY, *arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            preexec_fn=None if room is None else no_file_above(room),
        )


def require_message(done: subprocess.CompletedProcess[str], words: str) -> None:
    text = " ".join(done.stderr.split())
    assert (Exit.FAILED, False) == (done.returncode, "Traceback" in text), text
    assert words in text
    assert REMEDY in text


@pytest.mark.parametrize(
    "command",
    [
        ("check",),
        ("plan", "--offline", "--json"),
        ("schema", "organization.json"),
    ],
    ids=" ".join,
)
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_output_that_cannot_be_written_ends_with_a_message(command: tuple[str, ...]) -> None:
    done = run(SHIPPED, *command, output=Path("/dev/full"))

    require_message(done, "standard output or a temporary file: no space left on device")
    assert "Exception ignored" not in done.stderr


@pytest.mark.parametrize("room", [10, 100])
def test_a_new_project_that_has_no_room_leaves_nothing_and_works_later(
    tmp_path: Path, room: int
) -> None:
    done = run(tmp_path, "init", "--yes", room=room)

    require_message(done, ": file too large")
    assert [] == [path for path in tmp_path.rglob("*") if path.is_file()]
    again = run(tmp_path, "init", "--yes")
    assert (Exit.DONE, True) == (again.returncode, (tmp_path / "Pulumi.yaml").exists())


def test_a_file_that_cannot_be_written_whole_stays_as_it_was(tmp_path: Path) -> None:
    run(tmp_path, "init", "--yes")
    assert Exit.DONE == run(tmp_path, "schema", "--write").returncode
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    done = run(tmp_path, "schema", "--write", room=300)

    require_message(done, ".json: file too large")
    assert before == {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

"""Terminals of other encodings and widths, in which nothing fails."""

import io
import os
import sys

import pytest

from tenancy.cli import print_everything
from tenancy.cli.terminal import terminal

TEXT = "Ünï 漢 🔴"


ENCODINGS = ("ascii", "latin-1", "utf-8", "cp437")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_what_an_encoding_lacks_is_written_as_its_number(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = io.BytesIO()
    stream = io.TextIOWrapper(written, encoding=encoding, newline="\n")
    # Not in a fixture: pytest replaces the stream before each test.
    monkeypatch.setattr(sys, "stdout", stream)
    if encoding != "utf-8":
        with pytest.raises(UnicodeEncodeError):
            TEXT.encode(encoding)

    print_everything()
    terminal(color=False).say(TEXT)
    stream.flush()

    expected = TEXT.encode(encoding, errors="backslashreplace") + b"\n"
    assert expected == written.getvalue()


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_what_programs_read_is_utf_8_in_every_encoding(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = io.BytesIO()
    stream = io.TextIOWrapper(written, encoding=encoding, newline="\n")
    monkeypatch.setattr(sys, "stdout", stream)
    shell = terminal(color=False)
    stream.write("before\n")

    shell.write(f"{TEXT}\n")

    assert f"before\n{TEXT}\n".encode() == written.getvalue()


@pytest.mark.parametrize(
    ("columns", "kept"), [("0", False), ("19", False), ("20", True), ("100", True), ("x", True)]
)
def test_a_width_that_holds_no_word_is_not_used(
    columns: str, kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)

    print_everything()

    assert kept is ("COLUMNS" in os.environ)
    assert terminal(color=False).out.width >= 20

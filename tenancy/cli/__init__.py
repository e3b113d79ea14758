"""The command line: `tenancy`."""

import gc
import importlib
import io
import logging
import os
import signal
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tenancy.cli.application import app

__all__ = ["app", "main", "print_everything"]

_OBJECTS: Final = 100_000
"""The garbage collector starts after so many new objects."""
_COLLECTIONS: Final = 20
"""It looks at older objects after so many collections of newer ones."""
_NARROWEST: Final = 20
"""In columns; a narrower terminal has no room for a word and its indentation."""


def main() -> None:
    """Run the command of this process's arguments and exit with its code."""
    # A project lasts as long as the process: searching it often finds no garbage.
    gc.set_threshold(_OBJECTS, _COLLECTIONS, _COLLECTIONS)
    application = importlib.import_module("tenancy.cli.application")
    print_everything()
    # SIGTERM interrupts this process as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # Libraries log what the error message reports in words.
    logging.basicConfig(level=logging.CRITICAL)
    sys.exit(application.app(prog_name="tenancy"))


def print_everything() -> None:
    """
    Let this process write any text to a terminal of any encoding and width.

    A character that the encoding lacks is written as its number, and a width that holds no
    word (`COLUMNS=0`) is not used.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) < _NARROWEST:
        del os.environ["COLUMNS"]


def __getattr__(name: str) -> object:
    """Import the commands when `app` is asked for."""
    if name == "app":
        return importlib.import_module("tenancy.cli.application").app
    raise AttributeError(name)

"""The command line: `tenancy`."""

import gc
import importlib
import logging
import signal
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tenancy.cli.application import app

__all__ = ["app", "main"]

_OBJECTS: Final = 100_000
"""The garbage collector starts after so many new objects."""
_COLLECTIONS: Final = 20
"""It looks at older objects after so many collections of newer ones."""


def main() -> None:
    """Run the command of this process's arguments and exit with its code."""
    # A project lasts as long as the process: searching it often finds no garbage.
    gc.set_threshold(_OBJECTS, _COLLECTIONS, _COLLECTIONS)
    application = importlib.import_module("tenancy.cli.application")
    # SIGTERM interrupts this process as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # Libraries log what the error message reports in words.
    logging.basicConfig(level=logging.CRITICAL)
    sys.exit(application.app(prog_name="tenancy"))


def __getattr__(name: str) -> object:
    """Import the commands when `app` is asked for."""
    if name == "app":
        return importlib.import_module("tenancy.cli.application").app
    raise AttributeError(name)

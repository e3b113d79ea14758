"""The command line: `tenancy`."""

import gc
import importlib
import logging
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tenancy.cli.application import app

__all__ = ["app", "main"]


def main() -> None:
    """Run the command of this process's arguments and exit with its code."""
    # Imported modules last as long as the process; the garbage collector need not visit them,
    # neither while they are imported nor later.
    gc.disable()
    application = importlib.import_module("tenancy.cli.application")
    signals = importlib.import_module("tenancy.cli.signals")
    gc.freeze()
    gc.enable()
    signals.interrupted_by_sigterm()
    # Libraries log what the error message reports in words.
    logging.basicConfig(level=logging.CRITICAL)
    sys.exit(application.app(prog_name="tenancy"))


def __getattr__(name: str) -> object:
    """Import the commands when `app` is asked for."""
    if name == "app":
        return importlib.import_module("tenancy.cli.application").app
    raise AttributeError(name)

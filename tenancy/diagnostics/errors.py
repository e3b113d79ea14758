"""The root of every error that Tenancy raises on purpose."""

from typing import ClassVar

from tenancy.diagnostics.exit_codes import Exit

__all__ = ["TenancyError"]


class TenancyError(Exception):
    """
    Something a person can mend: the message says where, what was found, and what to do.

    Only these are turned into a clean message at the edges (the program, the command line,
    the Automation API); any other exception is a defect of ours and keeps its traceback.

    Attributes:
        exit: What a command ends with that it ends. Default: it failed.
    """

    exit: ClassVar[Exit] = Exit.FAILED

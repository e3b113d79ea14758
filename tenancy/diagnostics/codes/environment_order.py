"""Codes of findings: environment order."""

from typing import Final

from tenancy.diagnostics.codes.code import Code, Group
from tenancy.diagnostics.severity import Severity

__all__ = ["GROUP"]

_ERROR: Final = Severity.ERROR
_WARNING: Final = Severity.WARNING

GROUP: Final = Group(
    "Environment order",
    (
        Code(
            "environment-order",
            "an environment is larger than the next; a *warning* where it is unlimited below a limit",
            "21 pods in dev, 20 in staging",
            "change one of the two quotas, or write an exception with a reason",
            (
                _ERROR,
                _WARNING,
            ),
        ),
        Code(
            "environment-order-exception-unused",
            "an exception that is not needed",
            "a leftover entry",
            "remove the exception",
            (_WARNING,),
        ),
        Code(
            "environment-order-name",
            "an environment is listed twice, or its name is not valid",
            "`[dev, dev]`",
            "name each environment once",
        ),
    ),
)

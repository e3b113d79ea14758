"""What the engine says when it fails, as errors that name a remedy."""

import re

from pulumi import automation as auto

from tenancy.diagnostics.errors import TenancyError
from tenancy.diagnostics.exit_codes import Exit

__all__ = [
    "EngineError",
    "EngineMissingError",
    "LockedError",
    "PlanViolatedError",
    "StackRefusedError",
    "error_from",
]


class EngineMissingError(TenancyError):
    """There is no `pulumi` on the engine's PATH."""

    def __str__(self) -> str:
        return "there is no pulumi on PATH; run `make tools`, or install Pulumi 3.255 or newer"


class EngineError(TenancyError):
    """
    The engine failed.

    Attributes:
        stack: The stack's name.
        output: What the engine printed.
    """

    def __init__(self, stack: str, output: str) -> None:
        super().__init__(stack, output)
        self.stack = stack
        self.output = output

    def __str__(self) -> str:
        return f"stack {self.stack}: the engine failed\n{_diagnostics(self.output)}"


class StackRefusedError(EngineError):
    """The program refused; nothing was changed."""

    exit = Exit.REFUSED

    def __str__(self) -> str:
        return f"stack {self.stack}: refused; nothing was changed\n{_diagnostics(self.output)}"


class PlanViolatedError(EngineError):
    """The engine was about to do what the saved plan does not hold, and stopped."""

    exit = Exit.REFUSED

    def __str__(self) -> str:
        return (
            f"stack {self.stack}: refused by the engine, for the saved plan does not hold it; "
            f"what was done before that stays done\n{_diagnostics(self.output)}\n"
            f"run `tenancy plan --stack {self.stack} --save FILE` again and look at it"
        )


class LockedError(EngineError):
    """Another update holds the stack, or one that was interrupted still does."""

    def __str__(self) -> str:
        return (
            f"stack {self.stack}: another update holds it\n{_diagnostics(self.output)}\n"
            "wait for it; if it was interrupted, run `pulumi cancel` in that environment"
        )


def error_from(stack: str, error: auto.CommandError) -> EngineError:
    """Return *error*, which the command line raised for *stack*, as one of ours."""
    text = str(error)
    if isinstance(error, auto.ConcurrentUpdateError) or "currently locked by" in text:
        return LockedError(stack, text)
    if "violates plan" in text or "not allowed by the plan" in text:
        return PlanViolatedError(stack, text)
    return (StackRefusedError if "Nothing was changed." in text else EngineError)(stack, text)


def _diagnostics(output: str) -> str:
    """Return the part of *output* for people: diagnostics where there are any, else its end."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", output)
    # How the language host ends a program whose update failed; the reason is beside it.
    plain = re.sub(
        r"\n *Traceback \(most recent call last\):\n(?: .*\n)*? *KeyboardInterrupt(?=\n|$)",
        "",
        plain,
    )
    _, found, rest = plain.partition("Diagnostics:")
    text = rest if found else plain
    for end in ("\nResources:\n", "\nOutputs:\n", "\nDuration:"):
        text = text.partition(end)[0]
    lines = [line for line in text.splitlines() if line.strip() and "from $PATH" not in line]
    return "\n".join(lines[-60:])

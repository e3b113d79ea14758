"""The wording of findings: lists of names, counts, lines, and errors of name parsers."""

import textwrap
from collections.abc import Iterable, Sequence
from typing import Protocol

from tenancy.diagnostics.finding import Finding
from tenancy.diagnostics.origin import Origin

__all__ = ["counted", "joined", "misnamed", "quoted", "reason_blank", "stack_key", "wrapped"]

_SHOWN = 60
"""The longest value that a message repeats in full, in characters."""


def joined(words: Sequence[str], *, last: str = "and") -> str:
    """
    Return *words* as one phrase.

    >>> joined(["requests.memory", "limits.cpu", "limits.memory"])
    'requests.memory, limits.cpu and limits.memory'
    """
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def counted(count: int, noun: str) -> str:
    """
    Return *count* and *noun*, which gets an `s` unless there is one.

    >>> counted(1, "GPU"), counted(8, "GPU")
    ('1 GPU', '8 GPUs')
    """
    return f"{count} {noun}{'' if count == 1 else 's'}"


def quoted(value: object) -> str:
    r"""
    Return *value* with look-alike and invisible characters escaped.

    >>> quoted("acm\u0435")
    "'acm\\u0435'"
    """
    shown = ascii(value)
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"


def wrapped(line: str, width: int, *, first: str = "", rest: str = "") -> list[str]:
    """
    Return *line* in lines of at most *width* characters; only a single word may be longer.

    Args:
        first: What the first line begins with.
        rest: What the other lines begin with.
    """
    return textwrap.wrap(
        line,
        width=width,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [first.rstrip()]


def stack_key(origin: Origin, key: str) -> str:
    """
    Return how a remedy names *key* of a stack: as in its file, or as an argument.

    Args:
        origin: Where the stack, or what a program passed instead, is written.

    >>> stack_key(Origin("Pulumi.dev.yaml"), "allowDeletion")
    'tenancy:allowDeletion'
    """
    namespace = "tenancy"
    return key if origin.is_argument else f"{namespace}:{key}"


class RefusedName(Protocol):
    """The error of a parser of names: the text, the rule that it breaks, and the remedy."""

    @property
    def text(self) -> object: ...
    @property
    def rule(self) -> str: ...
    @property
    def remedy(self) -> str: ...


def misnamed(
    error: RefusedName,
    *,
    code: str,
    origin: Origin,
    what: str,
    organization: str | None = None,
) -> Finding:
    """
    Return the finding of a parser of names.

    Args:
        error: The parser's error.
        code: The finding's code.
        origin: Where the name is written.
        what: What it names, with an article: `the prefix`.
        organization: The organization. Default: the whole stack.
    """
    return Finding(
        code=code,
        origin=origin,
        found=f"{what} {quoted(error.text)}",
        allowed=error.rule,
        remedy=error.remedy,
        organization=organization,
    )


def reason_blank(
    reason: str | None, origin: Origin, organization: str | None = None
) -> Iterable[Finding]:
    """Refuse a blank *reason*; None if none is needed."""
    if reason is None or reason.strip():
        return ()
    return (
        Finding(
            code="reason-blank",
            origin=origin,
            found="a blank reason",
            allowed="a reason, as text",
            remedy="write why the rule does not apply here",
            organization=organization,
        ),
    )

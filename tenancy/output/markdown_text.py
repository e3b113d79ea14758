"""Text as Markdown that a forge shows as it is: no markup, mention, reference or link."""

import re
from typing import Final

from tenancy.diagnostics import clean

__all__ = ["markdown_text"]

# What Markdown and HTML read as more than text, entities and math included.
_SPECIAL: Final = re.compile(
    r"([\\`*_{}\[\]()<>|~!#&^$:@])|^([-+=])|^(\d{1,9})(?=\.)",
)
_COMMENT: Final = "<!-- -->"
# Forges look for these in the shown text, so escaping does not help; a comment does: mentions,
# issues, merge requests, snippets, labels, milestones, emoji, links, tickets.
_CALLS: Final = re.compile(
    r"(?:\\[@#!$&~^:]|%)(?=\S)"
    r"|\bwww\.(?=\S)"
    r"|[A-Za-z](?:\w|\\_)+-(?=\d)"
)
_COMMIT: Final = re.compile(r"\b[0-9a-f]{7,}\b")
_COMMIT_LEAST: Final = 7
"""In characters: what is shorter is no reference to a commit."""


def markdown_text(text: str) -> str:
    r"""
    Return *text* so that a forge shows its characters and nothing else.

    Control characters and characters without a shape are left out.

    >>> markdown_text("[x](y) & <b>")
    '\\[x\\]\\(y\\) \\& \\<b\\>'
    >>> markdown_text("ask @ann about #12")
    'ask \\@<!-- -->ann about \\#<!-- -->12'
    """
    escaped = _SPECIAL.sub(_escape, " ".join(clean(text).split()))
    called = _CALLS.sub(lambda match: match.group() + _COMMENT, escaped)
    return _COMMIT.sub(_cut, called)


def _cut(match: re.Match[str]) -> str:
    digits, size = match.group(), _COMMIT_LEAST - 1
    return _COMMENT.join(digits[i : i + size] for i in range(0, len(digits), size))


def _escape(match: re.Match[str]) -> str:
    if match.group(3):
        # A number and a dot begin a list; the dot is escaped.
        return f"{match.group(3)}\\"
    return f"\\{match.group()}"

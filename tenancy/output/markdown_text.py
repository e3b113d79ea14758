"""Escape text so that Markdown shows it literally, without markup, mentions or links."""

import re
from typing import Final

from tenancy.diagnostics import clean

__all__ = ["markdown_text"]

# Characters with a meaning in Markdown, HTML, entities or math.
_SPECIAL: Final = re.compile(
    r"([\\`*_{}\[\]()<>|~!#&^$:@])|^([-+=])|^(\d{1,9})(?=\.)",
)
_COMMENT: Final = "<!-- -->"
# Forges search the shown text for these, so escaping does not help, but a comment does:
# mentions, issues, merge requests, snippets, labels, milestones, emoji, links, tickets.
_CALLS: Final = re.compile(
    r"(?:\\[@#!$&~^:]|%)(?=\S)"
    r"|\bwww\.(?=\S)"
    r"|[A-Za-z](?:\w|\\_)+-(?=\d)"
)
_COMMIT: Final = re.compile(r"\b[0-9a-f]{7,}\b")
_COMMIT_LEAST: Final = 7
"""The shortest reference to a commit, in characters."""


def markdown_text(text: str) -> str:
    r"""
    Return *text* so that a forge shows exactly its characters.

    Control characters and invisible characters are left out.

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

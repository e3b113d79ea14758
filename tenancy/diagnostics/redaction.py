"""How messages repeat a written value: short, harmless, never a secret."""

import re
from collections.abc import Iterable
from typing import Final

from tenancy.diagnostics.origin import PathStep

__all__ = [
    "CONTROL",
    "HIDDEN",
    "clean",
    "clean_lines",
    "has_secret",
    "is_kubeconfig",
    "is_secret",
    "shown",
]

HIDDEN = "(hidden)"
"""Replaces a value that may be a secret."""

LONGEST = 60
"""The longest value in characters; longer ones are cut."""

# Control characters, line breaks of YAML 1.1 that editors do not show, and code points
# that are not characters. No value of ours needs one.
CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]"
)
"""Characters that a document must not have, not even as an escape."""

# C0 and C1 controls, DEL, the Unicode line breaks, surrogates, and characters without a shape
# (bidirectional marks, joiners, fillers, selectors, tags): they move a terminal's cursor, hide
# text or reorder it.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_ANSI = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])?|\x9b[0-?]*[ -/]*[@-~]"
)

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_SECRET_WORDS = frozenset(
    (
        *("apikey", "credential", "credentials", "key", "passphrase", "passwd"),
        *("password", "passwords", "secret", "token", "tokens"),
    )
)
# A JSON web token, a PEM block, and the prefixes of well-known access tokens.
_SECRET_VALUE = re.compile(
    r"eyJ[\w-]{8,}\.|-----BEGIN |\b(?:AKIA|ASIA)[A-Z0-9]{12}"
    r"|\b(?:ghp_|gho_|ghs_|github_pat_|glpat-|pul-|xox[abp]-)\w{6}|\bv1:[A-Za-z0-9+/=]{8,}:"
)
# A certificate is public; its private key is not.
_PEM: Final = "-----BEGIN "
_PRIVATE_KEY: Final = re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY")
_LOGIN: Final = re.compile(r"://[^/\s:@{$]+:[^/\s@{$]+@|\"auths?\"\s*:|\bclient-key-data\b")
_SECRET_NAMES: Final = frozenset(
    (
        *("apikey", "credential", "credentials", "passphrase", "passwd", "password"),
        *("passwords", "secret", "token", "tokens"),
    )
)

# Text that only a kubeconfig has, also as JSON, or in base64 as CI stores files.
_KUBECONFIG = re.compile(
    r"[\n\r{}]|\b(?:apiVersion|client-key-data|current-context)\b|[A-Za-z0-9+/=]{200}"
)
_LONGEST_PATH = 1024


def is_kubeconfig(text: str) -> bool:
    """
    Return whether *text* is the content of a kubeconfig instead of its path.

    >>> is_kubeconfig("~/.kube/config"), is_kubeconfig('{"apiVersion": "v1"}')
    (False, True)
    """
    return len(text) > _LONGEST_PATH or bool(_KUBECONFIG.search(text))


def clean(text: str) -> str:
    r"""
    Return *text* without escape sequences and control characters, which a terminal would obey.

    >>> clean("dev\x1b[31m\x00")
    'dev'
    """
    return _UNSAFE.sub("", _ANSI.sub("", text))


def clean_lines(text: str) -> str:
    r"""
    Return *text* as `clean` does, with its lines kept and each tab as four spaces.

    >>> clean_lines("one\x1b[2J\n\ttwo")
    'one\n    two'
    """
    return "\n".join(clean(line.replace("\t", "    ")) for line in text.split("\n"))


def is_secret(path: Iterable[PathStep]) -> bool:
    """
    Return whether a key on *path* suggests that its value is a secret.

    >>> is_secret(("oidc", "clientSecret")), is_secret(("hard", "count/secrets"))
    (True, False)
    """
    return any(
        not _SECRET_WORDS.isdisjoint(word.lower() for word in _WORD.findall(step))
        for step in path
        if isinstance(step, str)
    )


def has_secret(text: str, path: Iterable[PathStep] = ()) -> bool:
    """
    Return whether *text*, a value that is written in full, is or contains a secret.

    Text with placeholders of a template, such as `{{ .password }}`, is not a secret.

    >>> has_secret("postgres://app:hunter2@db/app"), has_secret("hunter2", ("db-password",))
    (True, True)
    >>> has_secret("{{ .password }}", ("password",)), has_secret("registry", ("secretName",))
    (False, False)
    """
    if _PRIVATE_KEY.search(text) or _LOGIN.search(text):
        return True
    if _SECRET_VALUE.search(text.replace(_PEM, "")):
        return True
    last = next((step for step in reversed(tuple(path)) if isinstance(step, str)), "")
    words = [word.lower() for word in _WORD.findall(last)]
    is_named = bool(words) and words[-1] in _SECRET_NAMES
    return is_named and bool(text) and not re.search(r"\{\{|\$[({]|\{namespace\.", text)


def shown(text: str, path: Iterable[PathStep] = ()) -> str:
    """
    Return *text* for a message: hidden under a secret's key, cleaned, and cut.

    The content of a kubeconfig is also hidden, because it has credentials.

    >>> shown("hunter2", ("password",)), shown("a" * 70)[-3:]
    ('(hidden)', 'aa…')
    """
    path = tuple(path)
    if is_secret(path) or _SECRET_VALUE.search(text):
        return HIDDEN
    if path[-1:] == ("kubeconfig",) and is_kubeconfig(text):
        return HIDDEN
    text = clean(text.replace("\n", " ").replace("\t", " "))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"

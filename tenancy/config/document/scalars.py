"""The meaning of a bare word or number, and those that YAML readers understand differently."""

import math
import re

import attrs

from tenancy.config.document.tree import JSON

__all__ = ["Trap", "resolve"]


@attrs.frozen
class Trap:
    """
    A notation that YAML readers understand differently.

    Attributes:
        code: The finding's code.
        what: What it is, after the text as written.
        allowed: What is allowed there.
        remedy: What to do. `{text}` is replaced by what was written.
    """

    code: str
    what: str
    allowed: str
    remedy: str


BOOLEAN_WORD = Trap(
    "yaml-boolean-word",
    "a bare word that YAML 1.1 takes for true or false",
    "true or false, or the word in quotes",
    'write true or false, or "{text}" if the word is meant',
)
OCTAL = Trap(
    "yaml-octal",
    "a number with a leading zero, which YAML 1.1 counts in eights",
    "a whole number without a leading zero, or text in quotes",
    'remove the leading zero, or write "{text}" if text is meant',
)
NUMBER_BASE = Trap(
    "yaml-number-base",
    "a hexadecimal or binary number",
    "a number in decimal digits, or text in quotes",
    'write it in decimal digits, or "{text}" if text is meant',
)
SEXAGESIMAL = Trap(
    "yaml-sexagesimal",
    "digits with colons, which YAML 1.1 counts in sixties",
    "text in quotes",
    'write "{text}"',
)
TIMESTAMP = Trap(
    "yaml-timestamp",
    "a bare date, which YAML 1.1 does not keep as text",
    "text in quotes",
    'write "{text}"',
)
UNDERSCORE = Trap(
    "yaml-underscore-number",
    "a number with underscores, which some YAML readers read as text",
    "digits alone, or text in quotes",
    'remove the underscores, or write "{text}" if text is meant',
)
NOT_FINITE = Trap(
    "yaml-not-finite",
    "an infinite number, or not a number",
    "a finite number, or text in quotes",
    'write a number, or "{text}" if the word is meant',
)
LARGE = Trap(
    "yaml-large-number",
    "a number of more than 64 bits, which would lose digits",
    "a whole number between -9223372036854775808 and 9223372036854775807, or text in quotes",
    "write a smaller number, or put it in quotes if text is meant",
)

_WORDS: dict[str, bool | None] = {"": None, "~": None}
_WORDS.update(dict.fromkeys(("null", "Null", "NULL")))
_WORDS.update(dict.fromkeys(("true", "True", "TRUE"), True))
_WORDS.update(dict.fromkeys(("false", "False", "FALSE"), False))

_BOOLEAN_WORDS = frozenset(
    spelled
    for word in ("y", "n", "yes", "no", "on", "off")
    for spelled in (word, word.title(), word.upper())
)

# YAML 1.2.2, section 10.3.2 (core schema), without the ambiguous ones below.
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
# yaml.org/type/{int,float,timestamp}.html: what YAML 1.1 readers accept beyond that. The
# patterns are a little wider than theirs, so that a value that only looks like one is also
# reported.
_TRAPS = (
    (re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"), NOT_FINITE),
    (re.compile(r"[-+]?0[xXbB][0-9a-fA-F_]+"), NUMBER_BASE),
    (re.compile(r"[-+]?0o?[0-9_]*[0-9][0-9_]*"), OCTAL),
    (re.compile(r"[-+]?0[0-9_]*[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?"), OCTAL),
    (re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"), SEXAGESIMAL),
    (
        re.compile(
            r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt]|[ \t]+)[0-9]{1,2}:[ \tZz0-9:.+-]*)?"
        ),
        TIMESTAMP,
    ),
    (
        re.compile(
            r"[-+]?(?:[0-9][0-9_]*_[0-9_]*(?:\.[0-9_]*)?|[0-9]*\.[0-9_]*_[0-9_]*)(?:[eE][-+]?[0-9]+)?"
        ),
        UNDERSCORE,
    ),
)
_NUMERIC_START = frozenset("+-.0123456789")


def resolve(text: str) -> tuple[JSON, Trap | None]:
    """
    Return the value of the bare *text*, and its ambiguity, if it is ambiguous.

    The value is then the text itself.

    >>> resolve("2"), resolve("2Gi"), resolve("no")[1].code
    ((2, None), ('2Gi', None), 'yaml-boolean-word')
    """
    if text in _WORDS:
        return _WORDS[text], None
    if text in _BOOLEAN_WORDS:
        return text, BOOLEAN_WORD
    if text[0] not in _NUMERIC_START:
        return text, None
    if _INT.fullmatch(text):
        # 20 characters hold every 64-bit number; int() of thousands of digits is slow.
        if len(text) > 20 or not -(2**63) <= (whole := int(text)) < 2**63:
            return text, LARGE
        return whole, None
    if _FLOAT.fullmatch(text):
        number = float(text)
        return (number, None) if math.isfinite(number) else (text, LARGE)
    for pattern, trap in _TRAPS:
        if pattern.fullmatch(text):
            return text, trap
    return text, None

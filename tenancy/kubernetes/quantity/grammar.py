"""
The grammar of quantities: suffixes, the canonical form, and which texts are accepted.

Source: k8s.io/apimachinery v0.36.3, pkg/api/resource/{quantity,suffix,amount}.go.
"""

import enum
import functools
import re
from typing import Final, Never

from tenancy.diagnostics import TenancyError

__all__ = [
    "BINARY",
    "DECIMAL",
    "EXPONENT",
    "MAX_EXPONENT",
    "MAX_LENGTH",
    "MAX_VALUE",
    "NANO",
    "Family",
    "InvalidQuantityError",
    "QuantityReason",
    "canonical",
    "read",
    "refuse",
    "type_remedy",
]

NANO: Final = 10**9
"""Nanos in one unit: the finest amount that Kubernetes keeps."""

MAX_VALUE: Final = 2**63 - 1
"""The largest value, in units, that Kubernetes counts exactly."""

MAX_LENGTH: Final = 32
"""The longest text that is read, in characters; 2^63-1 in nanos has 29."""

MAX_EXPONENT: Final = 18
"""The largest exponent, up or down: 1e18 is `1E`."""


class Family(enum.Enum):
    """The kind of suffix that a quantity keeps in its canonical form."""

    DECIMAL = "DecimalSI"
    """`n u m k M G T P E`, or none."""
    BINARY = "BinarySI"
    """`Ki Mi Gi Ti Pi Ei`."""
    EXPONENT = "DecimalExponent"
    """`e3`."""


class QuantityReason(enum.StrEnum):
    """Why a text is not an accepted quantity."""

    NOT_TEXT = "a quantity is text or a whole number"
    EMPTY = "it is empty"
    SPACE = "it has a space, a line break or a control character"
    NOT_ASCII = "it has a character outside of ASCII"
    TOO_LONG = "it has more than 32 characters"
    NEGATIVE = "it is negative"
    NO_DIGIT = "it does not begin with a number"
    NUMBER = "its number is not written in digits with at most one point"
    SUFFIX = "Kubernetes has no such suffix"
    EXPONENT = "its exponent is not a whole number from -18 to 18"
    TOO_FINE = "it is finer than one nano, which Kubernetes would round up"
    TOO_LARGE = "it is larger than 9223372036854775807, the largest that Kubernetes counts"


class InvalidQuantityError(TenancyError, ValueError):
    """
    A text that is not a quantity, or that Kubernetes would silently change.

    Attributes:
        text: The text, unchanged.
        reason: What is wrong with it.
        remedy: What to write instead, in the imperative.
    """

    def __init__(self, text: object, reason: str, remedy: str) -> None:
        self.text = text
        self.reason = reason
        self.remedy = remedy
        super().__init__(text, reason, remedy)

    def __str__(self) -> str:
        shown = repr(self.text)
        if len(shown) > 2 * MAX_LENGTH:
            shown = f"{shown[: 2 * MAX_LENGTH]}..."
        return f"{shown} is not a quantity: {self.reason}; {self.remedy}"


DECIMAL: Final = {
    "n": -9,
    "u": -6,
    "m": -3,
    "": 0,
    "k": 3,
    "M": 6,
    "G": 9,
    "T": 12,
    "P": 15,
    "E": 18,
}
BINARY: Final = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_SUFFIXES: Final = {exponent: suffix for suffix, exponent in DECIMAL.items()}

_STRICT = re.compile(r"\+?([0-9]*)(?:\.([0-9]*))?([A-Za-z]*[+-]?[0-9]*)", re.ASCII)
EXPONENT = re.compile(r"[eE]([+-]?[0-9]+)", re.ASCII)


def read(text: str) -> tuple[int, Family]:
    """
    Return the amount of *text* in nanos, and the family of its suffix.

    Raises:
        InvalidQuantityError: *text* is refused for one of the `QuantityReason`s.

    >>> read("1.5Gi")
    (1610612736000000000, <Family.BINARY: 'BinarySI'>)
    """
    shape = _shape(text)
    if shape is not None:
        refuse(text, shape)
    match = _STRICT.fullmatch(text)
    if match is None:
        refuse(text, QuantityReason.NUMBER)
    whole, fraction, suffix = match.groups(default="")
    if not whole and not fraction:
        refuse(text, QuantityReason.NO_DIGIT)
    exponent, family = _scale(suffix)
    if family is None or exponent is None:
        refuse(text, _suffix_reason(suffix))
    digits = int(whole + fraction)
    if family is Family.BINARY:
        nanos, rest_of = divmod(digits * NANO << exponent, 10 ** len(fraction))
    else:
        shift = exponent + 9 - len(fraction)
        nanos, rest_of = (digits * 10**shift, 0) if shift >= 0 else divmod(digits, 10**-shift)
    if rest_of:
        refuse(text, QuantityReason.TOO_FINE)
    if nanos > MAX_VALUE * NANO:
        refuse(text, QuantityReason.TOO_LARGE)
    if family is Family.BINARY and 0 < nanos < NANO:
        family = Family.DECIMAL
    return nanos, family


def _shape(text: str) -> QuantityReason | None:
    """Return what is wrong, before any digit is converted."""
    if not text:
        return QuantityReason.EMPTY
    if len(text) > MAX_LENGTH:
        return QuantityReason.TOO_LONG
    if not text.isascii():
        return QuantityReason.NOT_ASCII
    if any(character.isspace() or not character.isprintable() for character in text):
        return QuantityReason.SPACE
    if text.startswith("-"):
        return QuantityReason.NEGATIVE if text.strip("-+.") else QuantityReason.NO_DIGIT
    return None


def _scale(suffix: str) -> tuple[int | None, Family | None]:
    """Return the exponent of *suffix* and its family; to base 2 for the binary ones."""
    if suffix in DECIMAL:
        return DECIMAL[suffix], Family.DECIMAL
    if suffix in BINARY:
        return BINARY[suffix], Family.BINARY
    match = EXPONENT.fullmatch(suffix)
    # At most 30 digits here, because the text has at most 32 characters.
    if match and abs(int(match.group(1))) <= MAX_EXPONENT:
        return int(match.group(1)), Family.EXPONENT
    return None, None


def _suffix_reason(suffix: str) -> QuantityReason:
    exponent = len(suffix) > 1 and suffix[0] in "eE" and suffix[1] in "+-0123456789"
    return QuantityReason.EXPONENT if exponent else QuantityReason.SUFFIX


_REMEDIES: Final = {
    QuantityReason.EMPTY: "write a number such as 500m, 2 or 2Gi",
    QuantityReason.SPACE: "write it without spaces: 2Gi",
    QuantityReason.NOT_ASCII: "write it with the digits 0 to 9: 2Gi",
    QuantityReason.TOO_LONG: "use a suffix such as k, M, G or Ki, Mi, Gi",
    QuantityReason.NEGATIVE: "write 0 or more",
    QuantityReason.NO_DIGIT: "write a number; Kubernetes reads some of these texts as 0",
    QuantityReason.NUMBER: "write a number such as 500m, 1.5 or 2Gi",
    QuantityReason.EXPONENT: "use a suffix such as k, M, G or Ki, Mi, Gi",
    QuantityReason.TOO_FINE: "write fewer digits after the point",
    QuantityReason.TOO_LARGE: "leave the key out if no limit is meant",
}
_UNITS: Final = {
    "k": "k or Ki",
    "m": "M or Mi",
    "g": "G or Gi",
    "t": "T or Ti",
    "p": "P or Pi",
    "e": "E or Ei",
}


def refuse(text: str, reason: QuantityReason) -> Never:
    """Raise the error that explains why *text* is refused, and what to write instead."""
    remedy = _suffix_remedy(text) if reason is QuantityReason.SUFFIX else _REMEDIES[reason]
    raise InvalidQuantityError(text, reason, remedy)


def _suffix_remedy(text: str) -> str:
    unit = _UNITS.get(text.lstrip("+.0123456789")[:1].lower())
    if unit is None:
        return "use one of n u m k M G T P E, Ki Mi Gi Ti Pi Ei, or no suffix"
    return f"did you mean {unit}?"


def type_remedy(value: object) -> str:
    """Return a remedy for *value*, which is neither text nor a whole number."""
    if isinstance(value, float):
        return f'write it as text: "{value}"'
    if value is None:
        return "write a number, or leave the key out"
    if isinstance(value, bool):
        return "write a number"
    return 'write text such as "500m" or a whole number'


@functools.lru_cache(maxsize=65536)
def canonical(nanos: int, family: Family) -> str:
    """
    Write an amount as Kubernetes does: no fraction, and the largest suffix that allows it.

    Beyond the suffixes, from 10^21 on, Kubernetes leaves the suffix out and so prints
    another number; no accepted value is that large, but a sum may be, and then the largest
    suffix is kept and the digits grow.
    """
    if not nanos:
        return "0"
    sign, amount = ("-", -nanos) if nanos < 0 else ("", nanos)
    if family is Family.BINARY and amount >= 1024 * NANO and amount % NANO == 0:
        amount //= NANO
        steps = 0
        while amount % 1024 == 0 and steps < 6:
            amount //= 1024
            steps += 1
        return f"{sign}{amount}{('', *BINARY)[steps]}"
    exponent = -9
    while amount % 10 == 0:
        amount //= 10
        exponent += 1
    while exponent % 3 or (family is not Family.EXPONENT and exponent > MAX_EXPONENT):
        amount *= 10
        exponent -= 1
    if family is Family.EXPONENT:
        return f"{sign}{amount}e{exponent}" if exponent else f"{sign}{amount}"
    return f"{sign}{amount}{_SUFFIXES[exponent]}"

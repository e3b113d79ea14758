"""
Read a quantity as leniently as an API server does.

Source: k8s.io/apimachinery v0.36.3, pkg/api/resource/quantity.go, `ParseQuantity`.
"""

import re
from typing import Final

from tenancy.kubernetes.quantity.grammar import (
    BINARY,
    DECIMAL,
    EXPONENT,
    MAX_VALUE,
    NANO,
    Family,
    QuantityReason,
    refuse,
)

__all__ = ["read_stored"]

_MAX_STORED_LENGTH: Final = 4096
_MAX_STORED_EXPONENT: Final = 4096

# The server trims the text between the quotes before it decodes escapes. A tab or a line break,
# which JSON must escape, is therefore not trimmed.
_TRIMMED: Final = (
    " \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006"
    "\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)

# The server's own scanner. It strips leading zeros first, and reads an empty rest as 0;
# therefore "-" and "+" are quantities.
_STORED = re.compile(
    r"([+-]?)(0*)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[+-]?[0-9]*)", re.ASCII
)


def read_stored(text: str) -> tuple[int, Family]:
    """
    Return the amount of *text* in nanos, and the family, as an API server reads them.

    Raises:
        InvalidQuantityError: The server cannot read it either, or it has more than 4096 digits.

    >>> read_stored("Ki")
    (0, <Family.BINARY: 'BinarySI'>)
    """
    if len(text) > _MAX_STORED_LENGTH:
        refuse(text, QuantityReason.TOO_LONG)
    trimmed = text.strip(_TRIMMED)
    if not trimmed:
        refuse(text, QuantityReason.EMPTY)
    match = _STORED.fullmatch(trimmed)
    if match is None:
        refuse(text, QuantityReason.NUMBER)
    sign, zeros, whole, fraction, suffix = match.groups(default="")
    exponent, family = _stored_scale(suffix)
    if family is None:
        refuse(text, QuantityReason.SUFFIX)
    if not (zeros or whole or fraction or _reads_nothing_as_zero(exponent, family)):
        refuse(text, QuantityReason.NO_DIGIT)
    digits = int(whole + fraction or "0")
    if not digits:
        return 0, family
    if exponent > _MAX_STORED_EXPONENT:
        refuse(text, QuantityReason.TOO_LARGE)
    nanos, up_to_nano = _stored_nanos(digits, len(fraction), exponent, family)
    nanos += up_to_nano
    if family is Family.BINARY:
        if nanos < NANO:
            family = Family.DECIMAL
        nanos = min(nanos, MAX_VALUE * NANO)
    return (-nanos if sign == "-" else nanos), family


def _stored_scale(suffix: str) -> tuple[int, Family | None]:
    """Return exponent and family as the server reads them, with its limit of 32 bits."""
    if suffix in DECIMAL:
        return DECIMAL[suffix], Family.DECIMAL
    if suffix in BINARY:
        return BINARY[suffix], Family.BINARY
    match = EXPONENT.fullmatch(suffix)
    if not match or not -(2**63) <= (exponent := int(match.group(1))) <= MAX_VALUE:
        return 0, None
    return (exponent + 2**31) % 2**32 - 2**31, Family.EXPONENT


def _reads_nothing_as_zero(exponent: int, family: Family) -> bool:
    """Whether the server would use its fast scanner, which accepts a text without digits."""
    return exponent < 50 if family is Family.BINARY else exponent >= -9


def _stored_nanos(digits: int, places: int, exponent: int, family: Family) -> tuple[int, bool]:
    """Return the whole nanos, and whether a finer remainder is left."""
    if family is Family.BINARY:
        nanos, rest = divmod(digits * NANO << exponent, 10**places)
        return nanos, bool(rest)
    shift = exponent + 9 - places
    if shift >= 0:
        return digits * 10**shift, False
    if -shift > 2 * _MAX_STORED_LENGTH:
        return 0, True
    nanos, rest = divmod(digits, 10**-shift)
    return nanos, bool(rest)

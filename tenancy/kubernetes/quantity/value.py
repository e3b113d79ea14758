"""A quantity: an exact amount that keeps its written form."""

import functools
from typing import ClassVar

import attrs

from tenancy.kubernetes.quantity.grammar import (
    MAX_LENGTH,
    NANO,
    Family,
    InvalidQuantityError,
    QuantityReason,
    canonical,
    read,
    type_remedy,
)
from tenancy.kubernetes.quantity.stored import read_stored

__all__ = ["Quantity"]


@attrs.frozen(slots=True, eq=False, order=False, repr=False)
class Quantity:
    """
    An exact amount, in units of its resource: cores, bytes, or a count.

    Equal, ordered and hashed by value alone, so `1` is `1000m`. A difference may be
    negative, and a sum larger than what `parse` takes; both stay exact.

    Attributes:
        nanos: The amount in thousand-millionths of a unit.
        family: The kind of suffixes it is written with. A sum has that of its first summand
            that is not 0, as in Kubernetes.
        text: As it was written. Empty if it was computed.
    """

    nanos: int
    family: Family = Family.DECIMAL
    text: str | None = None

    zero: ClassVar["Quantity"]
    """Zero. Start sums with it: `sum(quantities, Quantity.zero)`."""

    @staticmethod
    def parse(text: object) -> "Quantity":
        """
        Return the quantity that a person wrote, as text or as a whole number.

        Texts that Kubernetes would silently store as 0, clamp, round, cut or misread are
        refused. The length and exponent are checked before anything is converted.

        Raises:
            InvalidQuantityError: *text* has another type (a bool and a float among them) or
                is refused for one of the `QuantityReason`s.

        >>> str(Quantity.parse("1000m")), str(Quantity.parse("1.5Gi")), str(Quantity.parse(2))
        ('1', '1536Mi', '2')
        """
        if isinstance(text, str):
            return _parse(str(text))
        if isinstance(text, int) and not isinstance(text, bool):
            # Python refuses to print a number with thousands of digits.
            return _parse(str(text) if abs(text) < 10**MAX_LENGTH else "9" * MAX_LENGTH)
        raise InvalidQuantityError(text, QuantityReason.NOT_TEXT, type_remedy(text))

    @staticmethod
    def parse_stored(text: str) -> "Quantity":
        """
        Return the quantity that an API server returned, read as the server itself reads it.

        Nothing that Kubernetes accepts is refused: `+1`, `01`, `-1`, `Ki` (which is 0); finer
        amounts than nano are rounded away from 0, and binary suffixes are clamped to 2^63-1.

        Raises:
            InvalidQuantityError: Kubernetes cannot read *text* either, or it has more than 4096
                digits.

        >>> str(Quantity.parse_stored("+1")), str(Quantity.parse_stored("Ki"))
        ('1', '0')
        """
        return _parse_stored(text)

    @property
    def is_integer(self) -> bool:
        """Whether it is a whole number of units."""
        return self.nanos % NANO == 0

    @property
    def is_milli(self) -> bool:
        """Whether it is a whole number of thousandths, which is as fine as quotas count."""
        return self.nanos % (NANO // 1000) == 0

    @property
    def value_ceil(self) -> int:
        """The amount in whole units, rounded away from 0, as Kubernetes' `Value()`."""
        whole = -(-abs(self.nanos) // NANO)
        return whole if self.nanos >= 0 else -whole

    def times_in(self, other: "Quantity") -> int:
        """
        Return how many whole times this amount fits into *other*, 0 or more.

        Raises:
            ZeroDivisionError: This amount is 0 or less.

        >>> Quantity.parse("250m").times_in(Quantity.parse("4"))
        16
        """
        if self.nanos <= 0:
            raise ZeroDivisionError(f"{self} fits into {other} infinitely often")
        return max(0, other.nanos // self.nanos)

    def __add__(self, other: object) -> "Quantity":
        if isinstance(other, Quantity):
            return Quantity(
                self.nanos + other.nanos, self.family if self.nanos else other.family
            )
        return NotImplemented

    def __radd__(self, other: object) -> "Quantity":
        # The builtin sum() starts from 0.
        return self if type(other) is int and other == 0 else NotImplemented

    def __sub__(self, other: object) -> "Quantity":
        if isinstance(other, Quantity):
            return Quantity(
                self.nanos - other.nanos, self.family if self.nanos else other.family
            )
        return NotImplemented

    def __mul__(self, times: object) -> "Quantity":
        if isinstance(times, int) and not isinstance(times, bool):
            return Quantity(self.nanos * times, self.family)
        return NotImplemented

    __rmul__ = __mul__

    def __bool__(self) -> bool:
        return self.nanos != 0

    def __eq__(self, other: object) -> bool:
        return self.nanos == other.nanos if isinstance(other, Quantity) else NotImplemented

    def __lt__(self, other: "Quantity") -> bool:
        return self.nanos < other.nanos if isinstance(other, Quantity) else NotImplemented

    def __le__(self, other: "Quantity") -> bool:
        return self.nanos <= other.nanos if isinstance(other, Quantity) else NotImplemented

    def __gt__(self, other: "Quantity") -> bool:
        return self.nanos > other.nanos if isinstance(other, Quantity) else NotImplemented

    def __ge__(self, other: "Quantity") -> bool:
        return self.nanos >= other.nanos if isinstance(other, Quantity) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.nanos)

    def __str__(self) -> str:
        return canonical(self.nanos, self.family)

    def __repr__(self) -> str:
        return f"Quantity({str(self)!r})"


Quantity.zero = Quantity(0)


@functools.lru_cache(maxsize=65536)
def _parse(text: str) -> Quantity:
    return Quantity(*read(text), text)


@functools.lru_cache(maxsize=65536)
def _parse_stored(text: str) -> Quantity:
    return Quantity(*read_stored(text), text)

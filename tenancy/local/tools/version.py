"""Versions as the tools print them, and ranges of them."""

import re
from typing import NamedTuple, Self

import attrs

__all__ = ["Range", "Version"]

_TRIPLE = re.compile(r"\bv?(\d+)\.(\d+)\.(\d+)")


class Version(NamedTuple):
    """Three numbers; what follows them (`-rc.1`, `+k3s1`, `-dispatcher`) does not count."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    @classmethod
    def first_in(cls, text: str) -> Self | None:
        """
        Return the first version in *text*.

        >>> str(Version.first_in("Client Version: v1.36.3 Kustomize Version: v5.8.1"))
        '1.36.3'
        >>> Version.first_in("unknown") is None
        True
        """
        found = _TRIPLE.search(text)
        return None if found is None else cls(*map(int, found.groups()))


@attrs.frozen
class Range:
    """
    The versions from *least* up to, and without, *below*.

    >>> Version(3, 255, 0) in Range(Version(3, 255, 0), Version(4, 0, 0))
    True
    >>> Version(4, 0, 0) in Range(Version(3, 255, 0), Version(4, 0, 0))
    False
    """

    least: Version
    below: Version

    def __contains__(self, version: Version) -> bool:
        return self.least <= version < self.below

    def __str__(self) -> str:
        if self.least.major != self.below.major:
            return f"{self.least} or newer, below {self.below.major}"
        last = self.below.minor - 1
        if last == self.least.minor:
            return f"{self.least.major}.{last}"
        return f"{self.least.major}.{self.least.minor} to {self.below.major}.{last}"

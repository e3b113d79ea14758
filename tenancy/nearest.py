"""What somebody probably meant."""

import difflib
from collections.abc import Iterable

__all__ = ["nearest"]


def nearest(text: str, candidates: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """
    Return the one of *candidates* that *text* most resembles, or nothing where none does.

    A candidate that differs in upper and lower case alone always wins. Of equally near ones
    the first in alphabetical order is taken, so that a message never changes by itself.

    Args:
        text: What was written.
        candidates: What is known.
        cutoff: How alike they have to be, from 0 (not at all) to 1 (the same). Default: 0.6.

    >>> nearest("requests.cpus", ["requests.cpu", "requests.memory"])
    'requests.cpu'
    >>> nearest("zebra", ["requests.cpu"]) is None
    True
    """
    known = sorted(set(candidates))
    folded = text[:256].casefold()
    for candidate in known:
        if candidate.casefold() == folded:
            return candidate
    by_folded = {candidate.casefold(): candidate for candidate in reversed(known)}
    found = difflib.get_close_matches(folded, list(by_folded), n=1, cutoff=cutoff)
    return by_folded[found[0]] if found else None

"""The known name that was probably meant."""

import difflib
from collections.abc import Iterable

__all__ = ["nearest"]


def nearest(text: str, candidates: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """
    Return the one of *candidates* that *text* most resembles, or None if none does.

    A candidate that differs only in upper and lower case always wins. Of equally near ones
    the first in alphabetical order is used, so that messages are stable.

    Args:
        text: What was written.
        candidates: The known names.
        cutoff: How similar they must be, from 0 (different) to 1 (the same). Default: 0.6.

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
    matcher = difflib.SequenceMatcher(b=folded)
    found, best = None, cutoff
    for candidate in known:
        matcher.set_seq1(candidate.casefold())
        # The upper bounds are cheap, and almost always enough.
        if min(matcher.real_quick_ratio(), matcher.quick_ratio()) < best:
            continue
        ratio = matcher.ratio()
        if ratio > best or (found is None and ratio == best):
            found, best = candidate, ratio
    return found

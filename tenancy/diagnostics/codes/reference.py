"""The reference of codes in Markdown: `docs/checks.md`."""

from collections.abc import Iterator

from tenancy.diagnostics.codes import GROUPS
from tenancy.diagnostics.codes.code import Group

__all__ = ["markdown"]

_HEAD = """\
# What is checked

<!-- Generated from tenancy/diagnostics/codes by `python -m tenancy.diagnostics.codes`. -->

Every finding has a stable code in kebab-case.
It names the place, what was found, what is allowed and what to do; sums and tables follow on separate
lines. All findings are reported at once.

- With an **error**, nothing is changed.
- A *warning* is printed and stops nothing.
- *Not checked* means that something could not be checked; it never means that it passed.

Warnings and what may be "not checked" are marked in the tables.
`tenancy check` checks the whole project. `pulumi preview` and `pulumi up` check their stack:
its environment, its organizations over all of their environments, and its cluster.
"""


def markdown() -> str:
    """Return the whole page, which ends with a line break."""
    return "\n".join([_HEAD, *("\n".join(_section(group)) for group in GROUPS)])


def _section(group: Group) -> Iterator[str]:
    yield from (f"## {group.title}", "")
    if group.intro:
        yield from (group.intro, "")
    yield from ("| code | meaning | example | remedy |", "|---|---|---|---|")
    for code in group.codes:
        cells = (f"`{code.name}`", code.marked, code.example, code.remedy)
        yield f"| {' | '.join(cells)} |"
    yield ""

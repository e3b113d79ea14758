"""One row of the table of codes, and a group of rows."""

import attrs

from tenancy.diagnostics.severity import Severity

__all__ = ["Code", "Group"]


@attrs.frozen(slots=True)
class Code:
    """
    A code that findings can have.

    Attributes:
        name: In kebab-case, such as `quota-over-ceiling`. It never changes its meaning.
        summary: What is wrong, in one phrase.
        example: What leads to it.
        remedy: What to do, in the imperative.
        severities: The severities that its findings can have. Default: errors only.
    """

    name: str
    summary: str
    example: str
    remedy: str
    severities: tuple[Severity, ...] = (Severity.ERROR,)

    @property
    def marked(self) -> str:
        """The summary, marked if every finding is a warning or "not checked"."""
        if Severity.ERROR in self.severities:
            return self.summary
        return f"*{self.severities[0].value}*: {self.summary}"


@attrs.frozen(slots=True)
class Group:
    """
    A section of the reference: codes of one subject.

    Attributes:
        title: The heading.
        codes: In the order in which they are listed.
        intro: Paragraphs before the table, in Markdown. Default: none.
    """

    title: str
    codes: tuple[Code, ...]
    intro: str = ""

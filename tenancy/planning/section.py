"""The interface of a section of a plan: values, sentences for people, and data for programs."""

import abc
from collections.abc import Iterable, Sequence
from typing import ClassVar, Self

from tenancy.diagnostics import Finding
from tenancy.planning.comparison import Comparison
from tenancy.planning.facts import Fact, Importance

__all__ = ["Section"]


class Section(abc.ABC):
    """
    One section of a plan. A module of `tenancy.planning.sections` defines each.

    Attributes:
        name: Its key in JSON.
        shape: The type of what `data` returns; the published schema is generated from it.
    """

    name: ClassVar[str]
    shape: ClassVar[object]

    __slots__ = ()

    @classmethod
    @abc.abstractmethod
    def compute(cls, comparison: Comparison) -> Self:
        """Return the section of one stack's plan."""

    @property
    @abc.abstractmethod
    def changes(self) -> Sequence[object]:
        """The changes; empty for a section whose facts follow from other sections."""

    @abc.abstractmethod
    def facts(self) -> Iterable[Fact]:
        """Yield the sentences for people, the most important first."""

    @abc.abstractmethod
    def data(self) -> object:
        """Return the section as plain data of the type `shape`."""

    def findings(self) -> Iterable[Finding]:
        """Yield the section's findings. Default: none."""
        return ()

    @classmethod
    def fact(
        cls,
        text: str,
        importance: Importance = Importance.CHANGE,
        organization: str | None = None,
    ) -> Fact:
        """Return a fact of this section."""
        return Fact(
            section=cls.name, text=text, importance=importance, organization=organization
        )

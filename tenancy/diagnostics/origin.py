"""Where a value was written."""

from collections.abc import Iterable

import attrs

__all__ = ["ARGUMENT", "Origin", "PathStep", "with_flags"]

PathStep = str | int
"""One step into a document: a key of a mapping, or an index (from 0) of a list."""

ARGUMENT = "argument"
"""The source of values that a program passed, which have no file."""

_FLAGS = " with --config"
"""Follows a file's name if the engine's config differs from the file."""


def with_flags(file: str, keys: Iterable[str]) -> str:
    """
    Return the source of the config of *file* in which *keys* come from the command line.

    >>> with_flags("Pulumi.dev.yaml", ["cluster"])
    'Pulumi.dev.yaml with --config cluster'
    """
    return f"{file}{_FLAGS} {', '.join(keys)}"


@attrs.frozen(slots=True, cache_hash=True)
class Origin:
    """
    The place of one written value.

    Attributes:
        source: The file's path, relative to the project (`Pulumi.dev.yaml`), or a
            name if there is no file: `argument`, `--config`.
        path: The steps from the top of that document to the value.

    >>> str(Origin("Pulumi.dev.yaml", ("profiles", "small", "quota", "requests.cpu")))
    'Pulumi.dev.yaml: profiles.small.quota["requests.cpu"]'
    """

    source: str
    path: tuple[PathStep, ...] = ()

    def __truediv__(self, step: PathStep) -> "Origin":
        """Return the origin one step further in."""
        return Origin(self.source, (*self.path, step))

    def within(self, steps: Iterable[PathStep]) -> "Origin":
        """Return the origin *steps* further in."""
        return Origin(self.source, (*self.path, *steps))

    @property
    def file(self) -> str:
        """The file's name, also if the engine's config differs from it."""
        return self.source.partition(_FLAGS)[0]

    @property
    def is_argument(self) -> bool:
        """Whether a program passed the value, instead of a file."""
        return self.source.startswith(ARGUMENT)

    @property
    def dotted(self) -> str:
        """The path as text: `organizations.acme.namespaces[0].id`."""
        text = ""
        for step in self.path:
            if isinstance(step, int):
                text += f"[{step}]"
            elif step.replace("-", "").replace("_", "").replace(":", "").isalnum():
                text += f".{step}" if text else step
            else:
                text += f'["{step}"]'
        return text

    def __str__(self) -> str:
        return f"{self.source}: {self.dotted}" if self.path else self.source

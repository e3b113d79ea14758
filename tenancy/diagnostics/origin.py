"""Where a value was written, so that every message and every value can say so."""

from collections.abc import Iterable

import attrs

__all__ = ["ARGUMENT", "Origin", "PathStep", "with_flags"]

PathStep = str | int
"""One step into a document: a key of a mapping, or an index (from 0) of a list."""

ARGUMENT = "argument"
"""The source of what a program passed in, where there is no file to point at."""

_FLAGS = " with --config"
"""Follows a file's name where the engine's config differs from the file."""


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
    The place of one value in what people wrote.

    Attributes:
        source: The file as people name it, relative to the project (`Pulumi.dev.yaml`), or
            what stands for one where there is none: `argument`, `--config`.
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
        """The file alone, also where the engine's config differs from it."""
        return self.source.partition(_FLAGS)[0]

    @property
    def dotted(self) -> str:
        """The path as people read it: `organizations.acme.namespaces[0].id`."""
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

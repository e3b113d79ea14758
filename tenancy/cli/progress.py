"""Show what the engine would do, does, and did."""

import contextlib
import time
from collections.abc import Iterator, Mapping
from typing import Final

import attrs
from rich.status import Status
from rich.text import Text

from tenancy.cli.signals import defer_interrupt
from tenancy.cli.terminal import Terminal
from tenancy.engine import OnStep, Result, Step
from tenancy.manifests import is_kubernetes

__all__ = ["show_preview", "show_progress", "show_result"]

_VERBS: Final[Mapping[str, str]] = {
    "create": "create",
    "update": "update",
    "delete": "delete",
    "replace": "replace",
    "create-replacement": "replace",
    "delete-replaced": "replace",
    "import": "adopt",
}
_PAST: Final[Mapping[str, str]] = {
    "create": "created",
    "update": "updated",
    "delete": "deleted",
    "replace": "replaced",
    "adopt": "adopted",
    "take over": "taken over",
}
_STYLES: Final[Mapping[str, str]] = {
    "create": "green",
    "update": "yellow",
    "delete": "red",
    "replace": "red",
}
_NOT_LISTED: Final = frozenset(
    {
        "same",
        "read",
        "refresh",
        "create-replacement",
        "delete-replaced",
        "discard",
        "read-discard",
    }
)
"""Operations without a line: unchanged resources, and the two halves of a replacement."""
_WIDTH: Final = 80
_DONE_LINES: Final = 12
"""How many finished changes get a line; further ones are only counted."""
_PREVIEW_LINES: Final = 30
_EVERY_SECONDS: Final = 10.0
"""Time between two lines of progress where the output is not a terminal."""


@attrs.define
class _Progress:
    """Shows one operation of the engine on a spinner, or as lines of a log."""

    doing: str
    shell: Terminal
    lines: bool
    total: int | None
    status: Status | None
    started: float = attrs.field(factory=time.monotonic)
    last_line: float = attrs.field(factory=time.monotonic)
    done: int = 0
    listed: int = 0

    def on_step(self, what: str, step: Step) -> None:
        """Count a step that is done, show it, and show any that failed."""
        self.done += what == "done"
        if self.status is not None:
            self.status.update(Text(f"{self._text()}, now {_label(step)}"))
        elif time.monotonic() - self.last_line >= _EVERY_SECONDS:
            self.last_line = time.monotonic()
            self.shell.note(f"  {self._text()}")
        if what == "failed":
            self.shell.note(f"  FAILED   {_label(step)}", style="red")
        elif self.lines and what == "done" and _is_listed(step) and _is_object(step):
            self._list(step)

    def _list(self, step: Step) -> None:
        self.listed += 1
        if self.listed <= _DONE_LINES:
            verb = _VERBS.get(step.op, step.op)
            self.shell.note(f"  {_PAST.get(verb, verb):<8} {_label(step)}", _STYLES.get(verb))
        elif self.listed == _DONE_LINES + 1:
            self.shell.note("  further changes are counted, not listed")

    def _text(self) -> str:
        seconds = time.monotonic() - self.started
        # A replacement is two steps, so there may be more of them than resources.
        of = "" if self.total is None else f" of {max(self.total, self.done)}"
        return f"{self.doing}: {self.done}{of} resources done, {seconds:.0f} s"


@contextlib.contextmanager
def show_progress(
    doing: str, shell: Terminal, *, lines: bool = True, total: int | None = None
) -> Iterator[OnStep]:
    """
    Show what the engine does while the block runs.

    Args:
        doing: What, in the progressive: `previewing stack dev`.
        shell: Where.
        lines: Whether each finished change gets a line. Default: yes.
        total: How many resources the engine will report. Default: not known.

    Yields:
        What the engine calls for each step.

    Raises:
        KeyboardInterrupt: The user interrupted, and the engine has ended.
    """
    with defer_interrupt(), _spinner(doing, shell) as status:
        if status is None:
            shell.note(doing)
        yield _Progress(doing, shell, lines, total, status).on_step


@contextlib.contextmanager
def _spinner(doing: str, shell: Terminal) -> Iterator[Status | None]:
    if not shell.err.is_terminal:
        yield None
        return
    with shell.err.status(Text(doing)) as status:
        yield status


def show_preview(result: Result, shell: Terminal, *, everything: bool = False) -> None:
    """
    Write what an update means and would do: created objects by kind, other changes one by one.

    Args:
        result: A preview.
        shell: Where.
        everything: Whether long lines and lists are written in full. Default: they are
            shortened.
    """
    for message in result.messages:
        for line in message.splitlines():
            is_heading = bool(line) and not line.startswith(" ")
            shell.say(line, style="bold" if is_heading else None)
    if result.is_empty:
        shell.say(f"stack {result.stack}: no changes")
        return
    shell.say(f"stack {result.stack}: {_counts(result)}", style="bold")
    written = [*_created(result), *_changed(result)]
    for line, style in written if everything else written[:_PREVIEW_LINES]:
        shell.say(line if everything else _shortened(line), style)
    if not everything and (
        len(written) > _PREVIEW_LINES or any(len(line) > _WIDTH for line, _ in written)
    ):
        more = len(written) - _PREVIEW_LINES
        shell.say(f"  {f'and {more} more; ' if more > 0 else ''}--all shows everything")


def show_result(result: Result, shell: Terminal) -> None:
    """Write a line with what was done."""
    if result.kind == "preview":
        return
    if result.is_empty:
        what = "nothing to delete" if result.kind == "destroy" else "no changes"
        shell.say(f"stack {result.stack}: {what}")
        return
    shell.say(f"stack {result.stack}: done; {_counts(result)}")


def _created(result: Result) -> Iterator[tuple[str, str | None]]:
    by_kind: dict[str, list[str]] = {}
    for step in result.steps:
        if step.op == "create" and _is_listed(step):
            by_kind.setdefault(_kind(step), []).append(step.name)
    for kind, names in by_kind.items():
        yield f"  create   {len(names)} {kind}: {', '.join(names)}", _STYLES["create"]


def _changed(result: Result) -> Iterator[tuple[str, str | None]]:
    for step in result.steps:
        if step.op != "create" and _is_listed(step):
            verb = _VERBS.get(step.op, step.op)
            fields = f": {', '.join(step.changes)}" if step.changes else ""
            yield f"  {verb:<8} {_label(step)}{fields}", _STYLES.get(verb)


def _counts(result: Result) -> str:
    """Return how many resources each operation concerns; a replacement counts once."""
    counts: dict[str, int] = {}
    for op, count in result.changes.items():
        verb = _VERBS.get(op, op)
        counts[verb] = max(counts.get(verb, 0), count)
    if result.kind in {"up", "destroy"}:
        return ", ".join(f"{count} {_PAST.get(verb, verb)}" for verb, count in counts.items())
    return ", ".join(f"{count} to {verb}" for verb, count in counts.items())


def _is_listed(step: Step) -> bool:
    """Whether it is a change, which is counted and gets a line of its own."""
    return step.op not in _NOT_LISTED


def _is_object(step: Step) -> bool:
    """Whether it is an object on a cluster, not a Pulumi component."""
    return is_kubernetes(step.type)


def _label(step: Step) -> str:
    return f"{_kind(step)} {step.name}"


def _kind(step: Step) -> str:
    kind = step.type.rpartition(":")[2]
    return f"{kind} provider" if step.type.startswith("pulumi:providers:") else kind


def _shortened(line: str) -> str:
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1]}…"

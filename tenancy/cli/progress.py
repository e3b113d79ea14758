"""What the engine does, said while it does it, and what it would do, said before."""

import contextlib
import time
from collections.abc import Callable, Iterator

from rich.status import Status

from tenancy.cli.signals import defer_interrupt
from tenancy.cli.terminal import Terminal
from tenancy.engine import Result, Step

__all__ = ["done", "planned", "watching"]

_VERBS = {
    "create": "create",
    "update": "update",
    "delete": "delete",
    "replace": "replace",
    "create-replacement": "replace",
    "delete-replaced": "replace",
    "import": "adopt",
}
_PAST = {
    "create": "created",
    "update": "updated",
    "delete": "deleted",
    "replace": "replaced",
    "adopt": "adopted",
}
_STYLES = {"create": "green", "update": "yellow", "delete": "red", "replace": "red"}
_SILENT = frozenset({"same", "read", "refresh", "replace", "discard", "read-discard"})
_WIDTH = 80
_LINES = 12
"""Finished changes that get a line; of more, only their number is said."""
_EVERY_SECONDS = 10.0
"""Between two signs of life where nothing is finished and the output is no terminal."""

OnStep = Callable[[str, Step], None]


@contextlib.contextmanager
def watching(doing: str, shell: Terminal, *, lines: bool = True) -> Iterator[OnStep]:
    """
    Show that something goes on while the block runs.

    Args:
        doing: What, in the progressive: `previewing stack dev`.
        lines: Whether each finished change gets a line. Default: yes.

    Yields:
        What the engine is to call for each step.

    Raises:
        KeyboardInterrupt: The user interrupted, and the engine has ended.
    """
    started = last = time.monotonic()
    # Failures are always said; changes up to a number that a screen holds.
    with defer_interrupt(), _status(doing, shell) as status:
        if status is None:
            shell.note(doing)
        count = written = 0

        def on_step(what: str, step: Step) -> None:
            nonlocal count, written, last
            count += what == "done"
            if status is not None:
                status.update(f"{doing}: {count} done, now {_named(step)}")
            elif time.monotonic() - last >= _EVERY_SECONDS:
                last = time.monotonic()
                shell.note(f"  {doing}: {count} done after {last - started:.0f} s")
            if what == "failed":
                shell.note(f"  FAILED   {_named(step)}", style="red")
            elif lines and what == "done" and step.op not in _SILENT and _is_shown(step):
                written += 1
                if written <= _LINES:
                    verb = _VERBS.get(step.op, step.op)
                    shell.note(
                        f"  {_PAST.get(verb, verb):<8} {_named(step)}", _STYLES.get(verb)
                    )
                elif written == _LINES + 1:
                    shell.note("  and further ones")

        yield on_step


@contextlib.contextmanager
def _status(doing: str, shell: Terminal) -> Iterator[Status | None]:
    if not shell.err.is_terminal:
        yield None
        return
    with shell.err.status(doing) as status:
        yield status


def planned(result: Result, shell: Terminal, *, most: int = 30) -> None:
    """
    Say what an update means, then what it would do: new things by kind, the others one by one.

    Args:
        result: A preview.
        shell: Where.
        most: How many of those that are not new are listed; the rest is counted.
    """
    for message in result.messages:
        for line in message.splitlines():
            is_heading = bool(line) and not line.startswith(" ")
            shell.say(line, style="bold" if is_heading else None)
    if result.is_empty:
        shell.say(f"stack {result.stack}: nothing changes")
        return
    shell.say(f"stack {result.stack}: {_counted(result)}", style="bold")
    steps = [step for step in result.steps if step.op not in _SILENT and _is_shown(step)]
    created: dict[str, list[str]] = {}
    for step in steps:
        if step.op == "create":
            created.setdefault(_kind(step), []).append(step.name)
    for kind, names in created.items():
        shell.say(_shortened(f"  create   {len(names)} {kind}: {', '.join(names)}"), "green")
    others = [step for step in steps if step.op != "create"]
    for step in others[:most]:
        verb = _VERBS.get(step.op, step.op)
        changes = f": {', '.join(step.changes)}" if step.changes else ""
        shell.say(_shortened(f"  {verb:<8} {_named(step)}{changes}"), _STYLES.get(verb))
    if len(others) > most:
        shell.say(f"  and {len(others) - most} more")


def done(result: Result, shell: Terminal) -> None:
    """Say in a line what an update did."""
    if result.is_empty:
        shell.say(f"stack {result.stack}: nothing changed")
        return
    shell.say(f"stack {result.stack}: done; {_counted(result)}")


def _counted(result: Result) -> str:
    past = result.kind in {"up", "destroy"}
    parts = []
    for op, count in result.changes.items():
        verb = _VERBS.get(op, op)
        parts.append(f"{count} {_PAST.get(verb, verb)}" if past else f"{count} to {verb}")
    return ", ".join(parts)


def _is_shown(step: Step) -> bool:
    """Whether it is something in a cluster, rather than the engine's own grouping."""
    return step.type.startswith("kubernetes:")


def _named(step: Step) -> str:
    return f"{_kind(step)} {step.name}"


def _kind(step: Step) -> str:
    return step.type.rpartition(":")[2]


def _shortened(line: str) -> str:
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1]}…"

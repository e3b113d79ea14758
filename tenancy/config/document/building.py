"""Builds a value, its positions and the findings of ambiguous YAML from the parser's events."""

from collections.abc import Callable
from typing import Any

import yaml

from tenancy.config.document.scalars import Trap, resolve
from tenancy.config.document.tree import JSON, Content, Node, Position
from tenancy.diagnostics import CONTROL, Finding, Origin, PathStep, clean, shown

__all__ = ["DEEPEST", "LONGEST", "MOST", "MOST_ENTRIES", "Builder"]

DEEPEST = 32
"""The deepest nesting of mappings and lists; deeper ones are refused."""

_UNNAMED = "?"
"""Stands for a key that is not text, so that its value has a path."""


MOST = 1000
"""The most findings of one document; a hostile file could have millions."""


LONGEST = 4096
"""The longest value in characters. No Kubernetes object needs a longer one."""

MOST_ENTRIES = 5000
"""The most entries of one mapping or list; nothing after them is read."""


class _Frame:
    """A mapping or list that is being filled."""

    __slots__ = ("entries", "entry_nodes", "item_nodes", "items", "key_position", "step")

    def __init__(self, *, is_list: bool) -> None:
        self.entries: dict[str, JSON] = {}
        self.entry_nodes: dict[str, Node] = {}
        self.items: list[JSON] = []
        self.item_nodes: list[Node] = []
        self.step: PathStep | None = 0 if is_list else None
        """The index or key whose value comes next; None where a key comes next."""
        self.key_position: Position = (1, 1)

    def add(self, value: JSON, content: Content, position: Position) -> None:
        if isinstance(self.step, str):
            self.entries[self.step] = value
            self.entry_nodes[self.step] = (*self.key_position, content)
        else:
            self.items.append(value)
            self.item_nodes.append((*position, content))

    def settle(self) -> None:
        """Note that the value is complete."""
        self.step = self.step + 1 if isinstance(self.step, int) else None


class Builder:
    """
    Builds the value from events, one by one.

    Attributes:
        value: The value that was read so far.
        root: The positions so far.
        places: The findings in the order of the document, each with its position.
    """

    def __init__(self, source: str) -> None:
        self.value: JSON = None
        self.root: Node | None = None
        self.places: dict[Finding, Position] = {}
        self._source = source
        self._frames: list[_Frame] = []
        self._documents = 0
        self._skipped = 0
        self._handlers: dict[type, Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._start,
            yaml.SequenceStartEvent: self._start,
            yaml.MappingEndEvent: self._end,
            yaml.SequenceEndEvent: self._end,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._document,
        }

    def feed(self, event: yaml.Event) -> bool:
        """Process *event*; return False if reading should stop."""
        if self._skipped:
            self._skip(event)
        elif handler := self._handlers.get(type(event)):
            handler(event)
        # libyaml's time grows with the square of the depth, so reading stops at this depth.
        if len(self.places) >= MOST:
            self._refuse(
                _position(event),
                "yaml-too-many-traps",
                f"{MOST} mistakes up to here; the rest of the file was not checked",
                "none",
                "correct those that are listed, then check again",
            )
            return False
        if self._is_full():
            self._refuse(
                _position(event),
                "yaml-too-many-entries",
                f"a mapping or a list of more than {MOST_ENTRIES} entries; the rest was not "
                "checked",
                f"at most {MOST_ENTRIES} entries",
                "remove entries that do not belong there, or split it",
            )
            return False
        return self._documents < 2 and self._skipped <= DEEPEST

    def _is_full(self) -> bool:
        if not self._frames:
            return False
        frame = self._frames[-1]
        return max(len(frame.entries), len(frame.items)) > MOST_ENTRIES

    def stop(self, finding: Finding, position: Position) -> None:
        """Record *finding*, after which nothing can be read."""
        self.places[finding] = position

    def _refuse(self, mark: Position, code: str, found: str, allowed: str, remedy: str) -> None:
        path = tuple(frame.step for frame in self._frames if frame.step is not None)
        finding = Finding(
            code=code,
            origin=Origin(self._source, path),
            found=found,
            allowed=allowed,
            remedy=remedy,
        )
        self.places[finding] = mark

    def _refuse_trap(self, mark: Position, trap: Trap, text: str) -> None:
        path = [frame.step for frame in self._frames if frame.step is not None]
        shown_text = shown(text, path)
        self._refuse(
            mark,
            trap.code,
            f"`{shown_text}`, {trap.what}",
            trap.allowed,
            trap.remedy.format(text=shown_text),
        )

    def _document(self, event: yaml.DocumentStartEvent) -> None:
        self._documents += 1
        mark = _position(event)
        if self._documents > 1:
            self._refuse(
                mark,
                "yaml-several-documents",
                "a second document after `---`",
                "one document in a file",
                "remove the line `---`, or move what follows it to a separate file",
            )
        elif event.version or event.tags:
            self._refuse(
                mark,
                "yaml-directive",
                "a directive (a line that begins with %)",
                "no directives",
                "remove the line that begins with % and the `---` after it",
            )

    def _decorations(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.anchor is not None:
            self._refuse(
                _position(event),
                "yaml-alias",
                f"the anchor `&{shown(str(event.anchor))}`",
                "values without anchors and aliases",
                "remove the anchor and write the value in each place",
            )
        if event.tag is not None:
            self._refuse(
                _position(event),
                "yaml-tag",
                f"the tag `{shown(event.tag.replace('tag:yaml.org,2002:', '!!'))}`",
                "values without tags",
                "remove the tag; put the value in quotes if text is meant",
            )

    def _alias(self, event: yaml.AliasEvent) -> None:
        mark = _position(event)
        is_key = self._wants_key()
        if is_key:
            self._take_key(_UNNAMED, mark)
        self._refuse(
            mark,
            "yaml-alias",
            f"the alias `*{shown(str(event.anchor))}`",
            "values without anchors and aliases",
            "write the value itself; put shared values into a profile",
        )
        if not is_key:
            self._add(None, "", mark)
            self._settle()

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        position = _position(event)
        text: str = event.value
        if self._wants_key():
            self._key(event, text, position)
            return
        if event.anchor is not None or event.tag is not None:
            self._decorations(event)
        value: JSON = text
        if event.implicit[0]:
            value, trap = resolve(text)
            if trap is not None:
                self._refuse_trap(position, trap, text)
        elif CONTROL.search(text):
            self._refuse_control(text, position)
        if len(text) > LONGEST and not self._is_for_path_of_kubeconfig():
            self._refuse_long(position)
        self._add(value, text, position)
        self._settle()

    def _is_for_path_of_kubeconfig(self) -> bool:
        """Return whether the key itself refuses a kubeconfig's content, which is long."""
        step = self._frames[-1].step if self._frames else None
        return isinstance(step, str) and step.rpartition(":")[2] == "kubeconfig"

    def _refuse_long(self, position: Position) -> None:
        self._refuse(
            position,
            "yaml-long-value",
            f"text of more than {LONGEST} characters",
            f"at most {LONGEST} characters",
            "shorten it",
        )

    def _refuse_control(self, text: str, position: Position) -> None:
        match = CONTROL.search(text)
        self._refuse(
            position,
            "yaml-control-character",
            f"the character U+{ord(match.group()) if match else 0:04X}, written as an escape",
            "visible characters, spaces and line ends",
            "delete the escape",
        )

    def _key(self, event: yaml.ScalarEvent, text: str, position: Position) -> None:
        frame = self._frames[-1]
        key = clean(text) if CONTROL.search(text) else text
        first = frame.entry_nodes.get(key)
        self._take_key(key, position)
        if len(text) > LONGEST:
            self._refuse_long(position)
        if first is not None:
            self._refuse(
                position,
                "yaml-duplicate-key",
                f"the key `{shown(key)}` a second time; the first is in line {first[0]}",
                "each key once",
                "remove one of the two, or give it another name",
            )
        if key is not text:
            self._refuse_control(text, position)
        if event.anchor is not None or event.tag is not None:
            self._decorations(event)
        if event.implicit[0]:
            self._bare_key(text, position)

    def _bare_key(self, text: str, position: Position) -> None:
        if text == "<<":
            self._refuse(
                position,
                "yaml-merge-key",
                "the merge key `<<`",
                "keys written out",
                "write the merged keys themselves; put shared values into a profile",
            )
            return
        value, trap = resolve(text)
        if trap is not None:
            self._refuse_trap(position, trap, text)
        elif not isinstance(value, str):
            self._refuse(
                position,
                "yaml-key-not-text",
                f"the key `{shown(text)}`, which is not text",
                "text as a key",
                f'write "{shown(text)}", in quotes',
            )

    def _start(self, event: yaml.CollectionStartEvent) -> None:
        mark = _position(event)
        if self._wants_key():
            self._take_key(_UNNAMED, mark)
            self._refuse(
                mark,
                "yaml-key-not-text",
                "a mapping or a list as a key",
                "text as a key",
                "write the key as text; put the braces of a template in quotes",
            )
            self._skipped = 1
            return
        if event.anchor is not None or event.tag is not None:
            self._decorations(event)
        if len(self._frames) == DEEPEST:
            self._refuse(
                mark,
                "yaml-too-deep",
                f"more than {DEEPEST} mappings and lists inside each other",
                f"at most {DEEPEST} levels",
                "nest it less",
            )
            self._add(None, "", mark)
            self._settle()
            self._skipped = 1
            return
        if isinstance(event, yaml.MappingStartEvent):
            frame = _Frame(is_list=False)
            self._add(frame.entries, frame.entry_nodes, mark)
        else:
            frame = _Frame(is_list=True)
            self._add(frame.items, frame.item_nodes, mark)
        self._frames.append(frame)

    def _end(self, _: yaml.Event) -> None:
        self._frames.pop()
        self._settle()

    def _skip(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.CollectionStartEvent):
            self._skipped += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            self._skipped -= 1

    def _wants_key(self) -> bool:
        return bool(self._frames) and self._frames[-1].step is None

    def _take_key(self, key: str, position: Position) -> None:
        frame = self._frames[-1]
        frame.step = key
        frame.key_position = position

    def _add(self, value: JSON, content: Content, position: Position) -> None:
        if self._frames:
            self._frames[-1].add(value, content, position)
        else:
            self.value = value
            self.root = (*position, content)

    def _settle(self) -> None:
        if self._frames:
            self._frames[-1].settle()


def _position(event: yaml.Event) -> Position:
    mark: Any = event.start_mark
    return mark.line + 1, mark.column + 1

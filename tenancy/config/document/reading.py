"""Reads YAML in one pass over the parser's events, with positions and ambiguous values."""

import codecs
import pathlib
from collections.abc import Callable, Iterator
from typing import Any

import yaml

from tenancy.config.document.building import Builder
from tenancy.config.document.contents import Refusal, read_contents
from tenancy.config.document.kept_documents import KeptDocuments
from tenancy.config.document.syntax import finding_from
from tenancy.config.document.tree import Document, Position
from tenancy.diagnostics import CONTROL, Finding, Origin

__all__ = ["LARGEST", "parse", "read"]

LARGEST = 8 * 1024 * 1024
"""In bytes. A larger document is refused before it is parsed."""

# The event interface, not `compose`: it also shows unused anchors, and libyaml's
# composer recurses in C, where a deep document ends the process instead of raising.
_LOADER: type[yaml.SafeLoader] | type[yaml.CSafeLoader]
_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader

_OTHER_ENCODINGS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


def _whole(document: Document) -> Document:
    return document


def read(
    path: pathlib.Path,
    source: str,
    *,
    root: pathlib.Path | None = None,
    largest: int = LARGEST,
    kept: KeptDocuments | None = None,
    kind: str = "",
    part: Callable[[Document], Document] = _whole,
) -> Document:
    """
    Return the document in the file *path*, which findings name *source*.

    Never raises for what a person wrote: a file that is missing, too large or not YAML gives
    a document that has no value and a finding with the reason.

    Args:
        path: The file.
        source: Its name for people.
        root: The folder that it must be in, also after links. Default: any.
        largest: The largest file, in bytes. Default: 8 MiB.
        kept: Documents that need not be parsed again. Default: none.
        kind: What is returned of a document, if it is a part.
        part: Returns it. Default: the whole document.
    """
    contents = read_contents(path, source, root=root, largest=largest)
    if isinstance(contents, Refusal):
        return part(
            _unread(source, contents.code, contents.found, contents.allowed, contents.remedy)
        )

    def parsed() -> Document:
        return part(parse(contents, source, largest=largest))

    return parsed() if kept is None else kept.parsed(contents, source, kind, parsed)


def parse(text: str | bytes, source: str, *, largest: int = LARGEST) -> Document:
    r"""
    Return the one YAML document in *text*, which findings name *source*.

    UTF-8, with or without a byte order mark. Never raises for what a person wrote.

    >>> parse("pods: 20", "Pulumi.dev.yaml").value
    {'pods': 20}
    >>> [trap.code for trap in parse("a: no\na: 0755", "Pulumi.dev.yaml").findings]
    ['yaml-boolean-word', 'yaml-duplicate-key', 'yaml-octal']
    """
    if len(text) > largest:
        size = f"{largest // 1024**2} MiB"
        return _unread(
            source,
            "yaml-too-large",
            f"more than {size}",
            f"at most {size}",
            "split it: one file for each organization",
        )
    if isinstance(text, bytes):
        decoded = _decoded(text, source)
        if isinstance(decoded, Document):
            return decoded
        text = decoded
    text = text.removeprefix("\ufeff")
    if CONTROL.search(text):
        return _with_controls(text, source)
    return _built(text, source)


def _built(text: str, source: str) -> Document:
    builder = Builder(source)
    whole = True
    try:
        for event in _events(text):
            if not builder.feed(event):
                whole = False
                break
    except yaml.YAMLError as error:
        builder.stop(*finding_from(error, text, source))
        whole = False
    return Document(
        source=source,
        value=builder.value if whole else None,
        findings=tuple(builder.places),
        root=builder.root,
        places=builder.places,
    )


def _events(text: str) -> Iterator[yaml.Event]:
    loader = _LOADER(text)
    try:
        while loader.check_event():
            event: Any = loader.get_event()
            yield event
    finally:
        loader.dispose()


def _unread(source: str, code: str, found: str, allowed: str, remedy: str) -> Document:
    finding = Finding(
        code=code, origin=Origin(source), found=found, allowed=allowed, remedy=remedy
    )
    return Document(source=source, value=None, findings=(finding,))


def _decoded(content: bytes, source: str) -> str | Document:
    for mark, name in _OTHER_ENCODINGS:
        if content.startswith(mark):
            return _unread(
                source, "yaml-not-utf8", f"text in {name}", "UTF-8", "save the file as UTF-8"
            )
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        finding = Finding(
            code="yaml-not-utf8",
            origin=Origin(source),
            found=f"the byte 0x{content[error.start]:02x}, which is not UTF-8",
            allowed="UTF-8",
            remedy="save the file as UTF-8",
        )
        return Document(
            source=source,
            value=None,
            findings=(finding,),
            places={finding: (line, column)},
        )


def _with_controls(text: str, source: str) -> Document:
    places: dict[Finding, Position] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if match := CONTROL.search(line):
            finding = Finding(
                code="yaml-control-character",
                origin=Origin(source),
                found=f"the character U+{ord(match.group()):04X} in line {number}",
                allowed="visible characters, spaces and line ends",
                remedy="delete the character; some editors do not show it",
            )
            places[finding] = (number, match.start() + 1)
    return Document(source=source, value=None, findings=tuple(places), places=places)

"""What is printed is what is meant: no value is decorated, obeyed or changed on its way out."""

import io
import json
import re

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rich.console import Console
from rich.text import Text
from ruamel.yaml import YAML

from tenancy.cli.terminal import Terminal, terminal
from tenancy.diagnostics.redaction import clean
from tenancy.manifests import to_yaml
from tenancy.output.markdown_text import markdown_text

PIECES = [
    *(
        "@ann",
        "@org/team",
        "#12",
        "!7",
        "$3",
        "~bug",
        "%9.1",
        "&5",
        ":smile:",
        "GH-12",
        "JIRA-9",
    ),
    *("www.x.org", "https://x.org/a?b=c", "mailto:a@x.org", "a@x.org", "0123abc", "f" * 40),
    *(
        "<b>",
        "</details>",
        "<!--",
        "-->",
        "<img src=x onerror=y>",
        "&amp;",
        "&#64;ann",
        "&lt;b&gt;",
    ),
    *(
        "[x](http://y)",
        "![x](y)",
        "[^1]",
        "`code`",
        "```",
        "**b**",
        "__b__",
        "~~s~~",
        "| a | b |",
    ),
    *("\\", "\\@", "# h", "- item", "+ item", "1. one", "2) two", "> q", "---", "===", "$x^2$"),
    *(
        "[bold]",
        "[/]",
        "[red]x[/red]",
        ":warning:",
        "\x1b[31m",
        "\x1b]8;;x\x07",
        "\u202e",
        "\u200b",
    ),
    *(
        "\ufe0f",
        "\U000e0041",
        "\u3164",
        "\u2028",
        "\x85",
        "\t",
        "\n",
        "\r",
        " ",
        "é",
        "漢",
        "🔴",
    ),
    *(
        "null",
        "true",
        "no",
        "0755",
        "1e3",
        "~",
        "yes: no",
        "- a",
        "{a: b}",
        "'",
        '"',
        "%YAML",
        "---",
    ),
]
HOSTILE = st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join) | st.text(
    st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40
)
SETTINGS = settings(max_examples=400, deadline=None)
FORGE = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def visible(text: str) -> str:
    return " ".join(clean(text).split())


def shown(markdown: str) -> str:
    """The text that a reader of *markdown* sees, which has nothing but text."""
    tokens = FORGE.parse(markdown)
    assert ["paragraph_open", "inline", "paragraph_close"] == [t.type for t in tokens], markdown
    parts = tokens[1].children or []
    assert {"<!-- -->"} >= {p.content for p in parts if p.type == "html_inline"}
    assert {"text", "text_special", "html_inline"} >= {p.type for p in parts}, parts
    return "".join(p.content for p in parts if p.type != "html_inline")


@SETTINGS
@given(HOSTILE)
def test_markdown_shows_the_characters_and_nothing_else(text: str) -> None:
    escaped = markdown_text(text)

    assert visible(text) == (shown(escaped) if escaped else "")
    assert shown(f"x {escaped}") == f"x {visible(text)}".rstrip()


CALLS = re.compile(
    r"[@#!$&~%^]\w|:\w+:|\bwww\.\S|https?://|\b[0-9a-f]{7,64}\b|\b[A-Za-z]\w+-\d|\w@\w"
)


@SETTINGS
@given(HOSTILE)
@example("@ann")
@example("@ann__b__GH-12")
@example("_GH-12")
@example("x_é_GH-12")
def test_no_text_between_comments_is_a_mention_a_reference_or_a_link(text: str) -> None:
    parts = FORGE.parse("x " + markdown_text(text))[1].children or []
    runs = "".join("\0" if p.type == "html_inline" else p.content for p in parts).split("\0")

    assert [] == [run for run in runs if CALLS.search(run)]


def test_what_looks_for_calls_would_find_them() -> None:
    for call in PIECES[:17]:
        assert CALLS.search(call), call


@SETTINGS
@given(HOSTILE)
def test_manifests_read_back_as_they_were_in_yaml_1_1_and_1_2(text: str) -> None:
    manifest = {"metadata": {"annotations": {"a": text}}, "list": [text]}

    written = to_yaml([manifest])

    assert [manifest] == list(yaml.safe_load_all(written))
    assert [manifest] == list(YAML(typ="safe", pure=True).load_all(written))


def streams(*, is_terminal: bool) -> tuple[Terminal, io.StringIO]:
    written = io.StringIO()
    made = terminal(color=False)
    made.out.file = written
    made.out._force_terminal = is_terminal
    return made, written


@SETTINGS
@given(HOSTILE)
def test_what_programs_read_is_written_exactly(text: str) -> None:
    shell, written = streams(is_terminal=False)

    shell.write(json.dumps({"a": text}))

    assert {"a": text} == json.loads(written.getvalue())


@SETTINGS
@given(HOSTILE)
def test_what_people_read_has_no_markup_emoji_code_or_control(text: str) -> None:
    shell, written = streams(is_terminal=False)

    shell.say(text)

    lines = [clean(line.replace("\t", "    ")) for line in text.split("\n")]
    assert "\n".join(lines) + "\n" == written.getvalue()


def test_a_console_without_our_settings_would_decorate() -> None:
    decorated = Console(file=(written := io.StringIO()))
    decorated.print("[bold]:warning:[/bold]")
    shell, plain = streams(is_terminal=False)
    shell.say("[bold]:warning:[/bold]")

    assert "⚠" in written.getvalue()
    assert "[bold]:warning:[/bold]\n" == plain.getvalue()


@pytest.mark.parametrize("text", ["[/]", "[bold", "[/red]", "[link=x]"])
def test_a_progress_line_with_markup_is_text(text: str) -> None:
    shell, written = streams(is_terminal=True)
    with shell.out.status(Text(text)):
        pass

    assert "Traceback" not in written.getvalue()

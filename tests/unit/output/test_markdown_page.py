"""A comment is never longer than forges accept, and names what it leaves out."""

import re

import pytest

from tenancy.output.markdown_page import LONGEST, MarkdownSection, markdown_page

HEAD = ("<!-- marker -->", "## Plan")


def section(name: str, count: int, size: int = 20) -> MarkdownSection:
    return MarkdownSection(
        heading=f"### {name}", items=tuple(f"- {n} {'x' * size}" for n in range(count))
    )


def test_a_short_page_has_every_section_open() -> None:
    page = markdown_page(HEAD, [section("Quota", 2, 1), section("Access", 1, 1)], "show")

    assert page == (
        "<!-- marker -->\n## Plan\n\n### Quota\n\n- 0 x\n- 1 x\n\n### Access\n\n- 0 x\n"
    )


def test_a_long_section_is_folded_and_counted_at_the_top() -> None:
    page = markdown_page(HEAD, [section("Quota", 21), section("Access", 20)], "show")

    assert "## Plan\n\nEntries: Quota 21, Access 20\n" in page
    assert "### Quota\n\n<details><summary>21 entries</summary>\n\n- 0 " in page
    assert 1 == page.count("<details>") == page.count("</details>")
    assert "more entries" not in page


@pytest.mark.parametrize(
    "sections",
    [
        pytest.param([section("Quota", 5000)], id="many entries"),
        pytest.param([section("Quota", 5000), section("Access", 5000)], id="two"),
        pytest.param([section("Quota", 3, LONGEST)], id="entries that never fit"),
        pytest.param([section(f"Stack {n}", 30) for n in range(1000)], id="many sections"),
        pytest.param([section("A", LONGEST // 4 - 40, 0)], id="nearly"),
    ],
)
def test_a_page_is_never_too_long_and_loses_no_count(sections: list[MarkdownSection]) -> None:
    page = markdown_page(HEAD, sections, "tenancy plan --all")

    items = page.count("\n- ") - page.count("\n- …")
    hidden = sum(map(int, re.findall(r"and (\d+) more entr", page)))
    left_out = sum(map(int, re.findall(r"and (\d+) more section", page)))
    shown = sections[: len(sections) - left_out]
    assert len(page) <= LONGEST
    assert items + hidden == sum(len(one.items) for one in shown)
    assert hidden + left_out > 0
    assert "`tenancy plan --all` shows them" in page
    assert page.count("<details>") == page.count("</details>")
    assert page.startswith("<!-- marker -->\n## Plan\n")


def test_one_entry_that_is_left_out_is_one() -> None:
    page = markdown_page(HEAD, [section("A", 3000), section("B", 1, LONGEST)], "show")

    assert "### B\n\n- … and 1 more entry; `show` shows it\n" in page


def test_what_a_small_section_does_not_need_a_large_one_uses() -> None:
    page = markdown_page(HEAD, [section("Access", 3), section("Quota", 5000)], "show")

    assert "\n- 2 x" in page
    assert len(page) > LONGEST - 200

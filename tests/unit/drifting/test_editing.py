"""Files that are edited keep every line that is not about the edit."""

from pathlib import Path

import pytest
import yaml

from tenancy.config.document.editing import edited

ROOT = Path(__file__).parents[3]
FILES = [*ROOT.glob("Pulumi.*.yaml"), *ROOT.glob("organizations/*.yaml")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_new_value_changes_no_other_line(path: Path) -> None:
    text = path.read_text()

    new = edited(text, [(("added", "here"), "1", False)])

    assert text + 'added:\n  here: "1"\n' == new


def test_the_keys_of_a_stack_file_are_found_in_each_spelling_of_theirs() -> None:
    change = [(("profiles", "small", "quota", "pods"), "7", False)]
    for key in ("tenancy:profiles", "profiles", "tenancy:config:profiles"):
        text = f"config:\n  {key}:\n    small: {{ quota: {{ pods: '5' }} }} # why\n"

        new = edited(text, change, project="tenancy")

        assert {"small": {"quota": {"pods": "7"}}} == yaml.safe_load(new)["config"][key]
        assert "# why" in new


def test_one_more_of_a_list_goes_to_its_end_and_none_takes_a_key_away() -> None:
    text = "a:\n  - 1  # first\nb: 2\nc: 3\n"

    new = edited(text, [(("a",), 4, True), (("b",), None, False)])

    assert "a:\n  - 1  # first\n  - 4\nc: 3\n" == new

"""Words that findings share."""

import pytest

from tenancy.diagnostics.wording import counted, joined, quoted


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param([], "", id="none"),
        pytest.param(["a"], "a", id="one"),
        pytest.param(["a", "b"], "a and b", id="two"),
        pytest.param(["a", "b", "c"], "a, b and c", id="three"),
    ],
)
def test_words_are_joined_as_one_says_them(words, expected):
    assert expected == joined(words)


def test_one_is_one_and_none_are_several():
    assert ["0 nodes", "1 node", "2 nodes"] == [counted(n, "node") for n in range(3)]


def test_a_long_value_is_cut_and_a_hidden_character_shows():
    assert "'a\\u200b'" == quoted("a\u200b")
    assert 61 == len(quoted("x" * 500))

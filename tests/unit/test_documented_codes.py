"""Every code that a finding can have is documented, and nothing else is."""

import ast
import pathlib
import re
from collections.abc import Iterator

import pytest

ROOT = pathlib.Path(__file__).parents[2]
SOURCES = (ROOT / "tenancy", ROOT / "components" / "tenancy_components")
ROW = re.compile(r"^\| (`[a-z0-9-]+`(?:, `[a-z0-9-]+`)*) \|(.*)\|$", re.MULTILINE)
CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# Made where no rule of ours has a code of its own: spec/problems.py.
MADE = {
    "invalid-quantity",
    "refused-value",
    "wrong-count",
    "wrong-number",
    "wrong-text",
    "wrong-value",
}


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)


def _places(tree: ast.Module) -> dict[str, int]:
    """Where `code` stands among the arguments of a module's own functions and classes."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            names = [argument.arg for argument in node.args.args]
            names = names[1:] if names[:1] == ["self"] else names
        elif isinstance(node, ast.ClassDef):
            names = [
                part.target.id
                for part in node.body
                if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)
            ]
        else:
            continue
        if "code" in names:
            found[node.name] = names.index("code")
    return found


def _used(path: pathlib.Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    places = _places(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "code":
            yield from _texts(node.value or ast.Constant(None))
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        values = [keyword.value for keyword in node.keywords if keyword.arg == "code"]
        if name in places and len(node.args) > places[name]:
            values.append(node.args[places[name]])
        for value in values:
            yield from _texts(value)


USED = {
    code: path
    for root in SOURCES
    for path in sorted(root.rglob("*.py"))
    for code in _used(path)
}
DOCUMENTED = [
    code.strip("`")
    for row in ROW.findall((ROOT / "docs" / "checks.md").read_text(encoding="utf-8"))
    for code in row[0].split(", ")
]


@pytest.mark.parametrize("code", sorted(USED))
def test_every_code_is_documented_and_kebab_case(code):
    assert CODE.fullmatch(code)
    assert code in DOCUMENTED, f"{USED[code]} says {code}; describe it in docs/checks.md"


def test_only_codes_that_there_are_are_documented_and_each_once():
    assert sorted(DOCUMENTED) == sorted(set(DOCUMENTED))
    assert set() == set(DOCUMENTED) - USED.keys() - MADE


def test_every_row_says_what_it_means_with_an_example_and_a_remedy():
    text = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")

    for codes, rest in ROW.findall(text):
        cells = [cell.strip() for cell in rest.split(" | ")]
        assert 3 == len(cells), codes
        assert all(cells), codes

"""Every example in a docstring holds."""

import doctest
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def with_examples() -> Iterator[str]:
    for source in (ROOT, ROOT / "components"):
        for package in ("tenancy", "tenancy_components"):
            for path in sorted((source / package).rglob("*.py")):
                if ">>>" in path.read_text():
                    parts = path.relative_to(source).with_suffix("").parts
                    yield ".".join(part for part in parts if part != "__init__")


@pytest.mark.parametrize("module", with_examples())
def test_every_example_in_the_docstrings_holds(module: str) -> None:
    found = doctest.testmod(importlib.import_module(module))

    assert 0 == found.failed
    assert 0 < found.attempted

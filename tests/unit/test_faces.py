"""Packages that import a name when it is first used: what they offer, and what they import."""

import ast
import importlib
from pathlib import Path

import pytest

import tenancy

ROOT = Path(__file__).parents[2]
FACES = sorted(
    path
    for path in (ROOT / "tenancy").rglob("__init__.py")
    if "at_first_use(" in path.read_text(encoding="utf-8")
)


def package(path: Path) -> str:
    return ".".join(path.parent.relative_to(ROOT).parts)


def imports(tree: ast.Module) -> dict[str, tuple[str, str]]:
    """Return the imports for type checkers: by name, the module and the name there."""
    [block] = [
        node
        for node in tree.body
        if isinstance(node, ast.If) and "TYPE_CHECKING" == ast.unparse(node.test)
    ]
    return {
        alias.asname or alias.name: (node.module or "", alias.name)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


@pytest.mark.parametrize("path", FACES, ids=package)
def test_every_name_is_what_type_checkers_see(path: Path) -> None:
    name = package(path)
    face = importlib.import_module(name)
    seen = imports(ast.parse(path.read_text(encoding="utf-8")))

    assert set(seen) == set(face.__all__) - {"__version__"}
    for own, (module, there) in seen.items():
        if module == name:  # A module of the package itself.
            assert importlib.import_module(f"{name}.{own}") is getattr(face, own)
        else:
            assert getattr(importlib.import_module(module), there) is getattr(face, own), own


@pytest.mark.parametrize("path", FACES, ids=package)
def test_a_name_is_never_that_of_a_module_of_the_package(path: Path) -> None:
    """Otherwise the name would be the module, as soon as that was imported."""
    name = package(path)
    seen = imports(ast.parse(path.read_text(encoding="utf-8")))
    modules = {one.stem for one in path.parent.glob("*.py")} | {
        one.parent.name for one in path.parent.glob("*/__init__.py")
    }

    assert set() == {own for own, (module, _) in seen.items() if module != name} & modules


def test_there_are_such_packages() -> None:
    assert {"tenancy", "tenancy.engine", "tenancy.cluster"} <= set(map(package, FACES))


def test_another_name_is_refused() -> None:
    assert callable(tenancy.assess)
    with pytest.raises(AttributeError, match="'tenancy' has no attribute 'assessed'"):
        tenancy.assessed  # noqa: B018

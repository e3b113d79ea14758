"""How long a module and a function may be: what is longer has more than one idea."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = (ROOT / "tenancy", ROOT / "components" / "tenancy_components")
MODULE, FUNCTION, TEST_MODULE = 400, 80, 600
# To be cut; the test fails as soon as one of them is, so that it leaves this list.
STILL_LONGER = {
    "tenancy/cli/kubeconfig.py command",
    "tenancy/model/platform_resolution.py resolve_platform",
}


def modules(*folders: Path) -> list[Path]:
    return [path for folder in folders for path in sorted(folder.rglob("*.py"))]


def length(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def longer(paths: list[Path], most: int) -> dict[str, int]:
    lengths = {str(path.relative_to(ROOT)): length(path) for path in paths}
    return {name: lines for name, lines in lengths.items() if lines > most}


def functions(path: Path) -> list[tuple[str, int]]:
    """Return each function with its number of lines, its docstring included."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        (f"{path.relative_to(ROOT)} {node.name}", (node.end_lineno or 0) - node.lineno + 1)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def test_no_module_of_the_product_is_longer_than_400_lines():
    assert len(modules(*PRODUCT)) > 100
    assert {} == longer(modules(*PRODUCT), MODULE)


def test_no_function_of_the_product_is_longer_than_80_lines():
    lengths = [found for path in modules(*PRODUCT) for found in functions(path)]

    assert len(lengths) > 500
    assert STILL_LONGER == {name for name, lines in lengths if lines > FUNCTION}


def test_no_test_module_is_longer_than_600_lines():
    assert len(modules(ROOT / "tests")) > 100
    assert {} == longer(modules(ROOT / "tests"), TEST_MODULE)

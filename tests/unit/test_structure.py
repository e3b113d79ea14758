"""How long modules and functions may be, facts that are written in one place, plain words."""

import ast
import functools
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = (ROOT / "tenancy", ROOT / "components" / "tenancy_components")
MODULE, FUNCTION, TEST_MODULE = 400, 80, 600


def modules(*folders: Path) -> list[Path]:
    return [path for folder in folders for path in sorted(folder.rglob("*.py"))]


def length(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def longer(paths: list[Path], most: int) -> dict[str, int]:
    lengths = {str(path.relative_to(ROOT)): length(path) for path in paths}
    return {name: lines for name, lines in lengths.items() if lines > most}


@functools.cache
def parsed(path: Path) -> ast.Module:
    """Return the syntax tree of a file, which several tests look at."""
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> list[tuple[str, int]]:
    """Return each function with its number of lines, its docstring included."""
    tree = parsed(path)
    return [
        (f"{path.relative_to(ROOT)} {node.name}", (node.end_lineno or 0) - node.lineno + 1)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def test_no_module_of_the_product_is_longer_than_400_lines():
    assert len(modules(*PRODUCT)) > 100
    assert {} == longer(modules(*PRODUCT), MODULE)


def test_no_function_of_the_product_is_longer_than_80_lines():
    lengths = [one for path in modules(*PRODUCT) for one in functions(path)]

    assert len(lengths) > 500
    assert {} == {name: lines for name, lines in lengths if lines > FUNCTION}


def test_no_test_module_is_longer_than_600_lines():
    assert len(modules(ROOT / "tests")) > 100
    assert {} == longer(modules(ROOT / "tests"), TEST_MODULE)


@functools.cache
def texts(path: Path) -> frozenset[str]:
    """Return each string that *path* computes with; docstrings are left out."""
    tree = parsed(path)
    described = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return frozenset(
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in described
    )


ONCE = {
    "the clusterUid output": (
        r"clusterUid",
        {
            "tenancy/planning/previous_update.py",
            # The output of another resource, and a key of the file of a saved plan.
            "components/tenancy_components/node_taints.py",
            "tenancy/engine/saved_plan.py",
        },
    ),
    "a type token of Kubernetes": (
        r"kubernetes:[a-z./]+v\d\w*:\w*",
        {"tenancy/manifests/type_tokens.py"},
    ),
    "a type token of ours": (
        r"(tenancy)?:(index|aws|kubernetes):[A-Z]\w+",
        {"components/tenancy_components/type_tokens.py", "tenancy/manifests/type_tokens.py"},
    ),
    "the prefix of our roles": (r"tenancy:", {"tenancy/model/roles.py"}),
    "the name of a stack file": (r"Pulumi\.", {"tenancy/config/paths.py"}),
    "the name of the project file": (r"Pulumi\.yaml", {"tenancy/config/paths.py"}),
    "the folder of the organizations": (
        r"organizations/.*",
        set(),
    ),
    "the sandbox's folder": (r"\.sandbox(/.*)?", {"tenancy/config/paths.py"}),
    "the mark of config from flags": (r" with --config", {"tenancy/diagnostics/origin.py"}),
    "the suffix of device classes": (
        r"\.deviceclass\.resource\.k8s\.io",
        {"tenancy/kubernetes/resources/device_keys.py"},
    ),
}
"""By fact: the text of it, and the modules that may write it."""


@pytest.mark.parametrize("fact", ONCE)
def test_a_fact_is_written_in_one_place(fact: str) -> None:
    pattern, places = ONCE[fact]
    written = {
        str(path.relative_to(ROOT))
        for path in modules(*PRODUCT)
        if any(re.fullmatch(pattern, text) for text in texts(path))
    }

    assert written <= places


def classes(path: Path) -> list[str]:
    tree = parsed(path)
    return [node.name for node in tree.body if isinstance(node, ast.ClassDef)]


@pytest.mark.parametrize("package", PRODUCT, ids=lambda path: path.name)
def test_a_class_name_means_one_thing_in_a_package(package: Path) -> None:
    places: dict[str, list[str]] = {}
    for path in modules(package):
        for name in classes(path):
            if not name.startswith("_"):
                places.setdefault(name, []).append(str(path.relative_to(ROOT)))

    assert len(places) > 10
    assert {} == {name: paths for name, paths in places.items() if len(paths) > 1}


def test_there_are_few_kinds_of_errors() -> None:
    """What is raised on purpose has fields and one of few classes; parsers have their own."""
    errors = {
        name: str(path.relative_to(ROOT))
        for path in modules(*PRODUCT)
        for name in classes(path)
        if name.endswith("Error")
        and name[0] != "_"
        and path != ROOT / "tenancy/diagnostics/errors.py"
    }

    assert {
        "ComponentRefusedError": "components/tenancy_components/refusal.py",
        "InvalidNameError": "tenancy/kubernetes/names/syntax.py",
        "InvalidQuantityError": "tenancy/kubernetes/quantity/grammar.py",
        "InvalidResourceError": "tenancy/kubernetes/resources/errors.py",
        # Caught where they are raised from, never by a caller.
        "InDoubtError": "tenancy/engine/shipped_program.py",
        "KubeconfigContentError": "tenancy/config/spec/cluster.py",
        "KubeconfigError": "tenancy/cluster/private_client.py",
        "UnreachableError": "tenancy/local/sandbox/api.py",
    } == errors


RIDDLES = (
    r"\b(walls?|doors?|heirs?|rungs?|ladders?|lone)\b",
    r"\b(mend(s|ed|ing)?|wherever|whomever)\b",
    r"\bembedded (cluster|control plane)\b",
    r"\b(all the same|was silent|the files say|told apart|made anew|there is nobody)\b",
    r", for (it|they|he|this|that|such|no|there|nothing) \w+\b",
)


def test_the_tests_use_plain_words() -> None:
    [dialect, *_] = RIDDLES
    used = {
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in modules(ROOT / "tests")
        if path != Path(__file__)
        for match in re.finditer(
            dialect, path.read_text(encoding="utf-8").replace("_", " "), re.IGNORECASE
        )
    }

    assert set() == used


def test_the_product_and_its_docs_use_plain_words() -> None:
    """The glossary lists the words of our own; `because` is written in full."""
    docs = (*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md"))
    texts = {path: path.read_text(encoding="utf-8") for path in (*modules(*PRODUCT), *docs)}

    assert [] == [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path, text in texts.items()
        if path.name != "CHANGELOG.md"
        for riddle in RIDDLES
        for match in re.finditer(riddle, " ".join(text.split()), re.IGNORECASE)
    ]

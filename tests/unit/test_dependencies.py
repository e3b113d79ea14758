"""What the package imports is what it declares, and nothing that a library keeps private."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PACKAGES = (ROOT / "tenancy", ROOT / "components" / "tenancy_components")
OWN = {"tenancy", "tenancy_components"}
OF_TYPES = {"mypy_boto3_ec2", "mypy_boto3_eks"}
"""Imported while types are checked, and at no other time."""


PRIVATE = {
    # The engine calls hooks through it; tests/cluster/test_targets.py does so for real.
    ("pulumi.runtime._callbacks", "_CallbackServicer"),
}
"""What a library keeps private and is used here: its version is bounded and tested."""


def declared() -> dict[str, Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lists = [project["dependencies"], *project["optional-dependencies"].values()]
    found = [Requirement(line) for lines in lists for line in lines]
    return {canonicalize_name(one.name): one for one in found}


def imported() -> Iterator[tuple[str, str]]:
    """Yield each module of others that is imported, and each name taken from it."""
    for path in (path for folder in PACKAGES for path in folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((alias.name, "") for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                yield from ((node.module, alias.name) for alias in node.names)


def foreign() -> set[tuple[str, str]]:
    known = OWN | OF_TYPES | sys.stdlib_module_names
    return {found for found in imported() if found[0].partition(".")[0] not in known}


def test_every_import_is_declared() -> None:
    distributions = packages_distributions()
    # Packages that come with a declared one, whose types are used.
    carried = {
        "botocore": "boto3",
        "google": "pulumi",
        "grpcio": "pulumi",
        "semver": "pulumi",
        "urllib3": "kubernetes",
    }
    needed = {}
    for module, _ in foreign():
        top = module.partition(".")[0]
        owners = {canonicalize_name(name) for name in distributions.get(top, [top])}
        needed[top] = {carried.get(top, carried.get(owner, owner)) for owner in owners}

    assert {"attrs", "kubernetes", "psutil", "pydantic"} <= set().union(*needed.values())
    assert {} == {top: names for top, names in needed.items() if not names & set(declared())}


def test_what_a_library_keeps_private_is_not_imported_unless_it_is_listed() -> None:
    def private(module: str, name: str) -> bool:
        parts = [*module.split("."), name]
        return any(part.startswith("_") and not part.startswith("__") for part in parts)

    assert len(foreign()) > 50
    assert {found for found in foreign() if private(*found)} == PRIVATE


def test_what_may_change_without_notice_has_an_upper_bound() -> None:
    """Such as Pulumi's experimental servicer, and a client's pool of connections."""
    for name in ("kubernetes", "psutil", "pulumi", "pulumi-kubernetes", "pydantic", "typer"):
        operators = {one.operator for one in declared()[name].specifier}
        assert {">=", "<"} == operators, name

"""The template for `pulumi new` is what `tenancy init` writes."""

import runpy
from pathlib import Path

import yaml

from tenancy.assessment import assess

ROOT = Path(__file__).parents[3]
TEMPLATE = ROOT / "template"


def in_template() -> dict[str, str]:
    return {
        str(path.relative_to(TEMPLATE)): path.read_text(encoding="utf-8")
        for path in TEMPLATE.rglob("*")
        if path.is_file()
    }


def test_the_template_is_what_init_writes() -> None:
    made = runpy.run_path(str(ROOT / "scripts" / "write_template.py"))

    assert made["files"]() == in_template(), "run: python scripts/write_template.py"


def test_a_project_of_the_template_has_no_errors(tmp_path: Path) -> None:
    """As the engine makes it: it puts a line break after the name in files of YAML."""
    for name, text in in_template().items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        value = "shop\n" if path.suffix == ".yaml" else "shop"
        path.write_text(text.replace("${PROJECT}", value), encoding="utf-8")
    project = yaml.safe_load((tmp_path / "Pulumi.yaml").read_text())
    assert "shop" == project["name"]

    found = assess(tmp_path, offline=True)

    assert () == found.findings
    assert ["acme-dev"] == [one.name for one in found.tenancy.environments["dev"].namespaces]

"""Helm, built from its Go module, and charts with the objects of an organization each."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from rich.console import Console

from tenancy.local.tools.build import build
from tenancy.local.tools.definitions import Module, Tool
from tenancy.local.tools.locate import built
from tenancy.local.tools.version import Range, Version

_VERSION: Final = Version(3, 18, 6)
HELM: Final = Module(
    name="helm",
    tools=(Tool(name="helm", fits=Range(_VERSION, Version(4, 0, 0))),),
    packages={"helm.sh/helm/v3/cmd/helm": "helm"},
    version=_VERSION,
    minutes=1,
)
_TOOLCHAIN: Final = Path(__file__).parents[2] / "toolchain"


def made() -> Path:
    """Return the program, built if that was not done before."""
    if built(HELM, _TOOLCHAIN) is None:
        build([HELM], _TOOLCHAIN, Console(stderr=True))
    found = built(HELM, _TOOLCHAIN)
    assert found is not None
    return found / "bin" / "helm"


def write_chart(folder: Path, name: str, objects: Sequence[Mapping[str, object]]) -> None:
    """Write a chart of *objects*, without default service accounts: others create these."""
    templates = folder / "templates"
    templates.mkdir(parents=True)
    (folder / "Chart.yaml").write_text(f"apiVersion: v2\nname: {name}\nversion: 1.0.0\n")
    own = [one for one in objects if one["kind"] != "ServiceAccount"]
    (templates / "objects.yaml").write_text("\n---\n".join(map(json.dumps, own)))

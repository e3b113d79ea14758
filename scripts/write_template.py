"""
Write `template/`, the template for `pulumi new`: what `tenancy init --yes` writes.

The JSON schemas for editors are left out: `tenancy schema --write` writes them.

The engine replaces `${PROJECT}` by the name of the new project. In files that end in `.yaml` it
puts a line break after the name, so keys of stack files have no name before them; the engine
gives such keys the name of the project.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from typer.testing import CliRunner

from tenancy.cli import app

TEMPLATE = Path(__file__).parents[1] / "template"
NAME = "name-of-the-project"


def files() -> dict[str, str]:
    """Return the content of each file, by its path in the template."""
    with tempfile.TemporaryDirectory() as folder:
        done = CliRunner().invoke(app, ["init", folder, "--yes", "--name", NAME])
        if done.exit_code:
            raise SystemExit(done.output)
        made = {
            str(path.relative_to(folder)): path.read_text(encoding="utf-8")
            for path in sorted(Path(folder).rglob("*"))
            if path.is_file() and "schema" not in path.parts
        }
    description = "template:\n  description: Organizations on a Kubernetes cluster\n"
    made["Pulumi.yaml"] += description
    return {name: _with_placeholder(name, text) for name, text in made.items()}


def _with_placeholder(name: str, text: str) -> str:
    if name.startswith("Pulumi.") and name != "Pulumi.yaml":
        text = text.replace(f"  {NAME}:", "  ")
    return text.replace(NAME, "${PROJECT}")


def main() -> None:
    """Write the files, and remove others."""
    shutil.rmtree(TEMPLATE, ignore_errors=True)
    for name, text in files().items():
        path = TEMPLATE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())

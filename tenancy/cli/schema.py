"""`tenancy schema`: JSON Schemas of the config files and of every command's `--json` output."""

import json
from pathlib import Path

import typer

from tenancy.assessment import find_root, project_name
from tenancy.cli.options import NoColor, ProjectFolder
from tenancy.cli.terminal import terminal
from tenancy.config.document import write as write_file
from tenancy.diagnostics import UsageError
from tenancy.output import schemas

__all__ = ["EPILOG", "FOLDER", "command", "texts"]

FOLDER = Path("docs/schema")
"""The folder of the schemas in the project; the shipped files refer to it."""

EPILOG = """
Examples:

  tenancy schema organization.json     write one to standard output

  tenancy schema --write               write all of them into docs/schema

Editors with a YAML language server find the schema by the first line of each shipped file.
"""


def texts(project: str = "tenancy") -> dict[str, str]:
    """Return every schema as text, by the name of its file, for the keys of *project*."""
    written = schemas(project)
    return {name: json.dumps(schema, indent=2) + "\n" for name, schema in written.items()}


def command(
    name: str = typer.Argument(
        "stack.json",
        metavar="NAME",
        help="The schema: stack.json, organization.json, or a command's, such as plan.json.",
    ),
    write: bool = typer.Option(False, "--write", help="Write all schemas into docs/schema."),
    project: ProjectFolder = None,
    no_color: NoColor = False,
) -> None:
    """Run `tenancy schema`."""
    shell = terminal(color=not no_color)
    found = texts(_project(project))
    if not write:
        if name not in found:
            allowed = ", ".join(map(repr, found))
            raise typer.BadParameter(f"{name!r} is not one of {allowed}")
        shell.write(found[name].rstrip("\n") + "\n")
        return
    folder = find_root(project) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in found.items():
        write_file(folder / file, text)
        shell.note(f"wrote {FOLDER / file}")


def _project(folder: Path | None) -> str:
    """Return the project's name, which begins its keys; outside of a project, the usual one."""
    try:
        return project_name(find_root(folder))
    except UsageError:
        if folder is not None:
            raise
        return "tenancy"

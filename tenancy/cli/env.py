"""`eval "$(tenancy env)"`: a shell in which plain `pulumi` and `kubectl` use the sandbox."""

from typing import Annotated

import typer

from tenancy.cli.completion import complete_stacks
from tenancy.cli.options import ProjectFolder
from tenancy.cli.sandbox import folder_of
from tenancy.cli.terminal import terminal
from tenancy.diagnostics import ToolsError
from tenancy.engine import prepare_stacks
from tenancy.local import sandbox
from tenancy.local.sandbox import shell_lines

__all__ = ["command"]

Stack = Annotated[
    str | None,
    typer.Option(
        "--stack",
        "-s",
        metavar="NAME",
        help="The stack to select. Default: the selected one, else dev.",
        autocompletion=complete_stacks,
    ),
]


def command(project: ProjectFolder = None, stack: Stack = None) -> None:
    """Run `tenancy env`."""
    root = folder_of(project)
    try:
        box = sandbox.current(root)
        prepare_stacks(box, stack)
    except ToolsError as error:
        # kubectl comes with the control plane, so this shell is of use without Pulumi.
        box = sandbox.current(root, has_engine=False)
        terminal(color=False).note(f"kubectl works, and pulumi does not: {error}")
    lines = shell_lines(box.root, box.environment())
    terminal(color=False).write(lines + "\n")

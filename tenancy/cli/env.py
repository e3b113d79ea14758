"""`eval "$(tenancy env)"`: a shell in which plain `pulumi` and `kubectl` use the sandbox."""

import shlex
from collections.abc import Mapping
from typing import Annotated

import typer

from tenancy.cli.options import ProjectFolder
from tenancy.cli.sandbox import folder_of
from tenancy.cli.terminal import terminal
from tenancy.engine import stack_variables
from tenancy.local import sandbox
from tenancy.local.sandbox import AMBIENT

__all__ = ["command", "exports"]

Stack = Annotated[
    str, typer.Option("--stack", "-s", metavar="NAME", help="The stack that `pulumi` works on.")
]


def exports(variables: Mapping[str, str]) -> str:
    r"""
    Return shell lines that set *variables* and unset those that name another cluster.

    >>> print(exports({"KUBECONFIG": "/home/o'neill/.sandbox/kubeconfig"}).splitlines()[-1])
    export KUBECONFIG='/home/o'"'"'neill/.sandbox/kubeconfig'
    """
    unset = [name for name in AMBIENT if name not in variables]
    lines = [f"unset {' '.join(unset)}"] if unset else []
    lines += [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    return "\n".join(lines)


def command(project: ProjectFolder = None, stack: Stack = "dev") -> None:
    """Print shell lines; eval "$(tenancy env)" makes pulumi and kubectl use the sandbox."""
    box = sandbox.current(folder_of(project))
    variables = {**box.environment(), **stack_variables(box, stack)}
    terminal(color=False).write(exports(variables) + "\n")

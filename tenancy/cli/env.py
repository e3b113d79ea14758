"""`eval "$(tenancy env)"`: a shell in which plain `pulumi` and `kubectl` mean the sandbox."""

import shlex
from collections.abc import Callable, Mapping
from typing import Annotated

import typer

from tenancy.cli.options import ProjectFolder
from tenancy.cli.sandbox import folder_of
from tenancy.cli.terminal import terminal
from tenancy.local import sandbox
from tenancy.local.sandbox import AMBIENT, Sandbox

__all__ = ["Extra", "command", "exports", "nothing"]

Extra = Callable[[Sandbox, str], Mapping[str, str]]
"""Returns the variables that belong to one stack, by the sandbox and the stack's name."""

Stack = Annotated[
    str, typer.Option("--stack", "-s", metavar="NAME", help="The stack that `pulumi` works on.")
]


def nothing(_box: Sandbox, _stack: str) -> Mapping[str, str]:
    """Return no variables."""
    return {}


def exports(variables: Mapping[str, str]) -> str:
    r"""
    Return shell lines that set *variables* and unset those that would lead elsewhere.

    >>> print(exports({"KUBECONFIG": "/home/o'neill/.sandbox/kubeconfig"}).splitlines()[-1])
    export KUBECONFIG='/home/o'"'"'neill/.sandbox/kubeconfig'
    """
    unset = [name for name in AMBIENT if name not in variables]
    lines = [f"unset {' '.join(unset)}"] if unset else []
    lines += [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    return "\n".join(lines)


def command(extra: Extra = nothing) -> Callable[..., None]:
    """
    Return the command.

    Args:
        extra: What belongs to the stack, besides the sandbox's own. Default: nothing.
    """

    def env(project: ProjectFolder = None, stack: Stack = "dev") -> None:
        """Print shell lines; eval "$(tenancy env)" makes pulumi and kubectl use the sandbox."""
        box = sandbox.current(folder_of(project))
        variables = {**box.environment(), **extra(box, stack)}
        terminal(color=False).say(exports(variables))

    return env

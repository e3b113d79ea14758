"""A shell that `tenancy env` points at a sandbox, and what it had set before."""

import shlex
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Final

from tenancy.local.sandbox.environment import AMBIENT, variables_of
from tenancy.local.sandbox.layout import Layout

__all__ = [
    "SHELL_OF_SANDBOX",
    "has_backend_of_sandbox",
    "leave_shell_of_sandbox",
    "shell_lines",
]

SHELL_OF_SANDBOX: Final = "TENANCY_SANDBOX"
"""The variable with the project's folder, in a shell that `tenancy env` prepared."""

_BACKEND: Final = "PULUMI_BACKEND_URL"
_BEFORE: Final = "TENANCY_BEFORE_"
"""Begins the variables with what the shell had set before."""
_KEPT: Final = (
    _BACKEND,
    "PULUMI_HOME",
    "PULUMI_CONFIG_PASSPHRASE",
    "PULUMI_CONFIG_PASSPHRASE_FILE",
    "PULUMI_ACCESS_TOKEN",
)
"""What decides the login, the state and the secrets of stacks on other clusters."""


def shell_lines(root: Path, variables: Mapping[str, str]) -> str:
    r"""
    Return shell lines that set *variables* and unset those that name another cluster.

    What was set before is kept under other names, so that `tenancy` still finds it for stacks
    on other clusters. No value is printed.

    >>> lines = shell_lines(Path("/o'neill"), {"KUBECONFIG": "/o'neill/.sandbox/kubeconfig"})
    >>> print(lines.splitlines()[-1])
    export KUBECONFIG='/o'"'"'neill/.sandbox/kubeconfig'
    """
    kept = [f'  [ -z "${{{name}+x}}" ] || export {_BEFORE}{name}="${name}"' for name in _KEPT]
    unset = [name for name in AMBIENT if name not in variables]
    lines = [f'if [ -z "${{{SHELL_OF_SANDBOX}-}}" ]; then', *kept, "fi"]
    lines += [f"unset {' '.join(unset)}"] if unset else []
    values = {SHELL_OF_SANDBOX: str(root), **variables}
    lines += [f"export {name}={shlex.quote(value)}" for name, value in values.items()]
    return "\n".join(lines)


def has_backend_of_sandbox(variables: Mapping[str, str]) -> bool:
    """Return whether `tenancy env` set the backend in *variables*."""
    root = variables.get(SHELL_OF_SANDBOX)
    return bool(root) and _set(Path(root or ""), variables, _BACKEND)


def leave_shell_of_sandbox(variables: MutableMapping[str, str]) -> None:
    """
    Undo in *variables* what `tenancy env` set; what was set by hand since then stays.

    A command gives the engine what its stack needs, and a stack on another cluster needs what
    the shell had set before.
    """
    root = variables.get(SHELL_OF_SANDBOX)
    if not root:
        return
    is_sandbox = has_backend_of_sandbox(variables)
    for name in variables_of(Layout(Path(root))):
        if _set(Path(root), variables, name):
            del variables[name]
    for name in _KEPT:
        before = variables.pop(f"{_BEFORE}{name}", None)
        if before is not None and is_sandbox:
            variables.setdefault(name, before)
    del variables[SHELL_OF_SANDBOX]


def _set(root: Path, variables: Mapping[str, str], name: str) -> bool:
    return variables.get(name) == variables_of(Layout(root))[name]

"""The `pulumi` that the SDK runs, and the variables with which it runs."""

import functools
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pulumi import automation as auto

from tenancy.engine.engine_command import engine_command
from tenancy.engine.errors import engine_missing

__all__ = ["sdk_options"]

_command: Final = functools.cache(engine_command)

_WITHOUT_PAYLOADS: Final = {
    # A trace would hold every message of the engine, decrypted config among them.
    "PULUMI_TRACING_NO_PAYLOADS": "true"
}

_COLLECTED_LESS: Final = {
    # The engine and its provider live for seconds, and Go collects their garbage all the time.
    # This takes a tenth less processor time, and 130 MB more memory for 130 objects.
    "GOGC": "400",
    # Near this much memory Go collects more often.
    "GOMEMLIMIT": "2GiB",
}
"""How Go's runtime collects garbage; what is set already stays."""


def sdk_options(variables: Mapping[str, str]) -> auto.LocalWorkspaceOptions:
    """
    Return the options of a workspace that runs the `pulumi` on the PATH of *variables*.

    Raises:
        EngineError: It is not installed.
    """
    path = variables.get("PATH", os.environ.get("PATH", ""))
    program = shutil.which("pulumi", path=path)
    if program is None:
        raise engine_missing()
    # The SDK looks for bin/pulumi in a folder, else on the PATH of this process.
    folder = Path(program).parent
    command = _command(folder.parent) if folder.name == "bin" else None
    collected = {n: os.environ.get(n) or value for n, value in _COLLECTED_LESS.items()}
    return auto.LocalWorkspaceOptions(
        env_vars={**_WITHOUT_PAYLOADS, **collected, **variables}, pulumi_command=command
    )

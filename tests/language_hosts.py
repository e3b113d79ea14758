"""Pulumi's language hosts for programs in YAML, Go and TypeScript, built once for this user."""

import functools
import io
from pathlib import Path
from typing import Final

from rich.console import Console

from tenancy.local.tools.build import build
from tenancy.local.tools.definitions import CopiedFiles, Module, Tool
from tenancy.local.tools.locate import built
from tenancy.local.tools.version import Range, Version

TOOLCHAIN: Final = Path(__file__).parents[1] / "toolchain"
_SDK: Final = "github.com/pulumi/pulumi/sdk/v3"


def _host(
    language: str, package: str, version: Version, copied: tuple[CopiedFiles, ...] = ()
) -> Module:
    name = f"pulumi-language-{language}"
    return Module(
        name=name,
        tools=(Tool(name=name, fits=Range(version, Version(version.major + 1, 0, 0))),),
        packages={package: name},
        version=version,
        copied=copied,
        minutes=2,
    )


HOSTS: Final = {
    "yaml": _host(
        "yaml",
        "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
        Version(1, 25, 0),
    ),
    # The last versions of the SDK's module that contain these hosts; since then each has a
    # module of its own. They run programs of the current SDKs.
    "go": _host("go", f"{_SDK}/go/pulumi-language-go", Version(3, 66, 0)),
    "nodejs": _host(
        "nodejs",
        f"{_SDK}/nodejs/cmd/pulumi-language-nodejs",
        Version(3, 68, 0),
        (CopiedFiles(module=_SDK, files=("nodejs/dist/pulumi-resource-pulumi-nodejs",)),),
    ),
}
"""The hosts by the name of their runtime in Pulumi.yaml."""


@functools.cache
def folder_of(runtime: str) -> Path:
    """Return the folder for PATH that has the host of *runtime*; it is built if missing."""
    host = HOSTS[runtime]
    if built(host, TOOLCHAIN) is None:
        build([host], TOOLCHAIN, Console(file=io.StringIO()))
    found = built(host, TOOLCHAIN)
    assert found is not None
    return found

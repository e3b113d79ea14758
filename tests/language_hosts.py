"""
Pulumi's language hosts for programs in YAML, Go and TypeScript, built once for this user.

The hosts of Go and TypeScript, and the host that generates SDKs, are built by `make nightly`;
`make test` uses those that are built already.
"""

import hashlib
import io
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from rich.console import Console

from tenancy.local.tools.build import build
from tenancy.local.tools.definitions import CopiedFiles, Module, Tool, cache_folder
from tenancy.local.tools.locate import built
from tenancy.local.tools.version import Range, Version

TOOLCHAIN: Final = Path(__file__).parents[1] / "toolchain"
_SDK: Final = "github.com/pulumi/pulumi/sdk/v3"
_ENGINE: Final = Version(3, 255, 0)


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


GENERATORS: Final = Module(
    name="sdk-generators",
    tools=(Tool(name="sdk-generators", fits=Range(_ENGINE, Version(4, 0, 0))),),
    packages={".": "sdk-generators"},
    version=_ENGINE,
    minutes=2,
)
"""A host that adds to each host above what it is too old for: see its `main.go`."""

CSHARP_AND_JAVA: Final = Module(
    name="sdk-generators-csharp-java",
    tools=(
        Tool(
            name="sdk-generators-csharp-java",
            fits=Range(Version(3, 215, 0), Version(4, 0, 0)),
        ),
    ),
    packages={".": "sdk-generators-csharp-java"},
    version=Version(3, 215, 0),
    minutes=3,
)
"""A host for C# and for Java that generates SDKs and nothing else: see its `main.go`."""

NODE_PROGRAM: Final = Path(__file__).parent / "cluster" / "programs" / "languages" / "nodejs"


def missing(runtime: str) -> str | None:
    """Return why programs of *runtime* cannot be run here without a build; None if they can."""
    if runtime == "nodejs" and shutil.which("npm") is None:
        return "Node is not installed"
    is_built = runtime not in HOSTS or built(HOSTS[runtime], TOOLCHAIN) is not None
    if not is_built or (runtime == "nodejs" and not _node_folder().exists()):
        return "its language host is not built; `make nightly` builds it"
    return None


def folder_of(runtime: str) -> Path:
    """Return the folder for PATH that has the host of *runtime*; it is built if missing."""
    return _made(HOSTS[runtime]) / "bin"


def _made(entry: Module) -> Path:
    if built(entry, TOOLCHAIN) is None:
        build([entry], TOOLCHAIN, Console(file=io.StringIO()))
    found = built(entry, TOOLCHAIN)
    assert found is not None
    return found


def with_generators(folder: Path) -> Path:
    """Return *folder*, filled with hosts that generate SDKs; it goes before theirs on PATH."""
    program = _made(GENERATORS) / "bin" / "sdk-generators"
    folder.mkdir()
    for runtime in ("python", *HOSTS):
        (folder / f"pulumi-language-{runtime}").symlink_to(program)
    return folder


def with_csharp_and_java(folder: Path) -> Path:
    """Return *folder*, filled with hosts that generate SDKs for C# and for Java."""
    program = _made(CSHARP_AND_JAVA) / "bin" / "sdk-generators-csharp-java"
    folder.mkdir()
    for runtime in ("dotnet", "java"):
        (folder / f"pulumi-language-{runtime}").symlink_to(program)
    return folder


def node_modules() -> Path:
    """Return the packages of the TypeScript program, installed once for this user."""
    folder = _node_folder()
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as work:
            for file in ("package.json", "package-lock.json"):
                shutil.copy(NODE_PROGRAM / file, work)
            subprocess.run(
                ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                cwd=work,
                check=True,
                capture_output=True,
            )
            os.rename(work, folder)  # noqa: PTH104
            Path(work).mkdir()
    return folder / "node_modules"


def _node_folder() -> Path:
    lock = hashlib.sha256((NODE_PROGRAM / "package-lock.json").read_bytes())
    return cache_folder() / f"node-{lock.hexdigest()[:16]}"

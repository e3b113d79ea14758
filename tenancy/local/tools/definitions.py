"""The tools, their supported versions, and how each is built."""

import hashlib
import json
import platform
from pathlib import Path
from typing import Final

import attrs

from tenancy.config import user_cache
from tenancy.local.tools.version import Range, Version

__all__ = [
    "KUEUE",
    "MODULES",
    "OF_SANDBOX",
    "OTHER_RELEASES",
    "PROVIDER",
    "PROVIDER_BINARY",
    "SERVERS",
    "TOOLS",
    "CopiedFiles",
    "Module",
    "Tool",
    "cache_folder",
    "key",
    "module",
    "target",
]

_KUBERNETES: Final = Version(1, 36, 3)
_PULUMI: Final = Version(3, 255, 0)
PROVIDER: Final = Version(4, 25, 0)
"""The release of the Kubernetes provider that can be built."""
PROVIDER_BINARY: Final = "pulumi-resource-kubernetes"

_RECIPE: Final = 1
"""Increased when the build steps change; part of every cache key."""


@attrs.frozen(kw_only=True)
class Tool:
    """
    One program.

    Attributes:
        name: The name under which it is started.
        fits: The supported versions.
        version_arguments: Arguments that make it print its version. Default: it cannot.
        beside: The tool whose folder must contain it, unless it is built. Default: any folder.
    """

    name: str
    fits: Range
    version_arguments: tuple[str, ...] = ()
    beside: str | None = None


@attrs.frozen(kw_only=True)
class CopiedFiles:
    """
    Files that are copied from a Go module unchanged.

    Attributes:
        module: The path of the module.
        files: Their paths in it.
        source: Whether the build needs them. Default: they are part of the result.
    """

    module: str
    files: tuple[str, ...]
    source: bool = False


@attrs.frozen(kw_only=True)
class Module:
    """
    A folder of `toolchain/`: tools that are built and found together.

    Attributes:
        name: The folder's name.
        tools: The programs it builds; each has its own status.
        packages: Go packages, each with the name of its program.
        version: The version of a build.
        versions: Versions of programs that have another one. Default: none.
        ldflags: Linker flags, besides those that strip symbols.
        copied: Files copied from modules. Default: none.
        minutes: About how long the first build takes on two cores.
    """

    name: str
    tools: tuple[Tool, ...]
    packages: dict[str, str]
    version: Version
    versions: dict[str, Version] = attrs.field(factory=dict)
    ldflags: tuple[str, ...] = ()
    copied: tuple[CopiedFiles, ...] = ()
    minutes: float

    def built_version(self, tool: str) -> Version:
        """Return the version of *tool* when it is built from this module."""
        return self.versions.get(tool, self.version)


_TESTED: Final = Range(Version(1, 35, 0), Version(1, 37, 0))
"""MutatingAdmissionPolicy v1 and the sandbox's flags were tested on 1.35 and 1.36."""


def _control_plane(name: str, fits: Range) -> Tool:
    return Tool(name=name, fits=fits, version_arguments=("--version",))


SERVERS: Final = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")
"""Used from one installation, all or none: a mix of two installations may not work."""

_STAMP: Final = "k8s.io/component-base/version"


def _kubernetes(name: str, version: Version, etcd: Version, fits: Range) -> Module:
    return Module(
        name=name,
        tools=(
            Tool(
                name="etcd",
                fits=Range(Version(3, 6, 0), Version(4, 0, 0)),
                version_arguments=("--version",),
            ),
            *(_control_plane(server, fits) for server in SERVERS if server != "etcd"),
            Tool(
                name="kubectl",
                # One minor either side of the API servers that are tested.
                fits=Range(Version(1, 34, 0), Version(1, 38, 0)),
                version_arguments=("version", "--client"),
            ),
        ),
        packages={
            # The package of etcd's server is called `server`, and so is what Go builds.
            "go.etcd.io/etcd/server/v3": "etcd",
            "k8s.io/kubernetes/cmd/kube-apiserver": "kube-apiserver",
            "k8s.io/kubernetes/cmd/kube-controller-manager": "kube-controller-manager",
            "k8s.io/kubernetes/cmd/kube-scheduler": "kube-scheduler",
            "k8s.io/kubernetes/cmd/kubectl": "kubectl",
        },
        version=version,
        versions={"etcd": etcd},
        # Without these flags clients cannot parse the server's version.
        ldflags=(
            f"-X {_STAMP}.gitVersion=v{version}",
            f"-X {_STAMP}.gitMajor={version.major}",
            f"-X {_STAMP}.gitMinor={version.minor}",
        ),
        minutes=7.5,
    )


MODULES: Final[tuple[Module, ...]] = (
    _kubernetes("kubernetes", _KUBERNETES, Version(3, 6, 8), _TESTED),
    Module(
        name="kwok",
        tools=(
            Tool(
                name="kwok",
                fits=Range(Version(0, 8, 0), Version(1, 0, 0)),
                version_arguments=("--version",),
            ),
        ),
        packages={"sigs.k8s.io/kwok/cmd/kwok": "kwok"},
        version=Version(0, 8, 0),
        minutes=1.5,
    ),
    Module(
        name="pulumi",
        tools=(
            Tool(
                name="pulumi",
                fits=Range(_PULUMI, Version(4, 0, 0)),
                version_arguments=("version",),
            ),
        ),
        packages={"github.com/pulumi/pulumi/pkg/v3/cmd/pulumi": "pulumi"},
        version=_PULUMI,
        # Without this flag `pulumi version` is empty and the SDK refuses the engine.
        ldflags=(f"-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{_PULUMI}",),
        minutes=5,
    ),
    Module(
        name="pulumi-language-python",
        tools=(
            Tool(
                name="pulumi-language-python",
                fits=Range(Version(3, 79, 0), Version(4, 0, 0)),
                # The language host cannot print its version: it must be beside the engine.
                beside="pulumi",
            ),
            *(
                Tool(
                    name=name,
                    fits=Range(Version(3, 79, 0), Version(4, 0, 0)),
                    beside="pulumi",
                )
                for name in (
                    "pulumi-language-python-exec",
                    "pulumi-resource-pulumi-python",
                    "pulumi-analyzer-policy-python",
                )
            ),
        ),
        packages={
            "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python": (
                "pulumi-language-python"
            )
        },
        version=Version(3, 79, 0),
        copied=(
            CopiedFiles(
                module="github.com/pulumi/pulumi/sdk/v3",
                files=(
                    # The language host looks for these programs in its own folder.
                    "python/cmd/pulumi-language-python-exec",
                    "python/dist/pulumi-resource-pulumi-python",
                    "python/dist/pulumi-analyzer-policy-python",
                ),
            ),
        ),
        minutes=0.5,
    ),
    Module(
        name="pulumi-resource-kubernetes",
        tools=(
            Tool(
                name=PROVIDER_BINARY,
                fits=Range(PROVIDER, Version(5, 0, 0)),
            ),
        ),
        packages={".": PROVIDER_BINARY},
        version=PROVIDER,
        ldflags=(
            "-X github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version.Version="
            f"{PROVIDER}",
        ),
        copied=(
            CopiedFiles(
                module="github.com/pulumi/pulumi-kubernetes/provider/v4",
                files=(
                    f"cmd/{PROVIDER_BINARY}/schema.json",
                    f"cmd/{PROVIDER_BINARY}/terraform-mapping.json",
                ),
                source=True,
            ),
        ),
        minutes=9.5,
    ),
)

KUEUE: Final = Module(
    name="kueue",
    tools=(Tool(name="kueue", fits=Range(Version(0, 17, 0), Version(0, 18, 0))),),
    packages={"sigs.k8s.io/kueue/cmd/kueue": "kueue"},
    version=Version(0, 17, 0),
    minutes=20,
)
"""Kueue's controller. It is not among `MODULES`: only the nightly tests build and start it."""


def _release(version: Version, etcd: Version) -> Module:
    only = Range(
        Version(version.major, version.minor, 0), Version(version.major, version.minor + 1, 0)
    )
    return _kubernetes(f"kubernetes-{version.major}.{version.minor}", version, etcd, only)


OTHER_RELEASES: Final = (
    _release(Version(1, 35, 4), Version(3, 6, 8)),
    _release(Version(1, 37, 2), Version(3, 7, 0)),
)
"""
Other releases of Kubernetes, on which the guardrails are tested too.

They are not among `MODULES`: the nightly tests build them, and the other tests use those that
are built already.
"""

TOOLS: Final[tuple[Tool, ...]] = tuple(tool for module in MODULES for tool in module.tools)


OF_SANDBOX: Final = frozenset(
    tool.name
    for entry in MODULES
    if entry.name in {"kubernetes", "kwok"}
    for tool in entry.tools
)
"""The programs that the sandbox consists of, and kubectl."""


def module(tool: str) -> Module:
    """Return the module that builds *tool*."""
    return next(entry for entry in MODULES if tool in {t.name for t in entry.tools})


def target() -> tuple[str, str]:
    """Return Go's names of this machine's system and processor, such as `linux`, `amd64`."""
    machine = platform.machine().lower()
    names = {"x86_64": "amd64", "aarch64": "arm64"}
    return platform.system().lower(), names.get(machine, machine)


def key(entry: Module, folder: Path, on: tuple[str, str] | None = None) -> str:
    """
    Return the cache key of a build of *entry*: a digest of everything it is built from.

    Args:
        entry: The module.
        folder: `toolchain/`.
        on: System and processor. Default: this machine's.

    Returns:
        16 hexadecimal digits, equal in every checkout that would build the same programs.
    """
    digest = hashlib.sha256()
    recipe = [_RECIPE, on or target(), sorted(entry.packages.items()), entry.ldflags]
    recipe += [[copied.module, copied.files, copied.source] for copied in entry.copied]
    digest.update(json.dumps(recipe).encode())
    for name in ("go.mod", "go.sum", "main.go"):
        path = folder / entry.name / name
        content = path.read_bytes() if path.exists() else b""
        digest.update(f"\0{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """Return the folder that all checkouts of this user share; it need not exist."""
    return user_cache() / "toolchain"

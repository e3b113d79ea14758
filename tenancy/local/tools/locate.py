"""Where each tool is: on `PATH`, in the cache folder, or nowhere."""

import enum
import importlib.metadata
import json
import os
import re
import shutil
import site
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs

from tenancy.local.tools.definitions import (
    MODULES,
    PROVIDER,
    PROVIDER_BINARY,
    SERVERS,
    TOOLS,
    Module,
    Tool,
    cache_folder,
    key,
    module,
)
from tenancy.local.tools.version import Version

__all__ = [
    "MANIFEST",
    "ToolSource",
    "ToolStatus",
    "built",
    "locate",
    "missing_modules",
    "provider_version",
    "sources",
]

MANIFEST = "build.json"
"""The file in a finished build that has its versions and what it was built from."""


class ToolSource(enum.Enum):
    """Where a tool was found."""

    PATH = "PATH"
    PLUGINS = "Pulumi's plugins"
    CACHE = "cache"
    MISSING = "missing"


@attrs.frozen(kw_only=True)
class ToolStatus:
    """
    Where one tool was found, or what to do if it is missing.

    Attributes:
        name: The program.
        wanted: The supported versions, in words.
        version: The version found. Default: missing, or it does not report one.
        source: Where it was found.
        path: The program. Default: missing.
        remedy: What to do. Default: nothing to do.
        rejected: Programs that were found but are not supported, in words. Default: none.
    """

    name: str
    wanted: str
    version: str | None = None
    source: ToolSource
    path: Path | None = None
    remedy: str | None = None
    rejected: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class _InstalledTool:
    path: Path
    version: Version | None


def sources(root: Path) -> Path | None:
    """
    Return the folder of Go modules that *root* has, or this checkout, or the installed package.

    A wheel installs it beside the programs of its environment.
    """
    installed = [Path(base) / "share" / "tenancy" for base in (sys.prefix, site.getuserbase())]
    for parent in (root, Path(__file__).parents[3], *installed):
        folder = parent / "toolchain"
        if all((folder / entry.name / "go.mod").is_file() for entry in MODULES):
            return folder
    return None


def provider_version() -> Version:
    """Return the provider version that the installed Python package requires."""
    try:
        installed = importlib.metadata.version("pulumi-kubernetes")
    except importlib.metadata.PackageNotFoundError:
        return PROVIDER
    return Version.first_in(installed) or PROVIDER


def built(entry: Module, folder: Path | None) -> Path | None:
    """
    Return the finished build of *entry* in the cache.

    Args:
        entry: The module.
        folder: `toolchain/`. None (there is none): the newest build with supported versions is
            used.
    """
    cache = cache_folder()
    if folder is not None:
        candidates = [cache / f"{entry.name}-{key(entry, folder)}"]
    else:
        pattern = re.compile(re.escape(entry.name) + r"-[0-9a-f]{16}")
        entries = cache.iterdir() if cache.is_dir() else ()
        candidates = [path for path in entries if pattern.fullmatch(path.name)]
        candidates.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    return next((path for path in candidates if _complete(entry, path)), None)


def _complete(entry: Module, path: Path) -> bool:
    try:
        versions = json.loads((path / MANIFEST).read_text())["versions"]
    except (OSError, ValueError, KeyError):
        return False
    for tool in entry.tools:
        version = Version.first_in(str(versions.get(tool.name)))
        if version is None or version not in tool.fits:
            return False
        if not os.access(path / "bin" / tool.name, os.X_OK):
            return False
    return True


def locate(root: Path) -> tuple[ToolStatus, ...]:
    """
    Find every tool.

    Args:
        root: The folder of the project.

    Returns:
        One status per tool, in the order of `TOOLS`.
    """
    rejected: dict[str, list[str]] = {tool.name: [] for tool in TOOLS}
    installed = {
        tool.name: found
        for tool in TOOLS
        if tool.beside is None
        and tool.name != PROVIDER_BINARY
        and (found := _fitting(tool, rejected[tool.name])) is not None
    }
    _keep_complete_servers(installed, rejected)
    _keep_close_kubectl(installed, rejected)
    if "pulumi" in installed:
        installed |= _companions(installed["pulumi"].path)
    folder = sources(root)
    return tuple(
        _status(tool, installed.get(tool.name), tuple(rejected[tool.name]), folder)
        for tool in TOOLS
    )


def missing_modules(statuses: Sequence[ToolStatus]) -> tuple[Module, ...]:
    """Return the modules that must be built, each once, in the order of `MODULES`."""
    names = {status.name for status in statuses if status.source is ToolSource.MISSING}
    if provider_version() != PROVIDER:
        names.discard(PROVIDER_BINARY)
    return tuple(e for e in MODULES if names & {tool.name for tool in e.tools})


def _status(
    tool: Tool, installed: _InstalledTool | None, rejected: tuple[str, ...], folder: Path | None
) -> ToolStatus:
    wanted = str(tool.fits)
    if tool.name == PROVIDER_BINARY:
        wanted = f"exactly {provider_version()}, as the installed pulumi-kubernetes requires"
        installed, where = _plugin(), ToolSource.PLUGINS
    else:
        where = ToolSource.PATH
    if installed is not None:
        version = None if installed.version is None else str(installed.version)
        return ToolStatus(
            name=tool.name, wanted=wanted, version=version, source=where, path=installed.path
        )
    entry = module(tool.name)
    build = built(entry, folder)
    if build is not None and (tool.name != PROVIDER_BINARY or provider_version() == PROVIDER):
        return ToolStatus(
            name=tool.name,
            wanted=wanted,
            version=str(entry.built_version(tool.name)),
            source=ToolSource.CACHE,
            path=build / "bin" / tool.name,
            rejected=rejected,
        )
    return ToolStatus(
        name=tool.name,
        wanted=wanted,
        source=ToolSource.MISSING,
        remedy=_remedy(tool, folder),
        rejected=rejected,
    )


def _remedy(tool: Tool, folder: Path | None) -> str:
    if tool.name == PROVIDER_BINARY and provider_version() != PROVIDER:
        return (
            f"run `pulumi plugin install resource kubernetes v{provider_version()}`, "
            f"or install the Python package in {PROVIDER} with `-c constraints.txt`"
        )
    if folder is not None:
        is_checkout = (folder.parent / "Makefile").is_file()
        command = "make tools" if is_checkout else "tenancy sandbox tools"
        return f"run `{command}`, which builds what is missing (it needs Go 1.26 or newer)"
    return (
        "install them on PATH, "
        "or run `make tools` once in a checkout of Tenancy, which fills the cache folder "
        f"{cache_folder()}"
    )


def _fitting(tool: Tool, rejected: list[str]) -> _InstalledTool | None:
    for path in _on_path(tool.name):
        version = _printed_version(path, tool.version_arguments)
        if version is not None and version in tool.fits:
            return _InstalledTool(path=path, version=version)
        reason = "does not report its version" if version is None else version
        rejected.append(f"{path}: {reason}")
    return None


def _on_path(name: str) -> Iterator[Path]:
    seen = set[Path]()
    for folder in os.get_exec_path():
        found = shutil.which(name, path=folder) if folder else None
        if found is None or Path(folder).parts[-2:] == (".toolchain", "bin"):
            continue
        resolved = Path(found).resolve()
        # A link into our cache, from any checkout, is not an installation.
        if resolved not in seen and not resolved.is_relative_to(cache_folder()):
            seen.add(resolved)
            yield Path(found)


def _printed_version(path: Path, arguments: Sequence[str]) -> Version | None:
    try:
        run = subprocess.run(
            [path, *arguments],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    return Version.first_in(run.stdout) or Version.first_in(run.stderr)


def _keep_complete_servers(
    installed: dict[str, _InstalledTool], rejected: dict[str, list[str]]
) -> None:
    present = [name for name in SERVERS if name in installed]
    minors = {_minor(installed[name]) for name in present if name != "etcd"}
    if len(present) == len(SERVERS) and len(minors) == 1:
        return
    absent = ", ".join(name for name in SERVERS if name not in installed)
    for name in present:
        found = installed.pop(name)
        why = f"these are missing: {absent}" if absent else "their minor versions differ"
        rejected[name].append(f"{found.path}: {found.version}, but {why}")


def _keep_close_kubectl(
    installed: dict[str, _InstalledTool], rejected: dict[str, list[str]]
) -> None:
    kubectl = installed.get("kubectl")
    if kubectl is None:
        return
    server = installed.get("kube-apiserver")
    minor = module("kube-apiserver").version.minor if server is None else _minor(server)
    if abs(_minor(kubectl) - minor) > 1:
        del installed["kubectl"]
        rejected["kubectl"].append(
            f"{kubectl.path}: {kubectl.version}, more than one minor version "
            f"from the API server's 1.{minor}"
        )


def _minor(found: _InstalledTool) -> int:
    return -1 if found.version is None else found.version.minor


def _companions(engine: Path) -> dict[str, _InstalledTool]:
    names = [tool.name for tool in TOOLS if tool.beside == "pulumi"]
    for folder in (engine.parent, engine.resolve().parent):
        if all(os.access(folder / name, os.X_OK) for name in names):
            return {name: _InstalledTool(path=folder / name, version=None) for name in names}
    return {}


def _plugin() -> _InstalledTool | None:
    home = os.environ.get("PULUMI_HOME") or str(Path.home() / ".pulumi")
    version = provider_version()
    path = Path(home) / "plugins" / f"resource-kubernetes-v{version}" / PROVIDER_BINARY
    unfinished = path.parent.with_name(path.parent.name + ".partial")
    if not os.access(path, os.X_OK) or unfinished.exists():
        return None
    if path.resolve().is_relative_to(cache_folder()):
        return None
    return _InstalledTool(path=path, version=version)

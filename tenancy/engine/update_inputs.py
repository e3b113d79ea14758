"""A digest of all inputs of an update, except the state and the cluster."""

import functools
import hashlib
import importlib.metadata
import json
import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import attrs

from tenancy import gpu, manifests
from tenancy.assessment import STRICT_VARIABLE, Assessment
from tenancy.cluster import kubeconfig_of
from tenancy.config import PROJECT_FILE, stack_file
from tenancy.config.document import JSON
from tenancy.engine.leftover_processes import STARTED_BY
from tenancy.engine.session import Session
from tenancy.engine.shipped_program import PACKAGES, InDoubtError, folder_of, require_shipped
from tenancy.planning import ONLY_VARIABLE, snapshot

__all__ = ["update_inputs"]

_DISTRIBUTIONS: Final = ("pulumi", "pulumi_kubernetes", "kubernetes", "pydantic", "attrs")
_TOOLS: Final = (
    *("pulumi", "pulumi-language-python", "pulumi-language-python-exec"),
    "pulumi-resource-kubernetes",
)
_NOT_COUNTED: Final = frozenset(
    (
        # Variables about who runs the engine and how fast, and secrets, which are never kept.
        *(STARTED_BY, STRICT_VARIABLE, "PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE"),
        *("PULUMI_PARALLEL", "PULUMI_SKIP_UPDATE_CHECK", "PULUMI_SKIP_CONFIRMATIONS"),
    )
)
_COUNTED_PREFIXES: Final = ("PULUMI_", "TENANCY_")
_ENVIRONMENT: Final = re.compile(r"""^["']?environment["']?\s*:""", re.MULTILINE)
_COUNTED: Final = ("PYTHONPATH", "PYTHONHOME")


def update_inputs(assessment: Assessment, session: Session) -> str:
    """
    Return a digest of all inputs of an update, except state and cluster.

    These are the rendered objects of the files; the stack file with the options of the engine;
    the kubeconfig; the versions of Tenancy, of the engine and of the provider; and the
    variables of the engine.

    Args:
        assessment: The project, checked for the stack of *session*.
        session: The stack.

    Raises:
        InDoubtError: The program is not the shipped one, or an input is not known.
        ClusterError: There is no kubeconfig.
    """
    stack, root = session.name, assessment.root
    variables = {**os.environ, **session.stack.workspace.env_vars}
    if variables.get(ONLY_VARIABLE):
        raise InDoubtError(ONLY_VARIABLE)
    if os.path.realpath(session.stack.workspace.work_dir) != os.path.realpath(root):
        raise InDoubtError("the project runs another program")
    parts: dict[str, JSON] = {
        "program": _program(root),
        "packages": _packages(),
        "tools": [*_tools(variables)],
        "variables": dict(_variables(variables)),
        "files": [_text(root / PROJECT_FILE), _stack_file(root, stack)],
        "cluster": [*_cluster(assessment, stack)],
        "objects": _plain(list(_objects(assessment, stack))),
    }
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _program(root: Path) -> JSON:
    """Return the inputs of the program, if it is the shipped one and this Python runs it."""
    require_shipped(root)
    return [[path.name, *_stat(path)] for path in sorted(root.glob("*.py"))]


@functools.cache
def _packages() -> JSON:
    """Return a digest of this process's code, which does not change while it runs."""
    code = [
        [str(path), *_stat(path)]
        for name in PACKAGES
        for path in sorted((folder_of(name) / name).rglob("*.py"))
    ]
    versions = [f"{name} {importlib.metadata.version(name)}" for name in _DISTRIBUTIONS]
    return [sys.version, sys.executable, *code, *versions]


def _tools(variables: Mapping[str, str]) -> Iterator[JSON]:
    """Yield identities of the engine and its plugins, from their files."""
    for name in _TOOLS:
        path = shutil.which(name, path=variables.get("PATH"))
        yield None if path is None else [path, *_stat(Path(path).resolve())]
    home = variables.get("PULUMI_HOME") or str(Path.home() / ".pulumi")
    for folder in sorted((Path(home) / "plugins").glob("resource-kubernetes-v*")):
        yield [folder.name, *_stat(folder)]


def _variables(variables: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in variables.items():
        if name in _NOT_COUNTED or not value:
            continue
        if name.startswith(_COUNTED_PREFIXES) or name in _COUNTED:
            yield name, value


def _stack_file(root: Path, stack: str) -> str:
    text = _text(root / stack_file(stack))
    if _ENVIRONMENT.search(text) or text.lstrip().startswith("{"):
        raise InDoubtError("values from Pulumi ESC, which change by themselves")
    return text


def _cluster(assessment: Assessment, stack: str) -> Iterator[str]:
    cluster = assessment.cluster(stack)
    path, context = kubeconfig_of(cluster, assessment.root)
    yield from (cluster.name, cluster.provider_name, str(path), context or "")
    # The kubeconfig has credentials, so only its digest is used, to notice changes.
    yield hashlib.sha256(path.read_bytes()).hexdigest()


def _objects(assessment: Assessment, stack: str) -> Iterator[object]:
    """Yield everything that is registered, in order, and the values of its options."""
    tenancy = assessment.tenancy
    environment = tenancy.environments.get(stack)
    if environment is not None:
        platform = tenancy.platform_of(environment)
        yield snapshot.environment(environment)
        yield [platform.stack, platform.is_written]
        yield from manifests.environment(environment, platform)
        return
    own = tenancy.platforms[stack]
    yield snapshot.platform(own)
    yield from manifests.platform(own)
    for pool in own.pools:
        yield [pool.name, pool.backend, pool.model]
        yield from gpu.render(pool)


def _plain(value: object) -> JSON:
    """Return *value* as a JSON value."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    kind = type(value)
    if attrs.has(kind):
        names = (field.name for field in attrs.fields(kind))
        return [kind.__name__, *(_plain(getattr(value, name)) for name in names)]
    if isinstance(value, Iterable):
        return [_plain(entry) for entry in value]
    raise InDoubtError(f"a {type(value).__name__}")


def _stat(path: Path) -> list[JSON]:
    found = path.stat()
    return [found.st_size, found.st_mtime_ns]


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, ValueError) as error:
        raise InDoubtError(str(error)) from error

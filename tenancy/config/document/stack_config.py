"""Our keys of a stack's config file, as the engine reads them."""

import pathlib
from collections.abc import Collection, Iterable, Mapping
from typing import Final

import attrs

from tenancy.config.document.kept_documents import KeptDocuments
from tenancy.config.document.reading import read
from tenancy.config.document.sandbox_salt import SANDBOX_SALT, salt_elsewhere
from tenancy.config.document.tree import JSON, Document, Node, Position
from tenancy.config.paths import SANDBOX
from tenancy.diagnostics import Finding, Origin, PathStep

__all__ = ["read_stack", "secret_config"]

_PACKAGE = "tenancy"
"""The name of the shipped project, which begins the keys in examples."""

_PROVIDERS: Final = frozenset(
    "auth0 aws aws-native azure azure-native azuread civo cloudflare confluentcloud consul"  # noqa: SIM905
    " datadog digitalocean docker docker-build eks equinix-metal flux gcp github gitlab"
    " google-native grafana helm kubernetes linode newrelic nomad okta openstack pulumi"
    " pulumiservice rancher2 rke scaleway snowflake vault vsphere".split()
)
"""Pulumi packages: their keys may have the names of ours, such as `kubernetes:context`."""

_SHARED_KEYS: Final = frozenset({"cluster", "context", "environment", "kubeconfig", "network"})
"""Our keys that a package which is not listed here may also have."""


def read_stack(
    path: pathlib.Path,
    source: str,
    project: str = "tenancy",
    keys: Collection[str] = (),
    *,
    root: pathlib.Path | None = None,
    kept: KeptDocuments | None = None,
) -> Document:
    """
    Return the config of *project* in the stack file at *path*, by key without the namespace.

    Keys may be written as the engine accepts them: `tenancy:profiles`, the short `profiles`
    (the engine gives a key without a colon the project's namespace) and the old
    `tenancy:config:profiles`. Paths begin at those keys; lines are those of the file. Keys
    of other namespaces, and the engine's own (`encryptionsalt`, `secretsprovider`,
    `encryptedkey`, `environment`), are left out, and so are the findings about them.

    An encrypted (`secure:`) value of one of our keys is a finding, because it would determine
    which resources exist. One of our keys under the name of another project is a finding,
    because it would not be read. So is the salt of the sandbox's public passphrase if the
    cluster is another.

    Args:
        path: The file.
        source: Its name in findings.
        project: The project's name.
        keys: Our keys without the namespace, to recognize them under another project's
            name. Default: only keys of the project `tenancy` are recognized.
        root: The folder that it must be in, also after links. Default: any.
        kept: Documents that need not be parsed again. Default: none.

    Source: pulumi/sdk/go/common/workspace/loaders.go, stackConfigNamespacedWithProject, and
    pulumi/sdk/go/common/resource/config/key.go, ParseKey.
    """

    def ours(whole: Document) -> Document:
        if _is_empty(whole):
            return attrs.evolve(whole, value={})
        return _cut(whole, project, keys)

    kind = " ".join((project, *sorted(keys)))
    return read(path, source, root=root, kept=kept, kind=kind, part=ours)


def secret_config(source: str, path: Iterable[PathStep]) -> Finding:
    """Return the finding that the value at *path* in *source* is encrypted."""
    return Finding(
        code="config-secret",
        origin=Origin(source, tuple(path)),
        found="an encrypted value (secure:)",
        allowed="a value in plain text, because it determines which resources exist",
        remedy="write it in plain text; put secrets under a key of another namespace",
    )


def _is_empty(whole: Document) -> bool:
    """An empty stack file is allowed; one that cannot be read is a finding."""
    return whole.value is None and not whole.findings


def _cut(whole: Document, project: str, keys: Collection[str]) -> Document:
    if whole.root is None or whole.value is None:
        return whole
    places: dict[Finding, Position] = {}
    config_node = _config(whole, places)
    ours = _ours(config_node, project)
    written = whole.at(("config",))
    value: dict[str, JSON] = {}
    nodes: dict[str, Node] = {}
    for key, short in ours:
        entry_node = config_node[2][key] if isinstance(config_node[2], dict) else config_node
        if short in nodes:
            finding = Finding(
                code="yaml-duplicate-key",
                origin=Origin(whole.source, (short,)),
                found=f"the config key `{short}` a second time, as `{key}`; "
                f"the first is in line {nodes[short][0]}",
                allowed="each key once",
                remedy="remove one of the two",
            )
            places[finding] = entry_node[:2]
        value[short] = written.get(key) if isinstance(written, dict) else None
        nodes[short] = entry_node
    _keep(whole, dict(ours), places)
    result = Document(source=whole.source, value=value, root=(*config_node[:2], nodes))
    for secure in _secure(value, ()):
        finding = secret_config(whole.source, secure)
        places[finding] = result.position(secure) or (1, 1)
    if misnamed := _misnamed(config_node, project, keys, has_own=bool(ours)):
        finding, position = _under_another_name(whole.source, project, misnamed)
        places[finding] = position
    if (salt := _salt_of_sandbox(whole)) is not None and _is_elsewhere(value):
        places[salt_elsewhere(whole.source)] = salt
    return attrs.evolve(result, findings=tuple(places), places=places)


def _salt_of_sandbox(whole: Document) -> Position | None:
    """Return the path of the salt of the sandbox's passphrase."""
    top = None if whole.root is None else whole.root[2]
    if whole.at(("encryptionsalt",)) != SANDBOX_SALT or not isinstance(top, dict):
        return None
    line, column, _ = top["encryptionsalt"]
    return line, column


def _is_elsewhere(config: Mapping[str, JSON]) -> bool:
    """Return whether a stack names a cluster other than the sandbox."""
    cluster = config.get("cluster")
    is_other = isinstance(cluster, str) and cluster not in ("", SANDBOX)
    return is_other or bool(config.get("kubeconfig"))


def _config(whole: Document, places: dict[Finding, Position]) -> Node:
    """Return the node of `config`, or an empty one where there is none."""
    assert whole.root is not None
    node: Node = whole.root
    path: tuple[PathStep, ...] = ()
    if isinstance(node[2], dict):
        node, path = node[2].get("config", (*node[:2], {})), ("config",)
    if isinstance(node[2], dict):
        return node
    if whole.at(path) is not None:
        finding = Finding(
            code="stack-config-no-mapping",
            origin=Origin(whole.source),
            found="a list" if isinstance(node[2], list) else "text",
            allowed="a mapping of config keys under `config`",
            remedy="write `config:` and, indented below it, one key for each value",
        )
        places[finding] = node[:2]
    return (*node[:2], {})


def _ours(config: Node, project: str) -> list[tuple[str, str]]:
    """Return our keys, as written and without the namespace."""
    if not isinstance(config[2], dict):
        return []
    found = []
    for key in config[2]:
        match key.split(":"):
            case [short]:
                found.append((key, short))
            case [namespace, short] | [namespace, "config", short] if namespace == project:
                found.append((key, short))
    return found


def _misnamed(
    config: Node, project: str, keys: Collection[str], *, has_own: bool
) -> list[tuple[str, str, Node]]:
    """
    Return our keys under the name of another project: as written, the key alone, its place.

    A key that a provider may also have counts only in a file that has none of our keys.
    """
    if not isinstance(config[2], dict):
        return []
    found = []
    for written, node in config[2].items():
        namespace, _, short = written.partition(":")
        short = short.removeprefix("config:")
        if not short or namespace == project or namespace in _PROVIDERS:
            continue
        is_ours = short in keys and (short not in _SHARED_KEYS or not has_own)
        if is_ours or namespace == _PACKAGE:
            found.append((written, short, node))
    return found


def _under_another_name(
    source: str, project: str, misnamed: list[tuple[str, str, Node]]
) -> tuple[Finding, Position]:
    written, short, node = misnamed[0]
    more = f" and {len(misnamed) - 1} more" if len(misnamed) > 1 else ""
    finding = Finding(
        code="config-namespace",
        origin=Origin(source),
        found=f"config keys that the project {project} does not read: `{written}`{more}",
        allowed=f"keys under the name of the project in Pulumi.yaml: `{project}:…`",
        remedy=f"did you mean `{project}:{short}`? Or call the project"
        f" {written.partition(':')[0]} in Pulumi.yaml",
    )
    return finding, node[:2]


def _keep(whole: Document, ours: dict[str, str], places: dict[Finding, Position]) -> None:
    """Take over the findings that concern our keys or the document as a whole."""
    for finding, position in whole.places.items():
        match finding.origin.path:
            case () | ("config",):
                places[finding] = position
            case ("config", str(key), *rest) if key in ours:
                origin = Origin(whole.source, (ours[key], *rest))
                places[attrs.evolve(finding, origin=origin)] = position


def _secure(value: JSON, path: tuple[PathStep, ...]) -> list[tuple[PathStep, ...]]:
    """Return the paths of encrypted values: mappings with only the key `secure`."""
    found: list[tuple[PathStep, ...]] = []
    if isinstance(value, dict):
        if list(value) == ["secure"] and isinstance(value["secure"], str):
            return [path]
        for key, entry in value.items():
            if isinstance(entry, (dict, list)):
                found += _secure(entry, (*path, key))
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            if isinstance(entry, (dict, list)):
                found += _secure(entry, (*path, index))
    return found

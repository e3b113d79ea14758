"""What people wrote for one Pulumi project: its stack files and its organizations."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, Generic, TypeVar

import attrs
import pydantic

from tenancy.config.document import JSON, Document, KeptDocuments, read, read_stack
from tenancy.config.paths import ORGANIZATIONS, STACK_FILES, stack_file, stack_of
from tenancy.config.spec import EnvironmentSpec, OrganizationSpec, PlatformStackSpec, Spec
from tenancy.config.spec.locations import fields_by_key
from tenancy.config.spec.validation_findings import findings_from
from tenancy.config.unused_files import (
    stacks_without_config,
    unused_organizations,
    wrong_extensions,
)
from tenancy.diagnostics import Finding, Origin, errors_in, nearest, with_flags

__all__ = [
    "EngineConfig",
    "Project",
    "Written",
    "build_models",
    "is_platform",
    "keys_with_values",
    "load",
]

S = TypeVar("S", bound=Spec)

CONFIG_KEYS: Final = frozenset(
    field.alias or name
    for model in (EnvironmentSpec, PlatformStackSpec)
    for name, field in model.model_fields.items()
)
"""The config keys of a stack, without the project's name before them."""
_MANY: Final = 50
"""The documents of so many files are kept on this machine; fewer are parsed in no time."""
LARGEST_ORGANIZATION = 1024 * 1024
"""In bytes: the largest file of an organization, which the organization itself may write."""


@attrs.frozen(kw_only=True, slots=True)
class EngineConfig:
    """
    The config that the engine gave the program; it takes precedence over the file.

    Attributes:
        stack: The stack's name.
        values: By key without the project's namespace, decoded.
        secret: The keys whose values are encrypted. Default: none.
    """

    stack: str
    values: Mapping[str, JSON]
    secret: frozenset[str] = frozenset()


@attrs.frozen(slots=True)
class Written(Generic[S]):
    """A model and where it was written."""

    spec: S
    origin: Origin


@attrs.frozen(kw_only=True, slots=True, eq=False)
class Project:
    """
    What people wrote, before it is resolved. Files with errors are left out.

    Attributes:
        environments: The stacks that are environments, by stack.
        platforms: The stacks that are platforms, by stack.
        organizations: The organizations that have a file, by the file's name.
        documents: Every file that was read, by source, for line numbers.
    """

    environments: Mapping[str, Written[EnvironmentSpec]] = attrs.field(factory=dict)
    platforms: Mapping[str, Written[PlatformStackSpec]] = attrs.field(factory=dict)
    organizations: Mapping[str, Written[OrganizationSpec]] = attrs.field(factory=dict)
    documents: Mapping[str, Document] = attrs.field(factory=dict)


def build_models() -> None:
    """Build the models of files now rather than when the first one is read."""
    for model in (EnvironmentSpec, PlatformStackSpec, OrganizationSpec):
        model.model_rebuild()


def load(
    root: Path, *, project: str = "tenancy", engine: EngineConfig | None = None
) -> tuple[Project, tuple[Finding, ...]]:
    """
    Read every stack file and every organization of the project at *root*.

    A file with errors is left out of the project and its findings are returned, so that the
    others are still checked.

    Args:
        root: The folder that holds `Pulumi.yaml`.
        project: The project's name, which is the namespace of its config keys.
        engine: The config of the running stack as the engine has it. It takes precedence
            over the file; values that differ have `--config` as their source.
    """
    loader = _Loader(root)
    stacks = dict(loader.stacks(project))
    if engine is not None:
        stacks[engine.stack] = loader.with_engine(engine, stacks.get(engine.stack))
    environments: dict[str, Written[EnvironmentSpec]] = {}
    platforms: dict[str, Written[PlatformStackSpec]] = {}
    for stack, document in stacks.items():
        if is_platform(document):
            if (platform := loader.parse(PlatformStackSpec, document)) is not None:
                platforms[stack] = platform
        elif (
            document.value
            and (environment := loader.parse(EnvironmentSpec, document)) is not None
        ):
            environments[stack] = environment
    files = {path.stem: path for path in loader.organization_files}
    organizations = {
        name: written
        for name, path in files.items()
        if (written := loader.parse(OrganizationSpec, loader.read(path))) is not None
    }
    loader.add(wrong_extensions(root))
    loader.add(stacks_without_config(stacks, project, engine.stack if engine else None))
    if loader.kept is not None:
        loader.kept.forget_unused()
    if not errors_in(loader.findings):
        loader.add(unused_organizations([e.spec for e in environments.values()], files))
    return (
        Project(
            environments=environments,
            platforms=platforms,
            organizations=organizations,
            documents=loader.documents,
        ),
        tuple(loader.findings),
    )


def is_platform(document: Document) -> bool:
    """Return whether the config is a platform's, also if the key `platform` is misspelt."""
    config = document.value
    if not isinstance(config, Mapping):
        return False
    if "platform" in config or "environment" in config:
        return "platform" in config
    known = set(fields_by_key(EnvironmentSpec)) | {"platform"}
    return any(nearest(key, known) == "platform" for key in config.keys() - known)


class _Loader:
    """Reads files and collects the findings about them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.documents: dict[str, Document] = {}
        self.findings: list[Finding] = []
        self.stack_files = sorted(root.glob(STACK_FILES))
        self.organization_files = sorted((root / ORGANIZATIONS).glob("*.yaml"))
        is_large = len(self.stack_files) + len(self.organization_files) >= _MANY
        self.kept = KeptDocuments() if is_large else None

    def stacks(self, project: str) -> Iterator[tuple[str, Document]]:
        """Yield the config of each stack that has a file, by stack."""
        for path in self.stack_files:
            found = read_stack(
                path, path.name, project, CONFIG_KEYS, root=self.root, kept=self.kept
            )
            yield stack_of(path.name) or path.stem, self._keep(found)

    def read(self, path: Path) -> Document:
        """Read an organization's file."""
        source = str(path.relative_to(self.root))
        found = read(path, source, root=self.root, largest=LARGEST_ORGANIZATION, kept=self.kept)
        return self._keep(found)

    def parse(self, model: type[S], document: Document) -> Written[S] | None:
        """Return *document* as *model*, or nothing and its findings."""
        origin = Origin(document.source)
        try:
            return Written(model.model_validate(document.value), origin)
        except pydantic.ValidationError as error:
            self.add(findings_from(error, origin=origin, document=document, model=model))
            return None

    def with_engine(self, engine: EngineConfig, file: Document | None) -> Document:
        """Return the engine's config with the file's lines, naming the keys that differ."""
        source = stack_file(engine.stack) if file is None else file.source
        written = keys_with_values(file.value) if file is not None else {}
        values = {
            key: _decoded(value, written.get(key))
            for key, value in keys_with_values(dict(engine.values)).items()
        }
        differing = sorted(
            key
            for key in values.keys() | written.keys()
            if values.get(key, _MISSING) != written.get(key, _MISSING)
        )
        if file is not None and not differing:
            return file
        document = Document.of(values, source=with_flags(source, differing), lines=file)
        self.documents[document.source] = document
        return document

    def _keep(self, document: Document) -> Document:
        self.documents[document.source] = document
        self.add(document.findings)
        return document

    def add(self, findings: Iterable[Finding]) -> None:
        """Keep *findings*."""
        self.findings.extend(findings)


_MISSING = object()


def keys_with_values(config: JSON) -> Mapping[str, JSON]:
    """
    Return the keys of a stack's config that have a value.

    The project file has an empty default for every key, because the engine would otherwise
    require it; so an empty value counts as absent.
    """
    if not isinstance(config, dict):
        return {}
    return {key: value for key, value in config.items() if value not in ("", [], {})}


def _decoded(value: JSON, written: JSON) -> JSON:
    """Return a top-level scalar as in the file; the engine passes every scalar as text."""
    if isinstance(written, bool | int | float) and value == json.dumps(written):
        return written
    return value

"""The program behind `__main__.py`: read, resolve, check, say what it means, then build."""

import gc
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import attrs
import pulumi
from pulumi.runtime import config as engine_config

from tenancy import checks, model
from tenancy.aws.instance_catalog import ask_all
from tenancy.cluster import Connection, connect, live_reads
from tenancy.cluster.prerequisites import ground
from tenancy.config.document import JSON, Document
from tenancy.config.project import STACK_FILE, EngineConfig, Project, load
from tenancy.diagnostics import report
from tenancy.diagnostics.errors import TenancyError
from tenancy.diagnostics.finding import Finding, errors
from tenancy.model import Environment, Tenancy
from tenancy.output.plan_text import text
from tenancy.planning import snapshot
from tenancy.planning.build import Plan, plan, removes_namespaces, unknown_names
from tenancy_components import cluster, preconditions
from tenancy_components.organization import Organization
from tenancy_components.platform import Platform
from tenancy_components.policy_wait import bindings_wait_for_policies
from tenancy_components.previous_update import PreviousUpdate, namespaces_in_state, remembered
from tenancy_components.refusal import ComponentRefusedError

__all__ = ["main"]

_TENANCY_OUTPUT = "tenancy"
_CLUSTER_UID_OUTPUT = "clusterUid"
_ALREADY_REPORTED: Final = 32
"""The exit code after which the language host prints nothing (pulumi-language-python-exec)."""
_WIDTH = 76
"""The engine indents what a program says by four."""


def main() -> None:
    """Build the running stack from its config, or refuse with every reason at once."""
    # What was imported lasts as long as the process: it need not be searched for garbage, which
    # takes longest of all when the interpreter ends.
    gc.freeze()
    pulumi.run(_reporting)


async def _reporting() -> pulumi.Inputs:
    try:
        return await _program()
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
        # Raised to the language host, the error would be followed by "an unhandled error
        # occurred: program exited with non-zero exit code: 1".
        sys.exit(_ALREADY_REPORTED)


async def _program() -> pulumi.Inputs:
    try:
        written = _Written.read(Path.cwd())
        preconditions.refuse_stale_copy(written.root, written.engine, written.project_name)
        written.refuse_errors()
        connection = connect(written.cluster, written.root)
        before = await remembered(written.project_name, pulumi.get_stack())
        preconditions.refuse_another_cluster(before, connection)
        found = await _plan(written, before, connection)
        if not found.is_empty:
            pulumi.info(text(found, findings=(), width=_WIDTH))
        findings = [
            *written.findings,
            *found.findings,
            *ground(
                written.tenancy,
                written.engine.stack,
                connection,
                preview=pulumi.runtime.is_dry_run(),
            ),
        ]
        _report(findings, written.documents)
    except ComponentRefusedError:
        raise
    except TenancyError as error:
        raise pulumi.RunError(str(error)) from error
    return _build(written, connection, before)


@attrs.frozen(kw_only=True)
class _Written:
    """What is written for the running stack, resolved, and what the checks found."""

    root: Path
    project_name: str
    engine: EngineConfig
    tenancy: Tenancy
    findings: tuple[Finding, ...]
    documents: Mapping[str, Document]

    @classmethod
    def read(cls, root: Path) -> "_Written":
        engine = _engine_config()
        project_name = pulumi.get_project()
        preconditions.refuse_secrets(root, engine, project_name)
        project: Project
        project, unreadable = load(root, project=project_name, engine=engine)
        asked = ask_all(project, stack=engine.stack)
        tenancy, unresolved = model.resolve(project, asked.lookups)
        found = checks.check(tenancy, stack=engine.stack)
        return cls(
            root=root,
            project_name=project_name,
            engine=engine,
            tenancy=tenancy,
            findings=(
                *_of_this_stack(
                    (*unreadable, *asked.findings, *unresolved), tenancy, engine.stack
                ),
                *found,
            ),
            documents=project.documents,
        )

    @property
    def cluster(self) -> model.Cluster:
        """The cluster that the stack names; a stack that names none is refused before."""
        stack = self.engine.stack
        environment = self.tenancy.environments.get(stack)
        if environment is not None:
            return environment.cluster
        found = self.tenancy.platforms[stack].cluster
        assert found is not None
        return found

    def refuse_errors(self) -> None:
        """Refuse what is wrong before anything is asked of the cluster."""
        stack = self.engine.stack
        if errors(self.findings):
            raise ComponentRefusedError(self.findings, self.documents)
        if stack not in self.tenancy.environments and stack not in self.tenancy.platforms:
            raise pulumi.RunError(
                f"stack {stack}: there is no Pulumi.{stack}.yaml with our config; write one"
                " with tenancy:environment and tenancy:organizations, or with tenancy:platform"
            )


async def _plan(written: _Written, before: PreviousUpdate, connection: Connection) -> Plan:
    """Return what the update means; pods are counted and the state is read only if need be."""
    tenancy, stack = written.tenancy, written.engine.stack
    has_deletions = removes_namespaces(before.tenancy, tenancy, stack)
    there = live_reads.read(connection, contents=has_deletions)
    made: frozenset[str] = frozenset()
    if unknown_names(before.tenancy, tenancy, stack, there):
        made = await namespaces_in_state(written.project_name, stack)
    return plan(before.tenancy, tenancy, stack, there, in_state=made)


def _of_this_stack(
    findings: Iterable[Finding], tenancy: Tenancy, stack: str
) -> Iterator[Finding]:
    """
    Yield those that are not in the file of another stack.

    A mistake in `Pulumi.prod.yaml` does not keep `dev` from being updated; what cannot be
    compared for it is among the checks that were not made.
    """
    environment = tenancy.environments.get(stack)
    stacks = {stack} if environment is None else {stack, environment.platform}
    files = {STACK_FILE.format(stack=name) for name in stacks}
    for finding in findings:
        file = finding.origin.source.partition(" ")[0]
        if file in files or not file.startswith("Pulumi."):
            yield finding


def _engine_config() -> EngineConfig:
    prefix = f"{pulumi.get_project()}:"
    given = {**engine_config.get_config_env(), **engine_config.CONFIG.get()}
    secret = engine_config.get_config_secret_keys_env()
    return EngineConfig(
        stack=pulumi.get_stack(),
        values={
            key.removeprefix(prefix): _value(text)
            for key, text in given.items()
            if key.startswith(prefix)
        },
        secret=frozenset(
            key.removeprefix(prefix)
            for key in given
            if key.startswith(prefix) and (key in secret or engine_config.is_config_secret(key))
        ),
    )


def _value(text: str) -> JSON:
    """Return a config value: the engine encodes lists and mappings alone as JSON."""
    if text[:1] in {"{", "["}:
        try:
            decoded: JSON = json.loads(text)
        except json.JSONDecodeError:
            return text
        return decoded
    return text


def _report(findings: list[Finding], documents: Mapping[str, Document]) -> None:
    if errors(findings):
        raise ComponentRefusedError(findings, documents)
    if findings:
        pulumi.warn(report.text(findings, documents))


def _build(written: _Written, connection: Connection, before: PreviousUpdate) -> pulumi.Inputs:
    """Register everything. Nothing is decided here."""
    stack = written.engine.stack
    provider = cluster.provider(written.cluster, written.root)
    opts = pulumi.ResourceOptions(provider=provider)
    environment: Environment | None = written.tenancy.environments.get(stack)
    if environment is None:
        mutating = connection.serves(
            "admissionregistration.k8s.io", "v1", "MutatingAdmissionPolicy"
        )
        platform = Platform(stack, written.tenancy.platforms[stack], mutating, opts)
        record = snapshot.platform(platform.resolved)
    else:
        ground = written.tenancy.platform_of(environment)
        if ground.is_written:
            opts.transformations = [bindings_wait_for_policies(connection)]
        for organization in environment.organizations:
            Organization(organization.name, organization, ground, opts=opts)
        record = snapshot.environment(environment)
    uid = before.cluster_uid if pulumi.runtime.is_dry_run() else connection.uid
    return {_TENANCY_OUTPUT: record, _CLUSTER_UID_OUTPUT: uid or connection.uid}

"""
The program behind `__main__.py`: assess the running stack, plan the update, then build it.

`tenancy.assessment` and `tenancy.planning.update` decide what is refused and reported,
as for every command.
"""

import gc
import os
import sys
from pathlib import Path
from typing import Final

import attrs
import pulumi

from tenancy.assessment import STRICT_VARIABLE, Assessment, assess
from tenancy.cluster import Connection
from tenancy.config import build_models
from tenancy.diagnostics import TenancyError, refusals, report
from tenancy.output import plan_text
from tenancy.planning import (
    REFRESH_VARIABLE,
    PreviousUpdate,
    StackPlan,
    compared_with,
    only_namespaces,
    plan_for,
    read_cluster,
    recorded,
    registered,
    snapshot,
)
from tenancy_components import cluster, preconditions
from tenancy_components.debug_messages import without_debug_messages
from tenancy_components.engine_config import engine_config
from tenancy_components.field_gate import refuse_field_conflicts
from tenancy_components.field_managers import move_to_one_field_manager, stack_manager
from tenancy_components.organization import Organization
from tenancy_components.platform import Platform
from tenancy_components.policy_wait import wait_for_the_policies
from tenancy_components.refusal import ComponentRefusedError
from tenancy_components.running_stack import namespaces_in_state, previous_update
from tenancy_components.stack_traces import without_stack_traces

__all__ = ["main", "prepare"]

_ALREADY_REPORTED: Final = 32
"""The exit code after which the language host prints nothing (pulumi-language-python-exec)."""
_WIDTH = 76
"""The engine indents the lines of a program by four."""


def prepare() -> None:
    """Do what every run of the program needs, before processes that run it are forked."""
    build_models()
    # The commands start the engine, and never with `--debug`.
    without_debug_messages()


def main() -> None:
    """
    Build the running stack from its config, or refuse with every reason at once.

    Started by the engine as a plugin (`PulumiPlugin.yaml`), it is the provider for programs in
    other languages: the folder of a project has one `__main__.py` for both.
    """
    if pulumi.runtime.settings.get_monitor() is None and sys.argv[1:]:
        from tenancy_components.provider import main as serve_components  # noqa: PLC0415

        serve_components()
        return
    # Imported objects live as long as the process; without this, the garbage collector would
    # search them, which takes longest when the interpreter ends.
    gc.freeze()
    without_stack_traces()
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
        assessment = assess_running_stack(Path.cwd())
        project, stack = pulumi.get_project(), pulumi.get_stack()
        previous = attrs.evolve(await previous_update(project, stack), only=only_namespaces())
        preconditions.refuse_unfinished(previous, stack)
        live = read_cluster(assessment, stack, previous, is_required=True)
        compared = _compared(assessment, stack, previous)
        names: frozenset[str] = frozenset()
        if live.needs_state or previous.only:
            names = await namespaces_in_state(project, stack)
        planned = plan_for(
            assessment,
            stack,
            compared,
            live,
            namespaces_in_state=names,
            is_preview=pulumi.runtime.is_dry_run(),
            strict=_is_strict(),
            refreshes=_refreshes(),
        )
        _report(planned)
        preconditions.refuse_remaining_access(
            planned.plan, stack, is_preview=pulumi.runtime.is_dry_run()
        )
        assert live.connection is not None
        move_to_one_field_manager(assessment, stack, live.connection, previous)
        await refuse_field_conflicts(assessment, stack, live.connection)
        return _build(assessment, stack, live.connection, previous, names)
    except ComponentRefusedError:
        raise
    except TenancyError as error:
        raise pulumi.RunError(str(error)) from error


def _compared(assessment: Assessment, stack: str, previous: PreviousUpdate) -> PreviousUpdate:
    """Return *previous* with only what this update may change differing from the files."""
    environment = assessment.tenancy.environments.get(stack)
    if not previous.only:
        return previous
    now = (
        snapshot.platform(assessment.tenancy.platforms[stack])
        if environment is None
        else snapshot.environment(environment)
    )
    return attrs.evolve(previous, tenancy=compared_with(now, previous.tenancy, previous.only))


def assess_running_stack(root: Path) -> Assessment:
    """
    Return the project at *root* for the stack that the engine runs.

    Raises:
        ComponentRefusedError: It has errors; no cluster was contacted.
        NotFoundError: The stack has no config of ours.
    """
    config, project = engine_config(), pulumi.get_project()
    preconditions.refuse_secrets(root, config, project)
    assessment = assess(root, config.stack, config)
    if refusals(assessment.findings, strict=_is_strict()):
        raise ComponentRefusedError(
            assessment.findings, assessment.documents, is_strict=_is_strict()
        )
    assessment.require(config.stack)
    preconditions.refuse_backend_of_sandbox(assessment, config.stack)
    return assessment


def _report(planned: StackPlan) -> None:
    """Print the plan and warnings; if it is refused, print the reasons first, and exit."""
    if planned.is_refused:
        refused = ComponentRefusedError(
            planned.findings, planned.documents, is_strict=_is_strict()
        )
        pulumi.log.error(str(refused))
    if not planned.plan.is_empty:
        pulumi.info(plan_text(planned.plan, findings=(), width=_WIDTH))
    if planned.is_refused:
        sys.exit(_ALREADY_REPORTED)
    if planned.findings:
        pulumi.warn(report.text(planned.findings, planned.documents))


def _is_strict() -> bool:
    return os.environ.get(STRICT_VARIABLE, "") not in ("", "0", "false")


def _refreshes() -> bool | None:
    """
    Whether the engine reads the cluster into the state before it compares; None if not known.

    Plain `pulumi` does not tell a program of `--refresh`, and writes what it read at its end.
    """
    told = os.environ.get(REFRESH_VARIABLE)
    return None if told is None else told == "1"


def _build(
    assessment: Assessment,
    stack: str,
    connection: Connection,
    previous: PreviousUpdate,
    in_state: frozenset[str],
) -> pulumi.Inputs:
    """Register every resource. Nothing is decided here."""
    tenancy = assessment.tenancy
    environment = tenancy.environments.get(stack)
    provider = cluster.provider(assessment.cluster(stack), assessment.root, environment)
    opts = pulumi.ResourceOptions(provider=provider)
    if environment is None:
        mutating = connection.serves(
            "admissionregistration.k8s.io", "v1", "MutatingAdmissionPolicy"
        )
        platform = Platform(stack, tenancy.platforms[stack], mutating, opts)
        record = snapshot.platform(platform.resolved)
    else:
        its_platform = tenancy.platform_of(environment)
        if its_platform.is_written:
            excepted = frozenset(n.name for n in environment.namespaces if n.is_excepted)
            opts.transformations = [wait_for_the_policies(connection, excepted)]
        for organization in registered(environment, previous, in_state):
            Organization(organization.name, organization, its_platform, opts=opts)
        record = snapshot.environment(environment)
    if previous.only:
        record = recorded(record, previous.tenancy, previous.only)
    uid = previous.cluster_uid if pulumi.runtime.is_dry_run() else connection.uid
    this_update = PreviousUpdate(
        tenancy=record,
        cluster_uid=uid or connection.uid,
        field_manager=stack_manager(assessment, stack),
    )
    return this_update.outputs()

"""Reads the state of a stack from its backend, without an engine."""

import hashlib
import json
import os
import re
from collections.abc import Mapping
from typing import Any, Final

import attrs
from pulumi import automation as auto

from tenancy.config.document import JSON
from tenancy.diagnostics import EngineError
from tenancy.engine.errors import error_from
from tenancy.engine.file_backend import STATE_VERSIONS, BackendFiles, backend_files, parsed
from tenancy.engine.sdk_stack import SECRET_MARK
from tenancy.manifests import STACK_TOKEN

__all__ = ["StateReading", "read_state", "stored_outputs", "stored_resources"]

_DEFAULT_PROVIDER: Final = re.compile(r"::pulumi:providers:[^:]+::default(_[^:]*)?$")


@attrs.frozen(kw_only=True)
class StateReading:
    """
    A state at one moment.

    Attributes:
        checksum: The checksum of the whole text, so that every change is noticed.
        resources: Every resource in it.
        is_settled: Whether no operation is pending and no other process has locked the stack.
        pending: How many operations had begun, and had not ended, when an engine was cut.
    """

    checksum: str
    resources: tuple[Mapping[str, JSON], ...]
    is_settled: bool
    pending: int = 0

    @property
    def outputs(self) -> Mapping[str, JSON]:
        """The outputs of the stack."""
        for resource in self.resources:
            if resource.get("type") == STACK_TOKEN:
                outputs = resource.get("outputs")
                return outputs if isinstance(outputs, dict) else {}
        return {}

    @property
    def public_outputs(self) -> Mapping[str, JSON]:
        """The outputs of the stack, without secret ones and those that contain a secret."""
        return {name: v for name, v in self.outputs.items() if SECRET_MARK not in json.dumps(v)}

    @property
    def reported(self) -> int:
        """How many resources the engine counts: all except the default providers."""
        names = (str(resource.get("urn")) for resource in self.resources)
        return sum(not _DEFAULT_PROVIDER.search(name) for name in names)


def read_state(stack: auto.Stack, project: str) -> StateReading:
    """
    Return the state of *stack*, which is in *project*.

    A file backend is read directly; from other backends, `pulumi` exports the state, which
    takes half a second.

    Raises:
        EngineError: The backend does not answer.
        ValueError: There is no state, or it is damaged.
    """
    files = _files(stack, project)
    file = None if files is None else files.state
    if files is not None and file is not None:
        try:
            text = file.read_bytes()
        except OSError as error:
            raise ValueError(str(error)) from error
        is_free = next(files.locks, None) is None
    else:
        text, is_free = _exported(stack).encode(), True
    return _reading(text, is_free=is_free)


def stored_outputs(stack: auto.Stack, project: str) -> Mapping[str, JSON] | None:
    """
    Return the outputs of *stack*, secrets left out, from the files of a file backend.

    None with another backend, without a state, or with a damaged one.
    """
    stored = _stored(stack, project)
    return None if stored is None else stored.public_outputs


def stored_resources(stack: auto.Stack, project: str) -> list[Mapping[str, JSON]] | None:
    """
    Return the resources in the state of *stack* from the files of a file backend.

    None with another backend, without a state, or with a damaged one.
    """
    stored = _stored(stack, project)
    return None if stored is None else list(stored.resources)


def _stored(stack: auto.Stack, project: str) -> StateReading | None:
    files = _files(stack, project)
    if files is None or files.state is None:
        return None
    try:
        return read_state(stack, project)
    except ValueError:
        return None


def _files(stack: auto.Stack, project: str) -> BackendFiles | None:
    return backend_files(project, stack.name, {**os.environ, **stack.workspace.env_vars})


def _exported(stack: auto.Stack) -> str:
    workspace = stack.workspace
    home = {"PULUMI_HOME": workspace.pulumi_home} if workspace.pulumi_home else {}
    try:
        answer = workspace.pulumi_command.run(
            ["stack", "export", "--stack", stack.name],
            workspace.work_dir,
            {**home, **workspace.env_vars},
        )
    except auto.CommandError as error:
        failure: EngineError = error_from(stack.name, error)
        raise failure from error
    return str(answer.stdout)


def _reading(text: bytes, *, is_free: bool) -> StateReading:
    try:
        whole: Any = parsed(text)
        if whole["version"] not in STATE_VERSIONS:
            raise ValueError(f"version {whole['version']}")
        # A file holds a checkpoint, and an export a deployment.
        deployment = whole.get("deployment") or whole["checkpoint"]["latest"]
        resources = deployment["resources"]
        pending = len(deployment.get("pending_operations") or ())
        names = [str(resource["urn"]) for resource in resources]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(str(error)) from error
    # Two resources with one name: one of them still has to be deleted.
    is_settled = is_free and not pending and len(set(names)) == len(names)
    return StateReading(
        checksum=hashlib.sha256(text).hexdigest(),
        resources=tuple(resources),
        is_settled=is_settled,
        pending=pending,
    )

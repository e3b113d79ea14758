"""One stack and an engine to work on it: preview, up, refresh, destroy."""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import attrs
from pulumi import automation as auto

from tenancy.config import stack_file, write_with_deletions
from tenancy.config.document import JSON
from tenancy.engine.cleanup_after_kill import TEMPORARY, cleaned_up_after_kill
from tenancy.engine.errors import error_from, failed
from tenancy.engine.events import EventLog, OnStep
from tenancy.engine.language_host import language_host
from tenancy.engine.left_folders import PREFIX, remove_left_folders
from tenancy.engine.results import Result
from tenancy.engine.sdk_events import accept_unknown_events
from tenancy.engine.sdk_stack import OperatedStack, OperatedWorkspace, outputs_of
from tenancy.engine.shipped_program import has_these_packages, is_shipped
from tenancy.engine.state_reading import stored_outputs, stored_resources
from tenancy.planning import FIELDS_VARIABLE, REFRESH_VARIABLE, REMOVES_ACCESS, PreviousUpdate

__all__ = ["Engine", "Session"]

_RUN_THE_PROGRAM = ("preview", "up")
"""The operations that run the program; the others work from the state."""


@attrs.frozen(kw_only=True)
class Engine:
    """
    How the engine is run.

    Attributes:
        variables: Environment variables over those of the process.
        parallel: How many resources it works on at a time. Default: the engine's own.
    """

    variables: Mapping[str, str] = attrs.field(factory=dict)
    parallel: int | None = None


@attrs.frozen(kw_only=True)
class Session:
    """
    A stack that exists, and an engine for it.

    Attributes:
        stack: Pulumi's own handle, for whatever is not wrapped here.
        config_file: What the engine reads in place of the stack file. Default: the stack file.
    """

    stack: auto.Stack
    engine: Engine
    config_file: Path | None = None

    @property
    def name(self) -> str:
        """The stack's name."""
        return self.stack.name

    def preview(
        self,
        *,
        on_step: OnStep | None = None,
        refresh: bool = False,
        save_plan: Path | None = None,
        fields_compared: bool = False,
    ) -> Result:
        """
        Return what an update would do; nothing is changed.

        Args:
            save_plan: Where the engine writes its own plan, for `up`. Default: nowhere.
            fields_compared: Whether the caller has found no field that others own and the
                update changes; the program then does not read them again. Default: no.

        Raises:
            EngineError: The program refused, or the engine failed.
        """
        return self._run(
            "preview",
            on_step,
            lambda on, log, say: on.preview(
                on_event=log.on_event,
                on_output=say,
                refresh=refresh,
                plan=None if save_plan is None else str(save_plan),
                color="never",
                parallel=self.engine.parallel,
                config_file=self._config_file,
            ),
            {
                REFRESH_VARIABLE: _flag(refresh),
                **({FIELDS_VARIABLE: "1"} if fields_compared else {}),
            },
        )

    def up(
        self,
        *,
        on_step: OnStep | None = None,
        refresh: bool = False,
        plan: Path | None = None,
        removes_access: bool = False,
        only: Sequence[str] = (),
        variables: Mapping[str, str] = {},
    ) -> Result:
        """
        Make the cluster match the configuration.

        Args:
            only: Patterns of URNs; nothing else is changed. Default: everything.
            plan: The engine's own plan: it refuses every other operation. Default: none.
            removes_access: Whether the caller removes what else gives access to removed
                members; otherwise the program refuses if such access exists. Default: no.
            variables: Further variables of the engine. Default: none.

        Raises:
            EngineError: The program refused, or the engine failed; what was done is recorded.
        """
        return self._run(
            "up",
            on_step,
            lambda on, log, say: on.up(
                on_event=log.on_event,
                on_output=say,
                refresh=refresh,
                plan=None if plan is None else str(plan),
                target=list(only) or None,
                show_secrets=False,
                color="never",
                parallel=self.engine.parallel,
                config_file=self._config_file,
            ),
            {
                **variables,
                REFRESH_VARIABLE: _flag(refresh),
                **({REMOVES_ACCESS: "1"} if removes_access else {}),
            },
        )

    def refresh(self, *, on_step: OnStep | None = None) -> Result:
        """
        Read every object into the state.

        Raises:
            EngineError: The engine failed.
        """
        return self._run(
            "refresh",
            on_step,
            lambda on, log, say: on.refresh(
                on_event=log.on_event,
                on_output=say,
                show_secrets=False,
                color="never",
                parallel=self.engine.parallel,
                config_file=self._config_file,
            ),
        )

    def destroy(
        self,
        *,
        on_step: OnStep | None = None,
        remove: bool = False,
        variables: Mapping[str, str] = {},
    ) -> Result:
        """
        Delete everything in the stack; namespaces must have been released before.

        Args:
            remove: Also remove the stack and its history. Default: an empty stack stays.
            variables: Further variables of the engine. Default: none.

        Raises:
            EngineError: The engine refused because a resource is protected, or failed.
        """
        result = self._run(
            "destroy",
            on_step,
            lambda on, log, say: on.destroy(
                on_event=log.on_event,
                on_output=say,
                show_secrets=False,
                color="never",
                parallel=self.engine.parallel,
                config_file=self._config_file,
            ),
            variables,
        )
        if remove:
            self.stack.workspace.remove_stack(self.name)
        return result

    def release(
        self, root: Path, names: Iterable[str], *, on_step: OnStep | None = None
    ) -> Result:
        """
        Clear `protect` and `retainOnDelete` of the namespaces *names* in one update.

        The engine reads both from the state, so only after this a destroy deletes them.

        Raises:
            EngineError: The program refused, or the engine failed.
        """
        file = stack_file(self.name)
        project = self.stack.workspace.project_settings().name
        with tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-") as folder:
            released = Path(folder) / file
            write_with_deletions(root / file, released, names, project=project)
            return attrs.evolve(self, config_file=released).up(
                on_step=on_step, removes_access=True
            )

    def outputs(self) -> Mapping[str, JSON]:
        """
        Return the stack's outputs, secrets left out.

        Raises:
            EngineError: The state cannot be read.
        """
        project = self.stack.workspace.project_settings().name
        stored = stored_outputs(self.stack, project)
        if stored is not None:
            return stored
        with self.readable_errors():
            return outputs_of(self.stack)

    def previous_update(self) -> PreviousUpdate:
        """
        Return what the outputs record of the last update.

        Raises:
            EngineError: The state cannot be read.
        """
        return PreviousUpdate.from_outputs(self.outputs())

    def exported(self) -> auto.Deployment:
        """
        Return the whole state, as the engine exports it.

        Raises:
            EngineError: It cannot be read.
        """
        with self.readable_errors():
            return self.stack.export_stack()

    def state(self) -> list[Mapping[str, JSON]]:
        """
        Return the resources in the state; change only copies of them.

        Raises:
            EngineError: It cannot be read.
        """
        stored = stored_resources(self.stack, self.stack.workspace.project_settings().name)
        if stored is not None:
            return stored
        deployment = self.exported().deployment or {}
        resources: list[Mapping[str, JSON]] = deployment.get("resources") or []
        return resources

    @property
    def _config_file(self) -> str | None:
        return None if self.config_file is None else str(self.config_file)

    @contextmanager
    def readable_errors(self) -> Iterator[None]:
        """Raise a failure of the command line as one of our errors."""
        try:
            yield
        except auto.CommandError as error:
            raise error_from(self.name, error) from error

    @contextmanager
    def _own_variables(self, variables: Mapping[str, str]) -> Iterator[None]:
        """
        Give the engine *variables*, and a folder for temporary files, deleted afterwards.

        The Kubernetes provider writes a whole copy of the kubeconfig into it and leaves it
        there (pulumi-kubernetes, provider/pkg/provider/util.go, writeKubeconfigToFile).
        """
        workspace = self.stack.workspace
        before = dict(workspace.env_vars)
        remove_left_folders()
        with tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-") as folder:
            workspace.env_vars = {**before, **variables, TEMPORARY: folder}
            try:
                with cleaned_up_after_kill(Path(folder)):
                    yield
            finally:
                workspace.env_vars = before

    @contextmanager
    def _own_program(self, kind: str) -> Iterator[None]:
        """Run the shipped program without a new Python for each operation that runs it."""
        workspace = self.stack.workspace
        variables = {**os.environ, **workspace.env_vars}
        if (
            kind not in _RUN_THE_PROGRAM
            or not isinstance(workspace, OperatedWorkspace)
            or not is_shipped(Path(workspace.work_dir))
            or not has_these_packages(variables)
        ):
            yield
            return
        with language_host(variables) as address:
            workspace.arguments = () if address is None else (f"--client={address}",)
            try:
                yield
            finally:
                workspace.arguments = ()

    def _run(
        self,
        kind: str,
        on_step: OnStep | None,
        operation: Callable[[OperatedStack, EventLog, Callable[[str], None]], object],
        variables: Mapping[str, str] = {},
    ) -> Result:
        accept_unknown_events()
        log = EventLog(on_step)
        lines: list[str] = []
        try:
            with self._own_variables(variables), self._own_program(kind):
                operation(OperatedStack(self.name, self.stack.workspace), log, lines.append)
        except auto.CommandError as error:
            raise error_from(self.name, error, log.errors) from error
        except RuntimeError as error:
            # The SDK raises this if the engine ended without a summary.
            raise failed(self.name, f"{error}\n{''.join(lines)}", log.errors) from error
        return Result(
            stack=self.name,
            kind=kind,
            summary=log.summary,
            steps=tuple(log.steps),
            messages=tuple(log.messages),
            outputs=log.outputs if kind == "up" else {},
            text="\n".join(lines),
        )


def _flag(value: bool) -> str:
    return "1" if value else "0"

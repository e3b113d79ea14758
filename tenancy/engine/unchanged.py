"""
Recognizes a stack without changes, without an engine.

The record of the last update on this machine has a digest of all its inputs,
and the checksum of the state after it. If both are unchanged, and the plan that the
program would make from the cluster is empty, the engine would find every resource unchanged.
In doubt an engine is started, so a wrong or missing record only costs time.
"""

import contextlib
from collections.abc import Iterator

import attrs

from tenancy.assessment import Assessment
from tenancy.diagnostics import TenancyError
from tenancy.engine.cluster_readings import ClusterReadings
from tenancy.engine.comparison import compare
from tenancy.engine.interaction import Note
from tenancy.engine.protection import RECORD, restore_protection
from tenancy.engine.recorded_updates import RecordedUpdate, recorded_update
from tenancy.engine.recovery import interrupted
from tenancy.engine.results import Result
from tenancy.engine.session import Session
from tenancy.engine.shipped_program import InDoubtError
from tenancy.engine.state_contents import holds_exactly
from tenancy.engine.state_reading import StateReading, read_state
from tenancy.engine.update_inputs import update_inputs
from tenancy.engine.update_records import UpdateRecord, forget, read_record, write_record
from tenancy.kubernetes import field_manager
from tenancy.planning import PreviousUpdate, plan_for, read_cluster

__all__ = ["Attempt"]


@attrs.define
class Attempt:
    """
    One preview or update of a stack, which starts an engine only if it may have changes.

    Attributes:
        assessment: The project, checked for only this stack.
        session: The stack.
        readings: What was read from clusters in the same call.
        strict: Whether "not checked" findings refuse the stack.
    """

    assessment: Assessment
    session: Session
    readings: ClusterReadings
    strict: bool = False
    _inputs: str | None = None
    _before: StateReading | None = None

    def unchanged(self, kind: str, *, is_live: bool) -> Result | None:
        """
        Return the result that the engine would have; None if the engine must be started.

        Args:
            kind: `preview` or `up`.
            is_live: Whether the objects on the cluster are also compared with the files. With
                a difference, the engine is started.
        """
        try:
            record, state = self._read()
            if RECORD in state.outputs:
                # A destroy was killed; the engine first sets its protection again.
                restore_protection(self.session)
                return None
            if record is None or not state.is_settled:
                return None
            if (record.inputs, record.state) != (self._inputs, state.checksum):
                return None
            if not self._is_plan_empty(state, is_preview=kind == "preview"):
                return None
            if is_live and not self._is_live_as_described():
                return None
        except (TenancyError, InDoubtError, ValueError):
            # The engine is started, and reports the error.
            return None
        return Result(
            stack=self.session.name,
            kind=kind,
            summary={"same": record.unchanged},
            steps=(),
            outputs=state.public_outputs if kind == "up" else {},
            text="",
        )

    @property
    def interruption(self) -> str:
        """
        That an engine was cut in the middle of operations, as a line; empty if none was.

        The state lacks what these operations created, and has what they deleted, so the engine
        must read the cluster first.
        """
        if self._before is None or not self._before.pending:
            return ""
        found = interrupted(self.session.name, self._before.pending)
        return f"{found}; the cluster is read first"

    @contextlib.contextmanager
    def changes(self) -> Iterator[None]:
        """Delete record and readings, before and after the update in the block."""
        forget(self.session)
        self.forget_readings()
        try:
            yield
        finally:
            self.forget_readings()

    def forget_readings(self) -> None:
        """Forget what was read of the cluster, as far as an update of this stack changes it."""
        environment = self.assessment.tenancy.environments.get(self.session.name)
        if environment is None:
            # The update of a platform changes cluster-wide objects.
            self.readings.forget()
        else:
            self.readings.forget([one.name for one in environment.namespaces])

    @contextlib.contextmanager
    def recorded(self, note: Note) -> Iterator[RecordedUpdate]:
        """Record what the update in the block intends; see `recorded_update`."""
        try:
            connection = self.readings.connect(
                self.assessment.cluster(self.session.name), self.assessment.root
            )
        except TenancyError:
            # The program reports this error.
            connection = None
        # Another program than the shipped one, whose inputs are not known, may do anything.
        if self._inputs is None or connection is None:
            yield RecordedUpdate()
            return
        with recorded_update(self.assessment, self.session, connection.uid, note) as recorded:
            yield recorded

    def previewed(self, result: Result) -> None:
        """Record that there are no changes, if the preview's *result* proves it."""
        before = self._before
        if self._inputs is None or before is None or not result.is_empty:
            return
        is_same = self._state_now() == before and self._inputs_now() == self._inputs
        # Files may have been edited after they were read here and before the engine read them.
        if is_same and holds_exactly(self.assessment, self.session.name, before):
            self._record(before, result.total)

    def updated(self) -> None:
        """Record the result of an update, if the state has exactly what the files describe."""
        inputs, state = self._inputs, self._state_now()
        if inputs is None or state is None or self._inputs_now() != inputs:
            return
        if holds_exactly(self.assessment, self.session.name, state):
            self._record(state, state.reported)

    def _read(self) -> tuple[UpdateRecord | None, StateReading]:
        # A stack without a state has inputs too.
        self._inputs = update_inputs(self.assessment, self.session)
        self._before = read_state(self.session.stack, self.assessment.name)
        return read_record(self.session), self._before

    def _record(self, state: StateReading, unchanged: int) -> None:
        assert self._inputs is not None
        if state.is_settled:
            write_record(
                self.session,
                UpdateRecord(inputs=self._inputs, state=state.checksum, unchanged=unchanged),
            )

    def _state_now(self) -> StateReading | None:
        try:
            return read_state(self.session.stack, self.assessment.name)
        except (TenancyError, ValueError):
            return None

    def _inputs_now(self) -> str | None:
        try:
            return update_inputs(self.assessment, self.session)
        except (TenancyError, InDoubtError):
            return None

    def _is_plan_empty(self, state: StateReading, *, is_preview: bool) -> bool:
        """Whether the program would print nothing and refuse nothing."""
        stack = self.session.name
        previous = PreviousUpdate.from_outputs(state.outputs)
        if previous.cluster_uid is None or previous.field_manager != self._manager():
            return False
        reading = read_cluster(
            self.assessment,
            stack,
            previous,
            is_required=True,
            connect=self.readings.connect,
            read=self.readings.read,
        )
        if reading.needs_state:
            return False
        planned = plan_for(
            self.assessment,
            stack,
            previous,
            reading,
            is_preview=is_preview,
            strict=self.strict,
        )
        return planned.plan.is_empty and not planned.is_refused

    def _is_live_as_described(self) -> bool:
        return not compare(self.assessment, self.session.name, self.readings).differences

    def _manager(self) -> str:
        provider = self.assessment.cluster(self.session.name).provider_name
        return field_manager(self.assessment.name, self.session.name, provider)

"""Kills whatever takes part in an update at a moment drawn by a seed, and what is left."""

import contextlib
import os
import random
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs
import psutil

from tenancy import engine
from tenancy.assessment import Assessment, assess
from tenancy.cluster import Connection, connect, objects
from tenancy.drifting import Identity
from tenancy.engine import OpenStack
from tenancy.engine.comparison import compare
from tenancy.engine.left_folders import PREFIX
from tenancy.engine.stack_opener import opener
from tenancy.engine.state_contents import holds_exactly
from tenancy.engine.state_reading import read_state
from tenancy.local import sandbox as local_sandbox
from tenancy.planning import INTENT_OUTPUT
from tests.cluster.api import until
from tests.cluster.stacks.conftest import Project
from tests.cluster.stacks.killed_program import Program
from tests.cluster.stacks.killed_stack import STACK, write_stack
from tests.cluster.templates import PATHS
from tests.commands import TENANCY

KINDS = ("Namespace", "ResourceQuota", "LimitRange", "NetworkPolicy", "RoleBinding")
LOOKED_AT = ("ResourceQuota", "NetworkPolicy", "RoleBinding")
"""What shows how far an update is: the most of its objects, and the last."""
VICTIMS = ("command", "engine", "provider", "kube-apiserver", "etcd")
PHASES = ("recorded", "begun", "half", "almost")
FOLLOWING = ("again", "preview", "before", "other", "destroy")
FOREIGN = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "foreign", "namespace": "default"},
    "data": {"a": "b"},
}
_PROGRAMS = {"engine": "pulumi", "provider": "pulumi-resource-kubernetes"}
_SHARES = {"recorded": 0.0, "begun": 0.05, "half": 0.5, "almost": 0.9}
_LIMIT_SECONDS = 240


@attrs.frozen(kw_only=True)
class Case:
    """One kill: of which process, in which phase of what, and what is run afterwards."""

    number: int
    victim: str
    phase: str
    jitter: float
    following: str

    def __str__(self) -> str:
        return f"{self.number}: {self.victim} {self.phase} then {self.following}"


def cases(seed: int, count: int) -> Iterator[Case]:
    """Yield *count* cases: every pair of victim and phase in turn, the rest drawn by *seed*."""
    drawn = random.Random(seed)
    pairs = [(victim, phase) for victim in VICTIMS for phase in PHASES]
    drawn.shuffle(pairs)
    for number in range(count):
        victim, phase = pairs[number % len(pairs)]
        yield Case(
            number=number,
            victim=victim,
            phase=phase,
            jitter=drawn.random(),
            following=drawn.choice(FOLLOWING),
        )


@attrs.define
class Campaign:
    """
    One stack that is created, changed, destroyed, and killed meanwhile, over and over.

    Attributes:
        backend: Variables that name another backend than the project's own folder.
        copies: How many copies of the kubeconfig there were when commands were killed.
    """

    project: Project
    backend: Mapping[str, str] = attrs.field(factory=dict)
    version: str | None = None
    copies: int = 0
    tally: dict[tuple[str, str, str], int] = attrs.field(factory=dict)

    @property
    def is_remote(self) -> bool:
        """Whether the state is in a bucket, where no update is recorded."""
        return bool(self.backend)

    def run(self, case: Case) -> str:
        """Kill as *case* names, go on, and assert that state, cluster and files are one."""
        before = self.version
        verb = self._begin(case)
        process = self.program(verb)
        is_cut = self._kill(process, case, verb)
        if case.victim in {"kube-apiserver", "etcd"}:
            # The engine waits for objects to be deleted, until the server answers again.
            local_sandbox.up(self.project.root)
        output, _ = process.communicate(timeout=_LIMIT_SECONDS)
        assert is_cut or process.returncode == 0, output
        if case.victim == "command":
            _assert_nothing_left(process.pid)
        self._follow(case, before)
        self.assert_one(str(case))
        what = "destroy" if verb == "destroy" else "create" if before is None else "change"
        key = (case.victim, case.phase, what)
        self.tally[key] = self.tally.get(key, 0) + 1
        return f"{case} ({what}, {'cut' if is_cut else 'had ended'})"

    def table(self) -> str:
        """Return how many kills there were of each process, in each phase of each operation."""
        verbs = ("create", "change", "destroy")
        lines = [f"{'':16}{'phase':10}" + "".join(f"{verb:>9}" for verb in verbs)]
        for victim in VICTIMS:
            for phase in PHASES:
                counts = [self.tally.get((victim, phase, verb), 0) for verb in verbs]
                lines.append(f"{victim:16}{phase:10}" + "".join(f"{n:9}" for n in counts))
        return "\n".join(lines)

    def _begin(self, case: Case) -> str:
        if self.version is None:
            self.write("first")
            return "up"
        if case.number % 3 == 2:
            return "destroy"
        self.write("second" if self.version == "first" else "first")
        return "up"

    def write(self, version: str) -> None:
        """Describe the stack in one of its versions."""
        write_stack(self.project.root, version)
        self.version = version

    def _follow(self, case: Case, before: str | None) -> None:
        if self.is_remote:
            self._cancel()
        if case.following == "preview":
            self.finish("preview")
        if case.following == "before" and before is not None:
            self.write(before)
        if case.following == "other":
            self.write("third")
        if case.following == "destroy":
            self.finish("destroy")
            self.version = None
        else:
            self.finish("up")

    def words(self, verb: str) -> list[str]:
        """Return the command line of *verb*."""
        flags = [] if verb == "preview" else ["--yes"]
        arguments = [verb, *flags, f"--stack={STACK}", f"--project={self.project.root}"]
        return [*TENANCY, *arguments]

    @property
    def variables(self) -> Mapping[str, str]:
        """The environment of commands."""
        return {**os.environ, **PATHS}

    def program(self, verb: str) -> Program:
        """Start a program of Python that does *verb*: a command without preview and output."""
        printed = self.project.root / "printed.log"
        return Program(verb, STACK, self.project.root, self.backend, printed)

    def command(self, verb: str) -> subprocess.Popen[str]:
        """Start the command *verb*."""
        return subprocess.Popen(
            self.words(verb),
            env=self.variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def succeed(self, verb: str) -> None:
        """Run the command *verb*, which has to succeed."""
        process = self.command(verb)
        output, _ = process.communicate(timeout=_LIMIT_SECONDS)
        allowed = {0, 2} if verb == "preview" else {0}
        assert process.returncode in allowed, output

    def finish(self, verb: str) -> None:
        """Do *verb* in this process, which takes half the time of a command."""
        found = assess(self.project.root)
        operation = {"up": engine.up, "preview": engine.preview, "destroy": engine.destroy}
        outcome = operation[verb](found, [STACK], open_stack=self._opener(found))[STACK]
        assert outcome.error is None, f"{verb}: {outcome.error}"

    def _opener(self, found: Assessment) -> OpenStack:
        return opener(found, variables=self.backend)

    def _cancel(self) -> None:
        """Remove the lock of a killed engine, as its message tells a person to."""
        self._opener(assess(self.project.root))(STACK).stack.cancel()

    def _kill(self, process: Program, case: Case, verb: str) -> bool:
        """Kill the victim in its phase; return whether the command had not ended by itself."""
        found = assess(self.project.root, STACK)
        connection = connect(found.cluster(STACK), self.project.root)
        begin = _made(connection, LOOKED_AT)
        wanted = set() if verb == "destroy" else self._wanted(found)
        wanted = {one for one in wanted if one.kind in LOOKED_AT}
        steps = max(1, len(wanted ^ begin))
        deadline = time.monotonic() + _LIMIT_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            if self._has_begun(process) and (
                case.phase == "recorded"
                or len(_made(connection, LOOKED_AT) ^ begin) / steps >= _SHARES[case.phase]
            ):
                time.sleep(case.jitter * 0.3)
                return self._signal(process, case.victim)
            # Without a pause, the lists take longer than the update.
            time.sleep(0.1)
        return False

    def _has_begun(self, process: Program) -> bool:
        """Whether the update is recorded; in a bucket, whether its provider runs."""
        if self.is_remote:
            return any(of_session(process.pid, _PROGRAMS["provider"]))
        state = self.project.box.root / ".sandbox" / "pulumi" / "state" / ".pulumi" / "stacks"
        file = state / "tenancy" / f"{STACK}.json"
        return file.is_file() and INTENT_OUTPUT in file.read_text()

    def _signal(self, process: Program, victim: str) -> bool:
        if victim == "command":
            folders = list(Path(tempfile.gettempdir()).glob(f"{PREFIX}{process.pid}-*"))
            with contextlib.suppress(FileNotFoundError):
                # It may end at this moment, and removes them then.
                self.copies += sum(1 for folder in folders for _ in folder.iterdir())
            process.kill()
            return True
        if victim in _PROGRAMS:
            killed = False
            for pid in of_session(process.pid, _PROGRAMS[victim]):
                os.kill(pid, signal.SIGKILL)
                killed = True
            return killed
        parts = {part.name: part.pid for part in local_sandbox.status(self.project.root).parts}
        os.kill(parts[victim] or 0, signal.SIGKILL)
        if victim == "etcd":
            # The API server takes two minutes to connect again, unless it is started again.
            time.sleep(1)
            os.kill(parts["kube-apiserver"] or 0, signal.SIGKILL)
        return True

    def _wanted(self, found: Assessment) -> set[Identity]:
        desired = compare(found, STACK).desired
        return {one for one in map(Identity.of, desired) if one.kind in KINDS}

    def assert_one(self, case: str) -> None:
        """Assert that state, cluster and files are one."""
        found = assess(self.project.root, STACK)
        session = self._opener(found)(STACK)
        if self.version is None:
            assert [] == session.state(), case
            made = _made(connect(found.cluster(STACK), self.project.root))
            assert not made, case
            return
        state = read_state(session.stack, found.name)
        assert holds_exactly(found, STACK, state), f"{case}: the state is not what is described"
        drift = compare(found, STACK)
        assert () == drift.differences, case
        described = {Identity.of(one) for one in drift.desired}
        assert {one for one in _made(drift.connection) if one.kind in KINDS} <= described, case


def _made(connection: Connection, kinds: tuple[str, ...] = KINDS) -> set[Identity]:
    """Return what exists of the stack on the cluster."""
    return {
        one
        for one in objects(connection, kinds)
        if (one.namespace or one.name).startswith(("red-", "blue-", "green-"))
    }


def _assert_nothing_left(killed: int) -> None:
    """Assert that no process and no copy of a kubeconfig of the command *killed* is left."""

    def left() -> list[str]:
        folders = Path(tempfile.gettempdir()).glob(f"{PREFIX}{killed}-*")
        programs = [name for name in _PROGRAMS.values() if list(of_session(killed, name))]
        return [*programs, *map(str, folders)]

    # The shell that waits for the kill has 7 seconds for engines that do not end themselves.
    until(lambda: not left(), f"nothing is left of {killed}")


def of_session(leader: int, program: str) -> Iterator[int]:
    """Yield the processes of the session of *leader* that run *program*."""
    for process in psutil.process_iter(["cmdline"]):
        names = [Path(argument).name for argument in process.info["cmdline"] or ()]
        with contextlib.suppress(ProcessLookupError):
            if names[:1] == [program] and os.getsid(process.pid) == leader:
                yield process.pid

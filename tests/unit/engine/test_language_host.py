"""The program is run as Pulumi's own language host runs it, in a fork that imports nothing."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attrs
import grpc
import psutil
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import engine_pb2_grpc, language_pb2, language_pb2_grpc

from tenancy.engine.language_host import language_host

PRINTS_WHAT_IT_IS_GIVEN = """
import json, os, sys
print(json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]))
"""


@attrs.frozen
class Engine(engine_pb2_grpc.EngineServicer):
    """Keeps what is logged to it."""

    lines: list[str] = attrs.field(factory=list)

    def Log(self, request, context):
        self.lines.append(request.message)
        return Empty()


@pytest.fixture
def engine() -> Iterator[tuple[Engine, str]]:
    server = grpc.server(ThreadPoolExecutor(max_workers=2))
    servicer = Engine()
    engine_pb2_grpc.add_EngineServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield servicer, f"127.0.0.1:{port}"
    server.stop(None)


@pytest.fixture
def run(tmp_path: Path, engine) -> Callable[..., language_pb2.RunResponse]:
    """Return what runs a script in place of `pulumi-language-python-exec`."""
    script = tmp_path / "bin/pulumi-language-python-exec"
    script.parent.mkdir()

    def run_it(code: str, **fields: object) -> language_pb2.RunResponse:
        script.write_text(code)
        script.chmod(0o755)
        variables = {"PATH": str(script.parent), "TENANCY_PLANTED": "here"}
        with language_host(variables) as address, grpc.insecure_channel(address) as channel:
            host = language_pb2_grpc.LanguageRuntimeStub(channel)
            request = language_pb2.RunRequest(
                args=[engine[1]],
                pwd=str(tmp_path),
                **{"project": "p", "stack": "dev", "parallel": 4, "program": ".", **fields},
            )
            return host.Run(request, timeout=60)

    return run_it


def wait_until(is_true: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not is_true():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_the_script_gets_arguments_folder_and_variables(run, engine, tmp_path: Path) -> None:
    response = run(
        PRINTS_WHAT_IT_IS_GIVEN,
        dryRun=True,
        monitor_address="127.0.0.1:1",
        organization="acme",
        config={"tenancy:cluster": "eu 'quoted' \n"},
        configSecretKeys=["tenancy:a"],
    )

    assert language_pb2.RunResponse() == response
    [line] = engine[0].lines
    arguments, folder, variables = json.loads(line)
    assert [
        "--monitor=127.0.0.1:1",
        f"--engine={engine[1]}",
        "--project=p",
        "--stack=dev",
        f"--pwd={tmp_path}",
        "--dry_run=true",
        "--parallel=4",
        "--organization=acme",
        ".",
    ] == arguments
    assert str(tmp_path) == folder
    assert {
        "PATH": str(tmp_path / "bin"),
        "TENANCY_PLANTED": "here",
        "PULUMI_CONFIG": json.dumps({"tenancy:cluster": "eu 'quoted' \n"}),
        "PULUMI_CONFIG_SECRET_KEYS": '["tenancy:a"]',
    } == {name: value for name, value in variables.items() if name != "LC_CTYPE"}


@pytest.mark.parametrize(
    ("code", "error", "bail"),
    [
        pytest.param("", "", False, id="ends"),
        pytest.param("import sys; sys.exit(0)", "", False, id="exits with 0"),
        pytest.param("import sys; sys.exit(32)", "", True, id="has reported its error"),
        pytest.param("import sys; sys.exit(3)", "code: 3", False, id="exits with 3"),
        pytest.param("raise ValueError('no')", "code: 1", False, id="raises"),
        pytest.param("import os; os.kill(os.getpid(), 9)", "code: 1", False, id="is killed"),
    ],
)
def test_how_a_script_ends_is_what_the_engine_hears(run, code, error, bail) -> None:
    response = run(code)

    assert bail == response.bail
    expected = f"program exited with non-zero exit {error}" if error else ""
    assert expected == response.error


def test_what_it_prints_is_shown(run, engine) -> None:
    run("import sys; print('to output'); print('to errors', file=sys.stderr); raise OSError(5)")

    lines = engine[0].lines
    assert {"to output", "to errors", "OSError: 5"} <= set(lines)


def test_what_a_library_does_at_the_end_is_done_before_the_answer(run, tmp_path: Path) -> None:
    """Such as the Kubernetes client, which deletes files with credentials."""
    run(
        "import atexit, os, tempfile, time\n"
        "name = tempfile.mkstemp(dir='.')[1]\n"
        "atexit.register(lambda: (time.sleep(0.5), os.rename(name, 'deleted')))"
    )

    assert (tmp_path / "deleted").exists()


def test_temporary_files_are_where_the_engine_wants_them(run, engine, tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        run(f"import os, tempfile as t; os.environ['TMPDIR'] = {name!r}; print(t.gettempdir())")

    assert [str(tmp_path / "first"), str(tmp_path / "second")] == engine[0].lines


def test_one_run_leaves_nothing_to_the_next(run, engine) -> None:
    run("import os, builtins; builtins.planted = os.environ['PLANTED'] = 'here'")
    run("import os, builtins; print(hasattr(builtins, 'planted'), os.environ.get('PLANTED'))")

    assert ["False None"] == engine[0].lines


def test_the_program_is_imported_before_it_runs(run, engine) -> None:
    run(
        "import os, sys, threading\n"
        "print('tenancy_components.program' in sys.modules, threading.active_count())\n"
        "print(os.getppid())"
    )
    run("import os; print(os.getppid())")

    imported, parent, same_parent = engine[0].lines
    assert "True 1" == imported
    assert parent == same_parent
    assert str(os.getpid()) != parent


def test_a_program_ends_with_its_engine(tmp_path: Path, engine) -> None:
    """The engine was killed, so it waits for no answer."""
    script = tmp_path / "bin/pulumi-language-python-exec"
    script.parent.mkdir()
    script.write_text("import os, time; print(os.getpid(), flush=True); time.sleep(600)")
    script.chmod(0o755)
    servicer, address_of_engine = engine

    with (
        language_host({"PATH": str(script.parent)}) as address,
        grpc.insecure_channel(address) as channel,
    ):
        request = language_pb2.RunRequest(args=[address_of_engine], pwd=str(tmp_path))
        call = language_pb2_grpc.LanguageRuntimeStub(channel).Run.future(request)
        wait_until(lambda: servicer.lines)
        call.cancel()

    wait_until(lambda: not psutil.pid_exists(int(servicer.lines[0])))


def test_a_host_without_the_script_leaves_the_program_to_the_engine(tmp_path: Path) -> None:
    with language_host({"PATH": str(tmp_path)}) as address:
        assert address is None


def test_the_server_ends_with_its_process(tmp_path: Path) -> None:
    """Also when that process is killed."""
    code = (
        "from tenancy.engine.language_host import _server\n"
        "import os, signal\n"
        "server = _server()\n"
        "print(server.process.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )

    assert -signal.SIGKILL == killed.returncode
    pid = int(killed.stdout)
    wait_until(lambda: not psutil.pid_exists(pid))

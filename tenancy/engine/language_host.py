"""
A language host for the shipped program: the engine asks it to run the program, and it does so.

The engine's own host starts a Python for each preview and update, and lists the installed
packages before; here one process imports the program, and each run is a fork of it.
"""

import atexit
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

import attrs
import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import (
    engine_pb2,
    engine_pb2_grpc,
    language_pb2,
    language_pb2_grpc,
    plugin_pb2,
)

from tenancy.engine import program_server
from tenancy.engine.program_server import DESCRIPTORS, PROCESS, REQUEST

__all__ = ["language_host"]

_EXECUTOR: Final = "pulumi-language-python-exec"
_ALREADY_REPORTED: Final = 32
"""The exit code of a program that has reported its error (pulumi-language-python-exec)."""
_MESSAGE_BYTES: Final = 400 * 1024 * 1024
"""The largest message between engine and program, as in the SDK."""
_OPTIONS: Final = (("grpc.max_receive_message_length", _MESSAGE_BYTES),)
_THREADS: Final = 4


@attrs.frozen
class _Server:
    """A process that has imported the program and forks for each run."""

    process: subprocess.Popen[bytes]
    control: socket.socket
    lock: threading.Lock = attrs.field(factory=threading.Lock)

    @classmethod
    def start(cls) -> "_Server":
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(
                # `-P`: no module is imported from the folder of the script.
                [sys.executable, "-P", program_server.__file__, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        return cls(process, ours)

    def fork(self, descriptors: Sequence[int]) -> int:
        """
        Start a process that has the files *descriptors*, and return its id.

        Raises:
            OSError: The server has ended.
        """
        with self.lock:
            socket.send_fds(self.control, [REQUEST], descriptors)
            answer = self.control.recv(PROCESS.size)
        if len(answer) != PROCESS.size:
            raise ConnectionResetError
        process: int
        (process,) = PROCESS.unpack(answer)
        return process

    def end(self) -> None:
        self.control.close()
        self.process.wait()


_SERVERS: Final[list[_Server]] = []
_STARTING: Final = threading.Lock()


def _server() -> _Server:
    """Return the server of this process, started if it does not run."""
    with _STARTING:
        if not _SERVERS or _SERVERS[-1].process.poll() is not None:
            _SERVERS[:] = [_Server.start()]
        return _SERVERS[-1]


@atexit.register
def _end_server() -> None:
    for server in _SERVERS:
        server.end()


@attrs.frozen
class _LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """Answers the engine (proto/pulumi/language.proto)."""

    variables: Mapping[str, str]
    executor: str
    running: set[int] = attrs.field(factory=set)

    def end(self) -> None:
        """End the programs that run although their engine has ended, or was killed."""
        for process in tuple(self.running):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def GetRequiredPlugins(  # noqa: N802
        self, request: language_pb2.GetRequiredPluginsRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPluginsResponse:
        """Return an empty list: each resource names the provider that it needs."""
        del request, context
        return language_pb2.GetRequiredPluginsResponse()

    def GetRequiredPackages(  # noqa: N802
        self, request: language_pb2.GetRequiredPackagesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPackagesResponse:
        """Return an empty list: each resource names the provider that it needs."""
        del request, context
        return language_pb2.GetRequiredPackagesResponse()

    def GetPluginInfo(  # noqa: N802
        self, request: Empty, context: grpc.ServicerContext
    ) -> plugin_pb2.PluginInfo:
        """Return an empty answer, without a version."""
        del request, context
        return plugin_pb2.PluginInfo()

    def Run(  # noqa: N802
        self, request: language_pb2.RunRequest, context: grpc.ServicerContext
    ) -> language_pb2.RunResponse:
        """Run the program to its end."""
        del context
        engine = request.args[0]
        code = self._run(request, engine)
        if code == _ALREADY_REPORTED:
            return language_pb2.RunResponse(bail=True)
        error = f"program exited with non-zero exit code: {code}" if code else ""
        return language_pb2.RunResponse(error=error)

    def _run(self, request: language_pb2.RunRequest, engine: str) -> int:
        ours, theirs = socket.socketpair()
        output, errors = os.pipe(), os.pipe()
        descriptors = (theirs.fileno(), output[1], errors[1])
        assert len(descriptors) == DESCRIPTORS
        try:
            process = _server().fork(descriptors)
        finally:
            theirs.close()
            os.close(output[1])
            os.close(errors[1])
        wanted = {
            "arguments": [self.executor, *_arguments(request, engine)],
            "folder": request.pwd,
            "variables": {
                **self.variables,
                "PULUMI_CONFIG": json.dumps(dict(request.config)),
                "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
            },
        }
        self.running.add(process)
        with (
            grpc.insecure_channel(engine, options=_OPTIONS) as channel,
            ours,
            ours.makefile("rw") as conversation,
            ThreadPoolExecutor() as readers,
        ):
            log = engine_pb2_grpc.EngineStub(channel)
            for number, (reading, _) in enumerate((output, errors), start=1):
                readers.submit(_forward, os.fdopen(reading, errors="replace"), log, number)
            with contextlib.suppress(BrokenPipeError):
                conversation.write(json.dumps(wanted) + "\n")
                conversation.flush()
            answer = conversation.readline()
            # The conversation ends with the process, after which no temporary file is left.
            conversation.read()
            # The process ends now; its id may be given to another one.
            self.running.discard(process)
        # A program that was killed has no exit code.
        return int(answer) if answer else 1


def _arguments(request: language_pb2.RunRequest, engine: str) -> Iterator[str]:
    """Yield the arguments of the script with which Pulumi runs programs."""
    options = {
        "monitor": request.monitor_address,
        "engine": engine,
        "project": request.project,
        "stack": request.stack,
        "pwd": request.pwd,
        "dry_run": "true" if request.dryRun else "false",
        "parallel": str(request.parallel),
        "organization": request.organization,
    }
    for name, value in options.items():
        if value:
            yield f"--{name}={value}"
    yield request.program or "."


def _forward(stream: IO[str], log: engine_pb2_grpc.EngineStub, number: int) -> None:
    """Have the engine show each line that the program printed."""
    with stream:
        for line in stream:
            with contextlib.suppress(grpc.RpcError):
                log.Log(
                    engine_pb2.LogRequest(
                        severity=engine_pb2.INFO, message=line.rstrip("\n"), streamId=number
                    )
                )


@contextmanager
def language_host(variables: Mapping[str, str]) -> Iterator[str | None]:
    """
    Serve an engine as its language host, and yield the address.

    None where the script with which Pulumi runs programs is not on the engine's PATH, or where
    the system has no forks.

    Args:
        variables: All environment variables of the engine.
    """
    executor = shutil.which(_EXECUTOR, path=variables.get("PATH"))
    if executor is None or not hasattr(os, "fork"):
        yield None
        return
    server = grpc.server(ThreadPoolExecutor(max_workers=_THREADS), options=_OPTIONS)
    host = _LanguageHost(variables, str(Path(executor).absolute()))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(grace=None)
        host.end()

"""
Runs the shipped program in processes forked from one that has already imported it.

Importing the program takes longer than most updates. `tenancy.engine.language_host` starts this
file as a script; it imports nothing but the program, has one thread, and ends with the process
that started it.
"""

import contextlib
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import struct
import sys
import tempfile
import traceback
from typing import IO, Final, NoReturn

__all__ = ["DESCRIPTORS", "PROCESS", "REQUEST"]

REQUEST: Final = b"."
"""The message that requests a run; open files come with it."""

DESCRIPTORS: Final = 3
"""How many files come with a request: the conversation, the output and the errors."""

PROCESS: Final = struct.Struct("=q")
"""The answer: the id of the process that was forked."""

_PROGRAM: Final = "tenancy_components.program"
_FAILED: Final = 1
_SECONDS: Final = 1.0
_OPEN: Final[list[IO[str]]] = []


def _main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    # A terminal sends Ctrl-C to every process; here the engine decides what ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Pages that the garbage collector does not visit are shared by all processes.
    gc.disable()
    # What cannot be imported, the program reports.
    with contextlib.suppress(Exception):
        importlib.import_module(_PROGRAM).prepare()
    gc.freeze()
    gc.enable()
    _serve(control)


def _serve(control: socket.socket) -> None:
    children: set[int] = set()
    while True:
        ready, _, _ = select.select([control], [], [], _SECONDS if children else None)
        children = {pid for pid in children if os.waitpid(pid, os.WNOHANG) == (0, 0)}
        if not ready:
            continue
        message, descriptors, _, _ = socket.recv_fds(control, len(REQUEST), DESCRIPTORS)
        if not message:
            break
        child = os.fork()
        if child == 0:
            control.close()
            _run(*descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        children.add(child)
        control.sendall(PROCESS.pack(child))
    for child in children:
        os.kill(child, signal.SIGKILL)


def _run(conversation: int, output: int, errors: int) -> NoReturn:
    """Read what to run, run it, answer with its exit code, and end this process."""
    # While the program works, Ctrl-C ends it without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.dup2(output, sys.stdout.fileno())
    os.dup2(errors, sys.stderr.fileno())
    stream = socket.socket(fileno=conversation).makefile("rw")
    request = json.loads(stream.readline())
    os.environ.clear()
    os.environ.update(request["variables"])
    # Python looks for the temporary folder once, and the server may have done so already.
    tempfile.tempdir = None
    os.chdir(request["folder"])
    code = _exit_code(request["arguments"])
    stream.write(f"{code}\n")
    stream.flush()
    # Libraries delete temporary files, some with credentials, when the interpreter ends. The
    # conversation stays open until then.
    _OPEN.append(stream)
    sys.exit(code)


def _exit_code(arguments: list[str]) -> int:
    sys.argv = arguments
    try:
        runpy.run_path(arguments[0], run_name="__main__")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        return _FAILED
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


if __name__ == "__main__":
    _main()

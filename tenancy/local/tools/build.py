"""Build tools from the Go modules in `toolchain/`, once for all checkouts of a user."""

import contextlib
import fcntl
import json
import os
import re
import shutil
import stat
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

from rich.console import Console

from tenancy.local.tools.definitions import (
    PROVIDER,
    CopiedFiles,
    Module,
    cache_folder,
    key,
    target,
)
from tenancy.local.tools.errors import ToolsError
from tenancy.local.tools.locate import MANIFEST, built
from tenancy.local.tools.progress import show_build
from tenancy.local.tools.version import Version

__all__ = ["announcement", "build", "obstacle"]

GO: Final = Version(1, 26, 0)
_GO_NAME = re.compile(r"go(\d+)\.(\d+)(?:\.(\d+))?")


class Progress(Protocol):
    """Receives the progress of a build."""

    def total(self, packages: int) -> None:
        """Set the largest possible number of packages."""

    def line(self, text: str) -> None:
        """Take one line of what `go` prints."""


def announcement(modules: Sequence[Module]) -> str:
    """
    Return the text printed before a build: what is built and how long it takes.

    Args:
        modules: What is to be built, at least one.
    """
    lines = ["These tools are not installed. They are built once and shared by all checkouts:"]
    for entry in modules:
        names = ", ".join(entry.packages.values())
        lines.append(f"  {names}: about {_minutes(entry.minutes)}")
    total = _minutes(sum(entry.minutes for entry in modules))
    lines.append(
        f"About {total} in total on two cores the first time, less if Go has compiled "
        "some packages before. Interrupting is safe: the next run continues."
    )
    lines.append(f"The programs are kept in {cache_folder()}.")
    return "\n".join(lines)


def build(modules: Sequence[Module], folder: Path, console: Console) -> None:
    """
    Build *modules*, one after the other, with progress on *console*.

    Args:
        modules: What to build. If empty, nothing is done or printed.
        folder: `toolchain/`.
        console: Where progress is shown.

    Raises:
        ToolsError: Go is missing or too old, or a build failed; the message has the remedy
            and the end of what `go` printed.
    """
    if not modules:
        return
    go = _go(modules)
    console.print(announcement(modules), highlight=False)
    for entry in modules:
        _build(entry, folder, go, console)


def obstacle(modules: Sequence[Module]) -> str | None:
    """Return why *modules* cannot be built here, with the remedy; None if they can."""
    try:
        _go(modules)
    except ToolsError as error:
        return str(error)
    return None


def _build(entry: Module, folder: Path, go: Path, console: Console) -> None:
    cache = cache_folder()
    name = f"{entry.name}-{key(entry, folder)}"
    with _build_lock(cache, entry.name, console) as lock:
        if built(entry, folder) is not None:
            console.print(
                f"{entry.name}: another run has built it in the meantime", highlight=False
            )
            return
        # An interrupted run left these: while the lock is held, no other build runs.
        for leftover in cache.glob(f".building-{entry.name}-*"):
            shutil.rmtree(leftover)
        work = cache / f".building-{name}"
        (work / "bin").mkdir(parents=True)
        try:
            with show_build(entry.name, console) as progress:
                _compile(entry, folder, work, _Go(go, work, lock, progress, cache))
            finished = cache / name
            # A usable build was found above, so an existing one is unusable.
            shutil.rmtree(finished, ignore_errors=True)
            work.rename(finished)
        finally:
            shutil.rmtree(work, ignore_errors=True)


def _compile(entry: Module, folder: Path, work: Path, go: "_Go") -> None:
    source = work / "source"
    source.mkdir()
    for file in ("go.mod", "go.sum", "main.go"):
        if (folder / entry.name / file).exists():
            shutil.copyfile(folder / entry.name / file, source / file)
    for copied in entry.copied:
        _copy(copied, source if copied.source else work / "bin", go)
    packages = list(entry.packages)
    go.progress.total(len(go.output("list", "-deps", *packages).splitlines()))
    flags = " ".join(["-s -w", *entry.ldflags])
    go.run("build", "-v", "-ldflags", flags, "-o", f"{work / 'bin'}{os.sep}", *packages)
    for package, name in entry.packages.items():
        made = _made(work / "bin", package, name)
        made.rename(work / "bin" / name)
    versions = {tool.name: str(entry.built_version(tool.name)) for tool in entry.tools}
    manifest = {"module": entry.name, "target": "/".join(target()), "versions": versions}
    shutil.rmtree(source)
    (work / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")


def _made(folder: Path, package: str, name: str) -> Path:
    # Go names a program after the last part of its path, without a version.
    parts = [part for part in package.split("/") if not re.fullmatch(r"v\d+", part)]
    return folder / (name if package == "." else parts[-1])


def _copy(copied: CopiedFiles, goal: Path, go: "_Go") -> None:
    origin = Path(json.loads(go.output("mod", "download", "-json", copied.module))["Dir"])
    for file in copied.files:
        path = goal / Path(file).name
        shutil.copyfile(origin / file, path)
        path.chmod(stat.S_IRWXU | stat.S_IRGRP | stat.S_IXGRP | stat.S_IROTH | stat.S_IXOTH)
        if path.name == "schema.json":
            # The module has the schema of the commit, without the version of the release.
            schema = json.loads(path.read_text())
            path.write_text(json.dumps({**schema, "version": str(PROVIDER)}))


class _Go:
    """The `go` command in one build; its processes hold the build's lock."""

    def __init__(
        self, go: Path, work: Path, lock: int, progress: Progress, cache: Path
    ) -> None:
        self.progress = progress
        self._go = go
        self._work = work
        self._lock = lock
        self._log = cache / f"{work.name.removeprefix('.building-')}.log"
        self._log.write_text("")

    def run(self, *arguments: str) -> None:
        """Run it and show what it prints."""
        self._run(arguments, subprocess.STDOUT)

    def output(self, *arguments: str) -> str:
        """Run it, show what it reports, and return what it prints."""
        return self._run(arguments, subprocess.PIPE)

    def _run(self, arguments: Sequence[str], merged: int) -> str:
        output = self._work / "output"
        with output.open("w+") as out:
            process = subprocess.Popen(
                [self._go, *arguments],
                cwd=self._work / "source",
                env=_environment(os.environ),
                stdin=subprocess.DEVNULL,
                stdout=out if merged == subprocess.PIPE else subprocess.PIPE,
                stderr=subprocess.PIPE if merged == subprocess.PIPE else subprocess.STDOUT,
                text=True,
                errors="replace",
                # If this process is killed and `go` still runs, the next build waits for it.
                pass_fds=(self._lock,),
            )
            stream = process.stderr if merged == subprocess.PIPE else process.stdout
            try:
                assert stream is not None
                with stream, self._log.open("a") as log:
                    for line in stream:
                        log.write(line)
                        self.progress.line(line.rstrip())
                process.wait()
            except BaseException:
                process.terminate()
                process.wait()
                raise
            if process.returncode != 0:
                raise ToolsError(self._failure(arguments, process.returncode))
            out.seek(0)
            return out.read()

    def _failure(self, arguments: Sequence[str], code: int) -> str:
        tail = self._log.read_text(errors="replace").splitlines()[-15:]
        excerpt = "\n".join(f"    {line}" for line in tail)
        text = (
            f"`go {arguments[0]}` failed with exit code {code} in {self._work.name}:\n"
            f"{excerpt}\n"
        )
        if any(
            word in excerpt for word in ("dial tcp", "no such host", "timeout", "proxyconnect")
        ):
            return (
                text + "The Go module proxy cannot be reached: check GOPROXY and the network."
            )
        if "no space left" in excerpt:
            return (
                text
                + f"The disk is full: about 8 GB are needed on the disk of {self._log.parent}."
            )
        return text + f"Run it again: compiled packages are kept. The whole log is {self._log}."


def _environment(base: Mapping[str, str]) -> dict[str, str]:
    # The user's own Go flags and workspaces must not affect these builds, and a shell set up
    # for cross-compiling would fill the cache with programs that cannot run here.
    system, processor = target()
    return {
        **base,
        "GOFLAGS": "-buildvcs=false -mod=readonly",
        "GOWORK": "off",
        "GOOS": system,
        "GOARCH": processor,
        "GO111MODULE": "on",
    }


def _go(modules: Sequence[Module]) -> Path:
    names = ", ".join(name for entry in modules for name in entry.packages.values())
    remedy = (
        "install it from https://go.dev/dl/ so that `go` is on PATH, "
        "or install those tools; `tenancy doctor` lists the versions that are supported"
    )
    go = shutil.which("go")
    if go is None:
        raise ToolsError(f"Go {GO.major}.{GO.minor} is needed to build {names}: {remedy}")
    run = subprocess.run(
        [go, "env", "GOVERSION"], capture_output=True, text=True, check=False, cwd="/"
    )
    match = _GO_NAME.match(run.stdout.strip())
    if match is None:
        output = (run.stderr or run.stdout).strip()
        raise ToolsError(f"{go} does not report its version ({output}): {remedy}")
    version = Version(*(int(number or 0) for number in match.groups()))
    if version < GO:
        raise ToolsError(
            f"{go} is Go {version}; Go {GO.major}.{GO.minor} or newer is needed "
            f"to build {names}: {remedy}"
        )
    return Path(go)


@contextlib.contextmanager
def _build_lock(cache: Path, name: str, console: Console) -> Iterator[int]:
    cache.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(cache / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            console.print(
                f"{name}: another run is building it; waiting for it", highlight=False
            )
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _minutes(count: float) -> str:
    return "1 minute" if count <= 1 else f"{count:.0f} minutes"

"""
The files of a project at a revision of git, written to a folder.

They are read as git objects. No program, plugin, hook or filter of the revision is
run.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from tenancy.config.paths import ORGANIZATIONS, PROJECT_FILE, is_stack_file
from tenancy.diagnostics import RefusedError, ToolsError, UsageError, shown

__all__ = ["files_at", "merged"]

_LINK: Final = "120000"
_ENVIRONMENT: Final = {
    # git must not fetch, prompt or take locks.
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "LC_ALL": "C",
}


@contextlib.contextmanager
def files_at(root: Path, revision: str) -> Iterator[Path]:
    """
    Yield a folder with the files of the project at *root* as they are at *revision*.

    Only what Tenancy reads is in it: `Pulumi.yaml`, the stack files and `organizations/`. It is
    deleted afterwards.

    Args:
        root: The project's folder, in a repository of git.
        revision: A commit, branch or tag; or a tree, as `merged` returns it.

    Raises:
        UsageError: There is no such revision, or no project in it.
        ToolsError: git is not installed.
    """
    prefix = _git(root, "rev-parse", "--show-prefix").decode().strip()
    tree = _tree(root, revision)
    listed = _run(root, "ls-tree", "-z", "--full-tree", f"{tree}:{prefix}".removesuffix("/"))
    entries = dict(_entries(root, listed.stdout, revision, f"{tree}:{prefix}"))
    if listed.returncode or PROJECT_FILE not in entries:
        raise UsageError(
            f"{shown(revision)}: there is no {prefix}{PROJECT_FILE} in this revision;"
            " name one in which the project exists"
        )
    contents = _blobs(root, [name for _, name in entries.values()])
    with tempfile.TemporaryDirectory(prefix="tenancy-revision-") as folder:
        for (path, (mode, _)), content in zip(entries.items(), contents, strict=True):
            file = Path(folder) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            if mode == _LINK:
                # The reader refuses links that lead out of the project.
                file.symlink_to(os.fsdecode(content))
            else:
                file.write_bytes(content)
        yield Path(folder)


def merged(root: Path, ours: str, theirs: str) -> str:
    """
    Return the tree of a merge of two revisions; no file and no branch is changed.

    Raises:
        UsageError: There is no such revision.
        RefusedError: They change the same lines.
        ToolsError: git is not installed, or is older than 2.38.
    """
    one, other = _commit(root, ours), _commit(root, theirs)
    done = _run(root, "merge-tree", "--write-tree", "--name-only", "-z", one, other)
    tree, _, rest = done.stdout.partition(b"\0")
    if done.returncode == 0:
        return tree.decode().strip()
    if done.returncode == 1:
        files = [os.fsdecode(name) for name in rest.split(b"\0\0")[0].split(b"\0") if name]
        names = ", ".join(map(shown, files))
        raise RefusedError(
            reason=f"{shown(ours)} and {shown(theirs)} change the same lines of {names};"
            " merge one of them into the other first"
        )
    if b"unrelated histories" in done.stderr:
        raise UsageError(
            f"{shown(ours)} and {shown(theirs)} have no commit in common, so git cannot merge"
            " them; in a shallow clone, fetch all commits first: git fetch --unshallow"
        )
    raise ToolsError(
        f"git could not merge {shown(ours)} and {shown(theirs)} without a working tree:"
        f" {_last_line(done.stderr)}; this needs git 2.38 or newer"
    )


def _tree(root: Path, revision: str) -> str:
    return _resolved(root, revision, "tree")


def _commit(root: Path, revision: str) -> str:
    return _resolved(root, revision, "commit")


def _resolved(root: Path, revision: str, kind: str) -> str:
    if not revision.strip():
        # A CI job may pass a variable that is not set.
        raise UsageError("the revision is empty; name a commit, a branch or a tag")
    name = f"{revision}^{{{kind}}}"
    done = _run(root, "rev-parse", "--quiet", "--verify", "--end-of-options", name)
    if done.returncode:
        raise UsageError(
            f"{shown(revision)}: git knows no such revision here; allowed: a commit, a branch"
            " or a tag; in CI, fetch it first (a checkout has one commit by default)"
        )
    return done.stdout.decode().strip()


def _entries(
    root: Path, listed: bytes, revision: str, project: str
) -> Iterator[tuple[str, tuple[str, str]]]:
    """
    Yield the files that Tenancy reads by their paths in the project: mode and object.

    A link inside of the project is yielded as what it leads to.

    Args:
        root: The project's folder.
        listed: What is in it at *revision*.
        revision: As it was named.
        project: The folder, as git names an object of the revision.
    """
    found: dict[str, tuple[str, str]] = {}
    organizations = ""
    for path, mode, kind, name in _listed(listed):
        if kind == "blob" and (path == PROJECT_FILE or is_stack_file(path)):
            found[path] = mode, name
        elif path == ORGANIZATIONS:
            organizations = name if kind == "tree" else _led_to(root, revision, project, kind)
    if organizations:
        inside = _git(root, "ls-tree", "-z", "--full-tree", organizations)
        for path, mode, kind, name in _listed(inside):
            if kind == "blob" and PurePosixPath(path).suffix in {".yaml", ".yml"}:
                found[f"{ORGANIZATIONS}/{path}"] = mode, name
    links = [path for path, (mode, _) in found.items() if mode == _LINK]
    for path, target in zip(links, _followed(root, project, links), strict=True):
        if target is not None and target[0] == "blob":
            found[path] = "", target[1]
    yield from found.items()


def _led_to(root: Path, revision: str, project: str, kind: str) -> str:
    """
    Return the folder to which `organizations` leads if it is not a folder itself.

    Raises:
        UsageError: git does not have its files.
    """
    [target] = _followed(root, project, [ORGANIZATIONS])
    if kind == "blob" and target is not None and target[0] == "tree":
        return target[1]
    what = {"commit": "a submodule"}.get(
        kind, "neither a folder nor a link to a folder of the project"
    )
    raise UsageError(
        f"{shown(revision)}: {ORGANIZATIONS} is {what}, so git does not have its files in this"
        " revision; compare revisions in which it is a folder"
    )


def _followed(root: Path, project: str, paths: Sequence[str]) -> list[tuple[str, str] | None]:
    """Return the kind and the object to which each path leads; None if out of *project*."""
    if not paths:
        return []
    tree = _git(root, "rev-parse", project.removesuffix("/")).decode().strip()
    # A name with a line break would be two, and is missing instead.
    names = (f"{tree}:{path}".replace("\n", " ") for path in paths)
    asked = "".join(f"{name}\n" for name in names).encode(errors="surrogateescape")
    output = _git(root, "cat-file", "--batch-check", "--follow-symlinks", given=asked)
    found: list[tuple[str, str] | None] = []
    for _ in paths:
        head, _, output = output.partition(b"\n")
        name, _, rest = head.decode(errors="surrogateescape").partition(" ")
        kind = rest.partition(" ")[0]
        found.append((kind, name) if kind in {"blob", "tree"} else None)
        if name in {"dangling", "loop", "notdir", "symlink"}:
            # git then prints the path in full, after its length.
            output = output[int(rest) + 1 :]
    return found


def _listed(output: bytes) -> Iterator[tuple[str, str, str, str]]:
    for line in output.split(b"\0"):
        if line:
            head, _, path = line.partition(b"\t")
            mode, kind, name = head.decode().split()
            yield os.fsdecode(path), mode, kind, name


def _blobs(root: Path, names: Sequence[str]) -> Iterator[bytes]:
    """Yield the content of each object, read by one process."""
    output = _git(root, "cat-file", "--batch", given="".join(f"{n}\n" for n in names).encode())
    at = 0
    for _ in names:
        end = output.index(b"\n", at)
        size = int(output[at:end].split()[2])
        yield output[end + 1 : end + 1 + size]
        at = end + 2 + size


def _git(root: Path, *arguments: str, given: bytes = b"") -> bytes:
    done = _run(root, *arguments, given=given)
    if done.returncode:
        raise UsageError(
            f"{root}: git cannot read its files: {_last_line(done.stderr)}; run this in a"
            " repository of git"
        )
    return done.stdout


def _run(root: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    program = shutil.which("git")
    if program is None:
        raise ToolsError("git is not on PATH; install it to compare revisions")
    # The repository's config could otherwise name a program to run (`core.fsmonitor`).
    options = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
    return subprocess.run(
        [program, *options, *arguments],
        cwd=root,
        env=_variables(os.environ),
        input=given,
        capture_output=True,
        check=False,
    )


def _variables(inherited: Mapping[str, str]) -> dict[str, str]:
    """Return the variables without those that name another repository."""
    others = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY")
    kept = {name: value for name, value in inherited.items() if name not in others}
    return {**kept, **_ENVIRONMENT}


def _last_line(output: bytes) -> str:
    lines = output.decode(errors="replace").strip().splitlines()
    return shown(lines[-1]) if lines else "no reason given"

"""A saved plan: its facts, the fingerprint of what it was made from, and the engine's plan."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal, NotRequired

import attrs
from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypedDict

from tenancy.config.document import JSON, Refusal, read_contents
from tenancy.diagnostics import RefusedError
from tenancy.engine.fingerprint import Fingerprint
from tenancy.engine.sdk_stack import SECRET_MARK
from tenancy.local import write_private
from tenancy.planning import PlanData

__all__ = ["VERSION", "SavedPlan", "read_plan", "write_plan"]

VERSION: Final = 1
"""Incremented whenever a key changes its meaning or is removed."""

LARGEST: Final = 128 * 1024 * 1024
"""The largest file in bytes. The engine's plan of a thousand namespaces is smaller."""

_SECRETS: Final = (SECRET_MARK, "secure")
"""Keys beside which the engine writes a value that it encrypted."""


class _FingerprintData(TypedDict):
    files: dict[str, str]
    state: dict[str, str]
    clusterUid: str
    objects: dict[str, str]


class _File(TypedDict):
    version: Literal[1]
    kind: Literal["saved-plan"]
    project: str
    stack: str
    plan: PlanData
    madeFrom: _FingerprintData
    enginePlan: NotRequired[object]


def _unreadable(path: Path, found: str) -> RefusedError:
    return RefusedError(
        reason=f"{path}: {found}; allowed is a file that `tenancy plan --save` of this version"
        " wrote; save the plan again. Nothing was changed."
    )


@attrs.frozen(kw_only=True)
class SavedPlan:
    """
    A reviewed plan, which can be applied as long as nothing has changed.

    Attributes:
        project: The project's name.
        stack: The stack's name.
        plan: The plan, as `tenancy plan --json` writes it.
        made_from: The fingerprint of everything that it was made from.
        engine_plan: The engine's own plan; None if it contains secrets.
    """

    project: str
    stack: str
    plan: PlanData
    made_from: Fingerprint
    engine_plan: JSON = None

    @contextmanager
    def engine_file(self) -> Iterator[Path | None]:
        """Yield a file with the engine's plan while the block runs, for its owner only."""
        if self.engine_plan is None:
            yield None
            return
        with tempfile.TemporaryDirectory(prefix="tenancy-plan-") as folder:
            yield write_private(Path(folder), "plan.json", json.dumps(self.engine_plan))


def write_plan(saved: SavedPlan, path: Path) -> None:
    """
    Write *saved* to *path*, completely or not at all, readable by its owner only.

    Raises:
        RefusedError: The file cannot be written there.
    """
    body: dict[str, object] = {
        "version": VERSION,
        "kind": "saved-plan",
        "project": saved.project,
        "stack": saved.stack,
        "plan": saved.plan,
        "madeFrom": {
            "files": dict(saved.made_from.files),
            "state": dict(saved.made_from.state),
            "clusterUid": saved.made_from.cluster_uid,
            "objects": dict(saved.made_from.objects),
        },
    }
    if saved.engine_plan is not None:
        body["enginePlan"] = saved.engine_plan
    write_private(path.parent, path.name, json.dumps(body, indent=1) + "\n", option="--save")


def read_plan(path: Path) -> SavedPlan:
    """
    Return the plan that was saved at *path*.

    Raises:
        RefusedError: It cannot be read, or another version or program wrote it.
    """
    contents = read_contents(path, str(path), root=None, largest=LARGEST)
    if isinstance(contents, Refusal):
        reason = contents.found.removeprefix("a file that cannot be read: ")
        raise _unreadable(path, f"it cannot be read: {reason}")
    if len(contents) > LARGEST:
        raise _unreadable(path, f"it has more than {LARGEST // 1024**2} MiB")
    try:
        content = json.loads(contents)
    except (ValueError, RecursionError) as error:
        raise _unreadable(path, "it is not valid JSON") from error
    version = content.get("version") if isinstance(content, dict) else None
    if not isinstance(content, dict) or content.get("kind") != "saved-plan":
        raise _unreadable(path, "it is not a saved plan")
    if version != VERSION:
        raise _unreadable(path, f"it is a saved plan of version {version!r}, not {VERSION}")
    try:
        found = TypeAdapter(_File).validate_python(content)
    except ValidationError as error:
        places = {".".join(map(str, one["loc"])) for one in error.errors()}
        raise _unreadable(path, f"it is damaged at {', '.join(sorted(places))}") from error
    made_from = found["madeFrom"]
    return SavedPlan(
        project=found["project"],
        stack=found["stack"],
        plan=content["plan"],
        made_from=Fingerprint(
            files=made_from["files"],
            state=made_from["state"],
            cluster_uid=made_from["clusterUid"],
            objects=made_from["objects"],
        ),
        engine_plan=content.get("enginePlan"),
    )


def without_secrets(engine_plan: JSON) -> JSON:
    """
    Return *engine_plan* if nothing in it is encrypted, else None.

    A passphrase could be guessed from an encrypted value by anyone who has the file.
    """
    return None if _has_secrets(engine_plan) else engine_plan


def _has_secrets(value: JSON) -> bool:
    if isinstance(value, dict):
        return any(key in value for key in _SECRETS) or any(map(_has_secrets, value.values()))
    return isinstance(value, list) and any(map(_has_secrets, value))

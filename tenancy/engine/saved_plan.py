"""A plan that was saved: what it says, what it was made from, and the engine's own plan."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal, NotRequired

import attrs
from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypedDict

from tenancy.config.document import JSON
from tenancy.diagnostics.errors import TenancyError
from tenancy.diagnostics.exit_codes import Exit
from tenancy.engine.fingerprint import SECRET_MARK, Fingerprint
from tenancy.local.private_file import write_private
from tenancy.planning.plan_data import PlanData

__all__ = ["VERSION", "SavedPlan", "SavedPlanError", "read_plan", "write_plan"]

VERSION: Final = 1
"""Raised whenever a key changes its meaning or goes."""

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


class SavedPlanError(TenancyError):
    """
    A file is no plan that can be applied.

    Attributes:
        path: The file.
        found: What is wrong with it.
    """

    exit = Exit.REFUSED

    def __init__(self, path: Path, found: str) -> None:
        super().__init__(path, found)
        self.path = path
        self.found = found

    def __str__(self) -> str:
        return (
            f"{self.path}: {self.found}; allowed is what `tenancy plan --save` of this version"
            " wrote; make it again. Nothing was changed."
        )


@attrs.frozen(kw_only=True)
class SavedPlan:
    """
    A plan that was looked at, to be applied as long as nothing has moved.

    Attributes:
        project: The project's name.
        stack: The stack's name.
        plan: What it says, as `tenancy plan --json` does.
        made_from: What it was made from.
        engine_plan: The engine's own plan; None where it is not carried along.
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
    Write *saved* to *path*, whole or not at all, for its owner only.

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
        SavedPlanError: It cannot be read, or another version or program wrote it.
    """
    try:
        content = json.loads(path.read_text())
    except OSError as error:
        raise SavedPlanError(path, f"it cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise SavedPlanError(path, "it is no JSON") from error
    version = content.get("version") if isinstance(content, dict) else None
    if not isinstance(content, dict) or content.get("kind") != "saved-plan":
        raise SavedPlanError(path, "it holds no saved plan")
    if version != VERSION:
        raise SavedPlanError(path, f"it is a saved plan of version {version!r}, not {VERSION}")
    try:
        found = TypeAdapter(_File).validate_python(content)
    except ValidationError as error:
        places = {".".join(map(str, one["loc"])) for one in error.errors()}
        raise SavedPlanError(path, f"it is damaged at {', '.join(sorted(places))}") from error
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
    Return *engine_plan* where nothing in it is encrypted, else nothing.

    What is encrypted with a passphrase can be guessed at by whoever has the file.
    """
    return None if _has_secrets(engine_plan) else engine_plan


def _has_secrets(value: JSON) -> bool:
    if isinstance(value, dict):
        return any(key in value for key in _SECRETS) or any(map(_has_secrets, value.values()))
    return isinstance(value, list) and any(map(_has_secrets, value))

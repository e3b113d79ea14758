"""What `tenancy doctor` and `tenancy sandbox status` write as JSON, in published shapes."""

from collections.abc import Iterable
from typing import Literal

import attrs
from pydantic import with_config
from typing_extensions import TypedDict

from tenancy.local.sandbox import SandboxStatus
from tenancy.local.tools import ToolStatus
from tenancy.output.documents import published
from tenancy.planning import CLOSED

__all__ = ["DoctorData", "SandboxStatusData", "doctor_data", "sandbox_status_data"]


@with_config(CLOSED)
class ToolData(TypedDict):
    """One tool; a missing one has neither a version nor a path."""

    name: str
    version: str | None
    wanted: str
    source: str
    path: str | None
    remedy: str | None
    notUsed: list[str]


@attrs.frozen(kw_only=True, slots=True)
class TokenLife:
    """
    Whether a cluster's API server extends tokens of pods to a year.

    Attributes:
        is_extended: None if this is unknown.
        why_not: Why it is unknown.
    """

    cluster: str
    is_extended: bool | None
    why_not: str = ""


@with_config(CLOSED)
class TokenLifeData(TypedDict):
    """Whether a cluster extends tokens of pods to a year; null means unknown."""

    cluster: str
    podTokensLastAYear: bool | None
    notChecked: str | None


@published("`tenancy doctor --json`", "doctor", "--json")
@with_config(CLOSED)
class DoctorData(TypedDict):
    """Every tool and its source, and the lifetime of tokens if a stack was given."""

    version: Literal[1]
    kind: Literal["doctor"]
    tools: list[ToolData]
    tokens: TokenLifeData | None


@with_config(CLOSED)
class SandboxPartData(TypedDict):
    """One process of the sandbox; tail is the end of its log if it exited by itself."""

    name: str
    state: str
    pid: int | None
    port: int | None
    log: str
    tail: list[str]


@published(
    "`tenancy sandbox up`, `sandbox down` and `sandbox status --json`",
    "sandbox",
    "status",
    "--json",
)
@with_config(CLOSED)
class SandboxStatusData(TypedDict):
    """The running parts of the sandbox, and what is missing."""

    version: Literal[1]
    kind: Literal["sandbox"]
    root: str
    state: str
    server: str | None
    kubeconfig: str | None
    uid: str | None
    missing: list[str]
    parts: list[SandboxPartData]


def doctor_data(statuses: Iterable[ToolStatus], tokens: TokenLife | None = None) -> DoctorData:
    """Return the tools in order, and the lifetime of tokens."""
    return {
        "version": 1,
        "kind": "doctor",
        "tools": [
            {
                "name": status.name,
                "version": status.version,
                "wanted": status.wanted,
                "source": status.source.value,
                "path": None if status.path is None else str(status.path),
                "remedy": status.remedy,
                "notUsed": [str(one) for one in status.rejected],
            }
            for status in statuses
        ],
        "tokens": None
        if tokens is None
        else {
            "cluster": tokens.cluster,
            "podTokensLastAYear": tokens.is_extended,
            "notChecked": tokens.why_not if tokens.is_extended is None else None,
        },
    }


def sandbox_status_data(status: SandboxStatus) -> SandboxStatusData:
    """Return the sandbox and its parts."""
    return {
        "version": 1,
        "kind": "sandbox",
        "root": str(status.root),
        "state": status.state.value,
        "server": status.server,
        "kubeconfig": None if status.kubeconfig is None else str(status.kubeconfig),
        "uid": status.uid,
        "missing": list(status.missing),
        "parts": [
            {
                "name": part.name,
                "state": part.state.value,
                "pid": part.pid,
                "port": part.port,
                "log": str(part.log),
                "tail": list(part.tail),
            }
            for part in status.parts
        ],
    }

"""
The errors that Tenancy raises on purpose, each with its fields and its exit code.

The command line, the program and the Python API print these without a traceback. Any other
exception is a defect and keeps its traceback. `InvalidNameError`, `InvalidQuantityError` and
`InvalidResourceError` are defined beside the parsers that raise them.
"""

import enum
from collections.abc import Iterable, Mapping

from tenancy.diagnostics import report
from tenancy.diagnostics.exit_codes import Exit
from tenancy.diagnostics.finding import Finding, Source, refusals
from tenancy.diagnostics.suggestions import nearest

__all__ = [
    "AwsError",
    "AwsFailure",
    "ClusterError",
    "EngineError",
    "EngineFailure",
    "NotFoundError",
    "RefusedError",
    "SandboxError",
    "SandboxFailure",
    "TenancyError",
    "ToolsError",
    "UsageError",
]


class TenancyError(Exception):
    """
    The root of every error that a person can correct.

    The message names the place, what was found there, and what to do.

    Attributes:
        exit: The exit code of a command that ends with this error. Default: it failed.
    """

    exit: Exit = Exit.FAILED


class UsageError(TenancyError):
    """The command line, or an argument of a call, is wrong; the message has the remedy."""

    exit = Exit.USAGE


class NotFoundError(UsageError):
    """
    A requested name does not exist.

    Attributes:
        kind: The kind of name: `stack`, `namespace`, `role`.
        name: The requested name.
        known: The names that exist, in the order in which they are listed.
        remedy: What to do, in the imperative. Default: only the nearest name is suggested.
    """

    def __init__(
        self, kind: str, name: str, known: Iterable[str] = (), remedy: str | None = None
    ) -> None:
        self.kind = kind
        self.name = name
        self.known = tuple(known)
        self.remedy = remedy
        super().__init__(kind, name, self.known, remedy)

    @property
    def nearest(self) -> str | None:
        """The known name that resembles the requested one. None if none does."""
        return nearest(self.name, self.known)

    def __str__(self) -> str:
        parts = [f"there is no {self.kind} {self.name!r}"]
        if self.nearest is not None:
            parts[0] += f", did you mean {self.nearest!r}?"
        if self.known:
            parts.append(f"known: {', '.join(self.known)}")
        if self.remedy is not None:
            parts.append(self.remedy)
        return "; ".join(parts)


class RefusedError(TenancyError):
    """
    The request was refused; nothing was changed.

    Attributes:
        findings: Every finding, warnings among them, in the order in which they were made.
        documents: The documents by source, for line numbers. Default: none.
        reason: Why, if there is no finding. Default: none.
        is_strict: Whether "not checked" findings refuse too. Default: only errors do.
    """

    exit = Exit.REFUSED

    def __init__(
        self,
        findings: Iterable[Finding] = (),
        documents: Mapping[str, Source] | None = None,
        *,
        reason: str | None = None,
        is_strict: bool = False,
    ) -> None:
        self.findings = tuple(findings)
        self.documents = documents or {}
        self.reason = reason
        self.is_strict = is_strict
        super().__init__(self.findings, self.documents, reason)

    def __str__(self) -> str:
        if self.reason is not None:
            return self.reason
        refused = refusals(self.findings, strict=self.is_strict)
        return f"{report.text(refused, self.documents)}\nNothing was changed."


class EngineFailure(enum.Enum):
    """Why Pulumi's engine failed or refused."""

    FAILED = "failed"
    """The engine reported an error."""
    TRANSIENT = "transient"
    """The API server was busy or not reachable for a moment; `up` repeats such an update."""
    MISSING = "missing"
    """There is no `pulumi` on PATH."""
    REFUSED = "refused"
    """The program refused; nothing was changed."""
    PLAN_VIOLATED = "plan violated"
    """The engine stopped before a change that the saved plan does not contain."""
    LOCKED = "locked"
    """Another update has locked the stack."""


class EngineError(TenancyError):
    """
    Pulumi's engine failed or refused.

    Attributes:
        stack: The stack's name. None if no stack was opened yet.
        message: What happened and what to do, with the engine's diagnostics.
        failure: Why.
    """

    def __init__(
        self,
        stack: str | None,
        message: str,
        failure: EngineFailure = EngineFailure.FAILED,
    ) -> None:
        self.stack = stack
        self.message = message
        self.failure = failure
        if failure in {EngineFailure.REFUSED, EngineFailure.PLAN_VIOLATED}:
            self.exit = Exit.REFUSED
        super().__init__(stack, message, failure)

    def __str__(self) -> str:
        return self.message if self.stack is None else f"stack {self.stack}: {self.message}"


class ClusterError(TenancyError):
    """
    A cluster cannot be reached, did not do what was requested, or is not the expected one.

    Attributes:
        cluster: The cluster's name in config.
        found: What happened.
        remedy: What to do, in the imperative.
    """

    def __init__(
        self, cluster: str, found: str, remedy: str, *, exit_code: Exit = Exit.FAILED
    ) -> None:
        self.cluster = cluster
        self.found = found
        self.remedy = remedy
        self.exit = exit_code
        super().__init__(cluster, found, remedy)

    def __str__(self) -> str:
        text = f"cluster {self.cluster}: {self.found}; {self.remedy}"
        # The last sentence is how a reader of the engine's output recognizes a refusal.
        return f"{text}\nNothing was changed." if self.exit is Exit.REFUSED else text


class SandboxFailure(enum.Enum):
    """Failures of the sandbox that callers handle differently."""

    OTHER = "other"
    NOT_RUNNING = "not running"
    """It was never started here, or it is stopped."""
    CLUSTER_GONE = "cluster gone"
    """Pulumi's state describes a cluster that no longer exists."""
    NOT_READY = "not ready"
    """All its processes run, but the cluster did not become usable in time."""
    PORT_TAKEN = "port taken"
    """A process ended at once because its port is in use."""


class SandboxError(TenancyError):
    """
    The sandbox could not do what was requested.

    Attributes:
        message: What happened and what to do.
        failure: Which of the known failures it is.
    """

    def __init__(self, message: str, failure: SandboxFailure = SandboxFailure.OTHER) -> None:
        self.message = message
        self.failure = failure
        super().__init__(message, failure)

    def __str__(self) -> str:
        return self.message


class ToolsError(TenancyError):
    """
    A program that Tenancy runs is missing, unusable or could not be built.

    Attributes:
        message: Which one, why, and what to do.
        missing: The names of the tools that are neither installed nor built. Default: none.
    """

    def __init__(self, message: str, missing: Iterable[str] = ()) -> None:
        self.message = message
        self.missing = tuple(missing)
        super().__init__(message, self.missing)

    def __str__(self) -> str:
        return self.message


class AwsFailure(enum.Enum):
    """Failures of AWS that callers handle differently."""

    OTHER = "other"
    CLUSTER_MISSING = "cluster missing"
    """There is no cluster of that name in this account and region."""
    NODE_GROUP_EXISTS = "node group exists"
    """A node group of that name exists and is not in our state."""
    NODE_GROUP_MISSING = "node group missing"
    """There is no node group of that name."""
    NODE_GROUP_FAILED = "node group failed"
    """A node group did not reach the expected state."""
    WRONG_ACCOUNT = "wrong account"
    """The credentials are for another account than the node group's."""


class AwsError(TenancyError):
    """
    AWS refused or failed.

    Attributes:
        where: The affected resource: `node group gpu-h100 of the cluster c`.
        found: What AWS answered, or what exists there.
        allowed: What is allowed.
        remedy: What to do, in the imperative.
        details: Further lines. Default: none.
        failure: Which of the known failures it is.
    """

    def __init__(
        self,
        where: str,
        found: str,
        allowed: str,
        remedy: str,
        details: Iterable[str] = (),
        *,
        failure: AwsFailure = AwsFailure.OTHER,
    ) -> None:
        self.where = where
        self.found = found
        self.allowed = allowed
        self.remedy = remedy
        self.details = tuple(details)
        self.failure = failure
        super().__init__(where, found, allowed, remedy, self.details)

    def __str__(self) -> str:
        line = f"{self.where}: {self.found}; allowed: {self.allowed}; {self.remedy}"
        return "\n    ".join([line, *self.details])

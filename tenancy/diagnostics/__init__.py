"""Findings, errors, exit codes, and how they are worded."""

from typing import TYPE_CHECKING

from tenancy.first_use import at_first_use

if TYPE_CHECKING:
    from tenancy.diagnostics.causes import only_causes
    from tenancy.diagnostics.errors import (
        AwsError,
        AwsFailure,
        ClusterError,
        EngineError,
        EngineFailure,
        NotFoundError,
        RefusedError,
        SandboxError,
        SandboxFailure,
        TenancyError,
        ToolsError,
        UsageError,
    )
    from tenancy.diagnostics.exit_codes import Exit, table, worst
    from tenancy.diagnostics.extras import Extra, needs
    from tenancy.diagnostics.finding import Finding, Severity, Source, errors_in, refusals
    from tenancy.diagnostics.finding_data import FindingData, findings_data
    from tenancy.diagnostics.finding_order import grouped
    from tenancy.diagnostics.origin import ARGUMENT, Origin, PathStep, with_flags
    from tenancy.diagnostics.redaction import (
        CONTROL,
        HIDDEN,
        clean,
        clean_lines,
        has_secret,
        is_kubeconfig,
        shown,
    )
    from tenancy.diagnostics.report import LABELS, TITLES, finding_lines, summary
    from tenancy.diagnostics.suggestions import nearest
    from tenancy.diagnostics.wording import (
        counted,
        joined,
        misnamed,
        quoted,
        reason_blank,
        stack_key,
        wrapped,
    )

__all__ = [
    "ARGUMENT",
    "CONTROL",
    "HIDDEN",
    "LABELS",
    "TITLES",
    "AwsError",
    "AwsFailure",
    "ClusterError",
    "EngineError",
    "EngineFailure",
    "Exit",
    "Extra",
    "Finding",
    "FindingData",
    "NotFoundError",
    "Origin",
    "PathStep",
    "RefusedError",
    "SandboxError",
    "SandboxFailure",
    "Severity",
    "Source",
    "TenancyError",
    "ToolsError",
    "UsageError",
    "clean",
    "clean_lines",
    "counted",
    "errors_in",
    "finding_lines",
    "findings_data",
    "grouped",
    "has_secret",
    "is_kubeconfig",
    "joined",
    "misnamed",
    "nearest",
    "needs",
    "only_causes",
    "quoted",
    "reason_blank",
    "refusals",
    "shown",
    "stack_key",
    "summary",
    "table",
    "with_flags",
    "worst",
    "wrapped",
]

if not TYPE_CHECKING:
    __getattr__ = at_first_use(__name__)

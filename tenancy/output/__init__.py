"""
Text, Markdown and JSON of findings, plans and results.

The engine starts the program at every step, and the program needs the text of a plan only. So
what loads the engine's own client or the sandbox is imported when it is first used.
"""

import importlib
from typing import TYPE_CHECKING, Final

from tenancy.output.answers_data import usage_data, what_can_data, who_can_data
from tenancy.output.check_json import check_data
from tenancy.output.documents import document
from tenancy.output.findings_for_ci import CiForm, FindingsForCi
from tenancy.output.findings_text import rich_report
from tenancy.output.plan_as_text import LINES, plan_text, rich_text
from tenancy.output.plan_markdown import markdown
from tenancy.output.revisions_text import revisions_markdown, rich_revisions
from tenancy.output.summary_as_text import summary_text
from tenancy.output.usage import QuotaUsage, usage_lines

if TYPE_CHECKING:
    from tenancy.output.json_schemas import organization_schema, schemas, stack_schema
    from tenancy.output.local_data import TokenLife, doctor_data, sandbox_status_data
    from tenancy.output.outcomes_json import DriftData, Kind, ResultData, data, result_data

__all__ = [
    "LINES",
    "CiForm",
    "DriftData",
    "FindingsForCi",
    "Kind",
    "QuotaUsage",
    "ResultData",
    "TokenLife",
    "check_data",
    "data",
    "doctor_data",
    "document",
    "markdown",
    "organization_schema",
    "plan_text",
    "result_data",
    "revisions_markdown",
    "rich_report",
    "rich_revisions",
    "rich_text",
    "sandbox_status_data",
    "schemas",
    "stack_schema",
    "summary_text",
    "usage_data",
    "usage_lines",
    "what_can_data",
    "who_can_data",
]

_AT_FIRST_USE: Final = {
    "json_schemas": ("organization_schema", "schemas", "stack_schema"),
    "local_data": ("TokenLife", "doctor_data", "sandbox_status_data"),
    "outcomes_json": ("DriftData", "Kind", "ResultData", "data", "result_data"),
}
"""Names by the module that is imported when one of them is first used."""


def __getattr__(name: str) -> object:
    """Import *name* from its module at its first use."""
    for module, names in _AT_FIRST_USE.items():
        if name in names:
            value: object = getattr(importlib.import_module(f"{__name__}.{module}"), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""
Text, Markdown and JSON of findings, plans and results.

Each name is imported when it is first used: the program, which the engine starts at every step,
needs the text of a plan alone, and the forms of results load the engine's own client.
"""

import importlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tenancy.output.answers_data import usage_data, what_can_data, who_can_data
    from tenancy.output.check_json import check_data
    from tenancy.output.documents import document
    from tenancy.output.findings_for_ci import CiForm, FindingsForCi
    from tenancy.output.findings_text import rich_report
    from tenancy.output.json_schemas import organization as organization_schema
    from tenancy.output.json_schemas import schemas
    from tenancy.output.json_schemas import stack as stack_schema
    from tenancy.output.local_data import TokenLife, doctor_data, sandbox_status_data
    from tenancy.output.outcomes_json import DriftData, Kind, ResultData, data, result_data
    from tenancy.output.plan_as_text import LINES, plan_text, rich_text
    from tenancy.output.plan_markdown import markdown
    from tenancy.output.revisions_text import revisions_markdown, rich_revisions
    from tenancy.output.summary_as_text import summary_text
    from tenancy.output.usage import QuotaUsage, usage_lines

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

_MODULES: Final = {
    "CiForm": ("findings_for_ci", "CiForm"),
    "DriftData": ("outcomes_json", "DriftData"),
    "FindingsForCi": ("findings_for_ci", "FindingsForCi"),
    "Kind": ("outcomes_json", "Kind"),
    "LINES": ("plan_as_text", "LINES"),
    "QuotaUsage": ("usage", "QuotaUsage"),
    "ResultData": ("outcomes_json", "ResultData"),
    "TokenLife": ("local_data", "TokenLife"),
    "check_data": ("check_json", "check_data"),
    "data": ("outcomes_json", "data"),
    "doctor_data": ("local_data", "doctor_data"),
    "document": ("documents", "document"),
    "markdown": ("plan_markdown", "markdown"),
    "organization_schema": ("json_schemas", "organization"),
    "plan_text": ("plan_as_text", "plan_text"),
    "result_data": ("outcomes_json", "result_data"),
    "revisions_markdown": ("revisions_text", "revisions_markdown"),
    "rich_report": ("findings_text", "rich_report"),
    "rich_revisions": ("revisions_text", "rich_revisions"),
    "rich_text": ("plan_as_text", "rich_text"),
    "sandbox_status_data": ("local_data", "sandbox_status_data"),
    "schemas": ("json_schemas", "schemas"),
    "stack_schema": ("json_schemas", "stack"),
    "summary_text": ("summary_as_text", "summary_text"),
    "usage_data": ("answers_data", "usage_data"),
    "usage_lines": ("usage", "usage_lines"),
    "what_can_data": ("answers_data", "what_can_data"),
    "who_can_data": ("answers_data", "who_can_data"),
}


def __getattr__(name: str) -> object:
    """Import *name* from its module at its first use."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, original = _MODULES[name]
    value: object = getattr(importlib.import_module(f"{__name__}.{module}"), original)
    globals()[name] = value
    return value

"""Text, Markdown and JSON of findings, plans and results."""

from typing import TYPE_CHECKING

from tenancy.first_use import at_first_use

if TYPE_CHECKING:
    from tenancy.output.answers_data import usage_data, what_can_data, who_can_data
    from tenancy.output.check_json import check_data
    from tenancy.output.documents import document
    from tenancy.output.findings_for_ci import CiForm, FindingsForCi
    from tenancy.output.findings_text import rich_report
    from tenancy.output.json_schemas import organization_schema, schemas, stack_schema
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

if not TYPE_CHECKING:
    __getattr__ = at_first_use(__name__)

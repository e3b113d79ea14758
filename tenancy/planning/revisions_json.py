"""The comparison of two revisions as plain data, in a published, versioned shape."""

from typing import Literal

from pydantic import TypeAdapter, with_config
from typing_extensions import TypedDict

from tenancy.config.document import JSON
from tenancy.diagnostics import FindingData, findings_data
from tenancy.planning.plan_json import PlanData, plan_data, plan_schema
from tenancy.planning.revisions import RevisionsPlan
from tenancy.planning.shapes import CLOSED

__all__ = ["RevisionsData", "revisions_data", "revisions_schema"]


@with_config(CLOSED)
class RevisionsData(TypedDict):
    """What changes between the files of two revisions; a plan for each stack that changes."""

    version: Literal[1]
    kind: Literal["revisions"]
    since: str
    until: str | None
    together: str | None
    refused: bool
    empty: bool
    removedStacks: list[str]
    onlyTogether: list[FindingData]
    findings: list[FindingData]
    plans: list[PlanData]


def revisions_data(compared: RevisionsPlan) -> RevisionsData:
    """Return *compared* as plain data; the findings of a plan are among those of the whole."""
    documents = compared.assessment.documents
    return {
        "version": 1,
        "kind": "revisions",
        "since": compared.since,
        "until": compared.until,
        "together": compared.together,
        "refused": bool(compared.refusing),
        "empty": compared.is_empty,
        "removedStacks": list(compared.removed),
        "onlyTogether": findings_data(compared.only_together, documents),
        "findings": findings_data(compared.findings, documents),
        "plans": [plan_data(plan, plan.findings, documents) for plan in compared.plans],
    }


def revisions_schema() -> dict[str, JSON]:
    """Return the JSON Schema of what `revisions_data` returns."""
    schema: dict[str, JSON] = TypeAdapter(RevisionsData).json_schema()
    plan = plan_schema()
    own, further = schema["$defs"], plan.pop("$defs")
    assert isinstance(own, dict)
    assert isinstance(further, dict)
    schema["$defs"] = {**own, **further, "PlanData": plan}
    return schema

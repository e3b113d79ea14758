"""The plan as plain data, in a published, versioned shape."""

from collections.abc import Iterable, Mapping
from typing import Final, Literal, cast

from pydantic import ConfigDict, TypeAdapter, with_config
from typing_extensions import TypedDict

from tenancy.config.document import JSON
from tenancy.diagnostics import Finding, FindingData, Source, errors_in, findings_data
from tenancy.planning.build import Plan
from tenancy.planning.grouping import fact_groups, headline
from tenancy.planning.section import Section
from tenancy.planning.sections import SECTIONS
from tenancy.planning.shapes import CLOSED

__all__ = ["VERSION", "PlanData", "plan_data", "plan_schema"]

VERSION: Final = 1
"""Incremented when a key changes its meaning or is removed, not for new keys."""


@with_config(CLOSED)
class FactData(TypedDict):
    """One sentence of the plan, as on the terminal and in the pull request."""

    organization: str | None
    section: str
    importance: Literal["danger", "more", "less", "change", "note"]
    text: str


@with_config(ConfigDict(extra="allow", use_attribute_docstrings=True))
class PlanData(TypedDict):
    """What an update of one stack would change for people; sections are further keys."""

    version: Literal[1]
    kind: Literal["plan"]
    stack: str
    cluster: str
    environment: str | None
    refused: bool
    findings: list[FindingData]
    headline: str
    first: bool
    empty: bool
    checkedLive: bool
    newOrganizations: list[str]
    removedOrganizations: list[str]
    facts: list[FactData]


def plan_data(
    plan: Plan,
    findings: Iterable[Finding] | None = None,
    documents: Mapping[str, Source] = {},
    *,
    is_refused: bool | None = None,
) -> PlanData:
    """
    Return *plan* and its findings as plain data; the reasons of a refusal come first.

    Args:
        findings: Every finding, also those of the checks. Default: the plan's own.
        documents: By source, for line numbers. Default: none.
        is_refused: Whether they refuse the update. Default: errors among them do.
    """
    findings = tuple(plan.findings if findings is None else findings)
    data: PlanData = {
        "version": VERSION,
        "kind": "plan",
        "stack": plan.stack,
        "cluster": plan.cluster,
        "environment": plan.environment,
        "refused": bool(errors_in(findings)) if is_refused is None else is_refused,
        "findings": findings_data(findings, documents),
        "headline": headline(plan),
        "first": plan.is_first,
        "empty": plan.is_empty,
        "checkedLive": plan.is_checked_live,
        "newOrganizations": list(plan.new_organizations),
        "removedOrganizations": list(plan.removed_organizations),
        "facts": [
            {
                "organization": group.organization,
                "section": fact.section,
                "importance": fact.importance.value,
                "text": fact.text,
            }
            for group in fact_groups(plan)
            for fact in group.facts
        ],
    }
    sections = {section.name: section.data() for section in plan.sections}
    return cast("PlanData", {**data, **sections})


def plan_schema() -> dict[str, JSON]:
    """Return the JSON Schema of `plan_data`: the common keys, and one for each section."""
    inputs = [(s.name, "serialization", _adapter(s)) for s in SECTIONS]
    by_name, definitions = TypeAdapter.json_schemas(inputs)  # type: ignore[arg-type]
    schema: dict[str, JSON] = TypeAdapter(PlanData).json_schema()
    properties, required, own = (
        schema["properties"],
        schema["required"],
        schema.pop("$defs"),
    )
    assert isinstance(properties, dict)
    assert isinstance(required, list)
    assert isinstance(own, dict)
    for section in SECTIONS:
        properties[section.name] = by_name[section.name, "serialization"]
        required.append(section.name)
    schema["additionalProperties"] = False
    return {**schema, "$defs": {**own, **definitions.get("$defs", {})}}


def _adapter(section: type[Section]) -> TypeAdapter[object]:
    adapter: TypeAdapter[object] = TypeAdapter(section.shape)  # type: ignore[arg-type]
    return adapter

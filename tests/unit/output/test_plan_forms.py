"""Text, Markdown and JSON: the same facts, on a screen, in a comment, and for programs."""

import json
import re

import jsonschema
import pytest
from rich.console import Console

from tenancy.output.plan_as_text import LINES, plan_text, rich_text
from tenancy.output.plan_markdown import markdown, marker
from tenancy.planning.build import Plan
from tenancy.planning.facts import Importance
from tenancy.planning.grouping import fact_groups
from tenancy.planning.plan_json import plan_data, plan_schema
from tests.unit.builders import a_namespace, a_profile, an_organization
from tests.unit.planning.changing import a_cluster, a_plan, a_record, here


def several(
    pods: str, *ids: str, members: tuple[dict[str, object], ...] = (), **keys: object
) -> dict[str, object]:
    """An organization with namespaces, members and a quota."""
    acme = an_organization(
        *map(a_namespace, ids),
        defaultNamespace=ids[0],
        members=list(members),
        ceiling={"pods": "900"},
        **keys,
    )
    return {
        **here(profiles={"standard": a_profile({"pods": pods})}),
        "organizations": {"acme": acme},
    }


@pytest.fixture
def plan() -> Plan:
    """A plan with something of everything, that is refused."""
    before = several("20", "dev", "lab", "try")
    record = a_record(**before)
    live = a_cluster(record, {"pods": "7"}, pods={"acme-try": 3}, claims={})
    dana = ({"user": "dana", "role": "developer"},)
    return a_plan(record, live, **several("5", "dev", "lab", "trial", members=dana))


@pytest.fixture
def empty() -> Plan:
    record = a_record(**here())
    return a_plan(record, a_cluster(record), **here())


def facts(plan: Plan) -> list[str]:
    return [fact.text for group in fact_groups(plan) for fact in group.facts]


def test_every_fact_stands_in_every_form(plan: Plan) -> None:
    plain = " ".join(plan_text(plan, most=None).split())
    unescaped = re.sub(r"\\(.)", r"\1", markdown(plan).replace("<!-- -->", ""))

    assert facts(plan)
    assert [] == [fact for fact in facts(plan) if fact not in plain]
    assert [] == [fact for fact in facts(plan) if fact not in unescaped]
    assert facts(plan) == [fact["text"] for fact in plan_data(plan)["facts"]]


@pytest.mark.parametrize("name", ["plan", "empty"])
def test_json_fulfils_its_schema(name: str, request: pytest.FixtureRequest) -> None:
    written = json.loads(json.dumps(plan_data(request.getfixturevalue(name))))

    jsonschema.Draft202012Validator.check_schema(plan_schema())
    jsonschema.validate(written, plan_schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**written, "surprise": 1}, plan_schema())


def test_the_reasons_of_a_refusal_come_first_in_every_form(plan: Plan) -> None:
    assert plan.is_refused
    assert plan_data(plan)["refused"]
    assert "**Refused:** 3 errors" in markdown(plan)
    assert ["Errors"] == plan_text(plan).splitlines()[1:2]
    assert ["refused", "findings"] == [
        key for key in plan_data(plan) if key in {"refused", "findings", "facts"}
    ][:2]
    assert markdown(plan).index("### Errors") < markdown(plan).index("### Organization acme")


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_longer_than_the_terminal(plan: Plan, width: int) -> None:
    assert max(map(len, plan_text(plan, width=width).splitlines())) <= width


def test_a_screen_holds_it_and_what_is_left_out_is_counted() -> None:
    ids = [f"n{index}" for index in range(30)]
    plan = a_plan(a_record(**several("20", *ids)), **several("25", *ids))

    shown = plan_text(plan).splitlines()

    assert len(shown) <= LINES
    [left] = [line for line in shown if "`tenancy plan --stack dev --all`" in line]
    assert re.search(r"\d+ more: .* shows everything", left)
    assert len(plan_text(plan, most=None).splitlines()) > LINES


def test_dangers_are_never_left_out() -> None:
    ids = [f"n{index}" for index in range(60)]
    record = a_record(**several("20", *ids))
    plan = a_plan(record, **several("20", "n0"))

    dangers = [fact for fact in plan.facts if fact.importance is Importance.DANGER]

    assert 59 == len(dangers)
    shown = " ".join(plan_text(plan).split())
    assert [] == [fact.text for fact in dangers if fact.text not in shown]


def test_a_pipe_gets_no_colour_and_a_terminal_some(plan: Plan) -> None:
    def printed(**options: object) -> str:
        console = Console(width=80, **options)  # type: ignore[arg-type]
        with console.capture() as captured:
            console.print(rich_text(plan), soft_wrap=True)
        return captured.get()

    assert printed() == plan_text(plan) + "\n"
    assert "\x1b[" in printed(force_terminal=True, color_system="standard")
    assert "\x1b[3" not in printed(force_terminal=True, no_color=True)


def test_nothing_that_changes_is_one_line(empty: Plan) -> None:
    assert "Plan of stack dev on cluster sandbox: no changes for any organization" == plan_text(
        empty
    )
    assert plan_data(empty)["empty"]


def test_the_comment_is_found_again_by_its_first_line(plan: Plan) -> None:
    assert marker("dev") == markdown(plan).splitlines()[0]


def test_what_a_forge_would_obey_is_only_text() -> None:
    name = "x](http://evil) <b> @all #1 `"
    record = a_record(**several("20", "dev"))

    plan = a_plan(record, **several("20", "dev", members=({"user": name, "role": "viewer"},)))

    written = markdown(plan)
    assert "<b>" not in written.replace(r"\<b\>", "")
    assert "](" not in written.replace(r"\](", "")
    assert not re.search(r"[@#](?!<!-- -->)", re.sub("^#+ ", "", written, flags=re.MULTILINE))

"""A state that holds exactly what the files describe, and states that hold something else."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tenancy.engine.state_contents import holds_exactly
from tenancy.engine.state_reading import read_state
from tests.unit.engine.stacks import assessed, resources, session, write_state

Edit = Callable[[list[dict]], object]


def holds(project: Path, edit: Edit = len) -> bool:
    assessment = assessed(project)
    found = resources(assessment)
    edit(found)
    write_state(project, found)
    state = read_state(session(project).stack, assessment.name)
    return holds_exactly(assessment, "dev", state)


def of_kind(found: list[dict], kind: str) -> dict:
    return next(one for one in found if one["type"].endswith(kind))


def test_the_state_after_an_update_holds_what_the_files_describe(project: Path) -> None:
    assert holds(project)


@pytest.mark.parametrize(
    "edit",
    [
        lambda found: of_kind(found, ":ResourceQuota")["inputs"]["spec"]["hard"].update(
            pods="9"
        ),
        lambda found: of_kind(found, ":ResourceQuota")["inputs"]["metadata"].pop("labels"),
        lambda found: of_kind(found, ":ResourceQuota")["inputs"]["metadata"].pop("annotations"),
        lambda found: found.remove(of_kind(found, ":RoleBinding")),
        lambda found: found.append({**of_kind(found, ":RoleBinding"), "urn": "a::b::c::d"}),
        lambda found: of_kind(found, ":Namespace").update(protect=False),
        lambda found: of_kind(found, ":Namespace").pop("retainOnDelete"),
        lambda found: of_kind(found, ":LimitRange").update(protect=True),
        lambda found: of_kind(found, ":LimitRange").update(initErrors=["no"]),
        lambda found: of_kind(found, ":LimitRange").update(taint=True),
        lambda found: of_kind(found, ":LimitRange").update(type="aws:eks/nodeGroup:NodeGroup"),
        lambda found: of_kind(found, ":Stack")["outputs"].pop("tenancy"),
        lambda found: of_kind(found, ":Stack")["outputs"].update(fieldManager="other"),
    ],
)
def test_a_state_with_anything_else_does_not(project: Path, edit: Edit) -> None:
    assert holds(project)
    assert not holds(project, edit)

"""Whether a stack has anything to do, told without an engine as the engine tells it."""

import os
import random
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from tenancy import engine
from tenancy.assessment import assess
from tenancy.engine import OpenStack, Outcome, Result, Session
from tenancy.engine.unchanged import Attempt
from tenancy.local.sandbox.layout import Layout
from tests.cluster.stacks.generated_changes import CHANGES, World

pytestmark = pytest.mark.cluster

SEED = int(os.environ.get("TENANCY_SEED", "20261123"))
ALL = 500
SAMPLE = ("nothing", "edited state", "by hand")
FREE = frozenset(("nothing", "other files"))
"""Changes after which no engine may be started; after all others it may."""


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep records in a folder of the module's own."""
    folder = tmp_path_factory.mktemp("records")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tenancy.engine.update_records.user_cache", lambda: folder)
        yield folder


@pytest.fixture(scope="module")
def applied(make_project):
    return make_project("platform", "dev")


@pytest.fixture
def starts(monkeypatch) -> list[str]:
    """Return the operations for which an engine was started, as they happen."""
    started: list[str] = []
    run = Session._run

    def counted(self: Session, kind: str, *arguments: object) -> Result:
        started.append(kind)
        return run(self, kind, *arguments)

    monkeypatch.setattr(Session, "_run", counted)
    return started


def comparable(outcome: Outcome[Result]) -> object:
    if outcome.result is None:
        return type(outcome.error), outcome.exit
    return outcome.result.summary, outcome.result.steps, outcome.result.messages, outcome.exit


def of_engine(root: Path, open_stack: OpenStack) -> Outcome[Result]:
    """Return what the engine itself finds, behind the same checks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Attempt, "unchanged", lambda *_, **__: None)
        return engine.preview(assess(root), ["dev"], open_stack=open_stack)["dev"]


def agree(project, kubectl, name: str, seed: int, starts: list[str]) -> None:
    """Make one change; a preview with and one without the records have to agree."""

    def open_stack(stack: str) -> Session:
        return attrs.evolve(project, variables=variables).session(stack)

    variables: dict[str, str] = {}
    world = World(
        root=project.root,
        state=Layout(project.root).pulumi_state / ".pulumi/stacks/tenancy/dev.json",
        kubectl=kubectl,
        other_machine=lambda: project.up("dev"),
        random=random.Random(seed),
    )
    # From here on there is a record, and nothing to do.
    engine.preview(assess(project.root), ["dev"], open_stack=open_stack)
    with CHANGES[name](world) as more:
        variables |= more
        starts.clear()
        with_records = engine.preview(assess(project.root), ["dev"], open_stack=open_stack)
        started = list(starts)
        expected = of_engine(project.root, open_stack)
        errors = with_records["dev"].error, expected.error
        assert comparable(expected) == comparable(with_records["dev"]), (name, seed, errors)
    assert name not in FREE or started == [], (name, seed)


@pytest.mark.parametrize("name", SAMPLE)
def test_a_preview_says_what_the_engine_says(applied, kubectl_of, name, starts) -> None:
    agree(applied, kubectl_of(applied.box), name, SEED, starts)


@pytest.mark.nightly
def test_no_disagreement_in_many_changes(applied, kubectl_of, starts) -> None:
    drawn = random.Random(SEED)
    kubectl = kubectl_of(applied.box)
    for index in range(ALL):
        agree(applied, kubectl, drawn.choice(sorted(CHANGES)), SEED + index, starts)


def test_an_update_leaves_a_record_and_the_next_needs_no_engine(applied, starts) -> None:
    applied.edit("Pulumi.dev.yaml", r'^        pods: "\d+"', '        pods: "29"')
    changed = assess(applied.root)

    engine.up(changed, ["dev"], open_stack=applied.session)
    started = list(starts)
    starts.clear()
    again = engine.up(changed, ["dev"], open_stack=applied.session)
    preview = engine.preview(changed, ["dev"], open_stack=applied.session)

    assert "up" in started
    assert [] == starts
    assert again["dev"].result is not None
    assert again["dev"].result.is_empty
    assert "tenancy" in again["dev"].result.outputs
    assert preview["dev"].result is not None
    assert preview["dev"].result.is_empty
    applied.edit("Pulumi.dev.yaml", r'^        pods: "\d+"', '        pods: "20"')
    applied.up("dev")


def test_an_object_that_was_deleted_by_hand_starts_the_engine_of_an_update(
    applied, kubectl_of, starts
) -> None:
    found = assess(applied.root)
    engine.preview(found, ["dev"], open_stack=applied.session)
    starts.clear()
    engine.up(found, ["dev"], open_stack=applied.session)
    assert [] == starts

    kubectl = kubectl_of(applied.box)
    kubectl("delete", "networkpolicy", "allow-dns", "-n", "acme-dev")
    engine.up(found, ["dev"], open_stack=applied.session)

    assert ["up"] == starts
    applied.session("dev").up(refresh=True)

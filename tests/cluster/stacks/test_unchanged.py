"""Whether a stack has anything to do, told without an engine as the engine tells it."""

import os
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs
import pytest

from tenancy import engine
from tenancy.assessment import assess
from tenancy.diagnostics import TenancyError
from tenancy.engine import OpenStack, Outcome, Result, Session
from tenancy.engine.cluster_readings import ClusterReadings
from tenancy.engine.unchanged import Attempt
from tenancy.local.sandbox.layout import Layout
from tests.cluster.large_cluster import namespaces_one_by_one
from tests.cluster.stacks import generated_changes
from tests.cluster.stacks.generated_changes import STACK, World

pytestmark = pytest.mark.cluster

SEED = os.environ.get("TENANCY_SEED", "20261123")
FIRST = int(os.environ.get("TENANCY_CHANGES_FROM", "0"))
ALL = int(os.environ.get("TENANCY_CHANGES", "500"))
FEW = 8
WITH_ENGINE = 4
"""In one of so many changes that the record does not tell, an engine is started too."""
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


@pytest.fixture(scope="module")
def small(applied):
    generated_changes.write_stack(applied.root)
    applied.up(STACK)
    return applied


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
    result = outcome.result
    # Steps of one kind are done side by side.
    steps, messages = (sorted(map(str, found)) for found in (result.steps, result.messages))
    return result.summary, steps, messages, outcome.exit


def previewed(root: Path, open_stack: OpenStack) -> Outcome[Result]:
    return engine.preview(assess(root), [STACK], open_stack=open_stack)[STACK]


def of_engine(root: Path, open_stack: OpenStack) -> Outcome[Result]:
    """Return what the engine itself finds, behind the same checks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Attempt, "unchanged", lambda *_, **__: None)
        return previewed(root, open_stack)


def is_told(root: Path, open_stack: OpenStack, kind: str) -> bool:
    """Whether no engine would be started; for an update, the cluster is compared too."""

    def told() -> bool:
        attempt = Attempt(assess(root).of(STACK), open_stack(STACK), ClusterReadings())
        return attempt.unchanged(kind, is_live=kind == "up") is not None

    try:
        whole = told()
        if kind == "up":
            with namespaces_one_by_one():
                assert whole == told()
    except TenancyError:
        return False
    return whole


@attrs.frozen
class Comparison:
    """Compares what is told without an engine with what the engine tells."""

    project: object
    kubectl: object
    records: Path
    starts: list[str]
    told: Counter = attrs.field(factory=Counter)

    def agree(self, names: Sequence[str], case: str, *, with_engine: bool = True) -> None:
        """
        Make changes; what is told without an engine has to be what the engine tells.

        Args:
            names: The changes.
            case: What they are drawn from.
            with_engine: Whether an engine is also started where the record does not tell: what
                that preview records has to be right too. Default: it is.
        """

        def open_stack(stack: str) -> Session:
            return attrs.evolve(self.project, variables=variables).session(stack)

        variables: dict[str, str] = {}
        root = self.project.root
        world = World(
            root=root,
            state=Layout(root).pulumi_state / f".pulumi/stacks/tenancy/{STACK}.json",
            records=self.records,
            kubectl=self.kubectl,
            other_machine=lambda: self.project.up(STACK),
            path=self.project.box.environment()["PATH"],
            random=random.Random(case),
        )
        # From here on there is a record, and nothing to do.
        previewed(root, open_stack)
        with generated_changes.made(world, names) as more:
            variables |= more
            by_record = is_told(root, open_stack, "preview")
            assert by_record or not FREE.issuperset(names), case
            self.told["by the record" if by_record else "by an engine"] += 1
            if by_record or with_engine:
                self._compare(open_stack, by_record, (case, names))
            if by_record and is_told(root, open_stack, "up"):
                self.told["by the record, for an update too"] += 1
                if "by hand" in names:
                    refreshed = open_stack(STACK).preview(refresh=True)
                    assert refreshed.is_empty, (case, names, refreshed.steps)

    def _compare(self, open_stack: OpenStack, by_record: bool, case: object) -> None:
        root = self.project.root
        self.starts.clear()
        first = previewed(root, open_stack)
        assert by_record is not bool(self.starts) or first.error is not None, case
        self.starts.clear()
        again = (of_engine if by_record else previewed)(root, open_stack)
        assert comparable(first) == comparable(again), (case, first.error, again.error)
        if not by_record:
            told = "refused" if first.result is None else "a change"
            if first.result is not None and first.result.is_empty:
                told = "none, by the record that it wrote" if not self.starts else "none"
            self.told[f"the engine told: {told}"] += 1


@pytest.fixture
def comparison(small, kubectl_of, cache, starts) -> Comparison:
    return Comparison(small, kubectl_of(small.box), cache, starts)


def test_the_state_has_no_call_stacks_of_registrations(small) -> None:
    found = [one for one in small.session(STACK).state() if "kubernetes:" in str(one["type"])]

    assert len(found) > 20
    assert not any({"stackTrace", "sourcePosition"} & one.keys() for one in found)


def test_the_engine_of_a_sandbox_writes_no_logs_of_each_step(small) -> None:
    assert (Layout(small.root).pulumi_home / "logs").is_file()


@pytest.mark.parametrize("name", sorted(FREE))
def test_what_changes_nothing_starts_no_engine(comparison, name) -> None:
    comparison.agree([name], name)

    assert 1 == comparison.told["by the record"]


@pytest.mark.parametrize(
    ("first", "count"), [(0, FEW), pytest.param(FIRST, ALL, marks=pytest.mark.nightly)]
)
def test_records_and_engine_agree_on_generated_changes(
    comparison, record_property, first: int, count: int
) -> None:
    kinds: Counter = Counter()
    for index in range(first, first + count):
        case = f"{SEED}/{index}"
        names = generated_changes.drawn(random.Random(case))
        kinds.update(names)
        comparison.agree(names, case, with_engine=index % WITH_ENGINE == 0)
        if (index + 1) % 10 == 0:
            print(f"{index + 1}: {dict(comparison.told)}", flush=True)

    print(f"{dict(sorted(kinds.items()))}; told {dict(comparison.told)}")
    record_property("generated changes, on which record and engine agree", count)


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

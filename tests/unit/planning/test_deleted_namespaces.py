"""Namespaces that others delete or have deleted refuse an update, each once."""

import attrs
import pytest

from tenancy.diagnostics import Severity
from tenancy.model import Live, LiveNamespace
from tenancy.planning import Plan
from tenancy.planning.build import plan
from tests.unit.builders import a_platform, a_tenancy
from tests.unit.planning.changing import a_cluster, a_plan, a_record

SINCE = "2026-11-29T21:00:00Z"
HELD_BY = "Some content has finalizers remaining; it is held by configmaps/held"


def deleting(live: Live, name: str = "acme-dev") -> Live:
    """Return *live* with *name* being deleted, and what was in it deleted already."""
    assert live.namespaces is not None
    there = attrs.evolve(live.namespaces[name], deleted_since=SINCE, held_by=HELD_BY)
    return attrs.evolve(
        live, namespaces={**live.namespaces, name: there}, quotas={}, bindings={}
    )


def without(live: Live, name: str = "acme-dev") -> Live:
    assert live.namespaces is not None
    left = {one: there for one, there in live.namespaces.items() if one != name}
    return attrs.evolve(live, namespaces=left, quotas={}, bindings={})


def codes(found: Plan) -> list[tuple[str, Severity]]:
    return [(one.code, one.severity) for one in found.findings]


def test_as_applied_nothing_is_found() -> None:
    record = a_record()

    assert [] == codes(a_plan(record, a_cluster(record), in_state=("acme-dev",)))


def test_a_namespace_that_is_being_deleted_refuses_and_says_since_when_and_what_holds_it() -> (
    None
):
    record = a_record()

    found = a_plan(record, deleting(a_cluster(record)))

    [finding] = found.findings
    assert ("namespace-being-deleted", Severity.ERROR) == (finding.code, finding.severity)
    assert f"acme-dev began at {SINCE} and has not ended: {HELD_BY}" in finding.found
    assert "run `tenancy refresh --stack dev` and `tenancy up --stack dev`" in finding.remedy
    # What is deleted with it is not told a second time.
    assert found.is_empty
    assert found.is_refused


def test_a_namespace_to_come_whose_name_is_being_deleted_is_only_waited_for() -> None:
    live = deleting(a_cluster(a_record()))

    [finding] = a_plan({}, live).findings

    assert "namespace-being-deleted" == finding.code
    assert finding.remedy.endswith("then run the command again")


@pytest.mark.parametrize(
    ("in_state", "refreshes", "expected"),
    [
        (("acme-dev",), False, [("namespace-gone", Severity.ERROR)]),
        (("acme-dev",), None, [("namespace-gone", Severity.WARNING)]),
        # The engine creates these again.
        (("acme-dev",), True, [("last-update-unfinished", Severity.WARNING)]),
        ((), False, [("last-update-unfinished", Severity.WARNING)]),
    ],
)
def test_a_namespace_that_is_gone_refuses_while_the_state_has_it(
    in_state: tuple[str, ...],
    refreshes: bool | None,
    expected: list[tuple[str, Severity]],
) -> None:
    record = a_record()
    live = without(a_cluster(record))

    found = plan(record, a_tenancy(), "dev", live, in_state=in_state, refreshes=refreshes)  # type: ignore[arg-type]

    assert expected == codes(found)
    if expected[0][0] == "namespace-gone":
        assert "run `tenancy refresh --stack dev` and" in found.findings[0].remedy


@pytest.mark.parametrize(("only", "count"), [("acme-dev", 1), ("acme-test", 0)])
def test_an_update_of_other_namespaces_is_not_refused(only: str, count: int) -> None:
    record = a_record()
    for live in (without(a_cluster(record)), deleting(a_cluster(record))):
        found = plan(
            record,  # type: ignore[arg-type]
            a_tenancy(),
            "dev",
            live,
            in_state=("acme-dev",),
            only=frozenset({only}),
        )

        assert count == sum(one.code.startswith("namespace-") for one in found.findings)


def test_namespaces_that_were_not_read_are_not_gone() -> None:
    record = a_record()
    live = attrs.evolve(a_cluster(record), namespaces=None)

    assert [] == codes(a_plan(record, live, in_state=("acme-dev",)))


def test_the_public_namespace_of_a_platform_is_compared_too() -> None:
    platform = a_platform(public={"name": "llmos-public", "readers": []})
    record = a_record(stack="platform", platform=platform)
    there = LiveNamespace(name="llmos-public", deleted_since=SINCE)
    live = a_cluster(record, namespaces={"llmos-public": there})

    found = a_plan(record, live, stack="platform", platform=platform)

    assert [("namespace-being-deleted", Severity.ERROR)] == codes(found)

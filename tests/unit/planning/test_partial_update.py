"""An update of some namespaces only: what is registered, and what is judged."""

import attrs
import pytest

from tenancy.model import LiveWorkloads, Workload
from tenancy.planning import PreviousUpdate, registered
from tenancy.planning.build import plan, watched_levels
from tenancy.planning.sections import Enforced
from tests.unit.builders import a_namespace, a_tenancy, an_environment, an_organization
from tests.unit.planning.changing import a_cluster, recorded

AUDIT = {"mode": "audit", "reason": "adopted"}
IDS = ("dev", "test", "late")


def a_world():
    """Two organizations whose namespaces are all in audit."""
    spaces = [a_namespace(name, enforcement=AUDIT) for name in IDS]
    return a_tenancy(
        environments={"dev": an_environment("dev", "acme", "globex")},
        organizations={
            name: an_organization(*spaces, prefix=name, defaultNamespace="dev")
            for name in ("acme", "globex")
        },
    )


@pytest.mark.parametrize(
    ("had", "only", "expected"),
    [
        pytest.param((), (), {"acme": IDS, "globex": IDS}, id="the-whole-stack"),
        pytest.param((), ("acme-test",), {"acme": ("test",)}, id="the-first-stage"),
        pytest.param(
            ("acme-dev", "globex-dev"),
            ("acme-test",),
            {"acme": ("dev", "test"), "globex": ("dev",)},
            id="with-those-that-the-stack-has",
        ),
    ],
)
def test_an_update_of_some_registers_nothing_else_that_is_new(had, only, expected) -> None:
    environment = a_world().environments["dev"]
    previous = PreviousUpdate(tenancy={}, cluster_uid=None, only=frozenset(only))

    found = {
        o.name: tuple(n.id for n in o.namespaces)
        for o in registered(environment, previous, had)
    }

    assert expected == found


def test_only_its_own_pods_are_judged() -> None:
    tenancy = a_world()
    record = recorded(tenancy, "dev")
    names = [f"acme-{name}" for name in IDS]
    pods = {
        name: (
            Workload(
                namespace=name,
                name="Deployment/web",
                metadata={},
                spec={"hostNetwork": True, "containers": [{"name": "c"}]},
            ),
        )
        for name in names
    }
    live = attrs.evolve(a_cluster(record), workloads=LiveWorkloads(workloads=pods))

    def judged(*only: str) -> set[str]:
        found = plan(record, tenancy, "dev", live, only=frozenset(only)).section(Enforced)
        return {one.namespace for one in found.stopped}

    assert set(names) == judged()
    assert {"acme-test"} == judged("acme-test")
    assert ["acme-test"] == list(
        watched_levels(record, tenancy, "dev", live, frozenset({"acme-test"}))
    )

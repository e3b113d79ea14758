"""A namespace that exists: of this stack, of another one, or of another project's stack."""

import pytest

from tenancy.diagnostics import Origin
from tenancy.model import Live, LiveNamespace
from tenancy.planning.name_conflicts import name_conflicts

OURS = {"tenancy.dev/managed": "true", "tenancy.dev/stack": "dev"}


@pytest.mark.parametrize(
    ("manager", "is_taken"),
    [
        pytest.param("tenancy-mine", False, id="of this project"),
        pytest.param("", False, id="of an update that recorded none"),
        pytest.param("tenancy-other", True, id="of another project's stack of this name"),
    ],
)
def test_a_stack_of_the_same_name_in_another_project_is_another_one(
    manager: str, is_taken: bool
) -> None:
    there = LiveNamespace(name="acme-dev", labels=OURS, field_manager=manager)
    live = Live(namespaces={"acme-dev": there})
    wanted = [("acme-dev", Origin("argument of acme"), "acme")]

    found = list(name_conflicts(wanted, "dev", (), live, "tenancy-mine"))

    reason = "which stack dev of another project created on this cluster"
    assert [reason] * is_taken == [one.found.partition(", ")[2] for one in found]


@pytest.mark.parametrize(
    ("path", "remedy"),
    [
        (("tenancy:platform", "shared", 0), "write managed: false"),
        (("tenancy:platform", "public"), "choose another name"),
        (("namespaces", 0), "choose another id or prefix, or run `tenancy adopt`"),
    ],
)
def test_the_remedy_is_one_that_the_namespace_can_have(path: tuple, remedy: str) -> None:
    live = Live(namespaces={"monitoring": LiveNamespace(name="monitoring", labels={})})
    wanted = [("monitoring", Origin("Pulumi.platform.yaml").within(path), None)]

    [found] = name_conflicts(wanted, "platform", (), live)
    assert found.remedy.startswith(remedy)

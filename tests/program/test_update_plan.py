"""The plan of a component: what its provider prints and refuses when the engine asks."""

import asyncio
from types import SimpleNamespace

import pytest
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.provider.experimental.provider import CheckRequest, DiffRequest
from pulumi.runtime import rpc
from tenancy_components import Namespace, Organization, Platform
from tenancy_components.planned_component import planned_component
from tenancy_components.provider import TenancyProvider
from tenancy_components.provider.log import EngineLog
from tenancy_components.provider.update_plan import UpdatePlanResource
from tenancy_components.provider.values import known, properties
from tenancy_components.resolving import resolved_organization, unwritten_platform
from tenancy_components.type_tokens import NAMESPACE, ORGANIZATION, PLATFORM, UPDATE_PLAN
from tenancy_components.update_plan import ComponentPlan

from tenancy.planning import ClusterReading
from tests.program.recording import build, cluster

ACME = {
    "prefix": "acme",
    "defaultNamespace": "dev",
    "namespaces": [{"id": "dev", "quota": {"pods": 20}}, {"id": "lab"}],
}
LAB = {"name": "lab", "quota": {"pods": 3}}
BASE = {"operators": [{"group": "operators"}], "public": {"name": "public", "readers": []}}
WRITTEN = {
    ORGANIZATION: ComponentPlan(type=ORGANIZATION, name="acme", args=ACME),
    NAMESPACE: ComponentPlan(type=NAMESPACE, name="lab", args=LAB),
    PLATFORM: ComponentPlan(
        type=PLATFORM, name="base", args={"operators": [{"group": "operators"}]}
    ),
}


class Heard(EngineLog):
    def __init__(self) -> None:
        super().__init__()
        self.plans: list[str] = []
        self.warnings: list[str] = []

    async def info(self, message: str, urn: str) -> None:
        self.plans.append(message)

    async def warning(self, message: str, urn: str) -> None:
        self.warnings.append(message)


@pytest.fixture
def log() -> Heard:
    return Heard()


@pytest.fixture
def provider(log: Heard) -> TenancyProvider:
    return TenancyProvider(log)


def check(provider, plan: ComponentPlan, old=None, **inputs):
    """Return the answer of `check`; a value `...` is not known yet."""
    urn = f"urn:pulumi:dev::p::{plan.type}${UPDATE_PLAN}::{plan.name}-plan"
    given = plan.inputs() | {"kubeconfig": "/nowhere/kubeconfig"} | inputs
    hidden = {k: PropertyValue(rpc.UNKNOWN) for k, v in given.items() if v is ...}
    new = properties({k: v for k, v in given.items() if v is not ...}) | hidden
    request = CheckRequest(urn, properties(old or {}), new, b"")
    return asyncio.run(provider.check(request))


def changed(provider, old, new) -> list[str]:
    """Return which parts of the recorded goal change."""
    urn = f"urn:pulumi:dev::p::{UPDATE_PLAN}::acme-plan"
    request = DiffRequest(urn, "plan", properties(old), new.inputs, [])
    return asyncio.run(provider.diff(request)).diffs


def one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("kind", sorted(WRITTEN))
def test_an_unreadable_cluster_is_not_checked_and_nothing_else_is_refused(provider, log, kind):
    answer = check(provider, WRITTEN[kind])

    assert not answer.failures
    [warned] = log.warnings
    assert "cluster-not-asked" in warned
    assert "no kubeconfig exists at /nowhere/kubeconfig" in one_line(warned)


def test_a_kubeconfig_that_is_not_known_yet_is_said_once(provider, log):
    other = ComponentPlan(type=NAMESPACE, name="two", args=LAB | {"name": "two"})

    check(provider, WRITTEN[NAMESPACE], kubeconfig=...)
    check(provider, other, kubeconfig=...)

    said = [text for text in log.warnings if "cluster-not-asked" in text]
    assert 1 == len(said)
    assert "is not known before the update" in one_line(said[0])


def test_nothing_of_the_kubeconfig_is_kept(provider):
    answer = check(
        provider, WRITTEN[ORGANIZATION], kubeconfig="apiVersion: v1\nkind: Config\nx: hunter2"
    )

    assert {"snapshot", "clusterUid"} == set(answer.inputs)
    assert "hunter2" not in str(known(answer.inputs))


def test_the_first_update_prints_what_is_new(provider, log):
    check(provider, WRITTEN[ORGANIZATION])

    [plan] = log.plans
    assert "+ new namespaces acme-dev and acme-lab" in plan


def test_the_next_run_prints_and_changes_nothing(provider, log):
    first = known(check(provider, WRITTEN[ORGANIZATION]).inputs)
    log.plans.clear()

    again = check(provider, WRITTEN[ORGANIZATION], old=first)

    assert not log.plans
    assert [] == changed(provider, first, again)


def test_a_changed_limit_is_in_the_plan_and_in_the_difference(provider, log):
    first = known(check(provider, WRITTEN[ORGANIZATION]).inputs)
    smaller = ACME | {"namespaces": [{"id": "dev", "quota": {"pods": 8}}, {"id": "lab"}]}

    again = check(
        provider, ComponentPlan(type=ORGANIZATION, name="acme", args=smaller), old=first
    )

    assert "acme-dev: pods 20 → 8" in log.plans[-1]
    assert ["snapshot"] == changed(provider, first, again)


@pytest.mark.parametrize(
    ("kind", "fewer", "name"),
    [
        pytest.param(
            ORGANIZATION,
            ACME | {"namespaces": ACME["namespaces"][:1]},
            "acme-lab",
            id="organization",
        ),
        pytest.param(NAMESPACE, LAB | {"name": "lab2"}, "lab", id="renamed"),
    ],
)
def test_a_namespace_that_would_be_lost_is_refused(provider, kind, fewer, name):
    first = known(check(provider, WRITTEN[kind]).inputs)

    answer = check(
        provider, ComponentPlan(type=kind, name=WRITTEN[kind].name, args=fewer), old=first
    )

    [failure] = answer.failures
    said = one_line(failure.reason)
    assert f"the namespace {name} would be deleted with everything in it" in said
    assert "allowDeletion" in said
    assert "tenancy:" not in said
    assert said.endswith("Nothing was changed.")


def test_a_component_that_an_alias_renames_is_the_same_one(provider, log):
    """Only with an alias has a plan of another name an earlier state."""
    first = known(check(provider, WRITTEN[ORGANIZATION]).inputs)
    log.plans.clear()

    globex = ComponentPlan(type=ORGANIZATION, name="globex", args=ACME)
    again = check(provider, globex, old=first)

    assert not again.failures
    [said] = log.plans
    assert "acme has the name globex now" in said
    assert ["snapshot"] == changed(provider, first, again)

    log.plans.clear()
    check(provider, globex, old=known(again.inputs))
    assert not log.plans


def test_a_namespace_that_was_released_before_may_go(provider):
    released = ComponentPlan(
        type=ORGANIZATION, name="acme", args=ACME, allow_deletion=["acme-lab"]
    )
    first = known(check(provider, released).inputs)
    fewer = ACME | {"namespaces": [{"id": "dev", "quota": {"pods": 20}}]}

    answer = check(
        provider, ComponentPlan(type=ORGANIZATION, name="acme", args=fewer), old=first
    )

    assert not answer.failures


def test_a_limit_that_may_be_below_its_use_must_exist(provider):
    plan = ComponentPlan(
        type=ORGANIZATION, name="acme", args=ACME, allow_below_usage=["acme-dev/podz"]
    )

    [failure] = check(provider, plan).failures

    assert "allow-below-usage-unknown" in failure.reason
    assert "did you mean 'acme-dev/pods'?" in failure.reason


def test_what_is_written_survives_the_way_to_the_provider():
    plan = ComponentPlan(
        type=ORGANIZATION,
        name="acme",
        args=ACME,
        platform_name="base",
        platform={"operators": [{"group": "operators"}]},
        environment="dev",
        allow_deletion=("acme-dev",),
        allow_below_usage=("acme-dev/pods",),
    )

    assert plan == ComponentPlan.from_inputs(known(properties(plan.inputs())))


@pytest.mark.parametrize(
    ("make", "of"),
    [
        pytest.param(lambda: Organization("acme", ACME, opts=cluster()), "acme", id="acme"),
        pytest.param(lambda: Namespace("lab", LAB, opts=cluster()), "lab", id="lab"),
        pytest.param(lambda: Platform("base", BASE, opts=cluster()), "base", id="base"),
    ],
)
def test_everything_of_a_component_waits_for_its_plan(monitor, make, of):
    """A child waits for its parent, which waits for what it depends on."""
    found = build(monitor, lambda: make() and None)

    order = [request.name for request in monitor.requests]
    after = order[order.index(f"{of}-plan") + 1 :]
    before = order[: order.index(f"{of}-plan")]
    assert found[UPDATE_PLAN, f"{of}-plan"].object["name"] == of
    assert set(before) <= {"cluster", of, "tenancy-dev"}
    assert after


def test_a_component_of_resolved_values_has_no_second_plan(monitor):
    """The project's own program plans whole stacks."""
    ground = unwritten_platform("acme")
    resolved, _ = resolved_organization("acme", ACME, ground, stack="dev")

    found = build(
        monitor, lambda: Organization("acme", resolved, ground, opts=cluster()) and None
    )

    assert ("Namespace", "acme-dev") in found
    assert not [key for key in found if key[0] == UPDATE_PLAN]


def test_keys_are_sorted_because_the_protocol_keeps_no_order() -> None:
    args = {"quota": {"services": 5, "pods": 20}, "namespaces": [{"id": "dev", "gpus": []}]}
    plan = ComponentPlan(type="t", name="acme", args=args)

    read = ComponentPlan.from_inputs(known(properties(plan.inputs())))

    assert ["namespaces", "quota"] == list(read.args)
    assert ["pods", "services"] == list(read.args["quota"])
    assert ["gpus", "id"] == list(read.args["namespaces"][0])


def test_a_namespace_of_two_components_on_one_cluster_is_refused(log):
    """Nothing but their prefix distinguishes them."""
    plans = UpdatePlanResource(log)

    def twice(name: str, cluster: str) -> str:
        plan = ComponentPlan(type=ORGANIZATION, name=name, args=ACME)
        reading = ClusterReading(connection=SimpleNamespace(uid=cluster), live=None)
        urn = f"urn:pulumi:dev::p::{ORGANIZATION}${UPDATE_PLAN}::{name}-plan"
        return plans._created_twice(planned_component(plan, "dev", cluster), reading, urn)

    assert ["", "", ""] == [twice("acme", "east"), twice("acme", "east"), twice("b", "west")]
    assert "acme-dev is created by two components on one cluster, acme and globex" in (
        twice("globex", "east")
    )

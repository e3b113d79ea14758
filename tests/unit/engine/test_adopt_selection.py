"""Which namespaces an adoption takes: also those that an interrupted one left half done."""

import pytest

from tenancy import manifests
from tenancy.diagnostics import RefusedError
from tenancy.drifting import Identity
from tenancy.engine.operations.adopt_selection import Selection, grouped, unfinished
from tests.unit.builders import a_namespace, a_tenancy, an_environment, an_organization

ADOPTED = {"origin": "adopt", "reason": "older"}
NAMES = ("acme-dev", "acme-test")


def world(
    *,
    stack: str = "dev",
    without: str | None = None,
    handed_over: str | None = None,
    adopted: object = ADOPTED,
):
    """The environment, its platform and a cluster that lacks our label on one object."""
    spaces = [a_namespace(name.removeprefix("acme-"), adopted=adopted) for name in NAMES]
    organization = an_organization(*spaces, defaultNamespace="dev")
    tenancy = a_tenancy(
        environments={"dev": an_environment("dev", "acme")},
        organizations={"acme": organization},
    )
    environment = tenancy.environments["dev"]
    platform = tenancy.platform_of(environment)
    live = {}
    for one in manifests.environment(environment, platform):
        identity = Identity.of(one)
        marks = {**one["metadata"].get("labels", {}), "team": "blue"}
        if identity.kind == "Namespace":
            marks["tenancy.dev/stack"] = stack
        notes = {"pulumi.com/patchFieldManager": "tenancy"}
        if str(identity) == without:
            del marks["tenancy.dev/managed"]
        if str(identity) == handed_over:
            notes = {}
        metadata = {**one["metadata"], "labels": marks, "annotations": notes}
        live[identity] = {**one, "metadata": metadata}
    return environment, platform, live


@pytest.mark.parametrize(
    "without", ["ResourceQuota quota in acme-test", "LimitRange limits in acme-test"]
)
def test_what_was_begun_is_selected_again_and_what_is_done_is_not(without: str) -> None:
    environment, platform, live = world(without=without)
    begun = unfinished(environment, platform, live)
    described = dict.fromkeys(NAMES, "acme")

    assert {"acme-test"} == begun
    by_label = Selection(selector="team=blue", group_by="label:team")
    assert {"acme": ["acme-test"]} == grouped(by_label, live, described, begun)
    by_name = Selection(names=["acme-test"], organization="acme")
    assert {"acme": ["acme-test"]} == grouped(by_name, live, described, begun)
    with pytest.raises(RefusedError, match="acme-dev: a stack of Tenancy manages it already"):
        grouped(Selection(names=["acme-dev"], organization="acme"), live, described, begun)
    with pytest.raises(RefusedError, match=r"manage 2 namespaces that --selector team=blue"):
        grouped(by_label, live, described)
    with pytest.raises(RefusedError, match="no namespace is selected"):
        grouped(Selection(selector="team=nobody", group_by="label:team"), live, described)


def test_what_was_handed_over_and_not_applied_is_unfinished() -> None:
    environment, platform, live = world(handed_over="ResourceQuota quota in acme-test")
    assert {"acme-test"} == unfinished(environment, platform, live)
    assert frozenset() == unfinished(*world())


def test_what_is_being_deleted_is_not_selected_without_a_word() -> None:
    _, _, live = world(without="ResourceQuota quota in acme-test")
    namespace = live[Identity(kind="Namespace", name="acme-test")]
    del namespace["metadata"]["labels"]["tenancy.dev/managed"]
    wanted = Selection(names=["acme-test"], organization="acme")
    assert {"acme": ["acme-test"]} == grouped(wanted, live, {})

    namespace["metadata"]["deletionTimestamp"] = "2026-11-29T12:00:00Z"
    with pytest.raises(RefusedError, match="acme-test: it is being deleted"):
        grouped(wanted, live, {})


@pytest.mark.parametrize("keys", [{}, {"stack": "other"}, {"adopted": None}])
def test_only_what_this_stack_began_to_adopt_is_unfinished(keys: dict) -> None:
    without = "ResourceQuota quota in acme-test" if keys else None
    environment, platform, live = world(without=without, **keys)

    assert frozenset() == unfinished(environment, platform, live)

"""Namespaces that would be deleted, and what would be deleted with them."""

from tenancy.planning.sections.deletions import Deletions
from tests.unit.builders import a_namespace, a_platform, an_organization
from tests.unit.planning.changing import a_cluster, a_plan, a_record, here

SERVICES = [{"name": "web", "ports": [80], "podLabels": {"app": "web"}}]


def having(*ids: str, prefix: str = "acme", **environment: object) -> dict[str, object]:
    """A tenancy whose organization has the namespaces *ids*."""
    several = {"defaultNamespace": ids[0]} if len(ids) > 1 else {}
    acme = an_organization(*map(a_namespace, ids), prefix=prefix, **several)
    return {**here(**environment), "organizations": {"acme": acme}}


def test_a_namespace_that_goes_is_refused_with_what_it_holds_counted() -> None:
    record = a_record(**having("dev", "lab"))
    live = a_cluster(record, pods={"acme-lab": 41}, claims={"acme-lab": 1})

    plan = a_plan(record, live, **having("dev"))

    [deletion] = plan.section(Deletions).changes
    assert ("acme-lab", 41, 1, None) == (
        deletion.namespace,
        deletion.pods,
        deletion.claims,
        deletion.becomes,
    )
    [found] = plan.findings
    assert "namespace-removed" == found.code
    assert (
        "the namespace acme-lab would be deleted with everything in it;"
        " it contains 41 pods and 1 volume claim"
    ) == found.found


def test_a_namespace_whose_id_changes_is_replaced_by_an_empty_one() -> None:
    plan = a_plan(a_record(**having("dev")), **having("devl"))

    assert ["acme-devl"] == [h.becomes for h in plan.section(Deletions).changes]
    assert "acme-devl would be a new, empty one" in plan.findings[0].found


def test_a_namespace_of_a_renamed_organization_is_refused_and_not_deleted() -> None:
    """Its name stays, and the names of its resources in the state would not."""
    one = an_organization(a_namespace("dev"), prefix="acme")
    record = a_record(**here("acme"), organizations={"acme": one})

    plan = a_plan(record, **here("umbrella"), organizations={"umbrella": one})

    assert not plan.section(Deletions).changes
    [found] = [one for one in plan.findings if one.code == "namespace-moved"]
    assert "acme-dev as dev of umbrella; it was created as dev of acme" in found.found
    assert "the id dev of the organization acme" in str(found.remedy)
    same = a_plan(record, **here("acme"), organizations={"acme": one})
    assert "namespace-moved" not in {one.code for one in same.findings}


def test_a_changed_prefix_replaces_every_namespace() -> None:
    plan = a_plan(a_record(**having("dev", "lab")), **having("dev", "lab", prefix="acne"))

    assert [("acme-dev", "acne-dev"), ("acme-lab", "acne-lab")] == [
        (h.namespace, h.becomes) for h in plan.section(Deletions).changes
    ]
    assert ["namespace-removed"] * 2 == [
        v.code for v in plan.findings if v.code != "cluster-not-asked"
    ]


def test_an_organization_that_goes_takes_its_namespaces_along() -> None:
    def held(*names: str) -> dict[str, object]:
        both = {n: an_organization(prefix=n) for n in ("acme", "beta")}
        return {**here(*names), "organizations": {name: both[name] for name in names}}

    plan = a_plan(a_record(**held("acme", "beta")), **held("acme"))

    assert [("beta-dev", "beta")] == [
        (h.namespace, h.organization) for h in plan.section(Deletions).changes
    ]
    assert ("beta",) == plan.removed_organizations


def test_a_namespace_that_an_earlier_update_released_may_go() -> None:
    record = a_record(**having("dev", "lab", allowDeletion=["acme-lab"]))

    plan = a_plan(record, a_cluster(record), **having("dev"))

    assert [True] == [h.is_released for h in plan.section(Deletions).changes]
    assert () == plan.findings


def test_a_release_in_the_same_change_is_too_late() -> None:
    record = a_record(**having("dev", "lab"))

    plan = a_plan(record, a_cluster(record), **having("dev", allowDeletion=["acme-lab"]))

    assert (
        "allowDeletion lists it, but no update has applied that yet" in plan.findings[0].found
    )
    assert "keep it in tenancy:allowDeletion" in plan.findings[0].remedy
    assert plan.is_refused


def test_what_was_not_counted_is_not_said_to_be_nothing() -> None:
    record = a_record(**having("dev", "lab"))

    plan = a_plan(record, a_cluster(record), **having("dev"))

    assert [(None, None)] == [(h.pods, h.claims) for h in plan.section(Deletions).changes]
    assert "pods" not in plan.findings[0].found


def test_a_shared_namespace_of_the_platform_goes_only_when_it_was_released() -> None:
    def platform(*names: str, release: tuple[str, ...] = ()) -> dict[str, object]:
        shared = [{"name": name, "purpose": "services", "services": SERVICES} for name in names]
        return {
            "platform": a_platform(shared=shared),
            "platform_stack": {"allowDeletion": list(release)},
        }

    kept = a_record(stack="platform", **platform("tools", "old"))
    released = a_record(stack="platform", **platform("tools", "old", release=("old",)))

    refused = a_plan(kept, a_cluster(kept), stack="platform", **platform("tools"))
    accepted = a_plan(released, a_cluster(released), stack="platform", **platform("tools"))

    assert ["namespace-removed"] == [v.code for v in refused.findings]
    assert () == accepted.findings
    assert ["old"] == [h.namespace for h in accepted.section(Deletions).changes]


def test_config_maps_and_secrets_are_counted_and_named() -> None:
    record = a_record(**having("dev", "lab"))
    live = a_cluster(
        record,
        pods={},
        claims={},
        config_maps={"acme-lab": ("app",)},
        secrets={"acme-lab": ("a", "b", "c", "d", "e")},
    )

    plan = a_plan(record, live, **having("dev"))

    contents = "0 pods, 0 volume claims, 1 ConfigMap (app) and 5 Secrets (a, b, c and 2 more)"
    assert [contents] == [d.contents for d in plan.section(Deletions).changes]
    assert f"it contains {contents}" in plan.findings[0].found
    assert [f"namespace acme-lab would be DELETED: {contents} would be lost"] == [
        fact.text for fact in plan.facts if fact.section == "deletions"
    ]

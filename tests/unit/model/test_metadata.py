"""Labels and annotations of an organization, which all its namespaces have."""

from tenancy.drifting import Change, Difference, Identity, Weight, edits
from tenancy.manifests import namespace as manifests_of
from tests.unit.builders import (
    a_namespace,
    a_tenancy,
    an_organization,
    findings,
    the_platform,
)

SHARED = {
    "labels": {"team": "blue", "tier": "gold"},
    "annotations": {"example.com/contact": "blue@example"},
}


def tenancy(**keys: object):
    """Two namespaces of an organization with labels, of which one has its own tier."""
    organization = an_organization(
        a_namespace("dev"),
        a_namespace("batch", labels={"tier": "iron"}),
        defaultNamespace="dev",
        **{**SHARED, **keys},
    )
    return a_tenancy(organizations={"acme": organization})


def test_all_namespaces_have_them_and_their_own_take_precedence() -> None:
    [organization] = tenancy().organizations
    platform = the_platform()

    rendered = [manifests_of(n, platform).namespace for n in organization.namespaces]

    dev, batch = (one["metadata"] for one in rendered)
    assert ("blue", "gold") == (dev["labels"]["team"], dev["labels"]["tier"])
    assert ("blue", "iron") == (batch["labels"]["team"], batch["labels"]["tier"])
    for metadata in (dev, batch):
        assert "blue@example" == metadata["annotations"]["example.com/contact"]


def test_labels_of_tenancy_take_precedence_over_them() -> None:
    [organization] = tenancy().organizations
    [dev, _] = organization.namespaces

    labels = manifests_of(dev, the_platform()).namespace["metadata"]["labels"]

    assert "acme" == labels["tenancy.dev/organization"]


def test_a_reserved_label_is_refused_where_it_is_written() -> None:
    [found] = findings(organization={"labels": {"tenancy.dev/owner": "x"}})
    [own] = findings(namespace={"labels": {"tenancy.dev/owner": "x"}})

    assert found.startswith(
        'organizations/acme.yaml: labels["tenancy.dev/owner"] [label-reserved]'
    )
    assert own.startswith("organizations/acme.yaml: namespaces[0].labels")
    [found] = findings(organization={"annotations": {"kubernetes.io/x": "x"}})
    assert found.startswith(
        'organizations/acme.yaml: annotations["kubernetes.io/x"] [annotation-reserved]'
    )


def test_a_removed_label_of_the_organization_cannot_be_accepted_for_one_namespace() -> None:
    found = tenancy()
    environment = found.environments["dev"]

    def accepted(key: str, change: Change, name: str = "acme-batch", live: str | None = None):
        difference = Difference(
            object=Identity(kind="Namespace", name=name),
            field=("metadata", "labels", key),
            change=change,
            weight=Weight.USAGE,
            live=live,
        )
        return edits([difference], {}, environment, the_platform()).get(difference)

    assert accepted("team", Change.REMOVED) is None
    # Another value is one of the namespace itself, and its own label can be removed.
    changed = accepted("team", Change.CHANGED, live="red")
    assert changed is not None
    assert ("red", "organizations/acme.yaml: namespaces[1].labels.team") == (
        changed.value,
        str(changed.place),
    )
    removed = accepted("tier", Change.REMOVED)
    assert removed is not None
    assert removed.value is None

"""Objects that a platform puts into namespaces, as manifests and as guarded kinds."""

import pytest

from tenancy import manifests
from tests.unit.builders import a_platform, a_tenancy

CA = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "company-ca", "labels": {"team": "{namespace.organization}"}},
    "data": {"{namespace.id}.txt": "{namespace.name} of {namespace.labels.cost-unit}"},
}
SECRET = {
    "apiVersion": "external-secrets.io/v1",
    "kind": "ExternalSecret",
    "metadata": {"name": "registry"},
    "spec": {"data": [{"remoteRef": {"key": "teams/{namespace.organization}"}}]},
}


def rendered(*entries: dict, **namespace: object) -> list[dict]:
    tenancy = a_tenancy(
        namespace={"labels": {"cost-unit": "42"}, **namespace},
        platform=a_platform(namespaceObjects=list(entries)),
    )
    [(_, found)] = tenancy.namespaces
    return list(manifests.namespace(found, tenancy.platforms["platform"]))


def carried(objects: list[dict]) -> list[dict]:
    return [one for one in objects if one["kind"] in ("ConfigMap", "ExternalSecret")]


def test_an_object_has_the_facts_of_its_namespace_and_our_labels() -> None:
    ours = {"app.kubernetes.io/managed-by": "tenancy", "tenancy.dev/managed": "true"}

    assert [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": "company-ca",
                "namespace": "acme-dev",
                "labels": {**ours, "team": "acme"},
            },
            "data": {"dev.txt": "acme-dev of 42"},
        },
        {
            "apiVersion": "external-secrets.io/v1",
            "kind": "ExternalSecret",
            "metadata": {"name": "registry", "namespace": "acme-dev", "labels": ours},
            "spec": {"data": [{"remoteRef": {"key": "teams/acme"}}]},
        },
    ] == carried(rendered({"manifest": CA}, {"manifest": SECRET}))


@pytest.mark.parametrize(
    ("labels", "count"),
    [
        ({}, 1),
        ({"cost-unit": "42"}, 1),
        ({"tenancy.dev/environment": "dev", "tenancy.dev/organization": "acme"}, 1),
        ({"cost-unit": "41"}, 0),
        ({"cost-unit": "42", "tier": "gold"}, 0),
    ],
)
def test_labels_select_the_namespaces(labels, count) -> None:
    assert count == len(carried(rendered({"manifest": CA, "matchLabels": labels})))


def test_what_a_namespace_ignores_is_not_put_there() -> None:
    objects = rendered({"manifest": CA}, ignore=["ConfigMap/company-ca"])
    assert [] == carried(objects)


AUDIT = {"enforcement": {"mode": "audit", "reason": "moved in"}}


def account(objects: list[dict]) -> dict | None:
    return next((one for one in objects if one["kind"] == "ServiceAccount"), None)


def test_pull_secrets_of_the_platform_come_before_the_namespaces_own_and_not_in_audit() -> None:
    entry = {"imagePullSecret": "registry"}
    objects = rendered(entry, imagePullSecrets=["own", "registry"])

    assert [{"name": "registry"}, {"name": "own"}] == account(objects)["imagePullSecrets"]
    assert (
        "registry,own"
        == objects[0]["metadata"]["annotations"]["tenancy.dev/image-pull-secrets"]
    )
    # The control: without one, members may write them; in audit the account is left alone.
    assert "imagePullSecrets" not in account(rendered())
    assert account(rendered(entry, **AUDIT)) is None


def test_objects_come_in_audit_too_and_after_the_role_bindings() -> None:
    assert "ConfigMap" == rendered({"manifest": CA}, **AUDIT)[-1]["kind"]


def test_counts_leave_what_members_may_create() -> None:
    def counted(*entries: dict) -> str:
        [quota] = [
            one for one in rendered(*entries) if one["metadata"]["name"] == "object-counts"
        ]
        return quota["spec"]["hard"]["configmaps"]

    assert int(counted()) + 1 == int(counted({"manifest": CA}))


def test_the_guard_of_managed_objects_knows_the_custom_kinds() -> None:
    def rules(*entries: dict) -> list[dict]:
        platform = a_tenancy(
            namespace={"labels": {"cost-unit": "42"}},
            platform=a_platform(namespaceObjects=list(entries)),
        ).platforms
        [policy] = [
            one
            for one in manifests.platform(platform["platform"]).policies
            if one["metadata"]["name"] == "tenancy-objects"
        ]
        return policy["spec"]["matchConstraints"]["resourceRules"]

    more = {
        "apiGroups": ["external-secrets.io"],
        "apiVersions": ["v1"],
        "operations": ["CREATE", "UPDATE", "DELETE"],
        "resources": ["externalsecrets"],
    }
    assert [*rules(), more] == rules({"manifest": SECRET}, {"manifest": CA})
    named = {**more, "resources": ["secretsoutside"]}
    assert [*rules(), named] == rules({"manifest": SECRET, "resource": "secretsoutside"})

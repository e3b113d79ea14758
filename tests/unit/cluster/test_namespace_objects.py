"""What a cluster has in the place of the objects that a platform puts into namespaces."""

from collections.abc import Mapping

import pytest

from tenancy.cluster import Connection
from tenancy.cluster.namespace_objects import namespace_objects
from tenancy.cluster.transport import Request
from tests.unit.builders import a_platform, a_tenancy

CA = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "company-ca"},
    "data": {"ca.crt": "x"},
}
WIDGET = {
    "apiVersion": "example.com/v1",
    "kind": "Widget",
    "metadata": {"name": "w"},
    "spec": {"size": 1},
}
SERVED = {"name": "widgets", "kind": "Widget", "namespaced": True}


class Answering(Connection):
    """A cluster with these objects by path, which serves these resources of example.com."""

    there: Mapping[str, dict]
    resources: tuple[dict, ...]

    def request(self, request: Request) -> Mapping[str, object]:
        if request.path == "/apis/example.com/v1":
            return {"resources": list(self.resources)}
        if request.path in self.there:
            return self.there[request.path]
        listed = request.path.rpartition("/")[2]
        wanted = (request.query or {}).get("fieldSelector", "").rpartition("=")[2]
        return {
            "items": [
                found
                for path, found in self.there.items()
                if f"/{listed}/" in path and wanted in ("", found["metadata"]["name"])
            ],
            "metadata": {},
        }


def codes(
    *entries: dict,
    there: Mapping[str, dict] = {},
    resources: tuple[dict, ...] = (SERVED,),
    **namespace: object,
) -> list[tuple[str, str]]:
    tenancy = a_tenancy(
        namespace=namespace, platform=a_platform(namespaceObjects=list(entries))
    )
    environment = tenancy.environments["dev"]
    connection = Answering(cluster="c", api=None, uid="u")
    object.__setattr__(connection, "there", there)
    object.__setattr__(connection, "resources", resources)
    found = namespace_objects(environment, tenancy.platform_of(environment), connection)
    return [(one.code, one.found) for one in found]


def live(manifest: dict, **keys: object) -> dict:
    metadata = {**manifest["metadata"], "namespace": "acme-dev", "uid": "1"}
    return {**manifest, "metadata": metadata, **keys}


@pytest.mark.parametrize(
    ("resources", "found"),
    [
        ((SERVED, {**SERVED, "name": "widgets/status"}), None),
        ((), "which the cluster does not serve"),
        (({**SERVED, "namespaced": False},), "whose objects are cluster-wide"),
        (
            ({**SERVED, "name": "widgetz"},),
            "which the cluster serves as widgetz, not as widgets",
        ),
    ],
)
def test_a_custom_kind_is_served_in_namespaces_by_the_name_that_is_guarded(
    resources, found
) -> None:
    expected = (
        []
        if found is None
        else [("namespace-object-not-served", f"the kind Widget of example.com/v1, {found}")]
    )
    assert expected == codes({"manifest": WIDGET}, resources=resources)


OTHERS = "/api/v1/namespaces/acme-dev/configmaps/company-ca"


@pytest.mark.parametrize(
    ("there", "is_refused"),
    [
        ({}, False),
        ({OTHERS: live(CA)}, False),
        ({OTHERS: live(CA, data={"ca.crt": "theirs"})}, True),
        ({OTHERS: live(CA, data={"ca.crt": "x", "more": "y"})}, True),
        (
            {
                OTHERS: {
                    **live(CA, data={"ca.crt": "old"}),
                    "metadata": {
                        **live(CA)["metadata"],
                        "labels": {"tenancy.dev/managed": "true"},
                    },
                }
            },
            False,
        ),
    ],
    ids=["none", "the same", "another value", "another key", "ours, older"],
)
def test_an_object_of_others_is_taken_over_only_with_the_same_content(
    there, is_refused
) -> None:
    expected = [
        (
            "namespace-object-exists",
            "the ConfigMap company-ca in acme-dev, which exists with other content and which"
            " Tenancy did not create",
        )
    ]
    assert (expected if is_refused else []) == codes({"manifest": CA}, there=there)


def test_a_namespace_may_ignore_the_object_that_it_has() -> None:
    there = {OTHERS: live(CA, data={"ca.crt": "theirs"})}
    assert [] == codes({"manifest": CA}, there=there, ignore=["ConfigMap/company-ca"])


def account(*names: str, manager: str = "kubectl-patch") -> dict:
    return {
        "/api/v1/namespaces/acme-dev/serviceaccounts/default": {
            "metadata": {
                "name": "default",
                "namespace": "acme-dev",
                "managedFields": [{"manager": manager, "fieldsV1": {"f:imagePullSecrets": {}}}],
            },
            "imagePullSecrets": [{"name": name} for name in names],
        }
    }


def test_an_account_loses_no_pull_secret_that_others_wrote() -> None:
    entry = {"imagePullSecret": "registry"}

    assert [
        (
            "image-pull-secrets-replaced",
            "the service account default of acme-dev, which would lose older",
        )
    ] == codes(entry, there=account("older", "registry"))
    assert [] == codes(entry, there=account("registry"))
    assert [] == codes(entry, there=account("older"), imagePullSecrets=["older"])
    # One that an earlier update wrote may go, and in audit the account is left alone.
    assert [] == codes(entry, there=account("older", manager="tenancy/p/s/c"))
    audit = {"mode": "audit", "reason": "moved in"}
    assert [] == codes(entry, there=account("older"), enforcement=audit)

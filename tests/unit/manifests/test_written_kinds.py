"""Finalizers are guarded on every kind that some role of the platform may write."""

import pytest

from tenancy import manifests
from tenancy.model import roles
from tests.unit.builders import a_platform, a_tenancy

WRITTEN = {"apiGroup": "ml.example.com", "resources": ["notebooks"], "reason": "stays inside"}


def guarded(**platform: object) -> set[tuple[str, str, str]]:
    """Return group, version and plural of the kinds whose finalizers are guarded."""
    resolved = a_tenancy(platform=a_platform(**platform)).platforms["platform"]
    [policy] = [
        one
        for one in manifests.platform(resolved).policies
        if one["metadata"]["name"] == "tenancy-finalizers"
    ]
    return {
        (group, version, resource)
        for rule in policy["spec"]["matchConstraints"]["resourceRules"]
        for group in rule["apiGroups"]
        for version in rule["apiVersions"]
        for resource in rule["resources"]
    }


def test_kubernetes_own_kinds_that_members_may_write_are_guarded() -> None:
    platform = a_tenancy(platform=a_platform()).platforms["platform"]
    written = roles.written_kinds(platform)

    assert {("", "v1", "pods"), ("resource.k8s.io", "v1", "resourceclaims")} <= guarded()
    assert set(written) == {(group, resource) for group, _, resource in guarded()}


@pytest.mark.parametrize(
    ("platform", "more"),
    [
        pytest.param(
            {"customKinds": [WRITTEN]}, {("ml.example.com", "*", "notebooks")}, id="written"
        ),
        pytest.param({"customKinds": [{**WRITTEN, "write": False}]}, set(), id="only read"),
        pytest.param(
            {
                "roles": {
                    "exposer": {
                        "rules": [
                            {
                                "apiGroups": ["ml.example.com"],
                                "resources": ["models", "models/status", "servers"],
                                "verbs": ["patch"],
                                "reason": "their controller stays inside",
                            }
                        ]
                    }
                }
            },
            {("ml.example.com", "*", "models"), ("ml.example.com", "*", "servers")},
            id="a role of the platform",
        ),
    ],
)
def test_other_kinds_are_guarded_where_a_role_writes_them(
    platform: dict, more: set[tuple[str, str, str]]
) -> None:
    assert guarded() | more == guarded(**platform)

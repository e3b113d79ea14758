from itertools import pairwise, product

import pytest

from tenancy.diagnostics.origin import Origin
from tenancy.model import Platform, roles

PLATFORM = Platform(stack="platform", origin=Origin("test"))
ALL = (*roles.BUILT_IN.values(), roles.PUBLIC_READER)


def held(role):
    return {
        permission
        for rule in role.rules
        for permission in product(rule.api_groups, rule.resources, rule.verbs)
    }


@pytest.mark.parametrize("role", ALL, ids=lambda role: role.name)
class TestEveryRole:
    def test_has_no_wildcards(self, role):
        assert not [permission for permission in held(role) if "*" in "".join(permission)]

    def test_gives_nothing_that_gives_more(self, role):
        verbs = {verb for _, _, verb in held(role)}

        assert verbs <= set(roles.ALL_VERBS)

    @pytest.mark.parametrize(
        "resource",
        [
            "namespaces/status",
            "namespaces/finalize",
            "nodes",
            "nodes/proxy",
            "pods/proxy",
            "services/proxy",
            "pods/binding",
            "bindings",
            "pods/ephemeralcontainers",
            "persistentvolumes",
            "customresourcedefinitions",
            "clusterroles",
            "clusterrolebindings",
            "validatingwebhookconfigurations",
            "mutatingwebhookconfigurations",
            "validatingadmissionpolicies",
            "certificatesigningrequests",
            "priorityclasses",
            "services/status",
        ],
    )
    def test_never_reaches(self, role, resource):
        assert resource not in {found for _, found, _ in held(role)}

    @pytest.mark.parametrize(
        "resource",
        ["endpoints", "endpointslices", "limitranges", "resourcequotas"],
    )
    def test_never_writes(self, role, resource):
        verbs = {verb for _, found, verb in held(role) if found == resource}

        assert verbs <= set(roles.READ)

    def test_creates_and_changes_no_namespace(self, role):
        assert {"get"} == {verb for _, found, verb in held(role) if found == "namespaces"}

    def test_names_plural_resources_in_exact_groups(self, role):
        groups = {
            "pods": "",
            "secrets": "",
            "namespaces": "",
            "deployments": "apps",
            "jobs": "batch",
            "networkpolicies": "networking.k8s.io",
            "rolebindings": "rbac.authorization.k8s.io",
        }
        for group, resource, _ in held(role):
            if (expected := groups.get(resource)) is not None:
                assert expected == group
            assert resource.split("/")[0].endswith("s")


def test_each_role_holds_all_of_the_one_before_it():
    for smaller, larger in pairwise(roles.BUILT_IN.values()):
        assert held(smaller) < held(larger)


def test_a_viewer_reads_no_secrets_and_starts_nothing():
    viewer = held(roles.BUILT_IN["viewer"])

    assert set(roles.READ) == {verb for _, _, verb in viewer}
    assert "secrets" not in {resource for _, resource, _ in viewer}
    assert not {"pods/exec", "pods/attach", "pods/portforward"} & {r for _, r, _ in viewer}


def test_a_developer_writes_neither_network_policies_nor_bindings():
    written = {r for _, r, verb in held(roles.BUILT_IN["developer"]) if verb not in roles.READ}

    assert not {"networkpolicies", "rolebindings", "roles", "serviceaccounts/token"} & written
    assert {"pods", "deployments", "secrets"} <= written


@pytest.mark.parametrize("resource", ["networkpolicies", "rolebindings", "roles"])
def test_an_admin_has_all_eight_verbs_on(resource):
    verbs = {verb for _, found, verb in held(roles.BUILT_IN["admin"]) if found == resource}

    assert set(roles.ALL_VERBS) == verbs


def test_roles_are_found_by_name():
    assert roles.BUILT_IN["viewer"] == roles.find("viewer", PLATFORM)
    assert None is roles.find("kubernetes:admin", PLATFORM)
    assert (
        "viewer",
        "developer",
        "admin",
        "kubernetes:view",
        "kubernetes:edit",
        "kubernetes:admin",
    ) == roles.names(PLATFORM)

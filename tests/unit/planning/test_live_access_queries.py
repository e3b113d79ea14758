"""Who may do what by the bindings of a cluster."""

import pytest

from tenancy.model import Rule
from tenancy.model.live_access import LiveAccess, LiveBinding
from tenancy.planning.access_queries import Place
from tenancy.planning.live_access_queries import live_what_can, live_who_can, possible_names
from tests.unit.builders import the_platform

HERE = Place(namespace="acme-dev", environment="dev", stack="dev", cluster="sandbox")
SECRETS = (Rule(api_groups=("",), resources=("secrets",), verbs=("get", "list")),)
EVERYTHING = (Rule(api_groups=("*",), resources=("*",), verbs=("*",)),)


def a_binding(namespace: str, name: str, role: str, *subjects: str) -> LiveBinding:
    return LiveBinding(
        namespace=namespace, name=name, role_kind="ClusterRole", role=role, subjects=subjects
    )


ACCESS = LiveAccess(
    role_bindings=(
        a_binding("acme-dev", "backdoor", "secrets", "User oidc:dana", "Group oidc:leads"),
        a_binding("other", "elsewhere", "secrets", "User oidc:eve"),
        a_binding("acme-dev", "dangling", "nothing", "User oidc:eve"),
    ),
    cluster_role_bindings=(a_binding("", "root", "everything", "Group system:masters"),),
    roles={("", "secrets"): SECRETS, ("", "everything"): EVERYTHING},
)


def test_who_may_is_listed_with_the_binding_that_lets_them() -> None:
    assert [
        ("Group system:masters", "ClusterRoleBinding root"),
        ("User oidc:dana", "RoleBinding acme-dev/backdoor"),
        ("Group oidc:leads", "RoleBinding acme-dev/backdoor"),
    ] == [
        (one.subject, str(one.binding)) for one in live_who_can("get", "secrets", HERE, ACCESS)
    ]


@pytest.mark.parametrize(
    ("verb", "resource"), [("delete", "secrets"), ("get", "pods"), ("get", "secrets.apps")]
)
def test_who_may_something_else_is_not(verb: str, resource: str) -> None:
    assert ["Group system:masters"] == [
        one.subject for one in live_who_can(verb, resource, HERE, ACCESS)
    ]


def test_a_subject_is_found_with_and_without_the_prefix_and_by_its_groups() -> None:
    platform = the_platform()

    def found(name: str, *groups: str) -> list[str]:
        names = possible_names(name, groups, platform)
        return [str(one.binding) for one in live_what_can(names, HERE, ACCESS)]

    assert ["RoleBinding acme-dev/backdoor"] == found("dana")
    assert ["RoleBinding acme-dev/backdoor"] == found("oidc:dana")
    assert ["RoleBinding acme-dev/backdoor"] == found("kim", "leads")
    assert ["ClusterRoleBinding root"] == found("kim", "system:masters")
    assert [] == found("eve")
    assert [] == found("dan")

"""Members: who holds which role, with full names, in an order that never shows in a diff."""

import itertools

import pytest

from tenancy.model import SubjectKind
from tests.unit.builders import (
    a_namespace,
    a_platform,
    a_tenancy,
    an_environment,
    an_organization,
    the_namespace,
    unresolved,
)

MEMBERS = [
    {"group": "zoo", "role": "developer"},
    {"user": "ana@example.com", "role": "developer"},
    {"serviceAccount": "dev/builder", "role": "developer"},
    {"group": "leads", "role": "admin"},
]


def bindings(namespace):
    return {b.role: [str(s) for s in b.subjects] for b in namespace.bindings}


def test_there_is_one_binding_for_each_role_with_sorted_subjects():
    found = the_namespace(organization={"members": MEMBERS})

    assert {
        "admin": ["Group oidc:leads"],
        "developer": [
            "Group oidc:zoo",
            "ServiceAccount acme-dev/builder",
            "User oidc:ana@example.com",
        ],
    } == bindings(found)
    assert ["admin", "developer"] == [b.role for b in found.bindings]


def test_no_order_of_writing_changes_a_binding():
    expected = the_namespace(organization={"members": MEMBERS}).bindings

    for order in itertools.permutations(MEMBERS):
        found = the_namespace(organization={"members": list(order)}).bindings
        assert [(b.role, b.subjects) for b in expected] == [(b.role, b.subjects) for b in found]


def test_each_subject_remembers_where_it_got_its_role():
    found = the_namespace(organization={"members": MEMBERS})
    [_, developers] = found.bindings

    assert [
        "organizations/acme.yaml: members[0]",
        "organizations/acme.yaml: members[2]",
        "organizations/acme.yaml: members[1]",
    ] == [str(origin) for origin in developers.origins]


def test_prefixes_are_put_on_once_and_not_on_names_of_the_system():
    platform = a_platform(
        oidc={"usernamePrefix": "u:", "groupsPrefix": "g:"},
        public={"name": "everybody", "readers": [{"group": "system:authenticated"}]},
    )
    members = [{"group": "a", "role": "viewer"}, {"user": "b", "role": "viewer"}]
    tenancy = a_tenancy(organization={"members": members}, platform=platform)
    [namespace] = next(tenancy.organizations).namespaces
    written = tenancy.platforms["platform"]

    assert {"viewer": ["Group g:a", "User u:b"]} == bindings(namespace)
    assert ["Group g:platform-operators"] == [str(s) for s in written.operators]
    assert ["Group system:authenticated"] == [str(s) for s in written.public.readers]


@pytest.mark.parametrize("prefix", ["", "-"])
def test_no_prefix_is_written_as_nothing_or_as_the_api_servers_flag_says_it(prefix):
    found = the_namespace(
        organization={"members": [{"group": "a", "role": "viewer"}]},
        platform=a_platform(oidc={"groupsPrefix": prefix}),
    )

    assert {"viewer": ["Group a"]} == bindings(found)


def test_a_member_holds_a_role_in_the_namespaces_and_environments_that_are_named():
    organization = an_organization(
        a_namespace("a"),
        a_namespace("b"),
        defaultNamespace="a",
        members=[
            {"group": "everywhere", "role": "viewer"},
            {"group": "in-a", "role": "viewer", "namespaces": ["a"]},
            {"group": "in-dev", "role": "viewer", "environments": ["dev"]},
            {"group": "in-prod", "role": "viewer", "environments": ["prod"]},
        ],
    )
    environments = {
        "dev": an_environment("dev"),
        "prod": an_environment("prod", nameTemplate="{prefix}-{environment}-{id}"),
    }
    tenancy = a_tenancy(environments=environments, organizations={"acme": organization})
    found = {
        namespace.name: [s.written for s in namespace.bindings[0].subjects]
        for held in tenancy.organizations
        for namespace in held.namespaces
    }

    assert {
        "acme-a": ["everywhere", "in-a", "in-dev"],
        "acme-b": ["everywhere", "in-dev"],
        "acme-prod-a": ["everywhere", "in-a", "in-prod"],
        "acme-prod-b": ["everywhere", "in-prod"],
    } == found


def test_an_environment_may_add_members():
    override = {"members": [{"group": "on-call", "role": "admin"}]}
    found = the_namespace(
        environment={"organizations": {"acme": override}},
        organization={"members": [{"group": "leads", "role": "admin"}]},
    )

    assert {"admin": ["Group oidc:leads", "Group oidc:on-call"]} == bindings(found)
    assert "Pulumi.dev.yaml: organizations.acme.members[0]" == str(found.bindings[0].origins[1])


def test_a_namespaces_own_members_hold_there_alone():
    organization = an_organization(
        a_namespace("a", members=[{"group": "here", "role": "viewer"}]),
        a_namespace("b", members=[]),
        defaultNamespace="a",
    )
    [held] = a_tenancy(organizations={"acme": organization}).organizations

    assert [1, 0] == [len(namespace.bindings) for namespace in held.namespaces]
    assert ["here"] == [m.spec.group for m in held.members]


def test_a_service_account_is_named_by_its_namespaces_full_name():
    [developers] = the_namespace(organization={"members": [MEMBERS[2]]}).bindings
    [subject] = developers.subjects

    assert SubjectKind.SERVICE_ACCOUNT is subject.kind
    assert ("acme-dev", "builder") == (subject.namespace, subject.name)


LISTED = {"bindableSubjects": [{"serviceAccount": "argocd/deployer"}, {"user": "bot"}]}
DEPLOYER = {"serviceAccount": "argocd/deployer", "role": "developer"}


def test_a_service_account_that_the_platform_lists_may_be_a_member():
    namespace = the_namespace(
        platform=a_platform(**LISTED), organization={"members": [DEPLOYER]}
    )

    assert {"developer": ["ServiceAccount argocd/deployer"]} == bindings(namespace)
    # Admins of the organization may bind it, as any other of its members.
    assert "ServiceAccount argocd/deployer" in map(str, namespace.organization_members)
    for other in ("argocd/other", "other/deployer", "argocd/bot"):
        member = {**DEPLOYER, "serviceAccount": other}
        [found] = unresolved(platform=a_platform(**LISTED), organization={"members": [member]})
        assert "[foreign-service-account]" in found


def test_a_namespace_of_the_organization_comes_first():
    listed = {"bindableSubjects": [{"serviceAccount": "dev/deployer"}]}
    member = {**DEPLOYER, "serviceAccount": "dev/deployer"}

    namespace = the_namespace(platform=a_platform(**listed), organization={"members": [member]})

    assert {"developer": ["ServiceAccount acme-dev/deployer"]} == bindings(namespace)


@pytest.mark.parametrize(
    ("member", "expected"),
    [
        pytest.param(
            {"serviceAccount": "other/builder"},
            [
                "organizations/acme.yaml: members[0].serviceAccount"
                " [foreign-service-account] the service account 'other/builder'; allowed:"
                " <namespace id>/<name> in a namespace of the same organization (dev), or"
                " one that the platform lists under bindableSubjects; name a service"
                " account of this organization, or use a user or a group",
            ],
            id="of nobody here",
        ),
        pytest.param(
            {"serviceAccount": "builder"},
            [
                "organizations/acme.yaml: members[0].serviceAccount"
                " [foreign-service-account] the service account 'builder'; allowed:"
                " <namespace id>/<name> in a namespace of the same organization (dev), or"
                " one that the platform lists under bindableSubjects; name a service"
                " account of this organization, or use a user or a group",
            ],
            id="without a namespace",
        ),
        pytest.param(
            {},
            [
                "organizations/acme.yaml: members[0] [subject-not-one] nobody; allowed: "
                "exactly one of user, group and serviceAccount; write one entry for each"
                " subject",
            ],
            id="nobody",
        ),
        pytest.param(
            {"user": "a", "group": "b"},
            [
                "organizations/acme.yaml: members[0] [subject-not-one] user and group;"
                " allowed: exactly one of user, group and serviceAccount; write one entry"
                " for each subject",
            ],
            id="two at once",
        ),
        pytest.param(
            {"group": "a", "namespaces": ["dve"]},
            [
                "organizations/acme.yaml: members[0].namespaces[0]"
                " [member-namespace-unknown] the id 'dve', which is not a namespace of the"
                " organization; allowed: ids of its namespaces (dev); name one of these"
                " ids, or remove the key namespaces: the role then applies in every namespace",
            ],
            id="of no namespace",
        ),
    ],
)
def test_who_cannot_be_found_is_refused(member, expected):
    assert expected == unresolved(organization={"members": [{"role": "viewer", **member}]})


def test_a_member_of_one_namespace_names_no_others():
    member = {"group": "a", "role": "viewer", "namespaces": ["dev"]}

    assert [
        "organizations/acme.yaml: namespaces[0].members[0].namespaces"
        " [member-namespaces-in-namespace] a list of namespaces for a member of one"
        " namespace; allowed: no namespaces, because members of a namespace have their"
        " roles only there; remove the list, or write the member under the organization's"
        " members",
    ] == unresolved(namespace={"members": [member]})


def test_environments_that_are_named_are_remembered_with_their_places():
    organization = an_organization(
        a_namespace("dev", environments=["dev", "prod"]),
        members=[{"group": "a", "role": "viewer", "environments": ["prod"]}],
    )
    [held] = a_tenancy(organizations={"acme": organization}).organizations

    assert [
        ("dev", "organizations/acme.yaml: namespaces[0].environments[0]"),
        ("prod", "organizations/acme.yaml: namespaces[0].environments[1]"),
        ("prod", "organizations/acme.yaml: members[0].environments[0]"),
    ] == [(name, str(origin)) for name, origin in held.named_environments]


def test_each_namespace_knows_all_members_and_namespaces_of_its_organization():
    organization = an_organization(
        a_namespace("dev"),
        a_namespace("ops", members=[{"user": "kim", "role": "viewer"}]),
        members=MEMBERS,
        defaultNamespace="dev",
    )
    tenancy = a_tenancy(
        environments={"dev": an_environment()}, organizations={"acme": organization}
    )

    for namespace in tenancy.environments["dev"].namespaces:
        assert [
            "Group oidc:leads",
            "Group oidc:zoo",
            "ServiceAccount acme-dev/builder",
            "User oidc:ana@example.com",
            "User oidc:kim",
        ] == [str(subject) for subject in namespace.organization_members]
        assert ("acme-dev", "acme-ops") == namespace.organization_namespaces

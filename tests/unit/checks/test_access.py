"""Access: who holds which role, and that they are who they seem."""

import pytest

from tests.unit.builders import (
    a_namespace,
    a_platform,
    an_organization,
    findings,
)

READERS = {"name": "llmos-public", "readers": [{"group": "system:authenticated"}]}


def member(**keys):
    return {"organization": {"members": [{"role": "developer", **keys}]}}


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        pytest.param({"user": "ana@example.com"}, [], id="a user"),
        pytest.param({"group": "acme-developers"}, [], id="a group"),
        pytest.param({"serviceAccount": "dev/builder"}, [], id="one's own service account"),
        pytest.param(
            {"group": "system:masters"},
            [
                "organizations/acme.yaml: members[0].group [subject-name] the group "
                "'system:masters'; allowed: a group has 1 to 512 visible characters "
                "without '*', without a space at either end, and not beginning with 'system:'; "
                "name your own users and groups",
            ],
            id="all rights",
        ),
        pytest.param(
            {"group": "system:authenticated"},
            [
                "organizations/acme.yaml: members[0].group [subject-name] the group "
                "'system:authenticated'; allowed: a group has 1 to 512 visible "
                "characters without '*', without a space at either end, and not beginning with "
                "'system:'; name your own users and groups",
            ],
            id="everybody",
        ),
        pytest.param(
            {"user": "system:anonymous"},
            [
                "organizations/acme.yaml: members[0].user [subject-name] the user "
                "'system:anonymous'; allowed: a user has 1 to 512 visible characters "
                "without '*', without a space at either end, and not beginning with 'system:'; "
                "name your own users and groups",
            ],
            id="nobody known",
        ),
        pytest.param(
            {"user": "system:serviceaccount:kube-system:default"},
            [
                "organizations/acme.yaml: members[0].user [subject-name] the user "
                "'system:serviceaccount:kube-system:default'; allowed: a user has 1 to "
                "512 visible characters without '*', without a space at either end, and not "
                "beginning with 'system:'; write it as serviceAccount: "
                "<namespace>/<name>",
            ],
            id="in disguise",
        ),
        pytest.param(
            {"group": "*"},
            [
                "organizations/acme.yaml: members[0].group [subject-name] the group '*'; "
                "allowed: a group has 1 to 512 visible characters without '*', without a space "
                "at either end, and not beginning with 'system:'; write each name: '*' is not "
                "a wildcard here",
            ],
            id="a wildcard",
        ),
        pytest.param(
            {"group": ""},
            [
                "organizations/acme.yaml: members[0].group [subject-name] the group ''; "
                "allowed: a group has 1 to 512 visible characters without '*', without a space "
                "at either end, and not beginning with 'system:'; write "
                "a name",
            ],
            id="nothing",
        ),
        pytest.param(
            {"group": "  "},
            [
                "organizations/acme.yaml: members[0].group [subject-name] the group '  "
                "'; allowed: a group has 1 to 512 visible characters without '*', without a "
                "space at either end, and not beginning with 'system:'; write "
                "a name",
            ],
            id="blank",
        ),
        pytest.param(
            {"group": "oidc:devs"},
            [
                "organizations/acme.yaml: members[0].group [subject-name] the group "
                "'oidc:devs'; allowed: a group has 1 to 512 visible characters without '*', "
                "without a space at either end, and not beginning with 'system:'; write it "
                "without 'oidc:', which the cluster adds",
            ],
            id="the prefix twice",
        ),
        pytest.param(
            {"group": "\u0430cme-leads"},
            [
                "organizations/acme.yaml: members[0].group [subject-name] the group "
                "'\\u0430cme-leads'; allowed: a group has 1 to 512 visible characters "
                "without '*', without a space at either end, and not beginning with 'system:'; "
                "write it in ASCII, without '\\u0430'",
            ],
            id="a look-alike letter",
        ),
        pytest.param(
            {"user": "ana\u200b"},
            [
                "organizations/acme.yaml: members[0].user [subject-name] the user "
                "'ana\\u200b'; allowed: a user has 1 to 512 visible characters without '*', "
                "without a space at either end, and not beginning with 'system:'; "
                "remove the invisible character '\\u200b'",
            ],
            id="an invisible character",
        ),
        pytest.param(
            {"serviceAccount": "dev/Builder"},
            [
                "organizations/acme.yaml: members[0].serviceAccount [subject-name] the "
                "service account 'Builder'; allowed: a service account's name has 1 to "
                "253 lowercase letters, digits, hyphens and single dots inside; write it "
                "in lower case",
            ],
            id="no service account's name",
        ),
    ],
)
def test_a_subject_is_who_it_seems(subject, expected):
    assert expected == findings(**member(**subject))


def test_a_prefix_does_not_make_a_system_name():
    platform = a_platform(oidc={"groupsPrefix": "sys", "usernamePrefix": "-"})

    assert [] == findings(**member(group="devs"), platform=platform)
    assert [
        "organizations/acme.yaml: members[0].group [subject-name] the group "
        "'tem:masters'; allowed: a group has 1 to 512 visible characters without '*', without "
        "a space at either end, and not beginning with 'system:'; name your own users and "
        "groups",
    ] == findings(**member(group="tem:masters"), platform=platform)
    assert [
        "organizations/acme.yaml: members[0].user [subject-name] the user "
        "'system:admin'; allowed: a user has 1 to 512 visible characters without '*', without "
        "a space at either end, and not beginning with 'system:'; name your own users and "
        "groups",
    ] == findings(**member(user="system:admin"), platform=platform)


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        pytest.param("viewer", [], id="viewer"),
        pytest.param("admin", [], id="admin"),
        pytest.param("auditor", [], id="the platform's own"),
        pytest.param(
            "develper",
            [
                "organizations/acme.yaml: members[0].role [role-unknown] the role "
                "'develper'; allowed: viewer, developer, admin, auditor, "
                "kubernetes:view, kubernetes:edit or kubernetes:admin; did you mean "
                "'developer'?",
            ],
            id="misspelt",
        ),
        pytest.param(
            "kubernetes:edit",
            [
                "warning: organizations/acme.yaml: members[0].role [role-aggregated] "
                "Kubernetes' own role edit; allowed: viewer, developer and admin, whose rules "
                "are fixed; other software may widen Kubernetes' own roles; use a built-in "
                "role, or a role of the platform",
            ],
            id="Kubernetes' own",
        ),
        pytest.param(
            "kubernetes:cluster-admin",
            [
                "organizations/acme.yaml: members[0].role [role-unknown] the role "
                "'kubernetes:cluster-admin'; allowed: viewer, developer, admin, auditor, "
                "kubernetes:view, kubernetes:edit or kubernetes:admin; did you mean "
                "'kubernetes:admin'?",
            ],
            id="no role of a namespace",
        ),
    ],
)
def test_a_role_exists(role, expected):
    rule = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}
    platform = a_platform(roles={"auditor": {"rules": [rule]}})

    assert expected == findings(**member(group="devs", role=role), platform=platform)


def test_a_role_of_a_platform_that_is_not_written_is_not_checked():
    found = findings(**member(group="devs", role="auditor"), is_platform_written=False)

    assert [
        "not checked: Pulumi.dev.yaml: platformStack [platform-not-written] the "
        "platform 'platform', which has no file; allowed: a platform with a file, which "
        "defines pools, roles and shared namespaces; write "
        "Pulumi.platform.yaml, or name another platform under platformStack",
        "not checked: organizations/acme.yaml: members[0].role [role-unknown] the role "
        "'auditor'; allowed: viewer, developer, admin, kubernetes:view, kubernetes:edit "
        "or kubernetes:admin; name one of these roles",
    ] == found


def test_a_member_of_all_namespaces_is_found_wrong_once():
    organization = an_organization(
        *(a_namespace(f"n{i}") for i in range(3)),
        defaultNamespace="n0",
        members=[{"group": "*", "role": "viewer"}],
    )

    assert 1 == len(findings(organizations={"acme": organization}))


def test_a_member_is_written_once_with_a_role():
    twice = [{"group": "devs", "role": "viewer"}] * 2
    two_roles = [{"group": "devs", "role": "viewer"}, {"group": "devs", "role": "developer"}]

    assert [] == findings(organization={"members": two_roles})
    assert [
        "warning: organizations/acme.yaml: members[1] [member-twice] 'devs' as viewer a"
        " second time; allowed: each member once with a role; remove this entry; the first"
        " is organizations/acme.yaml: members[0]",
    ] == findings(organization={"members": twice})


def test_members_of_two_namespaces_may_be_alike():
    alike = {"members": [{"group": "devs", "role": "viewer"}]}
    organization = an_organization(
        a_namespace("a", **alike), a_namespace("b", **alike), defaultNamespace="a"
    )

    assert [] == findings(organizations={"acme": organization})


def test_names_that_differ_in_case_alone_are_warned_of():
    members = [{"user": "ana", "role": "viewer"}, {"user": "Ana", "role": "developer"}]

    assert [
        "warning: organizations/acme.yaml: members[0] [subject-look-alike] 'ana' "
        "beside 'Ana'; allowed: one spelling; for Kubernetes these are two subjects; "
        "write the name as the identity provider spells it",
    ] == findings(organization={"members": members})


def test_a_platform_has_operators():
    assert [
        "Pulumi.platform.yaml: platform.operators [operators-missing] no "
        "operator; allowed: at least one user or group; the guards refuse everyone else; write "
        "the group of the people who run the platform",
    ] == findings(platform=a_platform(operators=[]))
    assert [
        "Pulumi.platform.yaml: platform.operators.group [subject-name] the group "
        "'system:masters'; allowed: a group has 1 to 512 visible characters "
        "without '*', without a space at either end, and not beginning with 'system:'; name "
        "your own users and groups",
    ] == findings(platform=a_platform(operators=[{"group": "system:masters"}]))


def test_everybody_may_read_the_public_namespace_and_nothing_else():
    operators = [{"group": "system:authenticated"}]
    nobody = {**READERS, "readers": [{"group": "system:unauthenticated"}]}

    assert [] == findings(platform=a_platform(public=READERS))
    assert [
        "Pulumi.platform.yaml: platform.operators.group [subject-name] the group "
        "'system:authenticated'; allowed: a group has 1 to 512 visible "
        "characters without '*', without a space at either end, and not beginning with "
        "'system:'; name your own users and groups",
    ] == findings(platform=a_platform(public=READERS, operators=operators))
    assert [
        "Pulumi.platform.yaml: platform.public.readers.group [subject-name] the "
        "group 'system:unauthenticated'; allowed: a group has 1 to 512 visible "
        "characters without '*', without a space at either end, and not beginning with "
        "'system:'; name your own users and groups",
    ] == findings(platform=a_platform(public=nobody))


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        pytest.param("oidc:", [], id="a prefix"),
        pytest.param("", [], id="none"),
        pytest.param("-", [], id="none, as in the API server's flag"),
        pytest.param(
            "system:",
            [
                "Pulumi.platform.yaml: platform.oidc.usernamePrefix [oidc-prefix] the "
                "prefix 'system:'; allowed: a prefix has printable ASCII characters except "
                "space and '*', and is not 'system:'; use a prefix such as "
                "'oidc:'",
            ],
            id="the system's",
        ),
        pytest.param(
            "o idc",
            [
                "Pulumi.platform.yaml: platform.oidc.usernamePrefix [oidc-prefix] the "
                "prefix 'o idc'; allowed: a prefix has printable ASCII characters except space "
                "and '*', and is not 'system:'; remove the characters that are not allowed",
            ],
            id="a space",
        ),
    ],
)
def test_an_identity_providers_prefix_is_no_system_name(prefix, expected):
    assert expected == findings(platform=a_platform(oidc={"usernamePrefix": prefix}))


def test_subjects_that_every_admin_may_bind_have_names_of_an_identity_provider():
    assert [] == findings(platform=a_platform(bindableSubjects=[{"group": "ci"}]))
    [found] = findings(platform=a_platform(bindableSubjects=[{"group": "system:masters"}]))
    assert "platform.bindableSubjects.group [subject-name] the group" in found

"""Names of organizations, namespaces and environments."""

import pytest

from tests.unit.builders import (
    a_namespace,
    a_platform,
    about,
    an_environment,
    an_organization,
    findings,
)


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        pytest.param("a", [], id="one character"),
        pytest.param("staging", [], id="seven characters"),
        pytest.param("0123456", [], id="digits alone"),
        pytest.param(
            "stagingx",
            [
                "organizations/acme.yaml: namespaces[0].id [namespace-id] the namespace "
                "id 'stagingx'; allowed: a namespace id has 1 to 7 lowercase letters and "
                "digits; shorten it from 8 to at most 7 characters",
            ],
            id="eight characters",
        ),
        pytest.param(
            "dev-1",
            [
                "organizations/acme.yaml: namespaces[0].id [namespace-id] the namespace "
                "id 'dev-1'; allowed: a namespace id has 1 to 7 lowercase letters and "
                "digits; remove '-'",
            ],
            id="a hyphen",
        ),
        pytest.param(
            "Dev",
            [
                "organizations/acme.yaml: namespaces[0].id [namespace-id] the namespace "
                "id 'Dev'; allowed: a namespace id has 1 to 7 lowercase letters and "
                "digits; write it in lower case",
            ],
            id="upper case",
        ),
        pytest.param(
            "dév",
            [
                "organizations/acme.yaml: namespaces[0].id [namespace-id] the namespace "
                "id 'd\\xe9v'; allowed: a namespace id has 1 to 7 lowercase letters and "
                "digits; remove '\\xe9'",
            ],
            id="not ASCII",
        ),
        pytest.param(
            "dev\n",
            [
                "organizations/acme.yaml: namespaces[0].id [namespace-id] the namespace "
                "id 'dev\\n'; allowed: a namespace id has 1 to 7 lowercase letters and "
                "digits; remove '\\n'",
            ],
            id="a line end",
        ),
    ],
)
def test_an_id_has_one_to_seven_lowercase_letters_and_digits(identifier, expected):
    assert expected == findings(namespace={"id": identifier})


def test_the_platform_may_allow_longer_ids():
    platform = a_platform(limits={"idLength": 8})

    assert [] == findings(namespace={"id": "stagingx"}, platform=platform)
    assert [
        "organizations/acme.yaml: namespaces[0].id [namespace-id] the namespace "
        "id 'stagingxx'; allowed: a namespace id has 1 to 8 lowercase letters "
        "and digits; shorten it from 9 to at most 8 characters",
    ] == findings(namespace={"id": "stagingxx"}, platform=platform)


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        pytest.param("a-b", [], id="a hyphen inside"),
        pytest.param("p" * 55, [], id="room for an id of seven"),
        pytest.param(
            "p" * 56,
            [
                "organizations/acme.yaml: prefix [prefix] the prefix "
                "'pppppppppppppppppppppppppppppppppppppppppppppppppppppppp'; allowed: a "
                "prefix has 1 to 55 lowercase letters, digits and hyphens, with a letter "
                "or digit at both ends; shorten it from 56 to at most 55 characters",
            ],
            id="no room for it",
        ),
        pytest.param(
            "acme-",
            [
                "organizations/acme.yaml: prefix [prefix] the prefix 'acme-'; allowed: a "
                "prefix has 1 to 55 lowercase letters, digits and hyphens, with a letter "
                "or digit at both ends; begin and end every part with a letter or digit",
            ],
            id="a hyphen at the end",
        ),
        pytest.param(
            "kube",
            [
                "organizations/acme.yaml: prefix [prefix-reserved] the prefix 'kube'; "
                "allowed: a prefix that is not reserved; every namespace that begins with "
                "kube- "
                "is reserved for Kubernetes; choose another prefix",
            ],
            id="of Kubernetes",
        ),
        pytest.param(
            "openshift",
            [
                "organizations/acme.yaml: prefix [prefix-reserved] the prefix "
                "'openshift'; allowed: a prefix that is not reserved; every namespace that "
                "begins with openshift- is reserved for OpenShift; choose another prefix",
            ],
            id="of another platform",
        ),
    ],
)
def test_a_prefix_is_a_label_that_nobody_keeps(prefix, expected):
    assert expected == findings(organization={"prefix": prefix})


@pytest.mark.parametrize(
    "name",
    [
        "kube-system",
        "kube-node-lease",
        "kube-public",
        "llmos-system",
        "llmos-gpu-stakc-system",
        "llmos-gpu-stack-system",
        "llmos-monitoring-system",
        "llmos-dashboards",
        "llmos-db-system",
        "storage-system",
        "system-upgrade",
        "kube-anything",
        "default",
        "llmos-public",
    ],
)
def test_reserved_namespaces_are_refused_even_where_adopted(name):
    adopted = {"name": name, "origin": "adopt", "reason": "older than the organization"}

    [found] = findings(namespace={"adopted": adopted})

    assert "[namespace-name-reserved]" in found
    assert repr(name) in found


def test_a_reserved_name_that_prefix_and_id_give_is_refused():
    organization = an_organization(a_namespace("upgrade"), prefix="system")

    assert [
        "organizations/acme.yaml: namespaces[0].id [namespace-name-reserved] the "
        "namespace's name 'system-upgrade'; allowed: a name that is not reserved; the "
        "namespace system-upgrade is reserved for LLMOS; choose another "
        "prefix or id",
    ] == findings(organizations={"acme": organization})


def test_a_name_longer_than_a_label_is_refused():
    environment = {"nameTemplate": "{prefix}-in-the-environment-{environment}-{id}"}
    fits = {"prefix": "p" * 36}
    too_long = {"prefix": "p" * 37}

    assert [] == findings(organization=fits, environment=environment)
    assert [
        "organizations/acme.yaml: namespaces[0].id [namespace-name] the "
        "namespace's name "
        "'ppppppppppppppppppppppppppppppppppppp-in-the-environment-de…; allowed: "
        "a namespace's name has 1 to 63 lowercase letters, digits and hyphens, "
        "with a letter or digit at both ends; shorten it from 64 to at most 63 "
        "characters",
    ] == findings(organization=too_long, environment=environment)


def test_an_organization_is_called_by_a_label():
    environments = {"dev": an_environment("dev", "Acme")}

    assert [
        "organizations/Acme.yaml [organization-name] the organization's name "
        "'Acme'; allowed: an organization's name has 1 to 63 lowercase letters, "
        "digits and hyphens, with a letter or digit at both ends; write it in "
        "lower case",
    ] == findings(environments=environments, organizations={"Acme": an_organization()})


def test_an_adopted_name_breaks_the_rule_and_says_why():
    adopted = {"name": "legacy", "origin": "adopt", "reason": "older than the organization"}

    assert [] == findings(namespace={"adopted": adopted})
    assert [
        "organizations/acme.yaml: namespaces[0].adopted.name [adopted-name-needless] the"
        " adopted name 'acme-dev'; allowed: a name that differs from 'acme-dev', which"
        " Tenancy would give; remove"
        " the key name: Tenancy gives the same name",
    ] == findings(namespace={"adopted": {**adopted, "name": "acme-dev"}})
    assert [
        "organizations/acme.yaml: namespaces[0].adopted.reason [reason-blank] a "
        "blank reason; allowed: a reason, as text; write why the rule does not apply here",
    ] == findings(namespace={"adopted": {**adopted, "reason": "  "}})
    assert [
        "organizations/acme.yaml: namespaces[0].adopted.name [namespace-name] "
        "the namespace's name 'Legacy'; allowed: a namespace's name has 1 to 63 "
        "lowercase letters, digits and hyphens, with a letter or digit at both "
        "ends; write it in lower case",
    ] == findings(namespace={"adopted": {**adopted, "name": "Legacy"}})


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        pytest.param("{prefix}-{environment}-{id}", [], id="with the environment"),
        pytest.param("x-{prefix}-{id}-y", [], id="with words"),
        pytest.param(
            "{prefix}-dev",
            [
                "Pulumi.dev.yaml: nameTemplate [name-template] the template "
                "'{prefix}-dev', which contains {id} 0 times; allowed: {prefix} and "
                "{id} once each, and {environment}, joined by hyphens; write "
                '"{prefix}-{id}" or "{prefix}-{environment}-{id}"',
            ],
            id="no id",
        ),
        pytest.param(
            "{id}",
            [
                "Pulumi.dev.yaml: nameTemplate [name-template] the template '{id}', "
                "which contains {prefix} 0 times; allowed: {prefix} and {id} once each, "
                'and {environment}, joined by hyphens; write "{prefix}-{id}" or '
                '"{prefix}-{environment}-{id}"',
            ],
            id="no prefix",
        ),
        pytest.param(
            "{prefix}-{id}-{id}",
            [
                "Pulumi.dev.yaml: nameTemplate [name-template] the template "
                "'{prefix}-{id}-{id}', which contains {id} 2 times; allowed: {prefix} "
                "and {id} once each, and {environment}, joined by hyphens; write "
                '"{prefix}-{id}" or "{prefix}-{environment}-{id}"',
            ],
            id="the id twice",
        ),
        pytest.param(
            "{prefix}{id}",
            [
                "Pulumi.dev.yaml: nameTemplate [name-template] the template "
                "'{prefix}{id}', in which {id} is not separated by hyphens; allowed: "
                "{prefix} and {id} once each, and {environment}, joined by hyphens; "
                'write "{prefix}-{id}" or "{prefix}-{environment}-{id}"',
            ],
            id="no hyphen before the id",
        ),
        pytest.param(
            "{prefix}-x{id}",
            [
                "Pulumi.dev.yaml: nameTemplate [name-template] the template "
                "'{prefix}-x{id}', in which {id} is not separated by hyphens; allowed: "
                "{prefix} and {id} once each, and {environment}, joined by hyphens; "
                'write "{prefix}-{id}" or "{prefix}-{environment}-{id}"',
            ],
            id="a word glued to the id",
        ),
        pytest.param(
            "{prefix}{environment}-{id}",
            [
                "Pulumi.dev.yaml: nameTemplate [name-template] the template "
                "'{prefix}{environment}-{id}', in which two parts are not separated by a "
                "hyphen; allowed: {prefix} and {id} once each, and {environment}, joined "
                'by hyphens; write "{prefix}-{id}" or "{prefix}-{environment}-{id}"',
            ],
            id="two parts glued",
        ),
        pytest.param(
            "{prefix}-{team}-{id}",
            [
                "Pulumi.dev.yaml: nameTemplate [name-template] the template "
                "'{prefix}-{team}-{id}', with the unknown placeholder {team}; allowed: "
                "{prefix} and {id} once each, and {environment}, joined by hyphens; "
                'write "{prefix}-{id}" or "{prefix}-{environment}-{id}"',
            ],
            id="an unknown part",
        ),
    ],
)
def test_a_name_template_gives_names_that_can_be_read_back(template, expected):
    assert expected == about("name-template", environment={"nameTemplate": template})


def test_a_template_that_gives_no_name_is_refused():
    assert [
        "Pulumi.dev.yaml: nameTemplate [name-template] the template "
        "'{prefix}_-{id}', which does not give a namespace name; allowed: {prefix} and "
        "{id} once each, and {environment}, joined by hyphens; write "
        '"{prefix}-{id}" or "{prefix}-{environment}-{id}"',
    ] == findings(environment={"nameTemplate": "{prefix}_-{id}"})[:1]


def test_ten_namespaces_are_allowed_over_all_environments_and_eleven_are_not():
    def project(count):
        spread = [a_namespace(f"d{i}", environments=["dev"]) for i in range(5)]
        spread += [a_namespace(f"p{i}", environments=["prod"]) for i in range(count - 5)]
        return {
            "environments": {"dev": an_environment("dev"), "prod": an_environment("prod")},
            "organizations": {"acme": an_organization(*spread, defaultNamespace="d0")},
        }

    assert [] == findings(**project(10))
    assert [
        "organizations/acme.yaml: namespaces [too-many-namespaces] 11 namespaces "
        "of the organization acme; allowed: at most 10 over all environments; "
        "remove 1, or raise limits.namespaces of the platform\n"
        "    dev: acme-d0, acme-d1, acme-d2, acme-d3, acme-d4 (5)\n"
        "    prod: acme-p0, acme-p1, acme-p2, acme-p3, acme-p4, acme-p5 (6)",
    ] == findings(**project(11))


def test_a_namespace_counts_once_for_each_environment_that_it_is_in():
    organization = an_organization(
        *(a_namespace(f"n{i}") for i in range(4)), defaultNamespace="n0"
    )
    environments = {
        stack: an_environment(stack, nameTemplate="{prefix}-{environment}-{id}")
        for stack in ("dev", "staging", "prod")
    }

    assert [] == findings(
        environments=environments,
        organizations={"acme": organization},
        platform=a_platform(limits={"namespaces": 12}),
    )
    assert [
        "organizations/acme.yaml: namespaces [too-many-namespaces] 12 namespaces "
        "of the organization acme; allowed: at most 10 over all environments; "
        "remove 2, or raise limits.namespaces of the platform\n"
        "    dev: acme-dev-n0, acme-dev-n1, acme-dev-n2, acme-dev-n3 (4)\n"
        "    staging: acme-staging-n0, acme-staging-n1, acme-staging-n2, "
        "acme-staging-n3 (4)\n"
        "    prod: acme-prod-n0, acme-prod-n1, acme-prod-n2, acme-prod-n3 (4)",
    ] == findings(environments=environments, organizations={"acme": organization})


def test_a_name_is_taken_once_on_a_cluster_over_all_stacks():
    environments = {"dev": an_environment("dev"), "prod": an_environment("prod")}

    assert [
        "organizations/acme.yaml: namespaces[0] [namespace-name-taken] the "
        "namespace 'acme-dev' of acme in the stack prod, and of acme in the "
        "stack dev (organizations/acme.yaml: namespaces[0]); allowed: each name "
        "once on the cluster sandbox; give one of the two another id, or put {environment} "
        "into nameTemplate",
    ] == findings(environments=environments)


def test_one_name_on_two_clusters_is_no_clash():
    elsewhere = {
        "cluster": "east",
        "kubeconfig": "east.kubeconfig",
        "context": "east",
        "platformStack": "east",
    }
    environments = {"dev": an_environment("dev"), "prod": an_environment("prod", **elsewhere)}

    found = findings(environments=environments)

    assert 1 == len(found)
    assert "[platform-unknown]" in found[0]


def test_public_and_shared_namespaces_have_names_of_their_own():
    adopted = {"name": "observability", "origin": "adopt", "reason": "older"}
    shared = {"name": "observability", "services": [{"name": "loki", "ports": [3100]}]}
    public = {"name": "observability", "readers": [{"group": "system:authenticated"}]}

    assert [
        "organizations/acme.yaml: namespaces[0] [namespace-name-taken] the "
        "namespace 'observability' of acme in the stack dev, and as a shared namespace "
        "(Pulumi.platform.yaml: platform.shared[0].name); allowed: each name "
        "once on the cluster sandbox; give one of the two another id, or put {environment} "
        "into nameTemplate",
    ] == findings(namespace={"adopted": adopted}, platform=a_platform(shared=[shared]))
    assert [
        "Pulumi.platform.yaml: platform.shared[0].name [namespace-name-taken] "
        "the namespace 'observability' as a shared namespace, and as the public namespace "
        "(Pulumi.platform.yaml: platform.public.name); allowed: each name once "
        "on the cluster sandbox; give one of the two another id, or put {environment} into "
        "nameTemplate",
    ] == findings(platform=a_platform(shared=[shared], public=public))


def test_two_organizations_with_one_prefix_are_warned_of():
    organizations = {
        "acme": an_organization(),
        "globex": an_organization(a_namespace("prod")),
    }
    environments = {"dev": an_environment("dev", "acme", "globex")}

    assert [
        "warning: organizations/globex.yaml: prefix [prefix-shared] the prefix "
        "'acme', which the organization acme has too; allowed: a prefix of its own, which "
        "identifies the organization of a namespace; give one of the two a different prefix",
    ] == findings(environments=environments, organizations=organizations)


def test_an_organization_has_one_prefix_in_all_environments():
    def inline(stack, prefix):
        written = {"acme": an_organization(a_namespace(stack), prefix=prefix)}
        return an_environment(stack, organizations=written)

    environments = {"dev": inline("dev", "acme"), "prod": inline("prod", "acmeinc")}

    assert [
        "Pulumi.prod.yaml: organizations.acme.prefix [prefix-differs] the prefix "
        "'acmeinc' of the organization acme; allowed: one prefix everywhere: "
        "'acme' in dev; describe it once, in organizations/acme.yaml",
    ] == findings(environments=environments, organizations={})


def test_an_environment_that_nobody_has_is_refused_by_name():
    known = a_namespace("dev", environments=["dev", "staging"])
    misspelt = a_namespace("dev", environments=["dev", "stagign"])

    both = {
        "dev": an_environment("dev"),
        "staging": an_environment("staging", nameTemplate="{prefix}-{id}-{environment}"),
    }
    assert [] == findings(environments=both, organizations={"acme": an_organization(known)})
    [only_ordered] = findings(organizations={"acme": an_organization(known)})
    assert "the environment 'staging', which no stack has; allowed: dev" in only_ordered
    assert [
        "organizations/acme.yaml: namespaces[0].environments[1] "
        "[environment-unknown] the environment 'stagign', which no stack has; "
        "allowed: dev, staging; did you mean 'staging'?",
    ] == findings(environments=both, organizations={"acme": an_organization(misspelt)})
    member = {"group": "devs", "role": "viewer", "environments": ["live"]}
    assert [
        "organizations/acme.yaml: members[0].environments[0] "
        "[environment-unknown] the environment 'live', which no stack has; "
        "allowed: dev; name one of these environments, or write a stack file with"
        " `environment: live`",
    ] == findings(organization={"members": [member]})


def test_an_environment_is_misspelt_where_its_stack_has_the_name_that_organizations_use():
    named = {"acme": an_organization(a_namespace("dev", environments=["dev"]))}
    typo = {"dev": an_environment("deev")}

    assert [
        "Pulumi.dev.yaml: environment [environment-misspelt] the environment 'deev', which no"
        " organization names; no stack has 'dev', which acme names; allowed: environments that"
        " organizations name; did you mean 'dev', as the stack is called?"
    ] == findings(environments=typo, organizations=named)
    assert [] == findings(environments={"dev": an_environment("dev")}, organizations=named)
    assert [] == findings(environments={"dev-eu": an_environment("dev")}, organizations=named)


def test_an_environment_misspelt_in_another_stack_is_not_checked():
    named = {"acme": an_organization(a_namespace("dev", environments=["dev", "staging"]))}
    stacks = {
        "dev": an_environment("deev"),
        "staging": an_environment("staging", nameTemplate="{prefix}-{id}-{environment}"),
    }

    [elsewhere] = findings(environments=stacks, organizations=named, stack="staging")
    [own] = findings(environments=stacks, organizations=named, stack="dev")

    assert elsewhere.startswith("not checked: Pulumi.dev.yaml: environment [environment-miss")
    assert own.startswith("Pulumi.dev.yaml: environment [environment-misspelt]")


def plain(*listed: str, **keys: object) -> list[str]:
    """What is found where acme has an empty prefix, and the platform lists these."""
    return findings(
        platform=a_platform(plainNames=list(listed)), organization={"prefix": ""}, **keys
    )


def test_an_organization_has_plain_names_where_the_platform_lists_it():
    assert [] == plain("acme")
    assert [
        "organizations/acme.yaml: prefix [prefix-empty] an empty prefix of the organization"
        " acme; allowed: an empty prefix of organizations that the platform lists under"
        " plainNames (globex); write a prefix, or list acme under plainNames"
    ] == plain("globex")


def test_plain_names_are_ids_that_are_not_reserved_and_are_unique_on_the_cluster():
    [text] = plain("acme", namespace={"identifier": "default"})
    assert "[namespace-name-reserved] the namespace's name 'default'" in text
    [text] = plain("acme", namespace={"identifier": "a-b"})
    assert "[namespace-id]" in text
    found = findings(
        platform=a_platform(plainNames=["acme", "globex"]),
        environments={"dev": an_environment("dev", "acme", "globex")},
        organizations={
            name: an_organization(a_namespace("dev"), prefix="") for name in ("acme", "globex")
        },
    )
    assert 1 == len(found)
    assert "[namespace-name-taken] the namespace 'dev' of globex" in found[0]

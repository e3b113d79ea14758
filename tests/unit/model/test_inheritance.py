"""Inheritance: a lasting link, resolved from config at every run."""

import pytest

from tests.unit.builders import (
    CONTAINER,
    a_namespace,
    a_platform,
    a_pool,
    a_profile,
    a_tenancy,
    about,
    an_environment,
    an_organization,
    the_namespace,
    unresolved,
)

LARGE = a_profile({"pods": "90"})


def inheriting(identifier, **keys):
    """A namespace that does not state what it may use."""
    return a_namespace(identifier, profile=None, **keys)


def namespaces(*written, environment=None, override=None, **organization):
    """The namespaces of acme in dev, by id."""
    held = {"acme": override or {}}
    tenancy = a_tenancy(
        environments={
            "dev": an_environment(
                "dev",
                organizations=held,
                profiles={"standard": a_profile(), "large": LARGE},
                **(environment or {}),
            )
        },
        organizations={"acme": an_organization(*written, **organization)},
        platform=a_platform(gpuNodePools=[a_pool()]),
    )
    [found] = tenancy.organizations
    return {namespace.id: namespace for namespace in found.namespaces}


def pods(namespace):
    return str(namespace.quotas[0].hard["pods"])


def test_an_inheriting_namespace_has_the_quota_and_the_limit_range_of_its_source():
    found = namespaces(
        a_namespace("dev"), inheriting("test", inheritFrom="dev"), defaultNamespace="dev"
    )

    assert found["dev"].quotas == found["test"].quotas
    assert found["dev"].limit_range is found["test"].limit_range
    assert ("dev",) == found["test"].lineage
    assert () == found["dev"].lineage


def test_an_inheriting_namespace_has_the_permissions_grants_and_network_of_its_source():
    found = namespaces(
        a_namespace(
            "dev",
            gpus=[{"pool": "h100", "gpus": 2}],
            members=[{"group": "builders", "role": "developer"}],
            network={"egressCidrs": ["203.0.113.0/24"]},
            storageClasses=["fast"],
            podSecurity={"enforce": "baseline", "reason": "a walk-through"},
        ),
        inheriting("test", inheritFrom="dev"),
        defaultNamespace="dev",
    )
    source, found = found["dev"], found["test"]

    assert [2] == [grant.gpus for grant in found.grants]
    assert ["oidc:builders"] == [s.name for s in found.bindings[0].subjects]
    assert ("203.0.113.0/24",) == found.network.egress_cidrs
    assert ("fast",) == found.storage_classes
    assert "baseline" == found.pod_security.enforce
    assert source.bindings == found.bindings


def test_without_inherit_from_the_default_namespace_is_the_source():
    found = namespaces(
        a_namespace("dev", profile="large"), inheriting("test"), defaultNamespace="dev"
    )

    assert "90" == pods(found["test"])
    assert ("dev",) == found["test"].lineage


def test_the_only_namespace_is_the_default_one():
    found = namespaces(a_namespace("dev"))

    assert "20" == pods(found["dev"])


def test_several_namespaces_need_a_default_one():
    two = an_organization(a_namespace("a"), a_namespace("b"))

    assert [
        "organizations/acme.yaml [default-namespace-missing] 2 namespaces and no "
        "defaultNamespace; allowed: a defaultNamespace where an organization has "
        "several; name the namespace that others inherit from: a, b",
    ] == unresolved(organizations={"acme": two})


def test_the_default_namespace_exists():
    unknown = an_organization(a_namespace("a"), a_namespace("b"), defaultNamespace="c")

    assert [
        "organizations/acme.yaml: defaultNamespace [default-namespace-unknown] the id 'c',"
        " which is not a namespace of the organization; allowed: a, b; name one of these"
        " namespaces",
    ] == unresolved(organizations={"acme": unknown})[:1]


def test_a_chain_is_followed_to_its_end():
    found = namespaces(
        a_namespace("a", profile="large"),
        inheriting("b", inheritFrom="a"),
        inheriting("c", inheritFrom="b"),
        defaultNamespace="a",
    )

    assert "90" == pods(found["c"])
    assert ("b", "a") == found["c"].lineage


def test_a_source_may_be_written_after_the_namespace_that_inherits():
    found = namespaces(
        inheriting("c", inheritFrom="b"),
        inheriting("b", inheritFrom="a"),
        a_namespace("a", profile="large"),
        defaultNamespace="a",
    )

    assert "90" == pods(found["c"])


def test_keys_of_ones_own_are_added_to_what_is_inherited():
    found = namespaces(
        a_namespace("dev"),
        inheriting("test", inheritFrom="dev", quota={"pods": "5", "services": "3"}),
        defaultNamespace="dev",
    )
    hard = {key: str(limit) for key, limit in found["test"].quotas[0].hard.items()}

    assert "5" == hard["pods"]
    assert "3" == hard["services"]
    assert "2" == hard["requests.cpu"]
    assert "20" == pods(found["dev"])


def test_each_value_says_where_it_was_written():
    found = namespaces(
        a_namespace("dev"),
        inheriting("test", inheritFrom="dev", quota={"pods": "5"}),
        defaultNamespace="dev",
    )
    hard = found["test"].quotas[0].hard

    assert "organizations/acme.yaml: namespaces[1].quota.pods" == str(hard["pods"].origin)
    assert 'Pulumi.dev.yaml: profiles.standard.quota["requests.cpu"]' == str(
        hard["requests.cpu"].origin
    )


def test_a_profile_takes_the_place_of_what_is_inherited():
    found = namespaces(
        a_namespace("dev", gpus=[{"pool": "h100", "gpus": 2}]),
        a_namespace("test", profile="large"),
        defaultNamespace="dev",
    )

    assert "90" == pods(found["test"])
    assert [2] == [grant.gpus for grant in found["test"].grants]


def test_an_empty_list_takes_away_what_is_inherited():
    found = namespaces(
        a_namespace("dev", gpus=[{"pool": "h100", "gpus": 2}]),
        inheriting("test", gpus=[]),
        defaultNamespace="dev",
    )

    assert () == found["test"].grants


def test_an_organizations_own_profile_is_found_first():
    found = namespaces(a_namespace("dev"), profiles={"standard": LARGE})

    assert "90" == pods(found["dev"])


def test_a_further_quota_is_added_by_name():
    batch = {"batch": {"hard": {"pods": "3"}, "scopes": ["Terminating"]}}
    found = namespaces(a_namespace("dev", quotas=batch))

    assert ["quota", "batch"] == [quota.name for quota in found["dev"].quotas]
    assert [False, True] == [quota.is_scoped for quota in found["dev"].quotas]


def test_differences_of_an_environment_are_inherited():
    found = namespaces(
        a_namespace("dev"),
        inheriting("test", inheritFrom="dev"),
        defaultNamespace="dev",
        override={"namespaces": {"dev": {"quota": {"pods": "7"}}}},
    )

    assert ["7", "7"] == [pods(namespace) for namespace in found.values()]


def test_an_environment_may_name_another_default_namespace():
    found = namespaces(
        a_namespace("a"),
        a_namespace("b", profile="large"),
        inheriting("c"),
        defaultNamespace="a",
        override={"defaultNamespace": "b"},
    )

    assert "90" == pods(found["c"])


def test_an_override_replaces_the_limit_range_whole():
    tight = {"container": {**CONTAINER, "max": {"cpu": "1"}}}
    found = namespaces(
        a_namespace("dev"), override={"namespaces": {"dev": {"limitRange": tight}}}
    )

    [item] = found["dev"].limit_range.items
    assert ["cpu"] == list(item.max)


def test_the_default_namespace_may_itself_inherit_from_another():
    """The other one then has no default to inherit from, and no circle is made of it."""
    for written in (
        [a_namespace("base", profile="large"), inheriting("dev", inheritFrom="base")],
        [inheriting("dev", inheritFrom="base"), a_namespace("base", profile="large")],
    ):
        found = namespaces(*written, defaultNamespace="dev")

        assert "90" == pods(found["dev"])
        assert ("base",) == found["dev"].lineage
        assert () == found["base"].lineage


def test_a_circle_is_refused_and_named():
    circle = an_organization(
        a_namespace("a", inheritFrom="b"),
        a_namespace("b", inheritFrom="c"),
        a_namespace("c", inheritFrom="a"),
        defaultNamespace="a",
    )

    assert [
        "organizations/acme.yaml: namespaces[2].inheritFrom [inheritance-cycle] "
        "a inherits from b inherits from c inherits from a; allowed: a "
        "namespace that does not inherit, directly or indirectly, from this one; give one of "
        "them its own profile",
    ] == unresolved(organizations={"acme": circle})


def test_a_namespace_that_inherits_from_itself_is_a_circle():
    itself = an_organization(a_namespace("a", inheritFrom="a"))

    assert [
        "organizations/acme.yaml: namespaces[0].inheritFrom [inheritance-cycle] "
        "a inherits from a; allowed: a namespace that does not inherit, "
        "directly or indirectly, from this one; give one of them its own profile",
    ] == unresolved(organizations={"acme": itself})


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(
            "nobody",
            [
                "organizations/acme.yaml: namespaces[0].inheritFrom [inherit-from-unknown]"
                " the namespace 'nobody', which is not a namespace of the organization;"
                " allowed: a namespace of the organization in the same environment (dev);"
                " name one of these namespaces, or give the namespace its own profile",
            ],
            id="no namespace",
        ),
        pytest.param(
            "prod",
            [
                "organizations/acme.yaml: namespaces[0].inheritFrom [inherit-from-unknown]"
                " the namespace 'prod', which does not exist in dev; allowed: a namespace"
                " of the organization in the same environment (dev); name one of these"
                " namespaces, or give the namespace its own profile",
            ],
            id="of another environment",
        ),
    ],
)
def test_a_source_is_a_namespace_of_the_same_environment(source, expected):
    organization = an_organization(
        a_namespace("dev", inheritFrom=source),
        a_namespace("prod", environments=["prod"]),
        defaultNamespace="dev",
    )

    assert expected == unresolved(organizations={"acme": organization})


def test_a_namespace_that_has_nothing_is_refused():
    assert [
        "organizations/acme.yaml: namespaces[0] [namespace-without-quota] the "
        "namespace 'dev' has no profile and no quota, and inherits none; "
        "allowed: a profile, a quota, inheritFrom, or a defaultNamespace that "
        "has them; `quota: {}` for a namespace without a quota; write a profile, a quota"
        " or inheritFrom",
    ] == unresolved(namespace={"profile": None})


def test_an_unknown_profile_is_refused_with_those_that_there_are():
    assert [
        "organizations/acme.yaml: namespaces[0].profile [unknown-profile] the "
        "profile 'standrad'; allowed: a profile of the organization, the environment or the "
        "platform (standard); name one of these profiles, or describe it under profiles",
    ] == unresolved(namespace={"profile": "standrad"})[:1]


def pods_of(**keys: object) -> list[tuple[str, str]]:
    """The pods of the quota of the one namespace, and the file that writes them."""
    return [
        (str(limit.quantity), limit.origin.source)
        for quota in the_namespace(**keys).quotas
        for key, limit in quota.hard.items()
        if key == "pods"
    ]


def test_every_environment_may_use_a_profile_of_the_platform():
    platform = a_platform(profiles={"small": a_profile({"pods": "5"})})
    namespace = {"profile": "small"}

    assert [("5", "Pulumi.platform.yaml")] == pods_of(platform=platform, namespace=namespace)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({}, ("5", "Pulumi.platform.yaml")),
        (
            {"environment": {"profiles": {"small": a_profile({"pods": "6"})}}},
            ("6", "Pulumi.dev.yaml"),
        ),
        (
            {"organization": {"profiles": {"small": a_profile({"pods": "7"})}}},
            ("7", "organizations/acme.yaml"),
        ),
    ],
    ids=["platform", "environment", "organization"],
)
def test_the_nearest_profile_of_a_name_is_taken(keys, expected):
    platform = a_platform(profiles={"small": a_profile({"pods": "5"})})

    assert [expected] == pods_of(platform=platform, namespace={"profile": "small"}, **keys)


def test_a_profile_of_the_platform_is_checked_where_it_is_written():
    platform = a_platform(profiles={"small": a_profile({"podz": "5"})})

    [found] = about("quota-key", platform=platform, namespace={"profile": "small"})

    assert found.startswith("Pulumi.platform.yaml: platform.profiles.small.quota.podz")


def test_what_differs_for_somebody_who_is_not_there_is_refused():
    environment = {"organizations": {"acme": {"namespaces": {"prod": {"profile": "standard"}}}}}

    assert [
        "Pulumi.dev.yaml: organizations.acme.namespaces.prod [override-unknown] the"
        " namespace 'prod',"
        " which is not a namespace of the organization; allowed: dev; name one of these"
        " namespaces, or remove the entry",
    ] == unresolved(environment=environment)


def test_an_id_stands_once_in_an_organization():
    twice = an_organization(a_namespace("a"), a_namespace("a"), defaultNamespace="a")

    assert [
        "organizations/acme.yaml: namespaces[1].id [duplicate-id] a second "
        "namespace with the id 'a'; allowed: each id once in an organization; "
        "give it another id, or remove it",
    ] == unresolved(organizations={"acme": twice})


def test_what_is_wrong_in_an_organizations_file_is_said_once():
    unknown = an_organization(
        a_namespace("a"), a_namespace("b"), defaultNamespace="c", prefix="acme"
    )
    environments = {stack: an_environment(stack) for stack in ("dev", "staging", "prod")}

    found = unresolved(environments=environments, organizations={"acme": unknown})

    assert 1 == len([f for f in found if "[default-namespace-unknown]" in f])

"""What is looked at: the whole, one stack, or one organization by itself."""

import re

from tenancy import checks
from tenancy.config.spec import StandaloneNamespaceSpec
from tenancy.diagnostics.origin import Origin
from tenancy.model import Platform, standalone_namespace
from tests.unit.builders import (
    a_namespace,
    a_platform,
    a_pool,
    a_profile,
    a_tenancy,
    an_environment,
    an_organization,
    findings,
    said,
)

ELSEWHERE = {"cluster": "east", "kubeconfig": "east.kubeconfig", "context": "east"}


def codes(found):
    return [re.search(r" \[([a-z-]+)\] ", f).group(1) for f in found]


def two_organizations(**globex):
    """Acme in dev, and globex in prod on another cluster, with something wrong in each."""
    wrong = {"standard": a_profile({"services": "0.5"})}
    return {
        "environments": {
            "dev": an_environment("dev", profiles=wrong),
            "prod": an_environment(
                "prod", "globex", platformStack="east", profiles=wrong, **ELSEWHERE
            ),
        },
        "organizations": {
            "acme": an_organization(),
            "globex": an_organization(prefix="globex", **globex),
        },
    }


def sources(found):
    return sorted({f.removeprefix("not checked: ").partition(":")[0] for f in found})


def test_without_a_stack_everything_is_looked_at():
    found = findings(**two_organizations())

    assert ["Pulumi.dev.yaml", "Pulumi.prod.yaml"] == sources(found)


def test_a_stack_is_looked_at_by_itself():
    assert ["Pulumi.dev.yaml"] == sources(findings(stack="dev", **two_organizations()))
    assert ["Pulumi.prod.yaml"] == sources(findings(stack="prod", **two_organizations()))
    assert [] == findings(stack="platform", **two_organizations())


def test_a_stacks_organizations_are_added_up_over_all_environments():
    organization = an_organization(
        a_namespace("dev", environments=["dev"]),
        a_namespace("prod", environments=["prod"]),
        defaultNamespace="dev",
        ceiling={"requests.cpu": "3"},
    )
    environments = {"dev": an_environment("dev"), "prod": an_environment("prod")}

    for stack in ("dev", "prod"):
        found = findings(
            stack=stack, environments=environments, organizations={"acme": organization}
        )

        assert 1 == len(found)
        assert "requests.cpu: acme-dev 2 + acme-prod 2 = 4 of 3" in found[0]


def test_a_platform_is_looked_at_with_all_environments_on_its_cluster():
    organization = an_organization(
        a_namespace("dev", environments=["dev"], gpus=[{"pool": "h100", "gpus": 9}]),
        a_namespace("prod", environments=["prod"], gpus=[{"pool": "h100", "gpus": 9}]),
        defaultNamespace="dev",
    )

    for stack in ("platform", "dev", "prod"):
        found = findings(
            stack=stack,
            environments={"dev": an_environment("dev"), "prod": an_environment("prod")},
            organizations={"acme": organization},
            platform=a_platform(gpuNodePools=[a_pool()]),
        )

        assert 1 == len(found)
        assert "[gpu-overcommit] grants of 18" in found[0]


def test_a_platforms_mistakes_are_those_of_its_environments_too():
    platform = a_platform(operators=[])

    assert 1 == len(findings(stack="dev", platform=platform))


def test_everything_is_found_at_once_and_each_thing_once():
    found = findings(
        namespace={"id": "Dev", "labels": {"kubernetes.io/x": "y"}},
        organization={"members": [{"group": "*", "role": "boss"}]},
        profile=a_profile({"nvidia.com/gpu": "1"}),
        platform=a_platform(operators=[]),
    )

    assert [
        "operators-missing",
        "namespace-id",
        "label-reserved",
        "quota-key",
        "subject-name",
        "role-unknown",
    ] == codes(found)
    assert len(found) == len(set(found))


def test_the_order_is_settled():
    tenancy = a_tenancy(**two_organizations())

    assert checks.check(tenancy) == checks.check(tenancy)


def alone(**keys):
    """The findings about an organization that a program passed to a component."""
    tenancy = a_tenancy(**keys)
    organization = next(tenancy.organizations)
    return said(checks.check_organization(organization, tenancy.platforms["platform"]))


def test_an_organization_by_itself_says_what_is_not_checked():
    assert [
        "not checked: organizations/acme.yaml [names-not-checked] the names of acme; those"
        " of other organizations on the cluster are unknown here; allowed: unique names on"
        " a cluster, and no environment larger than the next; run `tenancy check` in the"
        " project that contains all organizations",
    ] == alone()


def test_an_organization_by_itself_is_refused_for_what_is_its_own():
    found = alone(
        namespace={"id": "Dev"},
        organization={"ceiling": {"requests.cpu": "1"}},
    )

    assert [
        "namespace-id",
        "quota-over-ceiling",
        "ceiling-not-checked",
        "names-not-checked",
    ] == codes(found)


def test_grants_by_themselves_are_not_checked_against_the_pool():
    found = alone(
        namespace={"gpus": [{"pool": "h100", "gpus": 16}]},
        platform=a_platform(gpuNodePools=[a_pool()]),
    )

    assert ["gpu-capacity-not-checked", "names-not-checked"] == codes(found)
    assert [
        "not checked: organizations/acme.yaml [gpu-capacity-not-checked] grants of "
        "nvidia.com/gpu to acme; the grants to other organizations are unknown here;"
        " allowed: a sum over all "
        "organizations of the cluster; run `tenancy check` in the project that has all"
        " organizations",
    ] == found[:1]


def test_namespaces_of_other_environments_count_by_themselves_too():
    organization = an_organization(
        *(a_namespace(f"n{i}", environments=["dev" if i else "prod"]) for i in range(11)),
        defaultNamespace="n1",
    )

    found = alone(organizations={"acme": organization})

    assert ["too-many-namespaces", "names-not-checked"] == codes(found)


def standalone(name, **keys):
    """The findings of a namespace without an organization."""
    spec = StandaloneNamespaceSpec.model_validate({"name": name, **a_profile(), **keys})
    organization, findings = standalone_namespace(
        spec, Origin("argument"), Platform(stack="", origin=Origin("argument")), stack="x"
    )
    assert [] == findings
    return said(checks.check_organization(organization, Platform(stack="", origin=Origin("a"))))


def test_a_namespace_that_stands_alone_is_called_as_a_namespace_may_be():
    assert ["names-not-checked"] == codes(standalone("n" * 63))
    assert [
        "argument: name [namespace-name] the namespace's name "
        "'nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn…; allowed: "
        "a namespace's name has 1 to 63 lowercase letters, digits and hyphens, "
        "with a letter or digit at both ends; shorten it from 64 to at most 63 "
        "characters",
    ] == standalone("n" * 64)[:1]
    assert [
        "argument: name [namespace-name-reserved] the namespace's name "
        "'kube-mine'; allowed: a name that is not reserved; the namespace "
        "kube-mine is reserved for Kubernetes; choose another prefix or id",
    ] == standalone("kube-mine")[:1]


def test_an_adopted_namespace_keeps_its_whole_name_as_its_id():
    adopted = {"name": "platform-team", "origin": "adopt", "reason": "older"}

    assert [] == findings(namespace={"id": "platform-team", "adopted": adopted})


def platform(**keys):
    """The findings about a platform that a program passed to a component."""
    found = a_tenancy(platform=a_platform(**keys)).platforms["platform"]
    return codes(said(checks.check_platform(found)))


def test_a_platform_by_itself_is_looked_at_without_its_cluster():
    elsewhere = {"cluster": "east"}
    tenancy = a_tenancy(platform_stack=elsewhere, environment=elsewhere)

    assert () == checks.check_platform(tenancy.platforms["platform"])
    assert 2 == len(checks.check(tenancy))
    assert ["operators-missing"] == platform(operators=[])


def test_a_platform_by_itself_has_each_namespace_once():
    shared = {"name": "tools", "services": [{"name": "registry", "ports": [5000]}]}

    assert [] == platform(shared=[shared])
    assert ["namespace-name-taken"] == platform(shared=[shared, shared])

"""The environmentOrder: dev ≤ staging ≤ prod, by workload, else by the organization's sums."""

import pytest

from tests.unit.builders import (
    a_namespace,
    a_platform,
    a_pool,
    a_profile,
    an_environment,
    an_organization,
    findings,
)


def climb(dev="20", staging="20", prod="20", /, *, workload="agents", **environments):
    """Three environments whose pods are as asked for; None leaves the key out."""
    figures = {"dev": dev, "staging": staging, "prod": prod}

    def quota(pods):
        return a_profile() if pods is None else a_profile({"services": pods})

    return {
        "environments": {
            stack: an_environment(
                stack, profiles={"standard": quota(pods)}, **environments.get(stack, {})
            )
            for stack, pods in figures.items()
        },
        "organizations": {
            "acme": an_organization(
                *(a_namespace(s, environments=[s], workload=workload) for s in figures),
                defaultNamespace="dev",
            )
        },
    }


def excuse(**keys):
    return {"organization": "acme", "resource": "services", "workload": "agents", **keys}


def test_environments_that_grow_or_stay_are_allowed():
    assert [] == findings(**climb("20", "20", "20"))
    assert [] == findings(**climb("20", "30", "50"))


def test_an_environment_larger_than_the_next_is_refused():
    assert [
        "Pulumi.dev.yaml: profiles.standard.quota.services [environment-order] services of "
        "the workload agents of acme: 21 in dev, and 20 in staging; allowed: dev "
        "≤ staging; lower it in dev or raise it in staging, or write an entry "
        "with a reason under environmentOrderExceptions of dev",
    ] == findings(**climb("21", "20", "50"))
    assert [
        "Pulumi.staging.yaml: profiles.standard.quota.services [environment-order] services "
        "of the workload agents of acme: 51 in staging, and 50 in prod; allowed: "
        "staging ≤ prod; lower it in staging or raise it in prod, or write an "
        "entry with a reason under environmentOrderExceptions of staging",
    ] == findings(**climb("20", "51", "50"))


def test_two_that_do_not_limit_between_are_compared_too():
    assert [
        "Pulumi.dev.yaml: profiles.standard.quota.services [environment-order] services of "
        "the workload agents of acme: 21 in dev, and 20 in prod; allowed: dev ≤ "
        "prod; lower it in dev or raise it in prod, or write an entry with a "
        "reason under environmentOrderExceptions of dev",
    ] == findings(**climb("21", None, "20"))


def test_what_is_unlimited_below_a_limit_is_warned_of():
    assert [
        "warning: Pulumi.dev.yaml: profiles.standard.quota [environment-order] services of "
        "the workload agents of acme: unlimited in dev, and 20 in staging; "
        "allowed: dev ≤ staging; limit services in dev, or write an entry with a "
        "reason under environmentOrderExceptions of dev",
    ] == findings(**climb(None, "20", "50"))
    assert [] == findings(**climb("20", "50", None))


def test_a_named_exception_with_a_reason_excuses():
    allowed = excuse(reason="load tests run in dev")

    assert [] == findings(
        **climb("21", "20", "50", dev={"environmentOrderExceptions": [allowed]})
    )


def test_an_exception_in_another_environment_excuses_nothing():
    elsewhere = excuse(reason="load tests run in dev")

    assert [
        "Pulumi.dev.yaml: profiles.standard.quota.services [environment-order] services of "
        "the workload agents of acme: 21 in dev, and 20 in staging; allowed: dev "
        "≤ staging; lower it in dev or raise it in staging, or write an entry "
        "with a reason under environmentOrderExceptions of dev",
        "warning: Pulumi.prod.yaml: environmentOrderExceptions[0] "
        "[environment-order-exception-unused] an exception for services of the workload "
        "agents of acme that is not needed: this environment is not larger than the next; "
        "allowed: only exceptions that are needed; remove it",
    ] == findings(**climb("21", "20", "50", prod={"environmentOrderExceptions": [elsewhere]}))


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"resource": "pods"}, id="another resource"),
        pytest.param({"workload": "web"}, id="another workload"),
    ],
)
def test_an_exception_excuses_what_it_names_and_nothing_else(other):
    narrow = excuse(reason="load tests run in dev", **other)

    found = findings(**climb("21", "20", "50", dev={"environmentOrderExceptions": [narrow]}))

    assert [False, True] == [f.startswith("warning") for f in found]


def test_an_exception_that_is_not_needed_is_warned_of():
    needless = excuse(reason="load tests run in dev")

    assert [
        "warning: Pulumi.dev.yaml: environmentOrderExceptions[0] "
        "[environment-order-exception-unused] "
        "an exception for services of the workload agents of acme that is not "
        "needed: this environment is not larger than the next; allowed: "
        "only exceptions that are needed; remove it",
    ] == findings(**climb(dev={"environmentOrderExceptions": [needless]}))


def test_an_exception_for_somebody_who_is_not_there_is_warned_of():
    stranger = excuse(organization="globex", reason="load tests")

    assert [
        "warning: Pulumi.dev.yaml: environmentOrderExceptions[0] "
        "[environment-order-exception-unused] "
        "an exception for services of the workload agents of globex that is not "
        "needed: globex is not in dev; allowed: only exceptions that are needed; "
        "remove it",
    ] == findings(**climb(dev={"environmentOrderExceptions": [stranger]}))


def test_an_exception_says_why():
    blank = excuse(reason=" ")

    assert [
        "Pulumi.dev.yaml: environmentOrderExceptions[0].reason [reason-blank] a blank "
        "reason; allowed: a reason, as text; write why the rule does not apply here",
    ] == findings(**climb("21", "20", "50", dev={"environmentOrderExceptions": [blank]}))


def test_without_workloads_the_organizations_sums_are_compared():
    assert [
        "Pulumi.dev.yaml: profiles.standard.quota.services [environment-order] services of "
        "acme: 21 in dev, and 20 in staging; allowed: dev ≤ staging; lower it in "
        "dev or raise it in staging, or write an entry with a reason under "
        "environmentOrderExceptions of dev",
    ] == findings(**climb("21", "20", "50", workload=None))


def test_an_exception_without_a_workload_is_for_the_sum():
    for_sum = {"organization": "acme", "resource": "services", "reason": "load tests"}

    keys = climb("21", "20", "50", workload=None, dev={"environmentOrderExceptions": [for_sum]})

    assert [] == findings(**keys)


def test_namespaces_of_one_workload_are_added_up():
    organization = an_organization(
        a_namespace("dev1", environments=["dev"], workload="agents"),
        a_namespace("dev2", environments=["dev"], workload="agents"),
        a_namespace("prod", environments=["prod"], workload="agents"),
        defaultNamespace="dev1",
    )

    def environments(pods):
        grown = a_profile(
            {
                "requests.cpu": "4",
                "requests.memory": "4Gi",
                "limits.cpu": "8",
                "limits.memory": "8Gi",
                "pods": pods,
            }
        )
        return {
            "dev": an_environment("dev"),
            "prod": an_environment("prod", profiles={"standard": grown}),
        }

    organizations = {"acme": organization}
    assert [] == findings(environments=environments("40"), organizations=organizations)
    assert [
        "Pulumi.dev.yaml: profiles.standard.quota.pods [environment-order] pods of the "
        "workload agents of acme: 40 in dev, and 39 in prod; allowed: dev ≤ "
        "prod; lower it in dev or raise it in prod, or write an entry with a "
        "reason under environmentOrderExceptions of dev",
    ] == findings(environments=environments("39"), organizations=organizations)


def test_a_workload_that_only_one_environment_has_is_not_compared():
    organization = an_organization(
        a_namespace("dev", environments=["dev"], workload="agents"),
        a_namespace("try", environments=["dev"], workload="experiments"),
        a_namespace("prod", environments=["prod"], workload="agents"),
        defaultNamespace="dev",
    )
    environments = {"dev": an_environment("dev"), "prod": an_environment("prod")}

    assert [] == findings(environments=environments, organizations={"acme": organization})


def test_workloads_without_a_partner_are_added_up():
    organization = an_organization(
        a_namespace("try", environments=["dev"], workload="experiments"),
        a_namespace("serve", environments=["prod"], workload="serving"),
        defaultNamespace="try",
    )
    environments = {
        "dev": an_environment("dev"),
        "prod": an_environment("prod", profiles={"standard": a_profile({"pods": "19"})}),
    }

    assert [
        "Pulumi.dev.yaml: profiles.standard.quota.pods [environment-order] pods of acme: 20 "
        "in dev, and 19 in prod; allowed: dev ≤ prod; lower it in dev or raise "
        "it in prod, or write an entry with a reason under environmentOrderExceptions of "
        "dev",
    ] == findings(environments=environments, organizations={"acme": organization})


def test_an_environment_outside_of_the_order_is_not_compared():
    organization = an_organization(
        a_namespace("dev", environments=["dev"]),
        a_namespace("lab", environments=["lab"]),
        defaultNamespace="dev",
    )
    environments = {
        "dev": an_environment("dev"),
        "lab": an_environment("lab", profiles={"standard": a_profile({"pods": "90"})}),
    }

    assert [] == findings(environments=environments, organizations={"acme": organization})


SHARED = a_pool(name="slices", sharing={"type": "time-slicing", "replicas": 4})
MIG = a_pool(
    name="mig",
    sharing={
        "type": "mig",
        "layout": [{"profile": "1g.10gb", "perGpu": 4}, {"profile": "3g.40gb", "perGpu": 1}],
    },
)


def granted(dev, prod, *, exceptions=()):
    """Findings about dev and prod with these grants."""
    organization = an_organization(
        a_namespace("dev", environments=["dev"], gpus=dev),
        a_namespace("prod", environments=["prod"], gpus=prod),
        defaultNamespace="dev",
    )
    listed = [{"organization": "acme", "reason": "training", **one} for one in exceptions]
    return findings(
        environments={
            "dev": an_environment("dev", environmentOrderExceptions=listed),
            "prod": an_environment("prod"),
        },
        organizations={"acme": organization},
        platform=a_platform(gpuNodePools=[a_pool(), SHARED, MIG]),
    )


def of(pool, gpus, **keys):
    return {"pool": pool, "gpus": gpus, **keys}


def test_gpus_are_compared_as_devices_and_the_finding_is_at_the_grant():
    assert [
        "organizations/acme.yaml: namespaces[0].gpus[0] [environment-order] GPUs of acme: 2 "
        "devices in dev, and 1 device in prod; allowed: dev ≤ prod; grant fewer GPUs in"
        " dev or more "
        "in prod, or write an entry with a reason under environmentOrderExceptions of dev, "
        "whose resource is the pool\n"
        "    dev: 2 nvidia.com/gpu of h100, namespace acme-dev\n"
        "    prod: 1 nvidia.com/gpu of h100, namespace acme-prod",
    ] == granted([of("h100", 2)], [of("h100", 1)])


@pytest.mark.parametrize(
    ("dev", "prod"),
    [
        pytest.param([of("h100", 4)], [], id="in dev alone"),
        pytest.param([of("h100", 4)], [of("h100", 0)], id="none in prod"),
        pytest.param([of("slices", 4)], [of("h100", 1)], id="shares in dev"),
        pytest.param([of("slices", 8)], [of("h100", 2)], id="as many devices"),
        pytest.param(
            [of("mig", 7, migProfile="1g.10gb")], [of("h100", 1)], id="instances in dev"
        ),
    ],
)
def test_gpus_in_dev_alone_and_parts_of_devices_are_allowed(dev, prod):
    assert [] == granted(dev, prod)


@pytest.mark.parametrize(
    ("dev", "prod", "said"),
    [
        pytest.param(
            [of("slices", 5)], [of("h100", 1)], "1.25 devices in dev, and 1 device", id="shares"
        ),
        pytest.param(
            [of("h100", 1)], [of("slices", 3)], "1 device in dev, and 0.75 devices", id="whole"
        ),
        pytest.param(
            [of("mig", 5, migProfile="3g.40gb")],
            [of("h100", 2)],
            "2.143 devices in dev, and 2 devices",
            id="instances",
        ),
    ],
)
def test_more_devices_in_dev_than_in_prod_are_refused(dev, prod, said):
    [found] = granted(dev, prod)

    assert said in found


def test_one_exception_for_a_pool_excuses_its_devices_and_no_others():
    dev, prod = [of("h100", 2), of("slices", 2)], [of("h100", 1)]

    assert 1 == len(granted(dev, prod))
    assert [] == granted(dev, prod, exceptions=[{"resource": "h100"}])
    [found] = granted(dev, prod, exceptions=[{"resource": "slices"}])
    assert "2.5 devices in dev, and 1 device in prod" in found


def test_an_exception_for_a_pool_that_is_not_needed_is_warned_of():
    [found] = granted([of("h100", 1)], [of("h100", 1)], exceptions=[{"resource": "h100"}])

    assert "[environment-order-exception-unused]" in found


def test_a_custom_order_is_followed():
    reversed_order = a_platform(environmentOrder=["prod", "staging", "dev"])

    assert [] == findings(**climb("50", "30", "20"), platform=reversed_order)
    assert 1 == len(findings(**climb("20", "30", "30"), platform=reversed_order))

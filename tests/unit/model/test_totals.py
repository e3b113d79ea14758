"""Sums: an organization's quotas over all of its environments, against its ceiling."""

import hypothesis
import hypothesis.strategies as st

from tenancy import checks
from tests.unit.builders import (
    a_namespace,
    a_platform,
    a_pool,
    a_profile,
    a_tenancy,
    an_environment,
    an_organization,
    findings,
)


def three(ceiling, *, dev="2", staging="4", prod="8", **profile):
    """Three environments of acme with a ceiling, and CPU as asked for."""
    figures = {"dev": dev, "staging": staging, "prod": prod}
    return {
        "environments": {
            stack: an_environment(
                stack,
                profiles={
                    "standard": a_profile({"requests.cpu": cpu, "limits.cpu": "16"}, **profile)
                },
            )
            for stack, cpu in figures.items()
        },
        "organizations": {
            "acme": an_organization(
                *(a_namespace(stack, environments=[stack]) for stack in figures),
                defaultNamespace="dev",
                ceiling=ceiling,
            )
        },
    }


def test_quotas_up_to_the_ceiling_are_allowed():
    assert [] == findings(**three({"requests.cpu": "14"}))


def test_quotas_over_the_ceiling_are_refused_with_the_sum_in_the_environment_order():
    assert [
        'organizations/acme.yaml: ceiling["requests.cpu"] [quota-over-ceiling] '
        "quotas of requests.cpu with the total 14; allowed: at most 13999m, the "
        "ceiling of acme; lower them by 1m, or raise the ceiling\n"
        "    requests.cpu: acme-dev 2 + acme-staging 4 + acme-prod 8 = 14 of "
        "13999m",
    ] == findings(**three({"requests.cpu": "13999m"}))


def test_the_sum_is_printed_line_by_line():
    tenancy = a_tenancy(**three({"requests.cpu": "14", "pods": "100"}))

    lines = [str(total) for total in checks.organization_sums(tenancy, "acme")]

    assert [
        "requests.cpu: acme-dev 2 + acme-staging 4 + acme-prod 8 = 14 of 14",
        "pods: acme-dev 20 + acme-staging 20 + acme-prod 20 = 60 of 100",
    ] == lines


def test_an_organization_without_a_ceiling_has_no_sums():
    assert () == checks.organization_sums(a_tenancy(), "acme")
    assert () == checks.organization_sums(a_tenancy(), "nobody")


def test_a_key_that_is_missing_under_a_ceiling_is_unlimited_and_refused():
    assert [
        "Pulumi.dev.yaml: profiles.standard.quota [quota-unlimited] no "
        "requests.storage in the quotas of acme-dev, so it is unlimited there; allowed: a "
        "limit: acme has a ceiling of 1Ti; write requests.storage in these quotas, or"
        " remove it "
        "from the ceiling\n"
        "    requests.storage: acme-dev unlimited = unlimited of 1Ti",
    ] == findings(organization={"ceiling": {"requests.storage": "1Ti"}})


def test_cpu_is_requests_cpu():
    profile = {**a_profile(), "quota": {"cpu": "2", "limits.cpu": "4"}}

    assert [] == findings(profile=profile, organization={"ceiling": {"requests.cpu": "2"}})
    assert [
        'organizations/acme.yaml: ceiling["requests.cpu"] [quota-over-ceiling] '
        "quotas of requests.cpu with the total 2; allowed: at most 1, the "
        "ceiling of acme; lower them by 1, or raise the ceiling\n"
        "    requests.cpu: acme-dev 2 = 2 of 1",
    ] == findings(profile=profile, organization={"ceiling": {"requests.cpu": "1"}})


def test_a_namespace_counts_the_least_of_its_unscoped_quotas():
    profile = a_profile(
        quotas={
            "tight": {"hard": {"requests.cpu": "1"}},
            "batch": {"hard": {"requests.cpu": "500m"}, "scopes": ["Terminating"]},
        }
    )

    assert [] == findings(profile=profile, organization={"ceiling": {"requests.cpu": "1"}})
    assert [
        'organizations/acme.yaml: ceiling["requests.cpu"] [quota-over-ceiling] '
        "quotas of requests.cpu with the total 1; allowed: at most 999m, the "
        "ceiling of acme; lower them by 1m, or raise the ceiling\n"
        "    requests.cpu: acme-dev 1 = 1 of 999m",
    ] == findings(profile=profile, organization={"ceiling": {"requests.cpu": "999m"}})


def test_grants_count_under_their_gpu_key_and_none_is_zero():
    platform = a_platform(gpuNodePools=[a_pool()])
    organization = an_organization(
        a_namespace("dev"),
        a_namespace("train", gpus=[{"pool": "h100", "gpus": 8}]),
        defaultNamespace="dev",
        ceiling={"requests.nvidia.com/gpu": "8"},
    )

    assert [] == findings(platform=platform, organizations={"acme": organization})
    less = {**organization, "ceiling": {"requests.nvidia.com/gpu": "7"}}
    assert [
        'organizations/acme.yaml: ceiling["requests.nvidia.com/gpu"] '
        "[quota-over-ceiling] quotas of requests.nvidia.com/gpu with the total "
        "8; allowed: at most 7, the ceiling of acme; lower them by 1, or raise "
        "the ceiling\n"
        "    requests.nvidia.com/gpu: acme-dev 0 + acme-train 8 = 8 of 7",
    ] == findings(platform=platform, organizations={"acme": less})


def test_the_platforms_object_counts_count():
    organization = {"ceiling": {"services": "20"}}

    assert [] == findings(
        organization=organization, platform=a_platform(objectCounts={"count/services": "20"})
    )
    assert [
        "organizations/acme.yaml: ceiling.services [quota-over-ceiling] quotas of services "
        "with the total 21; allowed: at most 20, the ceiling of "
        "acme; lower them by 1, or raise the ceiling\n"
        "    services: acme-dev 21 = 21 of 20",
    ] == findings(
        organization=organization, platform=a_platform(objectCounts={"services": "21"})
    )


def test_a_ceiling_has_keys_that_are_enforced():
    assert [
        'organizations/acme.yaml: ceiling["requests.cpus"] [quota-key] the quota '
        "key 'requests.cpus'; allowed: keys that Kubernetes enforces; Kubernetes knows "
        "no such key; write 'requests.cpu'",
    ] == findings(organization={"ceiling": {"requests.cpus": "2"}})


def test_an_organization_that_is_written_twice_has_one_ceiling():
    def inline(stack, cpu):
        written = an_organization(a_namespace(stack), ceiling={"requests.cpu": cpu})
        return an_environment(stack, organizations={"acme": written})

    same = {"dev": inline("dev", "4"), "prod": inline("prod", "4000m")}
    differing = {"dev": inline("dev", "4"), "prod": inline("prod", "5")}

    assert [] == findings(environments=same, organizations={})
    assert [
        "Pulumi.prod.yaml: organizations.acme.ceiling [ceiling-differs] another "
        "ceiling of acme than in Pulumi.dev.yaml; allowed: one ceiling, because it applies to "
        "all environments together; describe the organization once, in "
        "organizations/acme.yaml",
    ] == findings(environments=differing, organizations={})


@hypothesis.given(
    st.lists(st.integers(0, 10**6), min_size=3, max_size=3), st.integers(0, 4 * 10**6)
)
@hypothesis.settings(max_examples=50, deadline=None)
def test_a_ceiling_refuses_exactly_what_is_more_than_it(millis, ceiling):
    dev, staging, prod = (f"{m}m" for m in sorted(millis))
    keys = three({"requests.cpu": f"{ceiling}m"}, dev=dev, staging=staging, prod=prod)

    found = [f for f in findings(**keys) if "[quota-over-ceiling]" in f]

    assert (sum(millis) > ceiling) == bool(found)

"""Bounds: what an organization is given is at most what the platform's file allows."""

import pytest
import yaml

from tests.snippets import blocks
from tests.unit.builders import (
    a_namespace,
    a_platform,
    a_pool,
    an_environment,
    an_organization,
    findings,
)

BASELINE = {"enforce": "baseline", "reason": "a vendor's image"}
CEILING = {"requests.cpu": "2", "requests.memory": "2Gi"}


def beyond(bounds, *, platform=None, environment=None, **organization):
    """What is beyond *bounds* of all organizations, without where the bound is written."""
    found = findings(
        platform=a_platform(
            organizationBounds={"default": bounds},
            priorityClasses={"urgent": {"value": 1000}},
            storageClasses={"fast": "granted", "slow": "shared"},
            **(platform or {}),
        ),
        environment=environment or {},
        namespace=organization.pop("namespace", {}),
        organization=organization,
    )
    assert [] == [f for f in found if "[exceeds-platform]" not in f]
    end = "; stay within the bound, or ask the platform's operators to raise it"
    return [f.removesuffix(end).partition("[exceeds-platform] ")[2] for f in found]


@pytest.mark.parametrize(
    ("bounds", "organization", "expected"),
    [
        pytest.param({}, {}, [], id="nothing that a bound is about"),
        pytest.param({"ceiling": {"requests.cpu": "2"}}, {"ceiling": CEILING}, [], id="at it"),
        pytest.param({"ceiling": {"cpu": "2"}}, {"ceiling": CEILING}, [], id="by another key"),
        pytest.param(
            {"ceiling": {"requests.cpu": "1999m"}},
            {"ceiling": CEILING},
            [
                "a ceiling of requests.cpu of 2 for acme; allowed: at most 1999m, the bound in"
                " Pulumi.platform.yaml:"
                ' platform.organizationBounds.default.ceiling["requests.cpu"]'
            ],
            id="a ceiling just over it",
        ),
        pytest.param(
            {"ceiling": {"pods": "20"}},
            {"ceiling": CEILING},
            [
                "no ceiling of pods for acme, which is unlimited; allowed: a ceiling of at"
                " most 20, the bound in Pulumi.platform.yaml:"
                " platform.organizationBounds.default.ceiling.pods; write pods under ceiling,"
                " or ask the platform's operators to raise it"
            ],
            id="a ceiling without the key",
        ),
        pytest.param(
            {"namespaceQuota": {"services.loadbalancers": "0", "pods": "20"}},
            {},
            [],
            id="counts",
        ),
        pytest.param(
            {
                "namespaceQuota": {
                    "services.loadbalancers": "1",
                    "services.nodeports": "2",
                },
                "exceptions": ["ignore"],
            },
            {
                "namespace": {
                    "quota": {"services.loadbalancers": "2", "services.nodeports": "2"},
                    "ignore": ["NetworkPolicy/from-outside"],
                }
            },
            [
                "services.loadbalancers 2 in a namespace of acme; allowed: at most 1, the bound"
                " in Pulumi.platform.yaml: platform.organizationBounds.default.namespaceQuota"
                '["services.loadbalancers"]'
            ],
            id="more load balancers",
        ),
        pytest.param(
            {"namespaceQuota": {"count/jobs.batch": "99"}},
            {},
            [
                "count/jobs.batch 100 in the namespace acme-dev; allowed: at most 99, "
                "the bound in Pulumi.platform.yaml: "
                'platform.organizationBounds.default.namespaceQuota["count/jobs.batch"]; '
                "write count/jobs.batch under quota, at most 99, or ask the platform's "
                "operators to raise it"
            ],
            id="a default count over it",
        ),
        pytest.param(
            {"namespaceQuota": {"requests.storage": "1Gi"}},
            {},
            [
                "requests.storage unlimited in the namespace acme-dev; allowed: at most "
                "1Gi, the bound in Pulumi.platform.yaml: "
                'platform.organizationBounds.default.namespaceQuota["requests.storage"]; '
                "write requests.storage under quota, at most 1Gi, or ask the platform's "
                "operators to raise it"
            ],
            id="unlimited",
        ),
        pytest.param(
            {},
            {"namespace": {"podSecurity": BASELINE}},
            [
                "the Pod Security level baseline for a namespace of acme; allowed: restricted,"
                " the bound in Pulumi.platform.yaml:"
                " platform.organizationBounds.default.podSecurity"
            ],
            id="a lower Pod Security level, with a reason of its own",
        ),
        pytest.param(
            {"podSecurity": "baseline"},
            {"namespace": {"podSecurity": BASELINE}},
            [],
            id="allowed",
        ),
        pytest.param(
            {"egressCidrs": ["10.1.0.0/16"]},
            {"namespace": {"network": {"egressCidrs": ["10.1.2.0/24", "10.1.0.0/16"]}}},
            [],
            id="ranges inside",
        ),
        pytest.param(
            {"egressCidrs": ["10.1.0.0/16", "2001:db8::/32"]},
            {"namespace": {"network": {"egressCidrs": ["10.0.0.0/15"]}}},
            [
                "the range 10.0.0.0/15 for a namespace of acme; allowed: ranges inside of"
                " 10.1.0.0/16 or 2001:db8::/32, the bound in Pulumi.platform.yaml:"
                " platform.organizationBounds.default.egressCidrs"
            ],
            id="a range around the bound",
        ),
        pytest.param(
            {},
            {"namespace": {"priorityClasses": ["urgent"], "storageClasses": ["fast", "slow"]}},
            [
                "the priority class 'urgent' for the namespace acme-dev; allowed: no priority"
                " class, the bound in Pulumi.platform.yaml:"
                " platform.organizationBounds.default.priorityClasses",
                "the storage class 'fast' for the namespace acme-dev; allowed: no storage"
                " class, the bound in Pulumi.platform.yaml:"
                " platform.organizationBounds.default.storageClasses",
            ],
            id="classes; the shared one is free",
        ),
        pytest.param(
            {"priorityClasses": ["urgent"], "storageClasses": ["fast"]},
            {"namespace": {"priorityClasses": ["urgent"], "storageClasses": ["fast"]}},
            [],
            id="classes that are allowed",
        ),
        pytest.param(
            {"prefixes": ["globex"]},
            {},
            [
                "the prefix 'acme'; allowed: globex, the bound in Pulumi.platform.yaml:"
                " platform.organizationBounds.default.prefixes"
            ],
            id="another prefix",
        ),
        pytest.param(
            {},
            {"namespace": {"adopted": {"name": "old", "origin": "adopt", "reason": "older"}}},
            [
                "the exception adopted for acme; allowed: no exception, the bound in"
                " Pulumi.platform.yaml: platform.organizationBounds.default.exceptions;"
                " remove it, or ask the platform's operators to raise it"
            ],
            id="an adopted name, with a reason of its own",
        ),
    ],
)
def test_an_organization_has_at_most_what_the_platform_allows(bounds, organization, expected):
    assert expected == beyond(bounds, **organization)


EXCEPTIONS = {
    "allowDeletion": ["acme-dev"],
    "allowBelowUsage": ["acme-dev/pods"],
}


@pytest.mark.parametrize("key", EXCEPTIONS)
def test_a_stacks_file_grants_no_exception_that_the_platform_does_not_allow(key):
    written = {key: EXCEPTIONS[key]}

    assert [] == beyond({"exceptions": [key]}, environment=written)
    assert [
        f"the exception {key} for acme; allowed: no exception, the bound in"
        " Pulumi.platform.yaml: platform.organizationBounds.default.exceptions;"
        " remove it, or ask the platform's operators to raise it"
    ] == beyond({}, environment=written)


def test_an_exception_to_the_environment_order_needs_the_platform_too():
    def environments(bounds):
        exception = {"organization": "acme", "resource": "pods", "reason": "a trial"}
        found = findings(
            environments={
                "dev": an_environment(environmentOrderExceptions=[exception]),
            },
            platform=a_platform(organizationBounds={"default": bounds}),
        )
        return [f for f in found if "[exceeds-platform]" in f]

    assert [] == environments({"exceptions": ["environmentOrderExceptions"]})
    assert 1 == len(environments({}))


def test_gpus_are_added_up_over_environments_and_a_pool_that_is_not_named_is_closed():
    def most(**gpus):
        grant = [{"pool": "h100", "gpus": 4}]
        found = findings(
            environments={"dev": an_environment("dev"), "prod": an_environment("prod")},
            organizations={
                "acme": an_organization(
                    a_namespace("dev", environments=["dev"], gpus=grant),
                    a_namespace("prod", environments=["prod"], gpus=grant),
                )
            },
            platform=a_platform(
                gpuNodePools=[a_pool()], organizationBounds={"default": {"gpus": gpus}}
            ),
        )
        return [f.partition("; keep")[0] for f in found if "[exceeds-platform]" in f]

    assert [] == most(h100=8)
    assert [
        "organizations/acme.yaml: namespaces[0].gpus[0] [exceeds-platform] grants of 8 "
        "GPUs of the pool h100 to the namespaces of acme; allowed: at most 7, the bound "
        "in Pulumi.platform.yaml: platform.organizationBounds.default.gpus; stay within "
        "the bound, or ask the platform's operators to raise it"
    ] == most(h100=7)
    assert 1 == len(most())


def several(bounds, **prefixes):
    """What is beyond *bounds* where organizations have *prefixes*."""
    found = findings(
        environments={"dev": an_environment("dev", *prefixes)},
        organizations={n: an_organization(prefix=prefix) for n, prefix in prefixes.items()},
        platform=a_platform(organizationBounds=bounds),
    )
    return [f for f in found if "[prefix-shared]" not in f]


def test_a_prefix_that_is_listed_for_one_organization_is_closed_to_the_others():
    acme = {"organizations": {"acme": {"prefixes": ["acme"]}}}

    assert [] == several(acme, acme="acme", globex="globex", other="acmeco")
    assert [
        "organizations/globex.yaml: prefix [exceeds-platform] the prefix 'acme-eu'; allowed:"
        " a prefix that does not belong to acme, the bound in Pulumi.platform.yaml:"
        " platform.organizationBounds.organizations.acme.prefixes; stay within the"
        " bound, or ask the platform's operators to raise it"
    ] == several(acme, acme="acme", globex="acme-eu")


def test_bounds_of_one_organization_take_the_place_of_the_default_key_by_key():
    default = {"podSecurity": "baseline"}
    namespace = a_namespace(podSecurity=BASELINE)

    def of(own):
        return findings(
            organizations={"acme": an_organization(namespace, ceiling={"pods": "20"})},
            platform=a_platform(
                organizationBounds={"default": default, "organizations": {"acme": own}}
            ),
        )

    assert [] == of({"ceiling": {"pods": "20"}})
    assert ["podSecurity"] == [
        f.partition("organizations.acme.")[2].partition(";")[0]
        for f in of({"podSecurity": "restricted"})
    ]


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ({"organizations": {"acme": {}}}, []),
        (
            {"organizations": {"acem": {}}},
            [
                "warning: Pulumi.platform.yaml: platform.organizationBounds.organizations.acem"
                " [bounds-organization-unknown] bounds of the organization 'acem', which is not"
                " on the cluster; allowed: an organization of the cluster (acme); did you mean"
                " 'acme'?"
            ],
        ),
        (
            {"default": {"gpus": {"h10": 1}}},
            [
                "Pulumi.platform.yaml: platform.organizationBounds.default.gpus "
                "[bounds-name-unknown] the GPU node pool 'h10'; allowed: a name from "
                "the platform (h100); did you mean 'h100'?"
            ],
        ),
        (
            {"default": {"egressCidrs": ["10.0.0"]}},
            [
                "Pulumi.platform.yaml: platform.organizationBounds.default.egressCidrs "
                "[egress-cidr] '10.0.0', which is not a range of addresses; allowed: "
                "ranges of addresses such as 203.0.113.0/24; write the first address of "
                "the range, '/' and the prefix length"
            ],
        ),
    ],
    ids=["right", "organization", "pool", "range"],
)
def test_what_bounds_name_exists(bounds, expected):
    platform = a_platform(gpuNodePools=[a_pool()], organizationBounds=bounds)

    assert expected == findings(platform=platform)


def test_bounds_give_each_prefix_to_one_organization():
    bounds = {
        "organizations": {"acme": {"prefixes": ["a"]}, "globex": {"prefixes": ["a", "globex"]}}
    }

    [found] = several(bounds, acme="a", globex="globex")
    assert "[bounds-prefix-twice] the prefix 'a' of acme and of globex" in found


def test_the_documented_bounds_are_read_and_allow_what_the_text_says():
    bounds, names = (
        yaml.safe_load(block.text)["config"]["tenancy:platform"]
        for block in blocks("yaml", "docs/bounds.md")
    )
    platform = {**bounds, **names}
    ml = an_organization(
        a_namespace(podSecurity=BASELINE, gpus=[{"pool": "h100", "gpus": 8}]),
        prefix="ml",
        ceiling={"requests.cpu": "64"},
    )

    def found(pods):
        namespace = a_namespace(quota={"pods": pods})
        other = an_organization(namespace, prefix="other", ceiling={"requests.cpu": "32"})
        return findings(
            environments={"dev": an_environment("dev", "ml", "other")},
            organizations={"ml": ml, "other": other},
            platform={**platform, "gpuNodePools": [a_pool()]},
        )

    assert [] == found("100")
    assert 1 == len(found("101"))


def test_inherited_gpu_grants_are_named():
    def inherited(**lab):
        return findings(
            organizations={
                "acme": an_organization(
                    a_namespace("dev", gpus=[{"pool": "h100", "gpus": 4}]),
                    a_namespace("lab", **lab),
                    defaultNamespace="dev",
                )
            },
            platform=a_platform(gpuNodePools=[a_pool()]),
        )

    assert [] == inherited(gpus=[])
    assert [] == inherited(gpus=[{"pool": "h100", "gpus": 4}])
    assert [
        "warning: organizations/acme.yaml: namespaces[1] [gpu-grant-inherited] the"
        " namespace acme-lab inherits the GPU grants of dev: 4 of h100 are granted a"
        " second time; allowed: grants that each namespace states itself; write gpus in"
        " this namespace: [] for no grant, or the grants that it needs"
    ] == inherited()

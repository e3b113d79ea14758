"""Quotas: keys that Kubernetes enforces, amounts that are counted, scopes that fit."""

from collections import Counter

import pytest

from tenancy import manifests
from tests.unit.builders import (
    a_namespace,
    a_platform,
    a_pool,
    a_profile,
    a_tenancy,
    about,
    an_organization,
    findings,
    unresolved,
)


@pytest.mark.parametrize(
    ("key", "amount", "expected"),
    [
        pytest.param("count/deployments.apps", "10", [], id="a count of objects"),
        pytest.param("requests.ephemeral-storage", "10Gi", [], id="ephemeral storage"),
        pytest.param(
            "gold.storageclass.storage.k8s.io/requests.storage",
            "1Ti",
            [],
            id="a class's storage",
        ),
        pytest.param("requests.example.com/nic", "2", [], id="an extended resource"),
        pytest.param(
            "requests.cpus",
            "2",
            [
                'Pulumi.dev.yaml: profiles.standard.quota["requests.cpus"] [quota-key] '
                "the quota key 'requests.cpus'; allowed: keys that Kubernetes enforces; "
                "Kubernetes knows no such key; write 'requests.cpu'",
            ],
            id="misspelt",
        ),
        pytest.param(
            "nvidia.com/gpu",
            "4",
            [
                'Pulumi.dev.yaml: profiles.standard.quota["nvidia.com/gpu"] [quota-key] '
                "the quota key 'nvidia.com/gpu'; allowed: keys that Kubernetes enforces; "
                "extended resources are counted under requests. only; write "
                "'requests.nvidia.com/gpu'",
            ],
            id="a GPU that is stored and never counted",
        ),
        pytest.param(
            "count/deployments",
            "4",
            [
                'Pulumi.dev.yaml: profiles.standard.quota["count/deployments"] '
                "[quota-key] the quota key 'count/deployments'; allowed: keys that Kubernetes "
                "enforces; deployments are in the group apps; write "
                "'count/deployments.apps'",
            ],
            id="a count without its group",
        ),
        pytest.param(
            "services",
            "0.5",
            [
                "Pulumi.dev.yaml: profiles.standard.quota.services [quota-quantity] "
                "services: 0.5 is not a whole number; allowed: a whole number; correct the "
                "amount",
            ],
            id="half a service",
        ),
        pytest.param("services", "1k", [], id="a thousand services"),
        pytest.param(
            "requests.storage",
            "400m",
            [
                'Pulumi.dev.yaml: profiles.standard.quota["requests.storage"] '
                "[quota-quantity] requests.storage: bytes are written without n, u and "
                "m: 400m is a fraction of a byte; allowed: whole bytes, such as 2Gi; "
                "correct the amount",
            ],
            id="a fraction of a byte",
        ),
        pytest.param(
            "cpu",
            "2",
            [
                "Pulumi.dev.yaml: profiles.standard.quota.cpu [quota-key-twice] cpu "
                "together with requests.cpu; allowed: one of the two: both limit "
                "requests.cpu; keep only requests.cpu",
            ],
            id="cpu beside requests.cpu",
        ),
        pytest.param("count/secrets", "4", [], id="a count of secrets"),
    ],
)
def test_a_quota_key_is_enforced_and_its_amount_counted(key, amount, expected):
    assert expected == findings(profile=a_profile({key: amount}))


def test_requests_over_the_limits_are_warned_of():
    assert [] == findings(profile=a_profile({"requests.cpu": "4"}))
    assert [
        'warning: Pulumi.dev.yaml: profiles.standard.quota["requests.cpu"] '
        "[quota-requests-over-limits] 4001m requested and 4 limited of cpu; "
        "allowed: requests up to the limits, because a container cannot request more than its "
        "limit; lower requests.cpu to 4, or raise limits.cpu",
    ] == findings(profile=a_profile({"requests.cpu": "4001m"}))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("batch", [], id="a name of one's own"),
        pytest.param(
            "gpus",
            [
                "Pulumi.dev.yaml: profiles.standard.quotas.gpus [quota-name-reserved] a "
                "quota called 'gpus'; allowed: a name other than object-counts, gpus, "
                "storage-classes, ephemeral-storage, cross-namespace-affinity, which "
                "Tenancy creates; rename it",
            ],
            id="one that Tenancy creates",
        ),
        pytest.param(
            "object-counts",
            [
                "Pulumi.dev.yaml: profiles.standard.quotas.object-counts "
                "[quota-name-reserved] a quota called 'object-counts'; allowed: a name other "
                "than object-counts, gpus, storage-classes, ephemeral-storage, "
                "cross-namespace-affinity, which Tenancy creates; rename it",
            ],
            id="another that Tenancy creates",
        ),
        pytest.param(
            "gpu-h100",
            [
                "Pulumi.dev.yaml: profiles.standard.quotas.gpu-h100 [quota-name-reserved] a "
                "quota called 'gpu-h100'; allowed: names that do not begin with gpu-: such a "
                "quota of Tenancy counts the GPUs of one pool; rename it",
            ],
            id="a pool's",
        ),
        pytest.param(
            "quota",
            [
                "Pulumi.dev.yaml: profiles.standard.quotas.quota [quota-name-reserved] a "
                "further quota called 'quota'; allowed: another name: 'quota' is the quota "
                "under the key quota; move its keys under quota, or rename it",
            ],
            id="the main one's",
        ),
        pytest.param(
            "Batch",
            [
                "Pulumi.dev.yaml: profiles.standard.quotas.Batch [quota-name] the quota "
                "'Batch'; allowed: a quota's name has 1 to 253 lowercase letters, "
                "digits, hyphens and single dots inside; write it in lower case",
            ],
            id="no name",
        ),
    ],
)
def test_a_further_quota_has_a_name_of_its_own(name, expected):
    further = {name: {"hard": {"pods": "5"}, "scopes": ["Terminating"]}}

    assert expected == about("quota-name", profile=a_profile(quotas=further))


def test_a_further_quota_without_a_key_is_refused():
    assert [
        "Pulumi.dev.yaml: profiles.standard.quotas.batch [quota-empty] the quota 'batch'"
        " without a key; allowed: at least one key under hard; write what the quota"
        " limits, or remove it",
    ] == findings(profile=a_profile(quotas={"batch": {"hard": {}}}))


@pytest.mark.parametrize(
    ("quota", "expected"),
    [
        pytest.param({"hard": {"pods": "5"}, "scopes": ["BestEffort"]}, [], id="pods"),
        pytest.param(
            {"hard": {"requests.cpu": "1"}, "scopes": ["NotTerminating"]}, [], id="compute"
        ),
        pytest.param(
            {"hard": {"requests.cpu": "1"}, "scopes": ["BestEffort"]},
            [
                'Pulumi.dev.yaml: profiles.standard.quotas.batch.hard["requests.cpu"] '
                "[quota-scope-key] requests.cpu in a quota with the scope BestEffort; "
                "allowed: keys that the scope counts; the scope BestEffort counts pods, "
                "not requests.cpu; move the key to a quota without this scope",
            ],
            id="no compute",
        ),
        pytest.param(
            {"hard": {"services": "1"}, "scopes": ["NotTerminating"]},
            [
                "Pulumi.dev.yaml: profiles.standard.quotas.batch.hard.services "
                "[quota-scope-key] services in a quota with the scope NotTerminating; "
                "allowed: keys that the scope counts; the scope NotTerminating counts "
                "pods, cpu, memory and extended resources, not services; move the key to "
                "a quota without this scope",
            ],
            id="no services",
        ),
        pytest.param(
            {"hard": {"pods": "1"}, "scopes": ["Terminating", "NotTerminating"]},
            [
                "Pulumi.dev.yaml: profiles.standard.quotas.batch [quota-scopes-conflict] "
                "the scopes Terminating and NotTerminating in one quota; allowed: scopes that "
                "one object can be in; these exclude each other; write two quotas",
            ],
            id="a contradiction",
        ),
        pytest.param(
            {
                "hard": {"pods": "1"},
                "scopeSelector": [
                    {"scopeName": "PriorityClass", "operator": "In", "values": ["high"]}
                ],
            },
            [],
            id="a selector",
        ),
        pytest.param(
            {
                "hard": {"pods": "1"},
                "scopeSelector": [{"scopeName": "PriorityClass", "operator": "In"}],
            },
            [
                "Pulumi.dev.yaml: profiles.standard.quotas.batch.scopeSelector[0] "
                "[quota-scope-selector] PriorityClass In []; allowed: what Kubernetes accepts; "
                "In needs at least one value; correct the operator or the values",
            ],
            id="a selector without values",
        ),
        pytest.param(
            {
                "hard": {"pods": "1"},
                "scopeSelector": [
                    {"scopeName": "Terminating", "operator": "In", "values": ["x"]}
                ],
            },
            [
                "Pulumi.dev.yaml: profiles.standard.quotas.batch.scopeSelector[0] "
                "[quota-scope-selector] Terminating In [x]; allowed: what Kubernetes accepts; "
                "the scope Terminating allows only the operator Exists; correct the "
                "operator or the values",
            ],
            id="a selector that takes none",
        ),
    ],
)
def test_scopes_go_with_their_keys(quota, expected):
    assert expected == findings(profile=a_profile(quotas={"batch": quota}))


def test_a_namespace_has_a_quota_without_scopes():
    scoped = {"batch": {"hard": {"pods": "5"}, "scopes": ["Terminating"]}}
    profile = {"quotas": scoped}

    assert [
        "Pulumi.dev.yaml: profiles.standard.quotas.batch [quota-only-scoped] "
        "acme-dev with only scoped quotas; allowed: at least one quota without scopes; "
        "write the limits of the whole namespace under quota",
    ] == findings(profile=profile)


def test_a_gpu_key_by_hand_says_what_the_grants_say():
    platform = a_platform(gpuNodePools=[a_pool()])
    grant = {"gpus": [{"pool": "h100", "gpus": 4}]}

    def by_hand(amount):
        profile = a_profile({"requests.nvidia.com/gpu": amount})
        return findings(platform=platform, namespace=grant, profile=profile)

    assert [] == by_hand("4")
    assert [
        'Pulumi.dev.yaml: profiles.standard.quota["requests.nvidia.com/gpu"] '
        "[quota-gpus-by-hand] requests.nvidia.com/gpu 5 in acme-dev, whose grants are 4; "
        "allowed: the sum of the grants under gpus, or no such key; remove the key "
        "and grant GPUs of a pool under gpus",
    ] == by_hand("5")
    assert [
        'Pulumi.dev.yaml: profiles.standard.quota["requests.nvidia.com/gpu"] '
        "[quota-gpus-by-hand] requests.nvidia.com/gpu 1 in acme-dev, whose grants are 0; "
        "allowed: the sum of the grants under gpus, or no such key; remove the key "
        "and grant GPUs of a pool under gpus",
    ] == findings(profile=a_profile({"requests.nvidia.com/gpu": "1"}))
    assert [] == findings(profile=a_profile({"requests.nvidia.com/gpu": "0"}))


def test_a_grant_of_a_pool_with_a_device_class_counts_there_too():
    pool = a_pool(allocation="both", deviceClass="gpu.nvidia.com")
    platform = a_platform(gpuNodePools=[pool])
    grant = {"gpus": [{"pool": "h100", "gpus": 4}]}

    def by_hand(amount):
        profile = a_profile({"gpu.nvidia.com.deviceclass.resource.k8s.io/devices": amount})
        return findings(platform=platform, namespace=grant, profile=profile)

    assert [] == by_hand("4")
    assert [
        "Pulumi.dev.yaml: "
        'profiles.standard.quota["gpu.nvidia.com.deviceclass.resource.k8s.io/devices"] '
        "[quota-gpus-by-hand] gpu.nvidia.com.deviceclass.resource.k8s.io/devices "
        "3 in acme-dev, whose grants are 4; allowed: the sum of the grants under gpus, or no "
        "such key; remove the key and grant GPUs of a pool "
        "under gpus",
    ] == by_hand("3")


def test_a_resource_that_only_some_pods_are_limited_in_is_refused():
    scoped = {"hard": {"requests.example.com/fpga": "2"}, "scopes": ["Terminating"]}

    def written(**quotas):
        return findings(namespace={"quotas": {"some": scoped, **quotas}})

    assert [] == written(all={"hard": {"requests.example.com/fpga": "4"}})
    [found] = written()
    assert (
        "[quota-scoped-resource] requests.example.com/fpga 2 in the quota some of acme-dev,"
        " which has scopes, and in no quota without scopes: other pods could use any number"
    ) in found


@pytest.mark.parametrize("scopes", [None, ["NotTerminating"]], ids=["plain", "scoped"])
def test_the_implicit_resource_of_a_device_class_is_never_granted_by_hand(scopes):
    """A pod that requests it gets a device of the class without a claim."""

    def by_hand(key):
        quota = {"hard": {key: "4"}, **({} if scopes is None else {"scopes": scopes})}
        everyone = {"hard": {"requests.example.com/fpga": "8"}}
        return findings(namespace={"quotas": {"more": quota, "all": everyone}})

    assert [] == by_hand("requests.example.com/fpga")
    [found] = by_hand("requests.deviceclass.resource.kubernetes.io/gpu.example.com")
    assert (
        "[quota-gpus-by-hand] requests.deviceclass.resource.kubernetes.io/gpu.example.com 4 in"
        " acme-dev, whose grants are 0"
    ) in found


MEMBERS = ({"group": "leads", "role": "admin"}, {"group": "devs", "role": "developer"})


@pytest.mark.parametrize(
    ("key", "enough"),
    [
        pytest.param("configmaps", 1, id="the cluster's certificate"),
        pytest.param("count/configmaps", 1, id="the cluster's certificate, as count/"),
        pytest.param("count/serviceaccounts", 1, id="the default service account"),
        pytest.param("resourcequotas", 5, id="quotas"),
        pytest.param("count/resourcequotas", 5, id="quotas, as count/"),
        pytest.param("count/limitranges", 1, id="the limit range"),
        pytest.param("count/networkpolicies.networking.k8s.io", 3, id="network policies"),
        pytest.param("count/rolebindings.rbac.authorization.k8s.io", 2, id="role bindings"),
    ],
)
def test_a_count_below_what_a_new_namespace_holds_is_refused(key, enough):
    def with_count(amount):
        return findings(
            organization={"members": MEMBERS}, profile=a_profile({key: str(amount)})
        )

    assert [] == with_count(enough)
    [finding] = with_count(enough - 1)
    assert (
        f"[quota-count-too-low] {key} {enough - 1} in acme-dev; allowed: at least {enough}:"
    ) in finding


@pytest.mark.parametrize(
    "key",
    [
        "secrets",
        "count/secrets",
        "count/roles.rbac.authorization.k8s.io",
        "services",
        "persistentvolumeclaims",
        "count/deployments.apps",
    ],
)
def test_a_count_of_what_a_new_namespace_does_not_hold_may_be_0(key):
    assert [] == findings(organization={"members": MEMBERS}, profile=a_profile({key: "0"}))


def test_without_a_platform_each_role_is_counted_too():
    key = "count/roles.rbac.authorization.k8s.io"

    def with_count(amount):
        return about(
            "quota-count-too-low",
            is_platform_written=False,
            organization={"members": MEMBERS},
            profile=a_profile({key: str(amount)}),
        )

    assert [] == with_count(2)
    assert [
        f'Pulumi.dev.yaml: profiles.standard.quota["{key}"] [quota-count-too-low] {key} 1 in'
        " acme-dev; allowed: at least 2: Tenancy creates 2 Role objects in this namespace;"
        " raise it to 2 plus what members need",
    ] == with_count(1)


def test_quotas_of_pools_with_one_resource_are_counted_too():
    pools = [a_pool(name=name) for name in ("a100", "h100", "h200")]
    grants = [{"pool": pool["name"], "gpus": 1} for pool in pools]

    def with_count(amount):
        return findings(
            platform=a_platform(gpuNodePools=pools, storageClasses={"gold": "granted"}),
            namespace={"gpus": grants},
            profile=a_profile({"resourcequotas": str(amount)}),
        )

    assert [] == with_count(9)
    assert [
        "Pulumi.dev.yaml: profiles.standard.quota.resourcequotas [quota-count-too-low]"
        " resourcequotas 7 in acme-dev; allowed: at least 9: Tenancy creates 9 ResourceQuota"
        " objects in this namespace; raise it to 9 plus what members need",
    ] == with_count(7)


def test_each_quota_that_people_write_is_counted_too():
    def with_count(amount):
        quotas = {"urgent": {"hard": {"pods": "5"}, "scopes": ["Terminating"]}}
        return about(
            "quota-count-too-low", profile=a_profile({"resourcequotas": amount}, quotas=quotas)
        )

    assert [] == with_count("6")
    assert 1 == len(with_count("5"))


def test_the_least_count_is_what_is_rendered():
    tenancy = a_tenancy(
        organization={"members": MEMBERS},
        profile=a_profile(),
        platform=a_platform(storageClasses={"gold": "granted"}),
    )
    environment = tenancy.environments["dev"]
    [namespace] = environment.namespaces
    platform = tenancy.platform_of(environment)
    kinds = Counter(str(m["kind"]) for m in manifests.namespace(namespace, platform))
    patched_or_made_by_kubernetes = Counter(manifests.KUBERNETES_CREATES.keys())

    assert {
        manifests.QUOTA_KEYS[kind]: count
        for kind, count in (kinds | patched_or_made_by_kubernetes).items()
        if kind != "Namespace"
    } == manifests.created(namespace, platform)


def test_what_kubernetes_creates_is_named():
    assert [
        "Pulumi.dev.yaml: profiles.standard.quota.configmaps "
        "[quota-count-too-low] configmaps 0 in acme-dev; allowed: at least "
        "1: Kubernetes creates the ConfigMap kube-root-ca.crt in every namespace; raise it to "
        "1 plus what members need",
    ] == findings(profile=a_profile({"configmaps": "0"}))


def test_a_shared_profile_is_found_wrong_once():
    organization = an_organization(
        *(a_namespace(f"n{i}") for i in range(5)), defaultNamespace="n0"
    )

    assert [
        "Pulumi.dev.yaml: profiles.standard.quota.services [quota-quantity] services: "
        "0.5 is not a whole number; allowed: a whole number; correct the amount",
    ] == findings(organizations={"acme": organization}, profile=a_profile({"services": "0.5"}))


def test_a_namespace_without_a_quota_is_one_and_is_only_warned_of_under_a_ceiling():
    ceiling = {"ceiling": {"requests.cpu": "8"}}
    none = {"profile": None, "quota": {}}

    assert [] == findings(namespace=none)
    [said] = findings(namespace=none, organization=ceiling)
    assert said.startswith("warning: ")
    assert "[quota-unlimited]" in said
    # The control: a quota without that key is an error under the ceiling.
    [said] = findings(profile={"quota": {"pods": "1"}}, organization=ceiling)
    assert not said.startswith("warning: ")
    assert "[quota-unlimited]" in said


def test_a_namespace_that_says_nothing_of_a_quota_is_refused():
    [said] = unresolved(namespace={"profile": None})
    assert "[namespace-without-quota]" in said
    assert "`quota: {}`" in said

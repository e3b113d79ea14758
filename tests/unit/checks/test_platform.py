"""Platforms: the cluster, and what is cluster-wide on it."""

import pytest

from tests.unit.builders import (
    a_namespace,
    a_platform,
    an_environment,
    an_organization,
    findings,
)

EAST = {"cluster": "east", "kubeconfig": "east.kubeconfig", "context": "admin@east"}
SERVICE = {"name": "registry", "ports": [5000]}


def on(**cluster):
    """An environment and its platform on a cluster; None takes a key away."""
    keys = {key: value for key, value in cluster.items() if value is not None}
    return {"environment": keys, "platform_stack": keys}


@pytest.mark.parametrize(
    ("cluster", "expected"),
    [
        pytest.param({"cluster": "sandbox"}, [], id="the sandbox"),
        pytest.param(EAST, [], id="one's own"),
        pytest.param(
            {**EAST, "context": None},
            [
                "Pulumi.dev.yaml: cluster [cluster-not-reachable] the cluster 'east' "
                "without context; allowed: kubeconfig and context, which are never guessed; "
                "write context",
            ],
            id="no context",
        ),
        pytest.param(
            {**EAST, "kubeconfig": None},
            [
                "Pulumi.dev.yaml: cluster [cluster-not-reachable] the cluster 'east' "
                "without kubeconfig; allowed: kubeconfig and context, which are never guessed; "
                "write kubeconfig",
            ],
            id="no kubeconfig",
        ),
        pytest.param(
            {"cluster": "east"},
            [
                "Pulumi.dev.yaml: cluster [cluster-not-reachable] the cluster 'east' "
                "without kubeconfig and context; allowed: kubeconfig and context, which are "
                "never guessed; write kubeconfig and context",
            ],
            id="neither",
        ),
        pytest.param(
            {**EAST, "cluster": "sandbox"},
            [
                "Pulumi.dev.yaml: kubeconfig [cluster-sandbox] a kubeconfig or a context"
                " for the cluster 'sandbox'; allowed: no kubeconfig and no context:"
                " 'sandbox' is the local sandbox cluster; give the cluster another name,"
                " or remove kubeconfig and context",
            ],
            id="the sandbox's name",
        ),
        pytest.param(
            {**EAST, "cluster": " "},
            [
                "Pulumi.dev.yaml: cluster [cluster-not-named] a cluster without a name; "
                "allowed: a permanent name, which identifies the provider; name "
                "the cluster",
            ],
            id="a blank name",
        ),
    ],
)
def test_a_cluster_is_named_and_how_it_is_reached(cluster, expected):
    found = findings(**on(**cluster))

    assert expected == [f for f in found if f.startswith("Pulumi.dev.yaml")]
    assert len(expected) == len([f for f in found if f.startswith("Pulumi.platform.yaml")])


def test_a_platform_is_on_the_cluster_of_its_environments():
    assert [
        "Pulumi.dev.yaml: cluster [platform-on-another-cluster] the cluster "
        "'east', while the platform platform is on the cluster 'sandbox'; allowed: "
        "the platform of the same cluster; correct cluster or platformStack",
    ] == findings(environment=EAST)


def test_a_cluster_has_one_platform():
    environments = {
        "dev": an_environment("dev"),
        "prod": an_environment("prod", platformStack="other"),
    }
    organization = an_organization(
        a_namespace("dev", environments=["dev"]),
        a_namespace("prod", environments=["prod"]),
        defaultNamespace="dev",
    )

    found = findings(environments=environments, organizations={"acme": organization})

    assert [
        "Pulumi.prod.yaml: platformStack [platform-differs] the platform 'other' "
        "on the cluster sandbox; allowed: one platform for each cluster: 'platform', as in "
        "dev; write the same platformStack",
    ] == [f for f in found if "[platform-unknown]" not in f]


def test_a_platform_stack_that_does_not_exist_is_refused_with_the_nearest_name():
    assert [] == findings(environment={"platformStack": "platform"})
    assert [
        "Pulumi.dev.yaml: platformStack [platform-unknown] the platform 'platfrom', which has "
        "no stack file; allowed: platform; did you mean 'platform'?",
    ] == findings(environment={"platformStack": "platfrom"})


def test_a_platform_that_nobody_wrote_is_not_checked():
    assert [
        "not checked: Pulumi.dev.yaml: platformStack [platform-not-written] the "
        "platform 'platform', which has no file; allowed: a platform with a file, which "
        "defines pools, roles and shared namespaces; "
        "write Pulumi.platform.yaml, or name another platform under platformStack",
    ] == findings(is_platform_written=False)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        pytest.param(["test", "live"], [], id="one's own"),
        pytest.param(
            ["dev", "dev"],
            [
                "Pulumi.platform.yaml: platform.environmentOrder[1] "
                "[environment-order-name] 'dev' a second "
                "time; allowed: each environment once, from the smallest to the largest; "
                "remove it",
            ],
            id="one twice",
        ),
        pytest.param(
            ["dev", "Prod"],
            [
                "Pulumi.platform.yaml: platform.environmentOrder[1] "
                "[environment-order-name] the environment "
                "'Prod'; allowed: an environment's name has 1 to 63 lowercase letters, "
                "digits and hyphens, with a letter or digit at both ends; write it in "
                "lower case",
            ],
            id="no name",
        ),
    ],
)
def test_an_environment_order_names_each_environment_once(order, expected):
    assert expected == findings(platform=a_platform(environmentOrder=order))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("llmos-public", [], id="the platform's public one"),
        pytest.param("everybody", [], id="one's own"),
        pytest.param(
            "kube-public",
            [
                "Pulumi.platform.yaml: platform.public.name "
                "[platform-namespace-reserved] the namespace 'kube-public'; allowed: a name "
                "that is not reserved; the namespace kube-public is reserved for "
                "Kubernetes; choose another name",
            ],
            id="Kubernetes'",
        ),
        pytest.param(
            "default",
            [
                "Pulumi.platform.yaml: platform.public.name "
                "[platform-namespace-reserved] the namespace 'default'; allowed: a name that "
                "is not reserved; the namespace default exists on every cluster "
                "already; choose another name",
            ],
            id="everybody's",
        ),
        pytest.param(
            "Public",
            [
                "Pulumi.platform.yaml: platform.public.name [platform-namespace-name] "
                "the namespace's name 'Public'; allowed: a namespace's name has 1 to 63 "
                "lowercase letters, digits and hyphens, with a letter or digit at both "
                "ends; write it in lower case",
            ],
            id="no name",
        ),
    ],
)
def test_the_public_namespace_has_a_name_that_nobody_else_keeps(name, expected):
    public = {"name": name, "readers": [{"group": "system:authenticated"}]}

    assert expected == findings(platform=a_platform(public=public))


def test_a_shared_namespace_has_a_name_that_nobody_else_keeps():
    def shared(name):
        return findings(platform=a_platform(shared=[{"name": name, "services": [SERVICE]}]))

    assert [] == shared("tools")
    assert [
        "Pulumi.platform.yaml: platform.shared[0].name "
        "[platform-namespace-reserved] the namespace 'llmos-public'; allowed: a name that is "
        "not reserved; llmos-public is a public namespace; choose "
        "another name",
    ] == shared("llmos-public")
    assert [
        "Pulumi.platform.yaml: platform.shared[0].name "
        "[platform-namespace-reserved] the namespace 'istio-system'; allowed: a name that is "
        "not reserved; the namespace istio-system is reserved for "
        "Istio; choose another name",
    ] == shared("istio-system")


@pytest.mark.parametrize(
    ("shared", "expected"),
    [
        pytest.param({"services": [{"name": "a", "ports": [1, 65535]}]}, [], id="the ends"),
        pytest.param(
            {"services": [{"name": "a", "ports": [0]}]},
            [
                "Pulumi.platform.yaml: platform.shared[0].services[0].ports[0] [port] "
                "the port 0; allowed: 1 to 65535; correct the port",
            ],
            id="0",
        ),
        pytest.param(
            {"services": [{"name": "a", "ports": [65536]}]},
            [
                "Pulumi.platform.yaml: platform.shared[0].services[0].ports[0] [port] "
                "the port 65536; allowed: 1 to 65535; correct the port",
            ],
            id="65536",
        ),
        pytest.param(
            {"services": [{"name": "a", "ports": []}]},
            [
                "Pulumi.platform.yaml: platform.shared[0].services[0].ports [port] the "
                "service 'a' without a port; allowed: at least one port; without one, every "
                "port would be open; write its ports",
            ],
            id="none",
        ),
        pytest.param(
            {"services": [SERVICE, SERVICE]},
            [
                "Pulumi.platform.yaml: platform.shared[0].services[1].name "
                "[shared-service-twice] the service 'registry' a second time; allowed: "
                "each service once; put all its ports into one entry",
            ],
            id="a service twice",
        ),
        pytest.param(
            {"services": [SERVICE], "metricsPorts": [70000]},
            [
                "Pulumi.platform.yaml: platform.shared[0].metricsPorts[0] [port] the "
                "port 70000; allowed: 1 to 65535; correct the port",
            ],
            id="metrics",
        ),
    ],
)
def test_ports_are_one_to_65535(shared, expected):
    assert expected == findings(platform=a_platform(shared=[{"name": "tools", **shared}]))


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        pytest.param("v1.36", [], id="pinned"),
        pytest.param(
            "latest",
            [
                "Pulumi.platform.yaml: platform.podSecurityVersion "
                "[pod-security-version] the version 'latest'; allowed: a pinned version "
                "such as v1.36, so that an upgrade does not change it; write 'v1.' and "
                "the cluster's minor version",
            ],
            id="moving",
        ),
        pytest.param(
            "v1.036",
            [
                "Pulumi.platform.yaml: platform.podSecurityVersion "
                "[pod-security-version] the version 'v1.036'; allowed: a pinned version "
                "such as v1.36, so that an upgrade does not change it; write 'v1.' and "
                "the cluster's minor version",
            ],
            id="a zero too many",
        ),
        pytest.param(
            "1.36",
            [
                "Pulumi.platform.yaml: platform.podSecurityVersion "
                "[pod-security-version] the version '1.36'; allowed: a pinned version "
                "such as v1.36, so that an upgrade does not change it; write 'v1.' and "
                "the cluster's minor version",
            ],
            id="without its v",
        ),
        pytest.param(
            "v1.36\n",
            [
                "Pulumi.platform.yaml: platform.podSecurityVersion "
                "[pod-security-version] the version 'v1.36\\n'; allowed: a pinned "
                "version such as v1.36, so that an upgrade does not change it; write "
                "'v1.' and the cluster's minor version",
            ],
            id="a line end",
        ),
    ],
)
def test_the_version_of_the_pod_security_standards_is_pinned(version, expected):
    assert expected == findings(platform=a_platform(podSecurityVersion=version))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("auditor", [], id="one's own"),
        pytest.param(
            "admin",
            [
                "Pulumi.platform.yaml: platform.roles.admin [role-name-reserved] a role "
                "called 'admin'; allowed: a name other than viewer, developer, admin, "
                "public-reader; give it another name",
            ],
            id="a built-in one's",
        ),
        pytest.param(
            "public-reader",
            [
                "Pulumi.platform.yaml: platform.roles.public-reader [role-name-reserved] "
                "a role called 'public-reader'; allowed: a name other than viewer, "
                "developer, admin, public-reader; give it another name",
            ],
            id="that of public readers",
        ),
        pytest.param(
            "kubernetes:edit",
            [
                "Pulumi.platform.yaml: platform.roles.kubernetes:edit [role-name] the "
                "role 'kubernetes:edit'; allowed: a role's name has 1 to 63 lowercase "
                "letters, digits and hyphens, with a letter or digit at both ends; remove ':'",
            ],
            id="Kubernetes'",
        ),
    ],
)
def test_a_role_of_the_platform_has_a_name_of_its_own(name, expected):
    rule = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}

    assert expected == findings(platform=a_platform(roles={name: {"rules": [rule]}}))


@pytest.mark.parametrize(
    ("key", "amount", "expected"),
    [
        pytest.param("secrets", "100", [], id="a count"),
        pytest.param("count/jobs.batch", "100", [], id="a count by group"),
        pytest.param(
            "requests.cpu",
            "100",
            [
                'Pulumi.platform.yaml: platform.objectCounts["requests.cpu"] '
                "[object-counts-key] requests.cpu, which does not count objects; allowed: "
                "pods, services and the like, and count/<plural>.<group>; write it in a "
                "profile's quota",
            ],
            id="no count",
        ),
        pytest.param(
            "secrets",
            "1.5",
            [
                "Pulumi.platform.yaml: platform.objectCounts.secrets [quota-quantity] "
                "secrets: 1.5 is not a whole number; allowed: a whole number; correct the "
                "amount",
            ],
            id="a part of one",
        ),
        pytest.param(
            "count/jobs",
            "100",
            [
                'Pulumi.platform.yaml: platform.objectCounts["count/jobs"] [quota-key] '
                "the quota key 'count/jobs'; allowed: keys that count objects; jobs are "
                "in the group batch; write 'count/jobs.batch'",
            ],
            id="no key",
        ),
    ],
)
def test_object_counts_count_objects(key, amount, expected):
    assert expected == findings(platform=a_platform(objectCounts={key: amount}))


def test_a_lower_pod_security_level_has_a_reason():
    baseline = {"enforce": "baseline", "reason": "a walk-through with a bare pod"}

    assert [] == findings(environment={"podSecurity": baseline})
    assert [
        "Pulumi.dev.yaml: podSecurity.reason [reason-blank] a blank reason; "
        "allowed: a reason, as text; write why the rule does not apply here",
    ] == findings(environment={"podSecurity": {**baseline, "reason": " "}})


def test_classes_that_are_granted_exist():
    platform = a_platform(
        storageClasses={"fast": "granted"}, priorityClasses={"batch": {"value": 100}}
    )
    asks = {"storageClasses": ["fast"], "priorityClasses": ["batch"]}
    misspelt = {"storageClasses": ["fats"], "priorityClasses": ["system-node-critical"]}

    assert [] == findings(namespace=asks, platform=platform)
    assert [
        "organizations/acme.yaml: namespaces[0].storageClasses [class-unknown] "
        "the storage class 'fats'; allowed: a class of the platform (fast); did "
        "you mean 'fast'?",
        "organizations/acme.yaml: namespaces[0].priorityClasses [class-unknown] "
        "the priority class 'system-node-critical'; allowed: a class of the "
        "platform (batch); add it to the platform first",
    ] == findings(namespace=misspelt, platform=platform)


def test_classes_have_names_that_nobody_keeps():
    reserved = {"priorityClasses": {"system-mine": {"value": 100}}}

    assert [
        "Pulumi.platform.yaml: platform.priorityClasses.system-mine "
        "[priority-class-reserved] the priority class 'system-mine'; allowed: "
        "names that do not begin with system-, which is reserved for Kubernetes; give it "
        "another name",
    ] == findings(platform=a_platform(**reserved))
    assert [
        "Pulumi.platform.yaml: platform.storageClasses.Fast [class-name] the "
        "storage class 'Fast'; allowed: a storage class's name has 1 to 253 "
        "lowercase letters, digits, hyphens and single dots inside; write it in "
        "lower case",
    ] == findings(platform=a_platform(storageClasses={"Fast": "shared"}))

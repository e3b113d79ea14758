"""Deletion: names are exact."""

import pytest

from tests.unit.builders import a_platform, findings


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        pytest.param(["acme-dev"], [], id="one that is there"),
        pytest.param(
            ["acme-old"],
            [
                "warning: Pulumi.dev.yaml: allowDeletion[0] [allow-deletion-unknown] "
                "'acme-old', which is not a namespace of this stack; allowed: exact names of "
                "namespaces in the files or in the last update; remove it once the namespace "
                "is deleted",
            ],
            id="one that may have been",
        ),
        pytest.param(
            ["acme-dve"],
            [
                "warning: Pulumi.dev.yaml: allowDeletion[0] [allow-deletion-unknown] "
                "'acme-dve', which is not a namespace of this stack; allowed: exact names of "
                "namespaces in the files or in the last update; did you "
                "mean 'acme-dev'?",
            ],
            id="misspelt",
        ),
        pytest.param(
            ["acme-*"],
            [
                "Pulumi.dev.yaml: allowDeletion[0] [allow-deletion-pattern] 'acme-*', a "
                "pattern; allowed: exact names of namespaces; write out each "
                "name",
            ],
            id="a pattern",
        ),
        pytest.param(
            ["Acme-dev"],
            [
                "Pulumi.dev.yaml: allowDeletion[0] [allow-deletion-name] the name "
                "'Acme-dev'; allowed: a namespace's name has 1 to 63 lowercase letters, "
                "digits and hyphens, with a letter or digit at both ends; write it in "
                "lower case",
            ],
            id="no name",
        ),
        pytest.param(
            ["kube-system"],
            [
                "Pulumi.dev.yaml: allowDeletion[0] [allow-deletion-reserved] the "
                "namespace 'kube-system'; allowed: namespaces of this stack; the "
                "namespace kube-system is reserved for Kubernetes; remove it: Tenancy never "
                "deletes this namespace",
            ],
            id="a system's",
        ),
        pytest.param(
            ["acme-dev", "acme-dev"],
            [
                "warning: Pulumi.dev.yaml: allowDeletion[1] [allow-deletion-twice] "
                "'acme-dev' a second time; allowed: each name once; remove it",
            ],
            id="twice",
        ),
    ],
)
def test_only_exact_names_may_be_deleted(names, expected):
    assert expected == findings(environment={"allowDeletion": names})


def test_a_platforms_own_namespaces_may_be_deleted():
    shared = {"name": "tools", "services": [{"name": "registry", "ports": [5000]}]}
    platform = a_platform(shared=[shared])

    assert [] == findings(platform=platform, platform_stack={"allowDeletion": ["tools"]})
    assert [
        "warning: Pulumi.platform.yaml: allowDeletion[0] "
        "[allow-deletion-unknown] 'acme-dev', which is not a namespace of this stack; "
        "allowed: exact names of namespaces in the files or in the last update; remove it once "
        "the namespace is deleted",
    ] == findings(platform=platform, platform_stack={"allowDeletion": ["acme-dev"]})


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param("acme-dev/pods", [], id="a limit"),
        pytest.param("acme-dev/requests.nvidia.com/gpu", [], id="a limit of the guardrails"),
        pytest.param("acme-dev/services.nodeports", [], id="a count of the guardrails"),
        pytest.param("acme-dev/limits.ephemeral-storage", [], id="what Tenancy limits too"),
        pytest.param(
            "acme-dev/pod",
            [
                "Pulumi.dev.yaml: allowBelowUsage[0] [allow-below-usage-unknown] "
                "'acme-dev/pod', which is not a limit; allowed: <namespace>/<quota key> of a "
                "quota in this stack; did you mean 'acme-dev/pods'?",
            ],
            id="misspelt",
        ),
        pytest.param(
            "pods",
            [
                "Pulumi.dev.yaml: allowBelowUsage[0] [allow-below-usage-unknown] 'pods', which "
                "is not a limit; allowed: <namespace>/<quota key> of a quota in this stack; "
                "write the namespace and the quota key, with '/' between them",
            ],
            id="without its namespace",
        ),
    ],
)
def test_a_limit_below_use_is_named_exactly(entry, expected):
    assert expected == findings(environment={"allowBelowUsage": [entry]})

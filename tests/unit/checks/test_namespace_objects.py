"""Objects that a platform puts into namespaces: what is refused, and by which reason."""

import re

import pytest

from tests.unit.builders import (
    a_namespace,
    a_platform,
    about,
    an_environment,
    an_organization,
    findings,
    unresolved,
)

CA = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "company-ca"}}
SECRET = {
    "apiVersion": "external-secrets.io/v1",
    "kind": "ExternalSecret",
    "metadata": {"name": "registry"},
    "spec": {
        "secretStoreRef": {"kind": "ClusterSecretStore", "name": "vault"},
        "data": [{"secretKey": "password", "remoteRef": {"key": "{namespace.organization}"}}],
        "target": {"template": {"data": {"password": "{{ .password }}"}}},
    },
}


def found(*entries: dict, **keys: object) -> list[tuple[str, str]]:
    """The code and what was found, of a platform with these entries."""
    texts = findings(platform=a_platform(namespaceObjects=list(entries)), **keys)
    said = [re.search(r" \[([a-z-]+)\] ([^;]*);", text) for text in texts]
    return [(one[1], one[2]) for one in said if one is not None]


def of(manifest: dict, **keys: object) -> list[tuple[str, str]]:
    return found({"manifest": {**CA, **manifest}, **keys})


def test_config_maps_custom_objects_and_pull_secrets_are_right() -> None:
    assert [] == found(
        {"manifest": {**CA, "data": {"ca.crt": "-----BEGIN CERTIFICATE-----"}}},
        {"manifest": SECRET},
        {"imagePullSecret": "registry", "matchLabels": {"tenancy.dev/environment": "dev"}},
    )


@pytest.mark.parametrize(
    ("version", "kind", "why"),
    [
        ("rbac.authorization.k8s.io/v1", "RoleBinding", "write it under members"),
        ("rbac.authorization.k8s.io/v1", "Role", "write it under roles"),
        ("rbac.authorization.k8s.io/v1beta1", "ClusterRole", "write it under roles"),
        ("networking.k8s.io/v1", "NetworkPolicy", "write it under network"),
        ("v1", "ResourceQuota", "write it under quota"),
        ("v1", "LimitRange", "write it under limitRange"),
        ("v1", "Namespace", "only ConfigMaps of Kubernetes' own kinds may be listed"),
        ("v1", "Pod", "only ConfigMaps of Kubernetes' own kinds may be listed"),
        ("apps/v1", "DaemonSet", "only ConfigMaps of Kubernetes' own kinds may be listed"),
        (
            "admissionregistration.k8s.io/v1",
            "ValidatingAdmissionPolicy",
            "only ConfigMaps of Kubernetes' own kinds may be listed",
        ),
        ("cilium.io/v2", "CiliumNetworkPolicy", "it allows traffic: write it under network"),
        (
            "policy.networking.k8s.io/v1alpha1",
            "AdminNetworkPolicy",
            "it allows traffic: write it under network",
        ),
        ("kyverno.io/v2", "PolicyException", "it changes policies"),
        (
            "scheduling.x-k8s.io/v1alpha1",
            "ElasticQuota",
            "it limits namespaces: write it under quota",
        ),
        ("kueue.x-k8s.io/v1beta2", "LocalQueue", "it changes queues: write them under queues"),
        ("example.com/v1", "ValidatingWebhookConfiguration", "it changes admission"),
        ("tenancy.dev/v1", "Tenancy", "it changes what this tool manages"),
    ],
)
def test_guardrails_access_and_kinds_of_kubernetes_are_refused(version, kind, why) -> None:
    [(code, text)] = of({"apiVersion": version, "kind": kind})

    assert "namespace-object-kind" == code
    assert text.startswith(f"the kind {kind} of {version}: {why}")


def test_a_secret_is_refused_whether_it_has_values_or_not() -> None:
    for values in ({}, {"stringData": {"user": "app"}}):
        [(code, text)] = of({"kind": "Secret", **values})
        assert "namespace-object-kind" == code
        assert "its values would be in the files or in the state" in text


def test_a_custom_kind_with_a_name_of_kubernetes_is_right() -> None:
    assert [] == of({"apiVersion": "iam.aws.crossplane.io/v1beta1", "kind": "Role"})


@pytest.mark.parametrize(
    "value",
    [
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE",
        "postgres://app:hunter2@db.acme.example/app",
        "ghp_0123456789abcdef",
        '{"auths": {"registry.acme.example": {"auth": "YXBwOmh1bnRlcjI="}}}',
    ],
)
def test_a_secret_in_a_value_is_refused_and_not_repeated(value) -> None:
    [(code, text)] = of({"data": {"settings": value}})

    assert (
        "namespace-object-secret",
        "a value that is a secret, by its form or by its key",
    ) == (
        code,
        text,
    )


@pytest.mark.parametrize("key", ["password", "db-password", "apiToken", "CLIENT_SECRET"])
def test_a_key_of_a_secret_may_have_no_value_but_a_placeholder(key) -> None:
    assert ["namespace-object-secret"] == [code for code, _ in of({"data": {key: "hunter2"}})]
    assert [] == of({"data": {key: "{{ .password }}"}})


@pytest.mark.parametrize(
    ("manifest", "text"),
    [
        ({"metadata": {}}, "a manifest without metadata.name"),
        ({"metadata": {"name": "a", "namespace": "x"}}, "metadata.namespace"),
        ({"metadata": {"name": "a", "generateName": "a-"}}, "metadata.generateName"),
        ({"metadata": {"name": "a", "ownerReferences": []}}, "metadata.ownerReferences"),
        ({"kind": None}, "kind None"),
        ({"kind": "configmap"}, "kind 'configmap'"),
        ({"apiVersion": "core/v1beta"}, "apiVersion 'core/v1beta'"),
        ({"status": {}}, "a status"),
        ({"data": {"port": 8080}}, "8080, which is not text"),
        (
            {"metadata": {"name": "a", "labels": {"tenancy.dev/managed": "true"}}},
            "the key 'tenancy.dev/managed'",
        ),
        (
            {"metadata": {"name": "a", "annotations": {"pulumi.com/patchForce": "true"}}},
            "the key 'pulumi.com/patchForce'",
        ),
    ],
)
def test_a_manifest_has_what_people_write(manifest, text) -> None:
    assert ("namespace-object-manifest", text) in of(manifest)


def test_an_entry_is_one_object() -> None:
    assert [("namespace-object-choice", "an entry without an object")] == found({})
    assert [("namespace-object-choice", "both manifest and imagePullSecret")] == found(
        {"manifest": CA, "imagePullSecret": "registry"}
    )


@pytest.mark.parametrize("name", ["Company_CA", "a b", "x" * 254])
def test_names_are_those_of_kubernetes(name) -> None:
    codes = [code for code, _ in of({"metadata": {"name": name}})]
    assert "namespace-object-name" in codes
    assert ["namespace-object-name"] == [code for code, _ in found({"imagePullSecret": name})]


def test_a_name_is_checked_with_its_facts() -> None:
    named = {"metadata": {"name": "{namespace.displayName}-ca"}}

    assert [] == found({"manifest": {**CA, **named}})
    assert ["namespace-object-name"] == [
        code
        for code, _ in found(
            {"manifest": {**CA, **named}}, organization={"displayName": "Acme Inc"}
        )
    ]


def test_a_fact_that_no_namespace_has_is_refused_with_the_nearest() -> None:
    [text] = about(
        "namespace-object-fact",
        platform=a_platform(
            namespaceObjects=[
                {"manifest": {**CA, "data": {"team": "{namespace.organisation}"}}}
            ]
        ),
    )
    assert text.startswith(
        "Pulumi.platform.yaml: platform.namespaceObjects[0].manifest.data.team"
        " [namespace-object-fact] {namespace.organisation}; "
    )
    assert text.endswith("did you mean {namespace.organization}?")


def test_a_fact_that_a_namespace_lacks_is_refused_where_it_carries_the_object() -> None:
    def lacking(**match):
        entry = {"manifest": {**CA, "data": {"owner": "{namespace.owner}"}}, **match}
        return unresolved(platform=a_platform(namespaceObjects=[entry]))

    assert [
        "Pulumi.platform.yaml: platform.namespaceObjects[0].manifest.data.owner"
        " [namespace-object-fact-missing] {namespace.owner}, which the namespace acme-dev does"
        " not have; allowed: facts that every namespace with this object has; write"
        " owner for the namespace, or select other namespaces with matchLabels"
    ] == lacking()
    assert [] == lacking(matchLabels={"tier": "gold"})


def test_text_in_braces_that_names_no_fact_stays() -> None:
    assert [] == of({"data": {"nginx.conf": "{server} {{ .x }} ${HOME} {namespace}"}})


def test_two_objects_of_one_name_are_refused_where_they_meet() -> None:
    labelled = {"manifest": CA, "matchLabels": {"tier": "gold"}}

    assert [] == [
        code
        for code, _ in found({"manifest": CA}, labelled)
        if code != "namespace-object-unused"
    ]
    [(code, text)] = found({"manifest": CA}, labelled, namespace={"labels": {"tier": "gold"}})
    assert "namespace-object-twice" == code
    assert text.startswith("a second ConfigMap company-ca for the namespace acme-dev")


def test_labels_that_no_namespace_has_are_a_warning() -> None:
    entry = {"manifest": CA, "matchLabels": {"tier": "gold"}}

    [text] = about("namespace-object-unused", platform=a_platform(namespaceObjects=[entry]))
    assert text.startswith("warning: ")
    assert [] == found(entry, namespace={"labels": {"tier": "gold"}})


def test_a_count_has_room_for_the_objects_of_the_platform() -> None:
    def counted(amount, entry):
        return about(
            "quota-count-too-low",
            platform=a_platform(namespaceObjects=[{"manifest": entry}]),
            namespace={"quota": amount},
        )

    [text] = counted({"configmaps": "1"}, CA)
    assert (
        "at least 2: Kubernetes creates the ConfigMap kube-root-ca.crt in every namespace, and"
        " the platform puts ConfigMap company-ca there" in text
    )
    key = "count/externalsecrets.external-secrets.io"
    [text] = counted({key: "0"}, SECRET)
    assert "at least 1: the platform puts ExternalSecret registry there" in text
    assert [] == counted({"configmaps": "2"}, CA) == counted({key: "1"}, SECRET)


def test_the_namespaces_own_pull_secrets_are_names_too() -> None:
    [text] = about("namespace-object-name", namespace={"imagePullSecrets": ["A_B"]})
    assert text.startswith("organizations/acme.yaml: namespaces[0].imagePullSecrets")
    assert [] == findings(namespace={"imagePullSecrets": ["registry"]})


def test_an_ignored_object_is_not_put_into_the_namespace() -> None:
    entry = {"manifest": {**CA, "data": {"owner": "{namespace.owner}"}}}
    organizations = {
        "acme": an_organization(a_namespace(ignore=["ConfigMap/company-ca"])),
    }
    assert [] == findings(
        environments={"dev": an_environment()},
        organizations=organizations,
        platform=a_platform(namespaceObjects=[entry]),
    )

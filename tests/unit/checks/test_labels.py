"""Labels and annotations that people write, and what becomes a label."""

import pytest

from tests.unit.builders import (
    a_platform,
    about,
    an_environment,
    findings,
)

OWN = a_platform(
    allowed={"namespaceLabels": ["example.com"], "namespaceAnnotations": ["example.com"]}
)


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        pytest.param("team", "a", [], id="without a domain"),
        pytest.param("example.com/team", "Team_A.1", [], id="of one's own domain"),
        pytest.param("example.com/team", "", [], id="an empty value"),
        pytest.param("example.com/team", "v" * 63, [], id="a value of 63"),
        pytest.param(
            "example.com/team",
            "v" * 64,
            [
                'organizations/acme.yaml: namespaces[0].labels["example.com/team"] '
                "[label-value] the value "
                "'vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv…; allowed: "
                "a label value is empty or has 1 to 63 letters, digits, '-', '_' and "
                "'.', with a letter or digit at both ends; shorten it from 64 to at most "
                "63 characters",
            ],
            id="a value of 64",
        ),
        pytest.param(
            "example.com/te am",
            "a",
            [
                'organizations/acme.yaml: namespaces[0].labels["example.com/te am"] '
                "[label-key] the label key 'example.com/te am'; allowed: a label key is "
                "a name of 1 to 63 letters, digits, '-', '_' and '.', with a letter or "
                "digit at both ends, or a domain, '/' and such a name; remove ' '",
            ],
            id="a space in the key",
        ),
        pytest.param(
            "pod-security.kubernetes.io/enforce",
            "privileged",
            [
                "organizations/acme.yaml: "
                'namespaces[0].labels["pod-security.kubernetes.io/enforce"] '
                "[label-reserved] the label 'pod-security.kubernetes.io/enforce'; "
                "allowed: labels outside of reserved domains; the domain kubernetes.io is "
                "reserved for "
                "Kubernetes; use your own domain, such as example.com/…, or a key without"
                " a domain",
            ],
            id="a guardrail's",
        ),
        pytest.param(
            "kubernetes.io/metadata.name",
            "x",
            [
                "organizations/acme.yaml:"
                ' namespaces[0].labels["kubernetes.io/metadata.name"] [label-reserved]'
                " the label 'kubernetes.io/metadata.name'; allowed: labels outside of"
                " reserved domains; the domain kubernetes.io is reserved for Kubernetes;"
                " use your own domain, such as example.com/…, or a key without a domain",
            ],
            id="the namespace's own name",
        ),
        pytest.param(
            "resource.kubernetes.io/admin-access",
            "true",
            [
                "organizations/acme.yaml: "
                'namespaces[0].labels["resource.kubernetes.io/admin-access"] '
                "[label-reserved] the label 'resource.kubernetes.io/admin-access'; "
                "allowed: labels outside of reserved domains; the domain kubernetes.io is "
                "reserved for "
                "Kubernetes; use your own domain, such as example.com/…, or a key without"
                " a domain",
            ],
            id="everybody's GPUs",
        ),
        pytest.param(
            "tenancy.dev/organization",
            "globex",
            [
                "organizations/acme.yaml:"
                ' namespaces[0].labels["tenancy.dev/organization"] [label-reserved] the'
                " label 'tenancy.dev/organization'; allowed: labels outside of reserved"
                " domains; the domain tenancy.dev is reserved for this tool; use your own"
                " domain, such as example.com/…, or a key without a domain",
            ],
            id="this tool's",
        ),
        pytest.param(
            "x.tenancy.dev/y",
            "z",
            [
                'organizations/acme.yaml: namespaces[0].labels["x.tenancy.dev/y"]'
                " [label-reserved] the label 'x.tenancy.dev/y'; allowed: labels outside of"
                " reserved domains; the domain tenancy.dev is reserved for this tool; use"
                " your own domain, such as example.com/…, or a key without a domain",
            ],
            id="below this tool's",
        ),
    ],
)
def test_labels_are_well_formed_and_of_ones_own(key, value, expected):
    assert expected == findings(platform=OWN, namespace={"labels": {key: value}})


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        pytest.param("example.com/contact", "Ana <ana@example.com>", [], id="free text"),
        pytest.param("example.com/c", "x" * (256 * 1024 - 13), [], id="256 KiB"),
        pytest.param(
            "example.com/c",
            "x" * (256 * 1024 - 12),
            [
                "organizations/acme.yaml: namespaces[0].annotations "
                "[annotations-too-large] annotations of 262145 bytes; allowed: at most "
                "262144 bytes, keys and values together; store long texts elsewhere and write "
                "a reference",
            ],
            id="a byte more",
        ),
        pytest.param(
            "a/b/c",
            "x",
            [
                'organizations/acme.yaml: namespaces[0].annotations["a/b/c"] '
                "[annotation-key] the annotation key 'a/b/c'; allowed: an annotation key "
                "is a name of 1 to 63 letters, digits, '-', '_' and '.', with a letter "
                "or digit at both ends, or a domain, '/' and such a name; write a domain "
                "such as example.com before '/', not 'a/b'",
            ],
            id="two slashes",
        ),
        pytest.param(
            "scheduler.alpha.kubernetes.io/node-selector",
            "x=y",
            [
                "organizations/acme.yaml: "
                'namespaces[0].annotations["scheduler.alpha.kubernetes.io/node-selector"] '
                "[annotation-reserved] the annotation "
                "'scheduler.alpha.kubernetes.io/node-selector'; allowed: annotations outside "
                "of reserved domains; the domain kubernetes.io is reserved for Kubernetes; use "
                "your own domain, such as example.com/…, or a key without a domain",
            ],
            id="a scheduler's",
        ),
    ],
)
def test_annotations_are_well_formed_and_of_ones_own(key, value, expected):
    assert expected == findings(platform=OWN, namespace={"annotations": {key: value}})


def test_what_becomes_a_label_can_be_one():
    billing = {"subscriptionGroup": "sg-1", "costCenter": "cc/1"}

    assert [] == findings(organization={"billing": {**billing, "costCenter": "cc-1"}})
    assert [
        "organizations/acme.yaml: billing.costCenter [label-value] the value "
        "'cc/1'; allowed: a label value is empty or has 1 to 63 letters, digits, "
        "'-', '_' and '.', with a letter or digit at both ends; remove '/'",
    ] == findings(organization={"billing": billing})
    assert [
        "organizations/acme.yaml: billing.subscriptionGroup [label-value] the "
        "value 'group one'; allowed: a label value is empty or has 1 to 63 "
        "letters, digits, '-', '_' and '.', with a letter or digit at both ends; "
        "remove ' '",
    ] == findings(organization={"billing": {"subscriptionGroup": "group one"}})
    assert [
        "organizations/acme.yaml: namespaces[0].subscription [label-value] the "
        "value 'sub/dev'; allowed: a label value is empty or has 1 to 63 "
        "letters, digits, '-', '_' and '.', with a letter or digit at both ends; "
        "remove '/'",
    ] == findings(namespace={"subscription": "sub/dev"})
    assert [
        "organizations/acme.yaml: namespaces[0].workload [label-value] the value "
        "'agents and more'; allowed: a label value is empty or has 1 to 63 "
        "letters, digits, '-', '_' and '.', with a letter or digit at both ends; "
        "remove ' '",
    ] == findings(namespace={"workload": "agents and more"})
    assert [
        "Pulumi.dev.yaml: environment [environment-name] the environment's name "
        "'Dev'; allowed: an environment's name has 1 to 63 lowercase letters, "
        "digits and hyphens, with a letter or digit at both ends; write it in "
        "lower case",
    ] == findings(environments={"dev": an_environment("Dev")})


OBEYED = {
    "Istio's injector": "istio-injection",
    "Istio's revision": "istio.io/rev",
    "Istio's ambient mode": "istio.io/dataplane-mode",
    "Linkerd": "linkerd.io/inject",
    "Kuma": "kuma.io/sidecar-injection",
    "Gatekeeper": "admission.gatekeeper.sh/ignore",
    "Gatekeeper's exemption": "control-plane",
    "OPA": "openpolicyagent.org/webhook",
    "Kyverno": "policies.kyverno.io/scored",
    "roles of AWS": "iam.amazonaws.com/permitted",
    "OpenShift's exemption from policies": "openshift.io/run-level",
    "Knative": "knative-eventing-injection",
    "a project of Rancher": "field.cattle.io/projectId",
    "an instance of Argo CD": "argocd.argoproj.io/managed-by",
    "load balancers of AWS": "elbv2.k8s.aws/pod-readiness-gate-inject",
    "hierarchies": "hnc.x-k8s.io/subnamespace-of",
    "a vendor of tomorrow": "vendor-of-tomorrow.dev/enable",
    "a runtime without a domain": "io.runtime.mode",
}


@pytest.mark.parametrize("what", ["label", "annotation"])
@pytest.mark.parametrize("key", OBEYED.values(), ids=OBEYED)
def test_a_key_that_the_platform_does_not_list_is_refused(what: str, key: str) -> None:
    """What it means is unknown here, and a controller may obey it."""
    keys = {f"{what}s": {key: "enabled", "team": "web"}}

    [refused] = about(f"{what}-not-allowed", namespace=keys)
    assert f'namespaces[0].{what}s["{key}"]' in refused or f"{what}s.{key}" in refused
    assert refused.endswith(
        f"allowed: {what}s without a domain, and those that the platform lists (it lists none);"
        " use a key without a domain, or list it in the platform's file under"
        f" allowed.namespace{what.capitalize()}s"
    )
    listed = a_platform(allowed={f"namespace{what.capitalize()}s": [key]})
    assert [] == findings(platform=listed, namespace=keys)


@pytest.mark.parametrize("what", ["label", "annotation"])
def test_what_the_whole_organization_has_is_refused_where_it_is_written(what: str) -> None:
    keys = {f"{what}s": {"linkerd.io/inject": "enabled"}}

    [refused] = about(f"{what}-not-allowed", organization=keys)

    assert f'organizations/acme.yaml: {what}s["linkerd.io/inject"]' in refused


def test_a_domain_opens_its_keys_only() -> None:
    keys = {"example.com/a": "b", "www.example.com/a": "b", "example.com.evil.io/a": "b"}

    refused = about("label-not-allowed", platform=OWN, namespace={"labels": keys})

    assert ["www.example.com/a", "example.com.evil.io/a"] == [
        line.partition("the label '")[2].partition("'")[0] for line in refused
    ]


@pytest.mark.parametrize(
    ("domain", "key"),
    [
        ("istio.io", "istio.io/rev"),
        ("iam.amazonaws.com", "iam.amazonaws.com/permitted"),
        ("policies.kyverno.io", "policies.kyverno.io/scored"),
    ],
)
def test_a_domain_that_controllers_obey_stays_closed_and_this_is_reported(
    domain: str, key: str
) -> None:
    listed = a_platform(allowed={"namespaceLabels": [domain]})

    closed, refused = findings(platform=listed, namespace={"labels": {key: "a"}})

    assert "warning: Pulumi.platform.yaml: platform.allowed.namespaceLabels[0]" in closed
    assert f"[allowed-domain-closed] the domain '{domain}', which has no effect" in closed
    assert f"write each key that is needed, as {domain}/…, or remove it" in closed
    assert f"the label '{key}', which controllers of the cluster obey; allowed:" in refused


@pytest.mark.parametrize(
    "listed",
    [
        "podAnnotations",
        "serviceAnnotations",
        "ingressAnnotations",
        "gatewayAnnotations",
        "namespaceLabels",
        "namespaceAnnotations",
    ],
)
def test_every_list_reports_domains_without_effect(listed: str) -> None:
    allowed = {listed: ["example.com", "sidecar.istio.io", "sidecar.istio.io/inject"]}

    [closed] = about("allowed-domain-closed", platform=a_platform(allowed=allowed))

    assert f"platform.allowed.{listed}[1]" in closed


def test_without_a_platform_nothing_is_said_of_its_lists() -> None:
    keys = {"labels": {"example.com/a": "b"}}

    assert about("label-not-allowed", namespace=keys)
    assert [] == about("label-not-allowed", is_platform_written=False, namespace=keys)

"""Each admission policy of namespaces is announced, and objects that stay are judged."""

import pytest

from tenancy.manifests.policies import policies
from tenancy.model import KindOfObject
from tenancy.planning.judged import JUDGES, KINDS, NOT_JUDGED, judged_kinds
from tenancy.planning.refused_changes import kinds_to_read
from tenancy.planning.sections import Enforced
from tests.unit.builders import (
    a_namespace,
    a_platform,
    a_pool,
    an_organization,
    the_platform,
)
from tests.unit.planning.changing import a_plan, a_record, here
from tests.unit.planning.test_enforcement import AUDIT, a_workload, live_with

EVERYTHING = the_platform(
    gpuNodePools=[a_pool()],
    requireImagePull=True,
    podSecurityExceptions={"rdma": {"capabilities": ["IPC_LOCK"]}},
    queues={"cohort": "all"},
)
K8S = "kubernetes.io"
_OF_OTHERS = ("tenancy-namespaces", "tenancy-objects", "tenancy-service-accounts")
"""Policies that do not begin with enforcement: they guard labels and objects of Tenancy."""


def test_no_policy_is_forgotten() -> None:
    names = {str(guard.policy["metadata"]["name"]) for guard in policies(EVERYTHING)}

    assert names - {*_OF_OTHERS} == {*JUDGES, *NOT_JUDGED}
    assert set() == JUDGES.keys() & NOT_JUDGED.keys()


def test_each_judged_kind_is_read_and_has_a_name() -> None:
    found = [*judged_kinds(EVERYTHING)]

    assert {*JUDGES} == {policy for policy, _ in found}
    assert {*KINDS} == {kind.plural for _, kind in found}
    known = {"services", "ingresses", "networkpolicies", "poddisruptionbudgets"}
    assert {*KINDS} - known == {kind.plural for kind in kinds_to_read(EVERYTHING)}


PLATFORM = {
    "storageClasses": {"fast": "shared", "gold": "granted"},
    "allowed": {
        "gatewayClasses": ["internal"],
        "gateways": ["infra/public"],
        "ingressClasses": ["nginx"],
    },
    "gpuNodePools": [a_pool(allocation="both", deviceClass="gpu.nvidia.com")],
}


def announced(plural: str, group: str, *objects: dict, **keys: object) -> list[str]:
    """Why objects of a kind would be refused once the namespace is enforced."""

    def written(mode: dict | None) -> dict[str, object]:
        level = {"podSecurity": {"enforce": "baseline", "reason": "older"}}
        namespace = a_namespace(enforcement=mode, **level, **keys)
        return {
            **here(),
            "organizations": {"acme": an_organization(namespace, hosts=["acme.example"])},
            "platform": a_platform(**PLATFORM),
        }

    record = a_record(**written(AUDIT))
    kind = KindOfObject(group=group, plural=plural)
    named = tuple(
        {"metadata": {"name": "x", **one.pop("metadata", {})}, **one} for one in objects
    )
    live = live_with(record, a_workload(), judged={kind: {"acme-dev": named}})
    plan = a_plan(record, live, **written(None))
    found = [one for one in plan.section(Enforced).stopped if one.kind == "change"]
    start = "it stays, and once the namespace is enforced, "
    return [one.reason.removeprefix(start) for one in found]


def a_claim(name: str | None = "fast", **metadata: object) -> dict:
    spec = {} if name is None else {"storageClassName": name}
    return {"metadata": metadata, "spec": spec}


@pytest.mark.parametrize(
    ("claim", "keys", "expected"),
    [
        pytest.param(a_claim(), {}, [], id="shared"),
        pytest.param(
            a_claim("gold"),
            {},
            [
                "new ones like it are refused because its storage class is gold, and the"
                " namespace may use fast"
            ],
            id="not-granted",
        ),
        pytest.param(a_claim("gold"), {"storageClasses": ["gold"]}, [], id="granted"),
        pytest.param(
            a_claim(None),
            {},
            [
                "new ones like it are refused because its storage class is not set, and the"
                " namespace may use fast"
            ],
            id="none",
        ),
        pytest.param(
            a_claim(annotations={"volume.beta.kubernetes.io/storage-class": "fast"}),
            {},
            [
                "new ones like it are refused because it has the annotation"
                " volume.beta.kubernetes.io/storage-class"
            ],
            id="the-old-annotation",
        ),
        pytest.param(
            {"spec": {"storageClassName": "fast", "selector": {}}},
            {},
            ["new ones like it are refused because it selects its volume"],
            id="a-selector",
        ),
        pytest.param(
            {"spec": {"storageClassName": "fast", "volumeAttributesClassName": "gold"}},
            {},
            ["new ones like it are refused because spec.volumeAttributesClassName is gold"],
            id="attributes",
        ),
        pytest.param(
            a_claim(annotations={"example.com/a": "b", "pv.kubernetes.io/bind-completed": "y"}),
            {},
            ["new ones like it are refused because it has the annotations example.com/a"],
            id="annotations",
        ),
    ],
)
def test_claims_of_storage_are_announced(claim: dict, keys: dict, expected: list) -> None:
    assert expected == announced("persistentvolumeclaims", "", claim, **keys)


def test_a_stateful_set_whose_further_claims_are_refused_is_announced() -> None:
    def of(name: str | None) -> dict:
        template = a_claim(name)
        return {"spec": {"template": {}, "volumeClaimTemplates": [template]}}

    assert [] == announced("statefulsets", "apps", of("fast"))
    # The default class of the cluster is set before the policy judges the claim.
    assert [] == announced("statefulsets", "apps", of(None))
    assert [] == announced("statefulsets", "apps", {"spec": {"template": {}}})
    [found] = announced("statefulsets", "apps", of("local-path"))
    assert "its storage class is local-path" in found


def a_request(name: str, count: int = 1, **keys: object) -> dict:
    return {"name": "r", "exactly": {"deviceClassName": name, "count": count, **keys}}


GRANTED = {"gpus": [{"pool": "h100", "gpus": 8}]}


@pytest.mark.parametrize(
    ("request_", "keys", "expected"),
    [
        pytest.param(a_request("gpu.nvidia.com"), GRANTED, [], id="granted"),
        pytest.param(
            a_request("gpu.nvidia.com"), {}, ["it names the device classes"], id="no-grant"
        ),
        pytest.param(
            a_request("gpu.nvidia.com", 9), GRANTED, ["it requests 9 devices"], id="too-many"
        ),
        pytest.param(
            a_request("gpu.nvidia.com", adminAccess=True),
            GRANTED,
            ["it has adminAccess"],
            id="admin-access",
        ),
        pytest.param(
            {
                "name": "r",
                "firstAvailable": [
                    {"deviceClassName": "gpu.nvidia.com"},
                    {"deviceClassName": "other.example.com"},
                ],
            },
            GRANTED,
            ["it names the device classes other.example.com"],
            id="an-alternative",
        ),
    ],
)
@pytest.mark.parametrize("plural", ["resourceclaims", "resourceclaimtemplates"])
def test_claims_of_devices_are_announced(
    plural: str, request_: dict, keys: dict, expected: list
) -> None:
    spec: dict = {"devices": {"requests": [request_]}}
    if plural == "resourceclaimtemplates":
        spec = {"spec": spec}
    found = announced(plural, "resource.k8s.io", {"spec": spec}, **keys)

    assert len(expected) == len(found)
    assert all(start in text for start, text in zip(expected, found, strict=True))


FOREIGN = {"name": "a", "namespace": "globex-web"}
GATEWAY = {"gatewayClassName": "internal", "listeners": [{"hostname": "acme.example"}]}


@pytest.mark.parametrize(
    ("plural", "spec", "expected"),
    [
        pytest.param("gateways", GATEWAY, [], id="allowed"),
        pytest.param(
            "gateways",
            {**GATEWAY, "gatewayClassName": "public"},
            ["changes to it are refused while spec.gatewayClassName is public"],
            id="class",
        ),
        pytest.param(
            "gateways",
            {**GATEWAY, "listeners": [{}]},
            ["changes to it are refused while it has no host"],
            id="no-host",
        ),
        pytest.param(
            "gateways",
            {**GATEWAY, "addresses": [{"value": "192.0.2.1"}]},
            ["changes to it are refused while spec.addresses is set"],
            id="addresses",
        ),
        pytest.param(
            "gateways",
            {**GATEWAY, "infrastructure": {"annotations": {"lb.example.com/x": "y"}}},
            ["changes to it are refused while it has the annotations lb.example.com/x"],
            id="annotations-of-its-service",
        ),
        pytest.param("httproutes", {"hostnames": ["acme.example"]}, [], id="route"),
        pytest.param(
            "httproutes",
            {"hostnames": ["other.example"]},
            [
                "changes to it are refused while its host other.example is not one of the"
                " organization"
            ],
            id="route-of-another-host",
        ),
        pytest.param(
            "grpcroutes",
            {},
            ["changes to it are refused while it has no host"],
            id="route-without-a-host",
        ),
        pytest.param(
            "gateways",
            {
                **GATEWAY,
                "listeners": [
                    {
                        **GATEWAY["listeners"][0],
                        "allowedRoutes": {"namespaces": {"from": "All"}},
                    }
                ],
            },
            ["changes to it are refused while it is open to routes of other organizations"],
            id="open-to-all",
        ),
        pytest.param(
            "httproutes",
            {
                "hostnames": ["acme.example"],
                "parentRefs": [
                    {"name": "own"},
                    {"name": "public", "namespace": "infra"},
                    {"name": "other", "namespace": "infra"},
                ],
            },
            ["changes to it are refused while its parent is infra/other"],
            id="parent",
        ),
        pytest.param(
            "httproutes",
            {
                "hostnames": ["acme.example"],
                "rules": [
                    {"backendRefs": [{"name": "own"}]},
                    {"filters": [{"requestMirror": {"backendRef": FOREIGN}}]},
                ],
            },
            [
                "changes to it are refused while a backend is not a Service of the"
                " organization",
            ],
            id="mirror-of-another",
        ),
        pytest.param(
            "gateways",
            {
                **GATEWAY,
                "listeners": [
                    {**GATEWAY["listeners"][0], "tls": {"certificateRefs": [FOREIGN]}}
                ],
            },
            [
                "changes to it are refused while a certificate is in another organization's"
                " namespace"
            ],
            id="certificate-of-another",
        ),
        pytest.param("referencegrants", {"from": [{"namespace": "acme-dev"}]}, [], id="grant"),
        pytest.param(
            "referencegrants",
            {"from": [FOREIGN]},
            [
                "changes to it are refused while it lets another organization's namespace in",
            ],
            id="grant-for-another",
        ),
    ],
)
def test_gateways_and_routes_are_announced(plural: str, spec: dict, expected: list) -> None:
    assert expected == announced(plural, "gateway.networking.k8s.io", {"spec": spec})


@pytest.mark.parametrize(
    ("plural", "group", "found", "expected"),
    [
        pytest.param(
            "endpointslices",
            "discovery.k8s.io",
            {
                "metadata": {
                    "labels": {
                        f"endpointslice.{K8S}/managed-by": "endpointslice-controller.k8s.io"
                    }
                }
            },
            0,
            id="computed",
        ),
        pytest.param("endpointslices", "discovery.k8s.io", {}, 1, id="by-hand"),
        pytest.param("endpoints", "", {}, 1, id="endpoints-by-hand"),
        pytest.param("configmaps", "", {"data": {"a": "b"}}, 0, id="data"),
        pytest.param(
            "configmaps", "", {"data": {"NVIDIA_VISIBLE_DEVICES": "all"}}, 1, id="devices"
        ),
        pytest.param(
            "secrets", "", {"type": "kubernetes.io/service-account-token"}, 1, id="token"
        ),
        pytest.param(
            "roles", "rbac.authorization.k8s.io", {"rules": [{"verbs": ["get"]}]}, 0, id="role"
        ),
        pytest.param(
            "roles",
            "rbac.authorization.k8s.io",
            {"rules": [{"verbs": ["*"]}]},
            1,
            id="wildcard",
        ),
        pytest.param(
            "rolebindings",
            "rbac.authorization.k8s.io",
            {
                "roleRef": {"kind": "Role", "name": "x"},
                "subjects": [
                    {"kind": "ServiceAccount", "namespace": "acme-dev", "name": "a"},
                    # RBAC takes the namespace of the binding.
                    {"kind": "ServiceAccount", "name": "b"},
                ],
            },
            0,
            id="own-account",
        ),
        pytest.param(
            "rolebindings",
            "rbac.authorization.k8s.io",
            {
                "roleRef": {"kind": "ClusterRole", "name": "cluster-admin"},
                "subjects": [{"kind": "ServiceAccount", "namespace": "ci", "name": "bot"}],
            },
            2,
            id="foreign-account-and-role",
        ),
    ],
)
def test_other_kinds_are_announced(plural: str, group: str, found: dict, expected: int) -> None:
    assert expected == len(announced(plural, group, found))


def test_what_tenancy_manages_or_pods_own_is_left_out() -> None:
    labels = {"tenancy.dev/managed": "true"}
    owned = {"ownerReferences": [{"kind": "Pod", "name": "p"}]}
    by_operator = {"ownerReferences": [{"kind": "Kafka", "name": "k"}]}

    assert [] == announced("persistentvolumeclaims", "", a_claim("x", labels=labels))
    assert [] == announced("persistentvolumeclaims", "", a_claim("x", **owned))
    assert 1 == len(announced("persistentvolumeclaims", "", a_claim("x", **by_operator)))


OWN_LABEL = {"matchLabels": {"tenancy.dev/organization": "acme"}}
NETWORK = {
    "ingress": [{"cidrs": ["203.0.113.0/24"], "ports": [8080], "podLabels": {"app": "web"}}],
    "egress": [
        {"internet": True, "ports": [443]},
        {"cidrs": ["192.0.2.10/32"], "ports": [5432]},
    ],
    "egressCidrs": ["198.51.100.0/24"],
}
WEB = {"matchLabels": {"app": "web"}}


def judged(rule: dict, direction: str = "egress", **spec: object) -> int:
    """How many reasons refuse a change of a network policy with one rule."""

    def written(mode: dict | None) -> dict[str, object]:
        level = {"podSecurity": {"enforce": "baseline", "reason": "older"}}
        namespace = a_namespace(enforcement=mode, network=NETWORK, **level)
        return {**here(), "organizations": {"acme": an_organization(namespace)}}

    record = a_record(**written(AUDIT))
    found = {
        "kind": "NetworkPolicy",
        "metadata": {"name": "own", "namespace": "acme-dev"},
        "spec": {"podSelector": {}, direction: [rule], **spec},
    }
    live = live_with(record, a_workload(), network_policies=(found,))
    stopped = a_plan(record, live, **written(None)).section(Enforced).stopped
    return sum(one.object == "NetworkPolicy/own" and one.kind == "change" for one in stopped)


def a_block(cidr: str, *ports: object, without: tuple[str, ...] = ()) -> dict:
    block = {"cidr": cidr, **({"except": list(without)} if without else {})}
    return {
        "to": [{"ipBlock": block}],
        "ports": [one if isinstance(one, dict) else {"port": one} for one in ports],
    }


LOCAL = ("169.254.0.0/16",)


@pytest.mark.parametrize(
    ("rule", "reasons"),
    [
        pytest.param({"to": [{"podSelector": {}}]}, 0, id="the-namespace-itself"),
        pytest.param({"to": [{"namespaceSelector": OWN_LABEL}]}, 0, id="the-organization"),
        pytest.param({"to": [{"namespaceSelector": {}}]}, 1, id="every-namespace"),
        pytest.param({}, 1, id="everything"),
        pytest.param(a_block("192.0.2.10/32", 5432), 0, id="a-granted-address"),
        pytest.param(a_block("192.0.2.10/32", 5433), 1, id="another-port"),
        pytest.param(a_block("192.0.2.10/32", "postgres"), 1, id="a-named-port"),
        pytest.param(a_block("192.0.2.10/32"), 1, id="every-port"),
        pytest.param(a_block("192.0.2.10/31", 5432), 1, id="a-wider-range"),
        pytest.param(a_block("198.51.100.7/32"), 0, id="inside-of-egressCidrs"),
        pytest.param(a_block("1.1.1.0/24", 443), 0, id="the-internet"),
        pytest.param(a_block("10.0.0.0/8", 443), 1, id="not-the-internet"),
        pytest.param(
            a_block("1.1.1.0/24", {"port": 443, "endPort": 444}), 1, id="a-wider-range-of-ports"
        ),
        pytest.param(
            a_block("1.1.1.0/24", {"port": 443, "protocol": "UDP"}), 1, id="another-protocol"
        ),
        # It reaches the metadata of nodes too, as a second reason.
        pytest.param(a_block("169.254.0.0/16", 80), 2, id="link-local"),
    ],
)
def test_network_policies_inside_of_what_is_granted_may_change(
    rule: dict, reasons: int
) -> None:
    assert reasons == judged(rule)


@pytest.mark.parametrize(
    ("selector", "cidr", "reasons"),
    [
        pytest.param(WEB, "203.0.113.0/25", 0, id="its-pods"),
        pytest.param({}, "203.0.113.0/25", 1, id="all-pods"),
        pytest.param(WEB, "203.0.114.0/24", 1, id="other-addresses"),
    ],
)
def test_ingress_is_granted_to_the_pods_that_it_names(
    selector: dict, cidr: str, reasons: int
) -> None:
    rule = {"from": [{"ipBlock": {"cidr": cidr}}], "ports": [{"port": 8080}]}
    assert reasons == judged(rule, "ingress", podSelector=selector)

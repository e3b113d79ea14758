"""Which services and network policies may be written."""

import pytest

from tenancy.kubernetes import labels
from tests.cluster.api import (
    until,
)
from tests.cluster.policies.objects import (
    LAB,
    NAME,
    TRAIN,
    WEB,
    by,
    peer_in,
    peer_out,
    policy,
    service,
)
from tests.unit.documented_networks import EXAMPLES, network_policies

pytestmark = pytest.mark.cluster


class TestServices:
    POLICY = "tenancy-services"

    @pytest.mark.parametrize(
        ("where", "spec", "reason"),
        [
            pytest.param(
                WEB, {"type": "NodePort"}, "of type NodePort are refused", id="NodePort"
            ),
            pytest.param(
                WEB,
                {"type": "ExternalName", "externalName": "example.com"},
                "of type ExternalName are refused",
                id="ExternalName",
            ),
            pytest.param(
                WEB,
                {"externalIPs": ["198.51.100.7"]},
                "spec.externalIPs may not be set",
                id="externalIPs",
            ),
            pytest.param(
                LAB,
                {"type": "LoadBalancer", "allocateLoadBalancerNodePorts": False},
                "of type LoadBalancer are not granted to this namespace",
                id="LoadBalancer",
            ),
        ],
    )
    def test_is_refused(self, root, where, spec, reason):
        organization = where.split("-", maxsplit=1)[0]
        admin = root.as_user("ada", f"oidc:{organization}-leads")
        admin.create(service(namespace=where), dry=True).accepted()

        admin.create(service(namespace=where, **spec), dry=True).refused_by(self.POLICY, reason)

    def test_a_granted_load_balancer_works_with_its_node_port(self, root, admin):
        mine = service(name="front", type="LoadBalancer", externalTrafficPolicy="Local")
        made = admin.create(mine).accepted().body

        assert made["spec"]["ports"][0]["nodePort"] > 0
        path = f"/api/v1/namespaces/{WEB}/services/front"
        # What a cloud's controller does.
        status = {"loadBalancer": {"ingress": [{"ip": "203.0.113.80"}]}}
        root.request("PUT", f"{path}/status", {**made, "status": status}).accepted()
        [found] = root.request("GET", path).accepted().body["status"]["loadBalancer"]["ingress"]
        assert found["ip"] == "203.0.113.80"
        second = service(name="second", type="LoadBalancer", externalTrafficPolicy="Local")
        admin.create(second, dry=True).refused("exceeded quota: object-counts")
        admin.delete(mine).accepted()

    def test_a_load_balancer_that_hides_its_clients_is_refused_where_addresses_are_granted(
        self, admin
    ):
        admin.create(
            service(type="LoadBalancer", externalTrafficPolicy="Local"), dry=True
        ).accepted()

        admin.create(service(type="LoadBalancer"), dry=True).refused_by(
            self.POLICY, "externalTrafficPolicy: Local"
        )

    def test_a_service_does_not_turn_into_one(self, admin):
        mine = service(name="mine")
        admin.create(mine).accepted()

        admin.patch(mine, {"spec": {"type": "NodePort"}}).refused_by(self.POLICY, "NodePort")
        admin.patch(mine, {"spec": {"externalIPs": ["198.51.100.7"]}}).refused_by(
            self.POLICY, "externalIPs"
        )
        admin.delete(mine).accepted()

    def test_endpoints_are_not_written_by_hand(self, helper, operator):
        made = {
            "apiVersion": "v1",
            "kind": "Endpoints",
            "metadata": {"name": "probe", "namespace": WEB},
            "subsets": [{"addresses": [{"ip": "10.0.0.9"}], "ports": [{"port": 80}]}],
        }

        helper.create(made, dry=True).refused_by(
            "tenancy-endpoints", "only Kubernetes may write endpoints"
        )
        operator.create(made, dry=True).accepted()

    def test_kubernetes_writes_endpoints_all_the_same(self, root, admin):
        mine = service(name="served")
        admin.create(mine).accepted()
        slices = f"/apis/discovery.k8s.io/v1/namespaces/{WEB}/endpointslices"

        until(
            lambda: [
                item
                for item in root.request("GET", slices).body["items"]
                if item["metadata"]["labels"]["kubernetes.io/service-name"] == "served"
            ],
            "the controller makes an EndpointSlice",
        )
        admin.delete(mine).accepted()


@pytest.mark.parametrize("heading", EXAMPLES)
def test_the_api_server_accepts_what_an_example_of_the_guide_renders(root, heading):
    policies = network_policies(heading)

    assert {WEB} == {one["metadata"]["namespace"] for one in policies}
    for number, one in enumerate(policies):
        named = {**one, "metadata": {**one["metadata"], "name": f"example-{number}"}}
        root.create(named, dry=True).accepted()


class TestNetworkPolicies:
    POLICY = "tenancy-network-policies"

    @pytest.mark.parametrize("towards", [peer_in, peer_out], ids=["ingress", "egress"])
    @pytest.mark.parametrize(
        "peer",
        [
            pytest.param({"podSelector": {}}, id="own namespace"),
            pytest.param(by(labels.ORGANIZATION, "acme"), id="own organization"),
            pytest.param(by(NAME, WEB), id="own namespace by name"),
            pytest.param(by(NAME, "vault"), id="granted shared namespace"),
            pytest.param(by(NAME, "observability"), id="observability"),
            pytest.param(
                {**by(labels.ORGANIZATION, "acme"), "podSelector": {"matchLabels": {"a": "b"}}},
                id="some pods of the own organization",
            ),
        ],
    )
    def test_peers_that_were_granted_are_accepted(self, admin, towards, peer):
        admin.create(policy(**towards(**peer)), dry=True).accepted()

    @pytest.mark.parametrize(
        "block",
        [
            pytest.param({"cidr": "198.51.100.7/32"}, id="granted address"),
            pytest.param({"cidr": "2001:db8::/48"}, id="granted v6 addresses"),
            pytest.param(
                {"cidr": "0.0.0.0/0", "except": ["169.254.0.0/16"]},
                id="everything but link-local",
            ),
        ],
    )
    def test_granted_addresses_may_be_reached_and_may_not_enter(self, admin, block):
        admin.create(policy(**peer_out(ipBlock=block)), dry=True).accepted()

        admin.create(policy(**peer_in(ipBlock=block)), dry=True).refused_by(
            self.POLICY, "an ipBlock of ingress must lie inside of"
        )

    @pytest.mark.parametrize("towards", [peer_in, peer_out], ids=["ingress", "egress"])
    @pytest.mark.parametrize(
        ("peer", "reason"),
        [
            pytest.param(
                {"namespaceSelector": {}}, "a namespaceSelector must have", id="every namespace"
            ),
            pytest.param(
                by(labels.ORGANIZATION, "globex"),
                "tenancy.dev/organization: acme or kubernetes.io/metadata.name: one of"
                " acme-web, observability, vault",
                id="another organization",
            ),
            pytest.param(by(NAME, LAB), "a namespaceSelector must have", id="its namespace"),
            pytest.param(
                by(NAME, "registry"), "a namespaceSelector must have", id="shared, not granted"
            ),
            pytest.param(
                by(NAME, "kube-system"), "a namespaceSelector must have", id="kube-system"
            ),
            pytest.param(by("team", "web"), "a namespaceSelector must have", id="other label"),
            pytest.param(
                {
                    "namespaceSelector": {
                        "matchExpressions": [{"key": labels.ORGANIZATION, "operator": "Exists"}]
                    }
                },
                "a namespaceSelector must have",
                id="every organization",
            ),
            pytest.param(
                {
                    "namespaceSelector": {
                        "matchExpressions": [
                            {
                                "key": labels.ORGANIZATION,
                                "operator": "In",
                                "values": ["acme", "globex"],
                            }
                        ]
                    }
                },
                "a namespaceSelector must have",
                id="its own and another",
            ),
            pytest.param(
                {"ipBlock": {"cidr": "::/0"}},
                "must lie inside of",
                id="more v6 than granted",
            ),
        ],
    )
    def test_other_peers_are_refused(self, admin, towards, peer, reason):
        admin.create(policy(**towards(**peer)), dry=True).refused_by(self.POLICY, reason)

    @pytest.mark.parametrize(
        ("peer", "reason"),
        [
            pytest.param(
                {"ipBlock": {"cidr": "169.254.169.254/32"}},
                "an ipBlock may not reach 169.254.0.0/16",
                id="metadata address",
            ),
            pytest.param(
                {"ipBlock": {"cidr": "0.0.0.0/0"}},
                "an ipBlock may not reach 169.254.0.0/16",
                id="everything",
            ),
            pytest.param(
                {"ipBlock": {"cidr": "0.0.0.0/0", "except": ["169.254.169.0/25"]}},
                "an ipBlock may not reach 169.254.0.0/16",
                id="everything but too little",
            ),
            pytest.param(
                {"ipBlock": {"cidr": "168.0.0.0/7"}},
                "an ipBlock may not reach 169.254.0.0/16",
                id="a block around it",
            ),
        ],
    )
    def test_no_address_of_nodes_is_reached(self, admin, peer, reason):
        admin.create(policy(**peer_out(**peer)), dry=True).refused_by(self.POLICY, reason)
        # Nothing enters from there either.
        admin.create(policy(**peer_in(**peer)), dry=True).refused_by(
            self.POLICY, "an ipBlock of ingress must lie inside of"
        )

    @pytest.mark.parametrize("towards", [peer_in, peer_out], ids=["ingress", "egress"])
    def test_one_bad_peer_among_good_ones_is_found(self, admin, towards):
        found = towards(podSelector={})
        rules = found["ingress" if "ingress" in found else "egress"]
        rules.append(
            {("from" if "ingress" in found else "to"): [{"podSelector": {}}, by(NAME, LAB)]}
        )

        admin.create(policy(**found), dry=True).refused_by(
            self.POLICY, "a namespaceSelector must have"
        )

    @pytest.mark.parametrize(
        ("spec", "reason"),
        [
            ({"ingress": [{}]}, "an ingress rule must have from"),
            ({"ingress": [{"from": []}]}, "an ingress rule must have from"),
            ({"ingress": [{"ports": [{"port": 80}]}]}, "an ingress rule must have from"),
            (
                {"policyTypes": ["Egress"], "egress": [{}]},
                "an egress rule must have to",
            ),
            (
                {"policyTypes": ["Egress"], "egress": [{"ports": [{"port": 443}]}]},
                "an egress rule must have to",
            ),
        ],
        ids=str,
    )
    def test_a_rule_for_everybody_is_refused(self, admin, spec, reason):
        admin.create(policy(**spec), dry=True).refused_by(self.POLICY, reason)

    def test_addresses_are_refused_where_none_are_granted(self, root):
        admin = root.as_user("gil", "oidc:globex-leads")
        admin.create(policy(namespace=LAB, **peer_out(podSelector={})), dry=True).accepted()
        found = policy(namespace=LAB, **peer_out(ipBlock={"cidr": "198.51.100.7/32"}))

        admin.create(found, dry=True).refused_by(self.POLICY, "egressCidrs: there are none")

    def test_a_policy_does_not_open_later(self, admin):
        mine = policy("opens", **peer_in(podSelector={}))
        admin.create(mine).accepted()

        admin.patch(mine, {"spec": peer_in(namespaceSelector={})}).refused_by(
            self.POLICY, "a namespaceSelector must have"
        )
        admin.delete(mine).accepted()

    def test_operators_open_what_they_must(self, operator):
        operator.create(policy(**peer_in(namespaceSelector={})), dry=True).accepted()


CONTROLLER = {
    **by(NAME, "ingress-nginx"),
    "podSelector": {"matchLabels": {"app.kubernetes.io/name": "ingress-nginx"}},
}
GLOBEX = {
    "namespaceSelector": {
        "matchLabels": {
            labels.ORGANIZATION: "globex",
            labels.ENVIRONMENT: "dev",
            labels.ID: "lab",
        }
    }
}
WEB_PODS = {"matchLabels": {"app": "web"}}
NOT_INTERNET = [
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "168.63.129.16/32",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "203.0.113.0/24",
    "224.0.0.0/3",
]


def ingress(peer, *ports, pods=None):
    return {"podSelector": pods or {}, "ingress": [{"from": [peer], "ports": list(ports)}]}


def egress(peer, *ports, pods=None):
    return {
        "podSelector": pods or {},
        "policyTypes": ["Egress"],
        "egress": [{"to": [peer], "ports": list(ports)}],
    }


def tcp(port, **more):
    return {"port": port, **more}


class TestOwnPoliciesInsideOfGrants:
    """What a tenant's policy may allow of controllers, other organizations and addresses."""

    POLICY = "tenancy-network-policies"

    @pytest.mark.parametrize(
        ("namespace", "spec"),
        [
            pytest.param(WEB, ingress(CONTROLLER, tcp(8080), pods=WEB_PODS), id="controller"),
            pytest.param(
                WEB,
                ingress(
                    CONTROLLER,
                    tcp(8080),
                    pods={"matchLabels": {"app": "web", "tier": "front"}},
                ),
                id="controller, fewer pods",
            ),
            pytest.param(WEB, ingress(GLOBEX, tcp(9000)), id="another organization"),
            pytest.param(
                WEB,
                ingress({"ipBlock": {"cidr": "203.0.113.0/25"}}, tcp(8443)),
                id="through a load balancer",
            ),
            pytest.param(
                WEB,
                ingress({"ipBlock": {"cidr": "203.0.113.0/24"}}, tcp(8443, endPort=8444)),
                id="a range of ports",
            ),
            pytest.param(
                TRAIN,
                egress({"ipBlock": {"cidr": "1.1.1.0/24"}}, tcp(443)),
                id="a part of the internet",
            ),
            pytest.param(
                TRAIN,
                egress(
                    {"ipBlock": {"cidr": "0.0.0.0/0", "except": ["0.0.0.0/8", *NOT_INTERNET]}},
                    tcp(443),
                ),
                id="the internet",
            ),
            pytest.param(
                TRAIN,
                egress(
                    {"ipBlock": {"cidr": "192.0.2.9/32"}},
                    tcp(5432),
                    pods={"matchLabels": {"app": "loader"}},
                ),
                id="a database",
            ),
        ],
    )
    def test_inside_is_accepted(self, admin, namespace, spec):
        admin.create(policy(namespace=namespace, **spec), dry=True).accepted()

    @pytest.mark.parametrize(
        ("namespace", "spec"),
        [
            pytest.param(WEB, ingress(CONTROLLER, tcp(9090), pods=WEB_PODS), id="other port"),
            pytest.param(
                WEB,
                ingress(CONTROLLER, tcp(8080, endPort=8081), pods=WEB_PODS),
                id="ports beyond the granted one",
            ),
            pytest.param(
                WEB, ingress(CONTROLLER, tcp("http"), pods=WEB_PODS), id="a named port"
            ),
            pytest.param(
                WEB,
                ingress(CONTROLLER, tcp(8080, protocol="UDP"), pods=WEB_PODS),
                id="another protocol",
            ),
            pytest.param(WEB, ingress(CONTROLLER, pods=WEB_PODS), id="every port"),
            pytest.param(
                WEB,
                ingress(CONTROLLER, {"protocol": "TCP"}, pods=WEB_PODS),
                id="every TCP port",
            ),
            pytest.param(WEB, ingress(CONTROLLER, tcp(8080)), id="every pod"),
            pytest.param(
                WEB,
                ingress(
                    CONTROLLER,
                    tcp(8080),
                    pods={
                        "matchExpressions": [
                            {"key": "app", "operator": "In", "values": ["web", "db"]}
                        ]
                    },
                ),
                id="a selector that may select more pods",
            ),
            pytest.param(
                WEB,
                ingress(by(NAME, "ingress-nginx"), tcp(8080), pods=WEB_PODS),
                id="every pod of the controller's namespace",
            ),
            pytest.param(WEB, ingress(GLOBEX, tcp(9001)), id="a port that was not agreed"),
            pytest.param(WEB, egress(GLOBEX, tcp(9000)), id="the other direction"),
            pytest.param(
                TRAIN, ingress(CONTROLLER, tcp(8080), pods=WEB_PODS), id="another namespace"
            ),
        ],
    )
    def test_a_peer_beyond_is_refused_with_the_form_that_passes(self, admin, namespace, spec):
        refused = admin.create(policy(namespace=namespace, **spec), dry=True)

        message = refused.refused_by(self.POLICY, "a namespaceSelector must have")
        assert ("on ports, as numbers, TCP/8080-8080" in message) == (namespace == WEB)

    @pytest.mark.parametrize(
        ("namespace", "spec", "reason"),
        [
            pytest.param(
                WEB,
                ingress({"ipBlock": {"cidr": "203.0.112.0/23"}}, tcp(8443)),
                "in 203.0.113.0/24 on ports, as numbers, TCP/8443-8444",
                id="more addresses",
            ),
            pytest.param(
                WEB,
                ingress({"ipBlock": {"cidr": "203.0.113.0/24"}}, tcp(443)),
                "in 203.0.113.0/24 on ports",
                id="the Service's port",
            ),
            pytest.param(
                TRAIN,
                egress({"ipBlock": {"cidr": "10.1.0.0/16"}}, tcp(443)),
                "in 0.0.0.0/0 without 0.0.0.0/8,10.0.0.0/8",
                id="a private range is not the internet",
            ),
            pytest.param(
                TRAIN,
                egress({"ipBlock": {"cidr": "203.0.113.9/32"}}, tcp(443)),
                "in 0.0.0.0/0 without",
                id="the cluster's own range is not the internet",
            ),
            pytest.param(
                TRAIN,
                egress(
                    {
                        "ipBlock": {
                            "cidr": "0.0.0.0/0",
                            "except": ["0.0.0.0/8", *NOT_INTERNET[1:]],
                        }
                    },
                    tcp(443),
                ),
                "in 0.0.0.0/0 without",
                id="the internet with a private range",
            ),
            pytest.param(
                TRAIN,
                egress({"ipBlock": {"cidr": "1.1.1.0/24"}}, tcp(25)),
                "TCP/443-443",
                id="another port of the internet",
            ),
            pytest.param(
                TRAIN,
                egress({"ipBlock": {"cidr": "192.0.2.9/32"}}, tcp(5432)),
                "and podSelector app=loader",
                id="other pods to the database",
            ),
        ],
    )
    def test_addresses_beyond_are_refused(self, admin, namespace, spec, reason):
        admin.create(policy(namespace=namespace, **spec), dry=True).refused_by(
            self.POLICY, reason
        )

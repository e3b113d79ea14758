"""Which services and network policies may be written."""

import pytest

from tenancy.kubernetes import labels
from tests.cluster.api import (
    until,
)
from tests.cluster.policies.objects import (
    LAB,
    NAME,
    WEB,
    by,
    peer_in,
    peer_out,
    policy,
    service,
)

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

    def test_a_granted_load_balancer_is_accepted_without_node_ports(self, admin):
        granted = {"type": "LoadBalancer", "allocateLoadBalancerNodePorts": False}

        admin.create(service(**granted), dry=True).accepted()
        admin.create(service(type="LoadBalancer"), dry=True).refused(
            "exceeded quota: object-counts, requested: services.nodeports=1"
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
            "tenancy-endpoints", "endpoints are written by Kubernetes alone"
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
            pytest.param({"ipBlock": {"cidr": "198.51.100.7/32"}}, id="granted address"),
            pytest.param({"ipBlock": {"cidr": "2001:db8::/48"}}, id="granted v6 addresses"),
            pytest.param(
                {"ipBlock": {"cidr": "0.0.0.0/0", "except": ["169.254.0.0/16"]}},
                id="everything but link-local",
            ),
        ],
    )
    def test_peers_that_were_granted_are_accepted(self, admin, towards, peer):
        admin.create(policy(**towards(**peer)), dry=True).accepted()

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
                "an ipBlock must lie inside of the granted egressCidrs",
                id="more v6 than granted",
            ),
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
    def test_other_peers_are_refused(self, admin, towards, peer, reason):
        admin.create(policy(**towards(**peer)), dry=True).refused_by(self.POLICY, reason)

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
            ({"ingress": [{}]}, "an ingress rule must say from where"),
            ({"ingress": [{"from": []}]}, "an ingress rule must say from where"),
            ({"ingress": [{"ports": [{"port": 80}]}]}, "an ingress rule must say from where"),
            (
                {"policyTypes": ["Egress"], "egress": [{}]},
                "an egress rule must say to where",
            ),
            (
                {"policyTypes": ["Egress"], "egress": [{"ports": [{"port": 443}]}]},
                "an egress rule must say to where",
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

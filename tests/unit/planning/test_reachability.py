from pathlib import Path

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenancy import manifests as render
from tenancy.config.project import load
from tenancy.kubernetes import labels
from tenancy.model import Network as Written
from tenancy.model import resolve
from tenancy.planning.reachability import OTHER, PodNetwork, Pods, Port, Route, crossing

SAMPLE = Path(__file__).parents[1] / "manifests" / "sample"
NAME = "kubernetes.io/metadata.name"
HTTP = Port("TCP", 80)


def namespace(name, **held):
    return {"kind": "Namespace", "metadata": {"name": name, "labels": held}}


def policy(where, **spec):
    return {
        "kind": "NetworkPolicy",
        "metadata": {"namespace": where, "name": "p"},
        "spec": {"podSelector": {}, **spec},
    }


A, B = Pods("a"), Pods("b")
DENY = {"policyTypes": ["Ingress", "Egress"]}


class TestSemantics:
    """The rules of network policies, each in the smallest network that shows it."""

    @pytest.mark.parametrize(
        ("policies", "expected"),
        [
            pytest.param([], True, id="without policies all is open"),
            pytest.param([policy("a", **DENY)], False, id="the source lets nothing out"),
            pytest.param([policy("b", **DENY)], False, id="the target lets nothing in"),
            pytest.param(
                [policy("b", policyTypes=["Egress"])], True, id="the other direction stays open"
            ),
            pytest.param(
                [policy("a", egress=[])], False, id="egress rules make a policy of egress"
            ),
            pytest.param([policy("b")], False, id="a policy without types is of ingress"),
            pytest.param(
                [policy("b", ingress=[{}])], True, id="a rule without peers lets in everybody"
            ),
            pytest.param(
                [policy("b", ingress=[{"from": [{"podSelector": {}}]}])],
                False,
                id="a podSelector alone means the own namespace",
            ),
            pytest.param(
                [policy("b", ingress=[{"from": [{"namespaceSelector": {}}]}])],
                True,
                id="an empty namespaceSelector means every namespace",
            ),
            pytest.param(
                [
                    policy(
                        "b",
                        ingress=[
                            {"from": [{"namespaceSelector": {"matchLabels": {NAME: "a"}}}]}
                        ],
                    )
                ],
                True,
                id="by name",
            ),
            pytest.param(
                [
                    policy(
                        "b",
                        ingress=[
                            {
                                "from": [
                                    {
                                        "namespaceSelector": {"matchLabels": {NAME: "a"}},
                                        "podSelector": {"matchLabels": {"app": "x"}},
                                    }
                                ]
                            }
                        ],
                    )
                ],
                False,
                id="both selectors of a peer have to fit",
            ),
            pytest.param(
                [
                    policy(
                        "b",
                        ingress=[
                            {
                                "from": [
                                    {"namespaceSelector": {"matchLabels": {NAME: "a"}}},
                                    {"podSelector": {"matchLabels": {"app": "x"}}},
                                ]
                            }
                        ],
                    )
                ],
                True,
                id="one of two peers is enough",
            ),
            pytest.param(
                [policy("b", **DENY), policy("b", ingress=[{}])], True, id="policies add up"
            ),
            pytest.param(
                [policy("b", ingress=[{"ports": [{"port": 443}]}])], False, id="another port"
            ),
            pytest.param(
                [policy("b", ingress=[{"ports": [{"port": 80}]}])], True, id="the port"
            ),
            pytest.param(
                [policy("b", ingress=[{"ports": [{"port": 70, "endPort": 90}]}])],
                True,
                id="a range of ports",
            ),
            pytest.param(
                [policy("b", ingress=[{"ports": [{"port": 80, "protocol": "UDP"}]}])],
                False,
                id="another protocol",
            ),
            pytest.param(
                [policy("b", podSelector={"matchLabels": {"app": "x"}}, **DENY)],
                True,
                id="a policy for other pods",
            ),
            pytest.param(
                [policy("b", ingress=[{"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}])],
                True,
                id="an address may be a pod's",
            ),
        ],
    )
    def test_a_connection_needs_both_ends(self, policies, expected):
        network = PodNetwork([namespace("a"), namespace("b"), *policies])

        assert expected is network.reaches(A, B, HTTP)

    @pytest.mark.parametrize(
        ("operator", "values", "expected"),
        [
            ("In", ["a", "c"], True),
            ("In", ["c"], False),
            ("NotIn", ["a"], False),
            ("NotIn", ["c"], True),
            ("Exists", [], True),
            ("DoesNotExist", [], False),
        ],
    )
    def test_expressions_of_a_selector(self, operator, values, expected):
        selector = {"matchExpressions": [{"key": NAME, "operator": operator, "values": values}]}
        opened = policy("b", ingress=[{"from": [{"namespaceSelector": selector}]}])

        found = PodNetwork([namespace("a"), namespace("b"), opened]).reaches(A, B, HTTP)

        assert expected is found

    def test_pods_with_labels_that_a_policy_asks_for_are_told_apart(self):
        opened = policy("b", podSelector={"matchLabels": {"app": "x"}}, **DENY)
        network = PodNetwork([namespace("a"), namespace("b"), opened])

        assert (Pods("a"), Pods("b"), Pods("b", (("app", "x"),))) == network.pods
        assert not network.reaches(A, Pods("b", (("app", "x"),)), HTTP)

    @pytest.mark.parametrize(
        ("block", "expected"),
        [
            ({"cidr": "0.0.0.0/0"}, True),
            ({"cidr": "0.0.0.0/0", "except": ["169.254.0.0/16"]}, False),
            ({"cidr": "10.0.0.0/8"}, False),
        ],
        ids=str,
    )
    def test_addresses_outside(self, block, expected):
        opened = policy("a", policyTypes=["Egress"], egress=[{"to": [{"ipBlock": block}]}])

        found = PodNetwork([namespace("a"), opened]).reaches_address(A, "169.254.169.254")

        assert expected is found

    def test_crossing_is_between_two_organizations(self):
        both = [namespace("a", **{labels.ORGANIZATION: "one"}), namespace("b")]
        other = [namespace("a", **{labels.ORGANIZATION: "one"})]
        other.append(namespace("b", **{labels.ORGANIZATION: "two"}))

        assert [] == list(crossing(PodNetwork(both)))
        assert {"a", "b"} == {route.source.namespace for route in crossing(PodNetwork(other))}


PROJECT, _ = load(SAMPLE)
RESOLVED, _ = resolve(PROJECT)
DEV = RESOLVED.environments["dev"]
PLATFORM = RESOLVED.platform_of(DEV)
KUBE_SYSTEM = namespace("kube-system")
SERVICES = {
    "observability": {("prometheus", 9090), ("loki", 3100)},
    "vault": {(None, 8200)},
    "registry": {(None, 5000)},
}
METRICS = {8080, 9100}


def rendered(written):
    """Return the network of the sample, its namespaces with *written* as their network."""
    manifests = [KUBE_SYSTEM, *render.platform(PLATFORM)]
    for found in DEV.namespaces:
        changed = attrs.evolve(found, network=written.get(found.name, found.network))
        manifests.extend(render.namespace(changed, PLATFORM))
    return PodNetwork(manifests)


def app(pods):
    return dict(pods.held).get("app.kubernetes.io/name")


def is_expected(route, written):
    """Say by hand, from what was written, whether a connection should be possible."""
    source, target, port = route.source, route.target, route.port
    organization = {found.name: found.organization for found in DEV.namespaces}
    here, there = organization.get(source.namespace), organization.get(target.namespace)
    if target.namespace == "kube-system":
        dns = port.number == 53 and dict(target.held).get("k8s-app") == "kube-dns"
        return source.namespace == "kube-system" or dns
    if source.namespace == "kube-system":
        return False
    if source.namespace == target.namespace:
        return True
    if here is not None and there is not None:
        return (
            here == there
            and written[source.namespace].same_organization
            and written[target.namespace].same_organization
        )
    if here is not None:
        network = written[source.namespace]
        asked = target.namespace in network.shared_services
        if target.namespace == "observability":
            asked = asked or network.observability
        return (
            asked
            and port.protocol == "TCP"
            and any(
                port.number == number and (name is None or app(target) == name)
                for name, number in SERVICES.get(target.namespace, ())
            )
        )
    return (
        there is not None
        and source.namespace == "observability"
        and written[target.namespace].observability
        and port.protocol == "TCP"
        and port.number in METRICS
    )


NETWORKS = st.builds(
    Written,
    same_organization=st.booleans(),
    observability=st.booleans(),
    shared_services=st.sets(st.sampled_from(sorted(SERVICES))).map(lambda s: tuple(sorted(s))),
)


class TestWhatIsRendered:
    @settings(max_examples=12, deadline=None)
    @given(st.fixed_dictionaries({found.name: NETWORKS for found in DEV.namespaces}))
    def test_exactly_what_was_written_is_possible(self, written):
        network = rendered(written)

        for source in network.pods:
            for target in network.pods:
                for port in network.ports:
                    route = Route(source, target, port)
                    expected = is_expected(route, written)
                    assert expected is network.reaches(source, target, port), str(route)

    @settings(max_examples=12, deadline=None)
    @given(
        st.fixed_dictionaries({found.name: NETWORKS for found in DEV.namespaces}),
        st.sets(st.sampled_from(["0.0.0.0/0", "::/0", "10.0.0.0/8", "169.0.0.0/8"])),
    )
    def test_no_organization_reaches_another_whatever_was_written(self, written, cidrs):
        opened = {
            name: attrs.evolve(network, egress_cidrs=tuple(sorted(cidrs)))
            for name, network in written.items()
        }

        assert [] == [str(route) for route in crossing(rendered(opened))]

    @settings(max_examples=12, deadline=None)
    @given(
        st.sets(
            st.sampled_from(
                ["0.0.0.0/0", "::/0", "169.254.0.0/16", "169.254.169.254/32", "fd00::/8"]
            )
        )
    )
    def test_no_pod_reaches_the_metadata_of_its_node(self, cidrs):
        written = {
            found.name: Written(egress_cidrs=tuple(sorted(cidrs))) for found in DEV.namespaces
        }
        network = rendered(written)

        for pods in network.pods:
            if network.organization(pods) is not None:
                for address in ("169.254.169.254", "169.254.170.2", "fd00:ec2::254"):
                    assert not network.reaches_address(pods, address)
        outside = network.reaches_address(Pods("acme-web"), "198.51.100.7")
        assert outside is ("0.0.0.0/0" in cidrs)

    def test_without_policies_organizations_reach_each_other(self):
        namespaces = [render.namespace(found, PLATFORM).namespace for found in DEV.namespaces]

        found = {
            (r.source.namespace, r.target.namespace) for r in crossing(PodNetwork(namespaces))
        }

        assert {
            (here, there)
            for acme in ("acme-web", "acme-train")
            for pair in ((acme, "globex-lab"), (acme, "globex-rdma"))
            for here, there in (pair, pair[::-1])
        } == found

    def test_another_organizations_name_in_a_policy_would_be_seen(self):
        manifests = [
            manifest
            for found in DEV.namespaces
            for manifest in render.namespace(found, PLATFORM)
        ]
        for manifest in manifests:
            if manifest["metadata"]["name"] == "allow-same-organization":
                (rule,) = manifest["spec"]["ingress"]
                rule["from"].append({"namespaceSelector": {}})
                (rule,) = manifest["spec"]["egress"]
                rule["to"].append({"namespaceSelector": {}})

        found = list(crossing(PodNetwork(manifests)))

        assert ("acme-web", "globex-lab", OTHER) in {
            (route.source.namespace, route.target.namespace, route.port) for route in found
        }

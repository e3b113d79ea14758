"""Network: what may be let through."""

import pytest

from tests.unit.builders import a_platform, findings


@pytest.mark.parametrize(
    ("cidr", "expected"),
    [
        pytest.param("203.0.113.0/24", [], id="a range"),
        pytest.param("203.0.113.7/32", [], id="an address"),
        pytest.param("2001:db8::/32", [], id="IPv6"),
        pytest.param("10.0.0.0/8", [], id="a private range"),
        pytest.param("169.253.0.0/16", [], id="just below the metadata addresses"),
        pytest.param(
            "169.254.169.254/32",
            [
                "organizations/acme.yaml: namespaces[0].network.egressCidrs "
                "[egress-cidr] '169.254.169.254/32', which contains metadata addresses of the "
                "nodes (169.254.0.0/16); allowed: ranges without these addresses, which reveal "
                "the node's identity; write only the ranges that are needed",
            ],
            id="the metadata address",
        ),
        pytest.param(
            "169.254.0.0/16",
            [
                "organizations/acme.yaml: namespaces[0].network.egressCidrs "
                "[egress-cidr] '169.254.0.0/16', which contains metadata addresses of the "
                "nodes (169.254.0.0/16); allowed: ranges without these addresses, which reveal "
                "the node's identity; write only the ranges that are needed",
            ],
            id="all of its network",
        ),
        pytest.param(
            "160.0.0.0/4",
            [
                "organizations/acme.yaml: namespaces[0].network.egressCidrs "
                "[egress-cidr] '160.0.0.0/4', which contains metadata addresses of the nodes "
                "(169.254.0.0/16); allowed: ranges without these addresses, which reveal the "
                "node's identity; write only the ranges that are needed",
            ],
            id="a range around it",
        ),
        pytest.param(
            "fd00:ec2::254/128",
            [
                "organizations/acme.yaml: namespaces[0].network.egressCidrs "
                "[egress-cidr] 'fd00:ec2::254/128', which contains metadata addresses of the "
                "nodes (fd00:ec2::254/128); allowed: ranges without these addresses, which "
                "reveal the node's identity; write only the ranges that are needed",
            ],
            id="the same in IPv6",
        ),
        pytest.param(
            "fd00::/8",
            [
                "organizations/acme.yaml: namespaces[0].network.egressCidrs "
                "[egress-cidr] 'fd00::/8', which contains metadata addresses of the nodes "
                "(fd00:ec2::254/128); allowed: ranges without these addresses, which reveal "
                "the node's identity; write only the ranges that are needed",
            ],
            id="a range around that",
        ),
        pytest.param(
            "0.0.0.0/0",
            [
                "organizations/acme.yaml: namespaces[0].network.egressCidrs "
                "[egress-cidr] '0.0.0.0/0', which is every address, including the metadata "
                "address of the nodes; allowed: only the addresses that are needed; "
                "write their ranges",
            ],
            id="everything",
        ),
        pytest.param(
            "::/0",
            [
                "organizations/acme.yaml: namespaces[0].network.egressCidrs "
                "[egress-cidr] '::/0', which is every address, including the metadata address "
                "of the nodes; allowed: only the addresses that are needed; "
                "write their ranges",
            ],
            id="everything in IPv6",
        ),
        pytest.param(
            "203.0.113.7/24",
            [
                "organizations/acme.yaml: namespaces[0].network.egressCidrs "
                "[egress-cidr] '203.0.113.7/24', which is not the first address of its range; "
                "allowed: ranges of addresses such as 203.0.113.0/24; write "
                "203.0.113.0/24",
            ],
            id="bits beyond the range",
        ),
        pytest.param(
            "203.0.113.7",
            [
                "organizations/acme.yaml: namespaces[0].network.egressCidrs "
                "[egress-cidr] '203.0.113.7', without a prefix length; allowed: "
                "ranges of addresses such as 203.0.113.0/24; write 203.0.113.7/32",
            ],
            id="no bits",
        ),
        pytest.param(
            "203.0.113.0/255.255.255.0",
            [
                "organizations/acme.yaml: namespaces[0].network.egressCidrs "
                "[egress-cidr] '203.0.113.0/255.255.255.0', without a prefix length; "
                "allowed: ranges of addresses such as 203.0.113.0/24; write "
                "203.0.113.0/24",
            ],
            id="a netmask",
        ),
        pytest.param(
            "203.0.113.0/33",
            [
                "organizations/acme.yaml: namespaces[0].network.egressCidrs "
                "[egress-cidr] '203.0.113.0/33', which is not a range of addresses; "
                "allowed: ranges of addresses such as 203.0.113.0/24; write the first address "
                "of the range, '/' and the prefix length",
            ],
            id="too many bits",
        ),
        pytest.param(
            "010.0.0.0/8",
            [
                "organizations/acme.yaml: namespaces[0].network.egressCidrs "
                "[egress-cidr] '010.0.0.0/8', which is not a range of addresses; "
                "allowed: ranges of addresses such as 203.0.113.0/24; write the first address "
                "of the range, '/' and the prefix length",
            ],
            id="octal",
        ),
        pytest.param(
            "example.com",
            [
                "organizations/acme.yaml: namespaces[0].network.egressCidrs "
                "[egress-cidr] 'example.com', which is not a range of addresses; "
                "allowed: ranges of addresses such as 203.0.113.0/24; write the first address "
                "of the range, '/' and the prefix length",
            ],
            id="a name",
        ),
        pytest.param(
            "::ffff:169.254.169.254/128",
            [
                "organizations/acme.yaml: namespaces[0].network.egressCidrs "
                "[egress-cidr] '::ffff:169.254.169.254/128', an IPv4 address written as "
                "IPv6; allowed: ranges of addresses such as 203.0.113.0/24; write it "
                "as 169.254.169.254/32",
            ],
            id="the metadata address disguised",
        ),
        pytest.param(
            "127.0.0.0/8",
            [
                "organizations/acme.yaml: namespaces[0].network.egressCidrs "
                "[egress-cidr] '127.0.0.0/8', which does not lead to another machine; allowed: "
                "ranges of addresses of other machines; write only the ranges that are needed",
            ],
            id="the pod itself",
        ),
    ],
)
def test_egress_is_opened_to_ranges_without_the_metadata_address(cidr, expected):
    assert expected == findings(namespace={"network": {"egressCidrs": [cidr]}})


def test_shared_services_exist():
    shared = {"name": "tools", "services": [{"name": "registry", "ports": [5000]}]}
    asks = {"network": {"sharedServices": ["tools"]}}
    misspelt = {"network": {"sharedServices": ["tool"]}}

    assert [] == findings(namespace=asks, platform=a_platform(shared=[shared]))
    assert [
        "organizations/acme.yaml: namespaces[0].network.sharedServices "
        "[shared-service-unknown] the shared namespace 'tool'; allowed: a shared "
        "namespace of the platform (tools); did you mean 'tools'?",
    ] == findings(namespace=misspelt, platform=a_platform(shared=[shared]))
    assert [
        "organizations/acme.yaml: namespaces[0].network.sharedServices "
        "[shared-service-unknown] the shared namespace 'tools'; allowed: a "
        "shared namespace of the platform (it has none); add it to shared of the platform",
    ] == findings(namespace=asks)


def test_shared_services_of_a_platform_that_is_not_written_are_not_checked():
    asks = {"network": {"sharedServices": ["tools"]}}

    found = findings(namespace=asks, is_platform_written=False)

    assert ["not checked", "not checked"] == [f.partition(":")[0] for f in found]
    assert "[shared-service-unknown]" in found[1]


def test_what_an_environment_lets_through_is_looked_at_too():
    found = findings(environment={"network": {"egressCidrs": ["0.0.0.0/0"]}})

    assert ["Pulumi.dev.yaml: network.egressCidrs"] == [f.partition(" [")[0] for f in found]

"""Traffic by rule: what may be written, and that two organizations agree."""

import pytest

from tests.unit.builders import (
    a_namespace,
    a_platform,
    an_environment,
    an_organization,
    findings,
)

CONTROLLER = {"public": {"namespace": "ingress-nginx"}}
WEB = {"controller": "public", "ports": [8080]}


def said(*, ingress=(), egress=(), **keys):
    network = {"network": {"ingress": list(ingress), "egress": list(egress)}}
    balanced = {"loadBalancers": 1} if any("cidrs" in rule for rule in ingress) else {}
    found = findings(
        namespace={**balanced, **network},
        platform=a_platform(ingress=CONTROLLER, **keys),
    )
    return [text.partition(" [")[2] for text in found]


@pytest.mark.parametrize(
    "rules",
    [
        pytest.param({"ingress": [WEB]}, id="controller"),
        pytest.param(
            {"ingress": [{"cidrs": ["0.0.0.0/0", "::/0"], "ports": [8443]}]}, id="everybody"
        ),
        pytest.param({"egress": [{"internet": True, "ports": [443]}]}, id="internet"),
        pytest.param(
            {"egress": [{"cidrs": ["192.0.2.0/24"], "ports": [{"port": 1, "endPort": 9}]}]},
            id="addresses and a range of ports",
        ),
    ],
)
def test_a_rule_with_one_peer_and_ports_is_right(rules):
    assert [] == said(**rules)


@pytest.mark.parametrize(
    ("rules", "code", "reason"),
    [
        ({"ingress": [{"ports": [80]}]}, "network-rule", "a rule without a peer"),
        (
            {"ingress": [{**WEB, "cidrs": ["203.0.113.0/24"]}]},
            "network-rule",
            "cidrs and controller",
        ),
        (
            {"egress": [{"internet": True, "cidrs": ["192.0.2.0/24"], "ports": [443]}]},
            "network-rule",
            "cidrs and internet",
        ),
        (
            {"egress": [{"internet": True, "ports": []}]},
            "network-rule",
            "a rule without ports",
        ),
        (
            {"egress": [{"internet": True, "ports": [{"port": 9, "endPort": 8}]}]},
            "network-rule",
            "the ports 9 to 8",
        ),
        (
            {"egress": [{"organization": "acme", "ports": [80]}]},
            "network-rule",
            "the organization acme itself",
        ),
        (
            {"egress": [{"internet": True, "namespaces": ["web"], "ports": [80]}]},
            "network-rule",
            "namespaces without an organization",
        ),
        (
            {"ingress": [{"controller": "pubic", "ports": [80]}]},
            "ingress-controller-unknown",
            "did you mean 'public'?",
        ),
        (
            {"egress": [{"cidrs": ["0.0.0.0/0"], "ports": [443]}]},
            "egress-cidr",
            "which is every address",
        ),
        (
            {"ingress": [{"cidrs": ["10.0.0.1/8"], "ports": [443]}]},
            "ingress-cidr",
            "write 10.0.0.0/8",
        ),
        (
            {"ingress": [{"cidrs": ["169.254.169.254/32"], "ports": [443]}]},
            "ingress-cidr",
            "metadata addresses of the nodes",
        ),
        (
            {"ingress": [{**WEB, "podLabels": {"app": "a b"}}]},
            "label-value",
            "'a b'",
        ),
    ],
)
def test_what_cannot_be_is_refused(rules, code, reason):
    found = [text for text in said(**rules) if text.startswith(code)]

    assert any(reason in text for text in found), said(**rules)


@pytest.mark.parametrize(
    ("network", "reason"),
    [
        ({"dns": {"nodeLocalAddresses": ["169.254.20.10/32"]}}, "which is not an address"),
        ({"dns": {"namespace": "Kube"}}, "the namespace's name"),
        ({"dns": {"ports": []}}, "DNS without a port"),
        ({"internet": {"excluded": ["10.0.0"]}}, "which is not a range of addresses"),
    ],
)
def test_a_platform_names_what_can_be(network, reason):
    assert [] == said(dns={"distribution": "openshift"}, internet={"excluded": ["10.0.0.0/8"]})

    [found] = said(**network)

    assert found.startswith("platform-network")
    assert reason in found


def both(acme, globex):
    found = findings(
        environments={"dev": an_environment("dev", "acme", "globex")},
        organizations={
            "acme": an_organization(a_namespace("web", network=acme)),
            "globex": an_organization(a_namespace("api", network=globex), prefix="globex"),
        },
    )
    return [text for text in found if "[network-not-agreed]" in text]


OUT = {"egress": [{"organization": "globex", "namespaces": ["api"], "ports": [9000]}]}
IN = {"ingress": [{"organization": "acme", "ports": [{"port": 9000, "endPort": 9010}]}]}


def test_two_organizations_agree():
    assert [] == both(OUT, IN)

    [wants] = both(OUT, {})
    [offers] = both({}, IN)
    [other_port, _] = both({"egress": [{**OUT["egress"][0], "ports": [80]}]}, IN)
    [unknown] = both({"egress": [{"organization": "globx", "ports": [9000]}]}, {})

    assert "egress of acme-web for the organization 'globex' on TCP 9000" in wants
    assert "ingress of globex-api for the organization 'acme'" in offers
    assert "on TCP 80," in other_port
    assert "did you mean 'globex'?" in unknown


@pytest.mark.parametrize(
    ("network", "bounds", "reason"),
    [
        (
            {"egress": [{"internet": True, "ports": [443]}]},
            {"internet": True},
            "egress to the internet",
        ),
        (
            {"egress": [{"cidrs": ["192.0.2.0/25"], "ports": [443]}]},
            {"egressCidrs": ["192.0.2.0/24"]},
            "the range 192.0.2.0/25",
        ),
        (
            {"ingress": [{"cidrs": ["203.0.113.0/25"], "ports": [443]}]},
            {"ingressCidrs": ["203.0.113.0/24"]},
            "the range 203.0.113.0/25",
        ),
    ],
)
def test_a_platform_bounds_what_is_outside_of_the_cluster(network, bounds, reason):
    def beyond(default):
        found = findings(
            namespace={"network": network},
            platform=a_platform(organizationBounds={"default": default}),
        )
        return [text for text in found if "[exceeds-platform]" in text]

    assert [] == beyond(bounds)

    [found] = beyond({})

    assert reason in found

"""Hosts: each belongs to one organization of a cluster, and the platform bounds them."""

import pytest

from tests.unit.builders import a_platform, an_environment, an_organization, findings


def shared(acme, globex):
    """Return what is found where two organizations of one cluster have these hosts."""
    found = findings(
        environments={"dev": an_environment("dev", "acme", "globex")},
        organizations={
            "acme": an_organization(hosts=acme),
            "globex": an_organization(prefix="globex", hosts=globex),
        },
    )
    return [text.partition(" [")[2] for text in found]


@pytest.mark.parametrize(
    ("acme", "globex"),
    [
        (["acme.example", "*.acme.example"], ["globex.example"]),
        # A wildcard covers what is under it, and nothing that only ends like it.
        (["*.acme.example"], ["acme.example", "evilacme.example"]),
        (["*.a.example"], ["*.b.example"]),
    ],
)
def test_hosts_that_no_other_organization_has_are_right(acme, globex):
    assert [] == shared(acme, globex)


@pytest.mark.parametrize(
    ("acme", "globex"),
    [
        ("acme.example", "acme.example"),
        ("*.acme.example", "www.acme.example"),
        ("www.acme.example", "*.acme.example"),
        ("*.acme.example", "*.apps.acme.example"),
        ("*.acme.example", "a.b.acme.example"),
    ],
)
def test_a_host_belongs_to_one_organization_of_a_cluster(acme, globex):
    assert [
        f"host-taken] the host {globex!r} of globex, and {acme!r} of acme"
        " (organizations/acme.yaml: hosts[0]); allowed: each host name for one"
        " organization on the cluster sandbox; *. covers every name under it; remove the"
        " host from one of the two, or write narrower names"
    ] == shared([acme], [globex])


def test_one_organization_has_its_hosts_in_each_of_its_environments():
    assert [] == findings(
        environments={
            name: an_environment(name, nameTemplate="{prefix}-{id}-{environment}")
            for name in ("dev", "prod")
        },
        organization={"hosts": ["acme.example"]},
    )


@pytest.mark.parametrize(
    "host",
    ["https://acme.example", "Acme.example", "*", "*.", "a.*.example", "a..example", "a "],
)
def test_a_host_is_a_dns_name(host):
    (found,) = findings(organization={"hosts": [host]})

    assert "organizations/acme.yaml: hosts[0] [host-name] the host" in found


@pytest.mark.parametrize(
    ("hosts", "is_allowed"),
    [
        (["acme.example"], True),
        (["www.apps.acme.example", "*.apps.acme.example"], True),
        (["*.eu.apps.acme.example"], True),
        (["*.acme.example"], False),
        (["globex.example"], False),
    ],
)
def test_an_organization_has_only_hosts_that_the_platform_lists_for_it(hosts, is_allowed):
    listed = ["acme.example", "*.apps.acme.example"]
    bounds = {"organizations": {"acme": {"hosts": listed}}}
    found = findings(
        organization={"hosts": hosts}, platform=a_platform(organizationBounds=bounds)
    )

    expected = [
        f"organizations/acme.yaml: hosts[0] [exceeds-platform] the host {hosts[0]!r} of acme;"
        " allowed: acme.example or *.apps.acme.example, the bound in Pulumi.platform.yaml:"
        " platform.organizationBounds.organizations.acme.hosts; stay within the bound, or"
        " ask the platform's operators to raise it"
    ]
    assert ([] if is_allowed else expected) == found


def test_bounds_without_hosts_allow_no_host():
    (found,) = findings(
        organization={"hosts": ["acme.example"]}, platform=a_platform(organizationBounds={})
    )

    assert "[exceeds-platform] the host 'acme.example' of acme; allowed: no host" in found

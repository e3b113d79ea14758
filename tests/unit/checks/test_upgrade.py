"""What an upgrade of Kubernetes changes for guardrails: only what concerns the platform."""

import pytest

from tenancy.checks import upgrade_findings
from tenancy.kubernetes.releases import CHANGES, KNOWN, Release
from tests.unit.builders import a_platform, a_pool, a_tenancy, said

PLACE = "Pulumi.platform.yaml: platform"
DRA = {"allocation": "dra", "deviceClass": "h100.example.com"}
BOTH = {"allocation": "both", "deviceClass": "h100.example.com"}


def upgraded(target, current=None, *, stack="platform", **platform):
    tenancy = a_tenancy(platform=a_platform(**platform))
    releases = (None if text is None else Release.parse(text) for text in (target, current))
    return said(upgrade_findings(tenancy, stack, *releases))


def whats(found):
    """The first words of what changes, after the release and the parts that it concerns."""
    return [line.partition("[upgrade-changes] ")[2].partition(": ")[::2] for line in found]


def test_a_change_names_the_release_whom_it_concerns_and_what_to_do():
    [found] = [f for f in upgraded("1.36", "1.35", gpuNodePools=[a_pool(**DRA)]) if "DRAP" in f]

    assert (
        f"warning: {PLACE} [upgrade-changes] Kubernetes 1.36, for the pool h100:"
        " DRAPartitionableDevices and DRAConsumableCapacity are on by default: a DRA driver may"
        " publish parts of a device, and devices that several claims share; allowed: a quota"
        " counts each part and each share as one device; let the DeviceClass of each pool"
        " select devices of one size only"
    ) == found


def test_only_changes_between_the_two_releases_are_listed():
    pools = [a_pool(), a_pool(name="b200", resource="example.com/b200", **BOTH)]
    to_36, to_37 = (
        upgraded("1.36", "1.35", gpuNodePools=pools),
        upgraded("v1.37.2", "v1.36.3", gpuNodePools=pools),
    )

    assert {"Kubernetes 1.36"} == {what[0].partition(",")[0] for what in whats(to_36)}
    assert {"Kubernetes 1.37"} == {what[0].partition(",")[0] for what in whats(to_37)}
    assert [*to_36, *to_37] == upgraded("1.37", gpuNodePools=pools)
    assert [] == upgraded("1.36", "1.36", gpuNodePools=pools)


@pytest.mark.parametrize(
    ("platform", "concerned"),
    [
        pytest.param({}, {"for every namespace"}, id="no GPUs"),
        pytest.param(
            {"gpuNodePools": [a_pool()]},
            {"for every namespace", "for the pool h100"},
            id="a pool",
        ),
        pytest.param(
            {"gpuNodePools": [a_pool()], "queues": {}},
            {"for every namespace", "for the pool h100", "for its queues"},
            id="queues",
        ),
        pytest.param(
            {"deviceClasses": ["other.example.com"]},
            {"for every namespace", "for the device classes other.example.com"},
            id="a class without a pool",
        ),
    ],
)
def test_what_does_not_concern_the_platform_is_left_out(platform, concerned):
    found = whats(upgraded("1.37", **platform))

    assert concerned == {what[0].partition(", ")[2] for what in found}


def test_an_environment_is_told_what_changes_on_its_platform():
    assert upgraded("1.37") == upgraded("1.37", stack="dev") != []


def test_a_release_before_the_clusters_is_refused():
    assert [
        f"{PLACE} [upgrade-older] Kubernetes 1.36, while the cluster has 1.37; allowed: 1.37 or"
        " later: a control plane is not downgraded; write --kubernetes 1.38"
    ] == upgraded("1.36", "1.37")


def test_a_release_that_cannot_count_the_platforms_pools_is_refused():
    pools = [a_pool(**BOTH)]
    refused = [f for f in upgraded("1.35", gpuNodePools=pools) if "[upgrade-older]" in f]

    assert [
        f"{PLACE} [upgrade-older] Kubernetes 1.35, and allocation both of h100; allowed:"
        " allocation both from Kubernetes 1.36 on, which counts claims under the resource"
        " of their class; write allocation devicePlugin or dra"
    ] == refused
    assert [] == [f for f in upgraded("1.36", gpuNodePools=pools) if "[upgrade-older]" in f]


def test_releases_are_not_skipped():
    [found] = [f for f in upgraded("1.37", "1.35") if "[upgrade-skips]" in f]

    assert "an upgrade from 1.35 to 1.37; allowed: one minor release at a time" in found
    assert not [f for f in upgraded("1.37", "1.36") if "[upgrade-skips]" in f]


@pytest.mark.parametrize("release", ["1.34", "1.38"])
def test_a_release_without_facts_is_not_checked(release):
    found = upgraded(release)

    assert (
        f"not checked: {PLACE} [upgrade-unknown] Kubernetes {release}, whose changes this"
        " version of Tenancy does not know; allowed: releases 1.35 to 1.37; read its"
        " release notes,"
        " and plan with the newest release of Tenancy"
    ) == found[0]


def test_every_change_is_of_a_known_release():
    assert all(KNOWN[0] < change.release <= KNOWN[1] for change in CHANGES)
    assert sorted(CHANGES, key=lambda change: change.release) == list(CHANGES)


@pytest.mark.parametrize(
    ("text", "release"),
    [
        ("1.37", (1, 37)),
        ("v1.36.3", (1, 36)),
        ("v1.36.3+k3s1", (1, 36)),
        ("v1.35.4-eks-0123456", (1, 35)),
        ("37", None),
        ("1.x", None),
        ("2.0", None),
        ("1.36-", None),
        ("", None),
    ],
)
def test_a_release_is_read_from_what_people_and_servers_write(text, release):
    assert release == Release.parse(text)

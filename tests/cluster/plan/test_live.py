"""What is read of a cluster: all of it, in a handful of lists, and never more than may be."""

import pytest

from tenancy.cluster import connect, listing
from tenancy.cluster.live_reads import read
from tenancy.model import Cluster

pytestmark = pytest.mark.cluster

NAMES = [f"live-{index}" for index in range(5)]


@pytest.fixture(scope="module")
def connection(sandbox):
    return connect(Cluster(name="sandbox"), sandbox.root)


@pytest.fixture
def filled(kube):
    """Five namespaces; in the first there is one of everything."""
    for name in NAMES:
        kube("create", "namespace", name)
    first = NAMES[0]
    kube("create", "quota", "quota", "--hard=pods=5,requests.cpu=1500m", "-n", first)
    kube("create", "quota", "other", "--hard=configmaps=50", "-n", first)
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data", "namespace": first},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }
    kube("create", "-f", "-", manifest=claim)
    kube(
        "create", "rolebinding", "tenancy:viewer", "--clusterrole=view", "-n", first, "--user=u"
    )
    kube("label", "rolebinding", "tenancy:viewer", "tenancy.dev/managed=true", "-n", first)
    yield first
    for name in NAMES:
        kube("delete", "namespace", name, "--wait=false")


def test_every_part_is_read_whole_on_however_many_pages(
    connection, filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "_PAGE", 2)

    found = read(connection, contents=True)

    assert () == found.unread
    assert {*NAMES, "kube-system", "default"} <= set(found.namespaces)
    assert {"pods": "5", "requests.cpu": "1500m"} == found.quotas[filled]["quota"].hard
    assert {"quota", "other"} == set(found.quotas[filled])
    assert {"viewer": frozenset({"User u"})} == found.bindings[filled]
    assert 1 == found.claims[filled]
    assert 0 == found.pods.get(filled, 0)


def test_pods_are_listed_only_where_somebody_asks(connection) -> None:
    found = read(connection)

    assert (None, None) == (found.pods, found.claims)
    assert () == found.unread


def test_a_part_that_is_refused_is_not_read_and_fails_nothing(sandbox, kube) -> None:
    kube("create", "clusterrole", "live-reader", "--verb=list", "--resource=namespaces")
    kube(
        "create", "clusterrolebinding", "live-reader", "--clusterrole=live-reader", "--user=bob"
    )
    bob = connect(Cluster(name="sandbox"), sandbox.root)
    bob.api.set_default_header("Impersonate-User", "bob")

    found = read(bob, contents=True)

    kube("delete", "clusterrole,clusterrolebinding", "live-reader")
    assert "kube-system" in found.namespaces
    assert (None, None, None, None) == (found.quotas, found.bindings, found.pods, found.claims)
    assert [
        "role bindings",
        "quotas",
        "pods",
        "volume claims",
        "ConfigMaps",
        "cluster role bindings",
        "roles",
        "Secrets",
    ] == [u.part for u in found.unread]
    assert {"403 Forbidden"} == {u.why.rpartition(" with ")[2] for u in found.unread}

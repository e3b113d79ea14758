"""What an update needs on the cluster, asked before anything is changed."""

import pytest

from tenancy.cluster.prerequisites import ground
from tests.unit.builders import a_platform, a_tenancy, said

KUEUE = frozenset({"ClusterQueue", "Cohort", "LocalQueue", "ResourceFlavor", "Workload"})


class Served:
    """A cluster that serves these kinds of Kueue, and whose caller is an operator."""

    def __init__(self, kinds):
        self.served = {("kueue.x-k8s.io", "v1beta2"): frozenset(kinds)}

    def kinds(self, group, version):
        return self.served.get((group, version), frozenset())

    def may(self, *_):
        return True


def found(kinds, **platform):
    tenancy = a_tenancy(platform=a_platform(**platform))
    return said(tuple(ground(tenancy, "platform", Served(kinds), preview=False)))


@pytest.mark.parametrize(
    ("kinds", "missing"),
    [
        pytest.param((), "ResourceFlavor, Cohort, ClusterQueue and LocalQueue", id="no Kueue"),
        pytest.param(KUEUE - {"Cohort"}, "Cohort", id="an older one"),
    ],
)
def test_queues_are_refused_where_the_cluster_does_not_serve_them(kinds, missing):
    assert [
        "Pulumi.platform.yaml: platform.queues [queues-not-served] a cluster that does not"
        f" serve {missing} of kueue.x-k8s.io/v1beta2; allowed: clusters with Kueue, whose"
        " release 0.15 or later serves it; install Kueue's CRDs and controller first, or remove"
        " queues"
    ] == found(kinds, queues={})


def test_nothing_is_asked_of_a_cluster_without_queues_and_kueue_is_enough_with_them():
    assert [] == found(())
    assert [] == found(KUEUE, queues={})

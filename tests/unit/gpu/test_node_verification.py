"""Pools on nodes that Tenancy does not create, compared with the nodes that are there."""

import pytest

from tenancy.cluster import ClusterError, Connection, prerequisites
from tenancy.diagnostics.finding import Severity
from tenancy.diagnostics.origin import Origin
from tenancy.gpu.device_verification import ServedDevices
from tenancy.gpu.node_verification import verify
from tenancy.kubernetes.labels import GPU_MODEL, GPU_POOL
from tenancy.model import Platform, Subject, SubjectKind, Tenancy
from tests.unit.gpu.pools import a_pool, existing

OURS = {"key": GPU_POOL, "value": "h100", "effect": "NoSchedule"}
DEVICES = {"nvidia.com/gpu": "8"}
NOTHING_SERVED = ServedDevices(classes={}, devices={})


def node(
    *taints: dict, pool: str | None = "h100", devices: dict | None = None, **labels: str
) -> dict:
    told = DEVICES if devices is None else devices
    return {
        "metadata": {
            "labels": {GPU_POOL: pool, GPU_MODEL: "H100", **labels} if pool else labels
        },
        "spec": {"taints": taints},
        "status": {"capacity": told, "allocatable": told},
    }


def found(pool, **nodes: dict) -> list[tuple[str, Severity]]:
    by_name = {name.replace("_", "-"): one for name, one in nodes.items()}
    return [(v.code, v.severity) for v in verify(pool, by_name)]


def test_nodes_with_every_taint_are_right():
    theirs = {"key": "x", "effect": "NoExecute"}

    assert [] == found(existing(), gpu_0=node(OURS), gpu_1=node(OURS, theirs))


def test_a_missing_node_and_a_missing_taint_are_said_with_their_remedy():
    lacking = list(verify(existing(), {"gpu-0": node()}))

    assert [
        "Pulumi.platform.yaml: platform.gpuNodePools[0].nodeNames [node-missing] the node"
        " gpu-1, which does not exist on the cluster; allowed: names of existing nodes; "
        "correct the"
        " name, or remove it",
        "Pulumi.platform.yaml: platform.gpuNodePools[0].taints [taint-missing] the node gpu-0"
        " without the taint tenancy.dev/gpu-pool=h100:NoSchedule; allowed: every taint of the"
        " pool on each of its nodes; taint it (kubectl taint node gpu-0"
        " tenancy.dev/gpu-pool=h100:NoSchedule), or set writeTaints",
    ] == [str(v) for v in lacking]


@pytest.mark.parametrize(
    ("owner", "severity"),
    [
        pytest.param(None, Severity.WARNING, id="shared"),
        pytest.param("acme", Severity.ERROR, id="dedicated"),
    ],
)
def test_a_missing_taint_refuses_only_if_the_pool_is_dedicated(owner, severity):
    pool = existing(nodeNames=["gpu-0"], dedicatedTo=owner)

    assert [("taint-missing", severity)] == found(pool, gpu_0=node())
    other = {**OURS, "value": "l40s"}
    assert [("taint-of-another-pool", severity)] == found(pool, gpu_0=node(other))
    weaker = {**OURS, "effect": "PreferNoSchedule"}
    assert [("taint-missing", severity)] == found(pool, gpu_0=node(weaker))


def test_a_taint_of_another_pool_says_whom_it_lets_in():
    pool = existing(nodeNames=["gpu-0"], dedicatedTo="acme")

    [one] = verify(pool, {"gpu-0": node({**OURS, "value": "l40s"})})

    assert (
        "the node gpu-0 with the taint tenancy.dev/gpu-pool=l40s:NoSchedule, which pods"
        " with a grant for the pool l40s tolerate; allowed:"
        " tenancy.dev/gpu-pool=h100:NoSchedule, and acme alone may run there; correct it"
        " (kubectl taint --overwrite node gpu-0 tenancy.dev/gpu-pool=h100:NoSchedule), or set"
        " writeTaints"
    ) == one.message


def test_a_further_taint_of_config_never_refuses():
    further = [{"key": "example.com/x", "value": "1", "effect": "NoExecute"}]
    pool = existing(nodeNames=["gpu-0"], dedicatedTo="acme", taints=further)

    assert [("taint-missing", Severity.WARNING)] == found(pool, gpu_0=node(OURS))


def test_taints_that_are_about_to_be_written_are_not_missed():
    pool = existing(writeTaints=True, dedicatedTo="acme")

    assert [] == found(pool, gpu_0=node(), gpu_1=node({**OURS, "value": "l40s"}))


def test_without_names_nodes_are_found_by_the_label():
    pool = existing(nodeNames=[])

    assert [] == found(pool, a=node(OURS), b=node(OURS), c=node(pool=None))
    assert [("nodes-missing", Severity.WARNING)] == found(pool, a=node(OURS))


def test_labels_are_missed_where_nothing_writes_them():
    written = {"labels": {"example.com/rack": "r1"}}
    nodes = {"gpu_0": node(OURS), "gpu_1": node(OURS, **{"example.com/rack": "r1"})}

    assert [] == found(existing(**written), **nodes)
    [one] = verify(
        existing(nodeNames=[], **written), {"a": nodes["gpu_0"], "b": nodes["gpu_1"]}
    )
    assert ("node-label-missing", Severity.WARNING) == (one.code, one.severity)
    assert "the node a without the label example.com/rack=r1" == one.found


def test_a_node_that_carries_the_label_unnamed_is_told():
    pool = existing(nodeNames=["gpu-0"])

    assert [("node-not-named", Severity.WARNING)] == found(
        pool, gpu_0=node(OURS), gpu_9=node(OURS)
    )


def test_devices_that_a_node_has_not_are_counted_after_sharing():
    sharing = {"type": "mig", "layout": [{"profile": "1g.10gb", "perGpu": 7}]}
    whole = existing(nodeNames=["gpu-0"])
    sliced = existing(nodeNames=["gpu-0"], sharing=sharing)

    assert [] == found(whole, gpu_0=node(OURS, devices={"nvidia.com/gpu": "16"}))
    [one] = verify(whole, {"gpu-0": node(OURS, devices={"nvidia.com/gpu": "7", "cpu": "8"})})
    assert ("devices-missing", Severity.WARNING) == (one.code, one.severity)
    assert one.message.startswith(
        "the node gpu-0 with 7 nvidia.com/gpu for pods; allowed: 8 devices,"
    )
    assert [("devices-missing", Severity.WARNING)] == found(sliced, gpu_0=node(OURS))


def test_a_node_that_has_not_reported_is_not_checked():
    pool = existing(nodeNames=["gpu-0"])

    assert [("devices-missing", Severity.NOT_CHECKED)] == found(
        pool, gpu_0=node(OURS, devices={})
    )


class Answering(Connection):
    """A cluster that lets the caller do everything, and gives no list of nodes."""

    def may(self, verb: str, group: str, resource: str) -> bool:
        return True


def grounded(*pools) -> list:
    platform = Platform(
        stack="platform",
        origin=Origin("Pulumi.platform.yaml", ("platform",)),
        operators=(Subject(kind=SubjectKind.GROUP, name="operators"),),
        pools=pools,
    )
    tenancy = Tenancy(environments={}, platforms={"platform": platform})
    connection = Answering(cluster="c", api=None, uid="u")
    return list(prerequisites.ground(tenancy, "platform", connection, preview=True))


def test_nodes_that_cannot_be_read_are_not_checked_and_never_passed(monkeypatch):
    def refused(connection):
        raise ClusterError(
            "c", "reading the nodes was answered with 403", "ask for the permission"
        )

    monkeypatch.setattr(prerequisites, "nodes", refused)

    [one] = grounded(existing())

    assert ("live-not-read", Severity.NOT_CHECKED) == (one.code, one.severity)
    found = (
        "the nodes of the cluster could not be listed: reading the nodes was answered with 403"
    )
    assert found == one.found


def test_nodes_are_read_once_and_only_where_a_pool_is_on_them(monkeypatch):
    read = []

    def there(connection):
        read.append(connection)
        return {name: node(OURS) for name in ("gpu-0", "gpu-1")}

    monkeypatch.setattr(prerequisites, "nodes", there)
    monkeypatch.setattr(prerequisites, "served_devices", lambda _: NOTHING_SERVED)

    assert [] == grounded(a_pool(backend="karpenter"))
    assert [] == read
    assert [] == grounded(existing(), existing())
    assert 1 == len(read)


def test_device_classes_that_cannot_be_read_are_not_checked_and_never_passed(monkeypatch):
    def refused(connection):
        raise ClusterError("c", "answered with 403", "ask for the permission")

    monkeypatch.setattr(
        prerequisites, "nodes", lambda _: {n: node(OURS) for n in ("gpu-0", "gpu-1")}
    )
    monkeypatch.setattr(prerequisites, "served_devices", refused)

    [one] = grounded(existing())

    assert ("live-not-read", Severity.NOT_CHECKED) == (one.code, one.severity)
    assert "the device classes of the cluster could not be listed" in one.found


def test_what_dra_serves_is_missing_on_no_node():
    """Pods get it by the name of an extended resource, but kubelets do not report that."""
    silent = {f"gpu_{n}": node(OURS, devices={"cpu": "8"}) for n in range(2)}
    by_name = {name.replace("_", "-"): one for name, one in silent.items()}

    assert 2 == len(list(verify(existing(), by_name)))
    assert [] == list(verify(existing(), by_name, served_by_dra=["nvidia.com/gpu"]))

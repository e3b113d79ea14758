"""Taints of ours on nodes that others taint too: on a real API server, by the real engine."""

import json

import pytest
from pulumi import automation as auto

from tenancy.cluster import ClusterError
from tenancy.cluster.kubeconfig_connection import connect_by
from tenancy.cluster.nodes import nodes, read_taints, write_taints
from tenancy.config.spec.platform import TaintSpec
from tenancy.gpu.node_verification import verify
from tenancy.gpu.taints import merged
from tenancy.kubernetes.labels import GPU_POOL
from tests.cluster.pool_stack import pool_stack as make_stack
from tests.unit.gpu.pools import existing

pytestmark = pytest.mark.cluster

THEIRS = {"key": "example.com/theirs", "value": "x", "effect": "NoExecute"}
OURS = TaintSpec(key="example.com/ours", value="1", effect="NoSchedule")


@pytest.fixture
def kube(own_sandbox, kubectl_of):
    return kubectl_of(own_sandbox)


@pytest.fixture
def node(kube, request):
    """A node of the test's own, with a taint of another tool."""
    name = request.node.name.replace("_", "-").lower()[:50].strip("-")
    kube.apply(
        {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": name, "annotations": {"kwok.x-k8s.io/node": "none"}},
            "spec": {"taints": [THEIRS]},
        }
    )
    yield name
    kube("delete", "node", name, "--ignore-not-found")


@pytest.fixture
def connection(own_sandbox):
    return connect_by(str(own_sandbox.kubeconfig), None)


def taints(kube, node) -> dict[str, dict]:
    found = kube.json("get", "node", node)["spec"].get("taints", [])
    # Those of Kubernetes itself come and go with the node's health.
    return {t["key"]: t for t in found if t["key"].startswith("example.com")}


def test_ours_are_merged_in_and_taken_out_again(kube, node, connection):
    before = taints(kube, node)

    write_taints(connection, node, lambda present: merged(present, [OURS]))
    assert {"example.com/ours", "example.com/theirs"} == set(taints(kube, node))

    write_taints(
        connection, node, lambda present: merged(present, [], [(OURS.key, OURS.effect)])
    )
    assert before == taints(kube, node)


def test_what_another_writes_meanwhile_is_never_lost(kube, node, connection):
    """The other one writes between our reading and our writing, the first two times."""
    rivals = iter(["example.com/rival-1", "example.com/rival-2"])

    def disturbed(present):
        rival = next(rivals, None)
        if rival is not None:
            kube("taint", "node", node, f"{rival}=:NoSchedule")
        return merged(present, [OURS])

    write_taints(connection, node, disturbed)

    assert {
        "example.com/ours",
        "example.com/theirs",
        "example.com/rival-1",
        "example.com/rival-2",
    } == set(taints(kube, node))


def test_a_node_that_is_not_there_is_named(connection):
    assert read_taints(connection, "nowhere") is None
    with pytest.raises(ClusterError, match="the node nowhere does not exist"):
        write_taints(connection, "nowhere", list)


def test_a_kubeconfig_may_be_passed_as_its_text(own_sandbox, connection):
    text = own_sandbox.kubeconfig.read_text()

    assert connection.uid == connect_by(text, None).uid


def test_the_pools_of_existing_nodes_are_verified_live(kube, node, connection):
    pool = existing(nodeNames=[node, "nowhere"])
    codes = ["node-missing", "taint-missing", "devices-missing"]
    assert codes == [v.code for v in verify(pool, nodes(connection))]

    kube("taint", "node", node, "tenancy.dev/gpu-pool=h100:NoSchedule")
    devices = {"status": {"allocatable": {"nvidia.com/gpu": "8"}}}
    kube("patch", "node", node, "--subresource=status", f"--patch={json.dumps(devices)}")

    assert codes[:1] == [v.code for v in verify(pool, nodes(connection))]


@pytest.fixture
def pool_stack(own_sandbox, node, tmp_path):
    return make_stack(own_sandbox, tmp_path)


def configure(stack, node: str, *written: dict) -> None:
    pool = {
        "name": "h100",
        "model": "H100",
        "gpusPerNode": 8,
        "nodes": {"min": 1, "max": 1},
        "nodeNames": [node],
        "writeTaints": True,
        "taints": list(written),
    }
    stack.set_config("pool", auto.ConfigValue(json.dumps(pool)))


def test_taints_live_from_their_writing_to_their_end(pool_stack, kube, node):
    first = {"key": "example.com/first", "value": "1", "effect": "NoSchedule"}
    second = {"key": "example.com/second", "value": "2", "effect": "NoSchedule"}
    kept = {"key": "example.com/kept", "effect": "NoSchedule"}

    configure(pool_stack, node, first, kept)
    pool_stack.up()
    assert {"example.com/first", "example.com/kept", "example.com/theirs"} == set(
        taints(kube, node)
    )
    assert "h100" == kube.json("get", "node", node)["metadata"]["labels"][GPU_POOL]
    preview = pool_stack.preview(diff=True)
    assert {"same"} == set(preview.change_summary), preview.stdout

    # Another taint in the files; the first was removed by hand, and one was added.
    configure(pool_stack, node, kept, second)
    kube("taint", "node", node, "example.com/kept-")
    kube("taint", "node", node, "example.com/new=:NoSchedule")
    assert 1 == pool_stack.up(refresh=True).summary.resource_changes["update"]
    assert {
        "example.com/kept",
        "example.com/second",
        "example.com/theirs",
        "example.com/new",
    } == set(taints(kube, node))

    pool_stack.destroy()
    assert {"example.com/theirs", "example.com/new"} == set(taints(kube, node))
    assert GPU_POOL not in kube.json("get", "node", node)["metadata"].get("labels", {})


@pytest.mark.nightly
def test_a_destroy_without_the_node_is_no_mistake(pool_stack, kube, node):
    configure(pool_stack, node)
    pool_stack.up()

    kube("delete", "node", node)

    assert pool_stack.destroy().summary.result == "succeeded"


@pytest.mark.nightly
def test_a_patch_makes_the_node_that_it_does_not_find(pool_stack, kube):
    """So a named node that is missing refuses the update, before a node of nobody's is made."""
    configure(pool_stack, "nowhere")

    pool_stack.up()

    made = kube.json("get", "node", "nowhere")
    assert "h100" == made["metadata"]["labels"][GPU_POOL]
    pool_stack.destroy()
    kube("delete", "node", "nowhere", "--ignore-not-found")

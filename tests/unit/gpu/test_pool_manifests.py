"""What pools become without Pulumi: their objects, and by name what is left out."""

from tenancy.gpu import pool_manifests, render
from tests.unit.gpu.pools import coreweave, eks, existing, karpenter


def test_each_object_that_a_pool_becomes_is_there() -> None:
    pools = (karpenter(), coreweave())

    made = pool_manifests(pools)

    assert [found for pool in pools for found in render(pool)] == list(made.objects)
    assert {"NodePool", "EC2NodeClass"} <= {found["kind"] for found in made.objects}
    assert () == made.left_out


def test_what_is_no_object_to_be_created_is_left_out_by_name() -> None:
    made = pool_manifests([eks(), existing()])

    assert () == made.objects
    assert len(made.left_out) == len(render(eks())) + len(render(existing()))
    group, *nodes = made.left_out
    assert group.startswith("the node group ")
    assert all(
        line.startswith(("labels of the node ", "taints of the node ")) for line in nodes
    )
    assert all("(GPU node pool " in line for line in made.left_out)

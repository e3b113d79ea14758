"""The largest pods of grants on the nodes of a pool."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenancy.diagnostics.origin import Origin
from tenancy.model.packing import pack
from tenancy.model.values import Grant


def grant(gpus: int, max_per_pod: int | None = None) -> Grant:
    return Grant(
        pool="h100",
        resource="nvidia.com/gpu",
        gpus=gpus,
        max_per_pod=max_per_pod,
        origin=Origin("acme.yaml"),
    )


@pytest.mark.parametrize(
    ("grants", "text", "waiting"),
    [
        pytest.param([], "2 nodes [8 free]", (), id="nothing granted"),
        pytest.param([grant(16)], "2 nodes [8]", (), id="whole nodes"),
        pytest.param([grant(8, 4), grant(8, 4)], "2 nodes [4+4]", (), id="halves"),
        pytest.param(
            [grant(6), grant(6)], "2 nodes [6, 2 free]", (), id="one pod on each node"
        ),
        pytest.param([grant(5)] * 3, "2 nodes [5, 3 free]", (5,), id="one pod waits"),
        pytest.param(
            [grant(15, 5)], "2 nodes [5, 3 free]", (5,), id="one grant, and one pod waits"
        ),
        pytest.param([grant(7, 3)], "1 node [3+3+1, 1 free], 1 node [8 free]", (), id="a rest"),
        pytest.param([grant(0)], "2 nodes [8 free]", (), id="none of a pool"),
        pytest.param([grant(8, 99)], "1 node [8], 1 node [8 free]", (), id="more than a node"),
    ],
)
def test_pods_are_placed_on_the_node_with_the_least_room(grants, text, waiting):
    found = pack(grants, per_node=8, nodes=2)

    assert (text, waiting) == (str(found), found.waiting)


@given(
    grants=st.lists(st.builds(grant, st.integers(0, 40), st.none() | st.integers(1, 12))),
    per_node=st.integers(1, 9),
    nodes=st.integers(0, 12),
)
def test_every_device_is_on_a_node_or_waits(grants, per_node, nodes):
    found = pack(grants, per_node=per_node, nodes=nodes)

    placed = sum(layout.nodes * sum(layout.pods) for layout in found.layouts)
    assert sum(one.gpus for one in grants) == placed + sum(found.waiting)
    assert nodes == sum(layout.nodes for layout in found.layouts)
    assert nodes * per_node == placed + found.free
    for layout in found.layouts:
        assert per_node == sum(layout.pods) + layout.free
        assert all(layout.free < size for size in found.waiting)

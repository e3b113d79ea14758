"""Nodes that Tenancy does not create."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenancy import gpu
from tenancy.config.spec.platform import TaintSpec
from tenancy.gpu import NodePatch, NodeTaints
from tenancy.gpu.taints import merged
from tenancy.kubernetes.labels import GPU_MODEL, GPU_POOL
from tests.unit.gpu.pools import existing


def test_named_nodes_get_the_pools_labels_and_no_taint():
    labels = {GPU_MODEL: "H100", GPU_POOL: "h100"}

    assert [
        NodePatch(node="gpu-0", labels=labels),
        NodePatch(node="gpu-1", labels=labels),
    ] == gpu.render(existing())
    assert {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": "gpu-0", "labels": labels},
    } == gpu.render(existing())[0].to_manifest()


def test_taints_are_written_on_request_only():
    rendered = gpu.render(existing(writeTaints=True))

    assert ["gpu-0", "gpu-1"] == [r.node for r in rendered if isinstance(r, NodeTaints)]


def test_nodes_that_carry_the_label_already_are_left_alone():
    assert [] == gpu.render(existing(nodeNames=[]))


def test_taints_cannot_be_written_on_nodes_without_names():
    found = list(gpu.problems([existing(nodeNames=[], writeTaints=True)]))

    assert ["taints-without-nodes"] == [v.code for v in found]


KEYS = st.sampled_from(["a", "b", "c"])
EFFECTS = st.sampled_from(["NoSchedule", "PreferNoSchedule", "NoExecute"])
TAINTS = st.lists(
    st.builds(TaintSpec, key=KEYS, value=st.sampled_from(["", "v", "w"]), effect=EFFECTS),
    unique_by=lambda t: (t.key, t.effect),
)
PRESENT = st.lists(
    st.fixed_dictionaries(
        {"key": KEYS, "effect": EFFECTS},
        optional={
            "value": st.sampled_from(["", "v"]),
            "timeAdded": st.just("2026-01-01T00:00:00Z"),
        },
    ),
    unique_by=lambda t: (t["key"], t["effect"]),
)
OWNED = st.lists(st.tuples(KEYS, EFFECTS))


def keys(taints) -> list[tuple[str, str]]:
    return [(t["key"], t["effect"]) for t in taints]


@given(PRESENT, TAINTS, OWNED)
def test_taints_of_others_stay_as_they_are_and_where_they_are(present, wanted, owned):
    before = copy.deepcopy(present)
    ours = {(t.key, t.effect) for t in wanted} | set(owned)

    result = merged(present, wanted, owned)

    assert before == present
    assert [t for t in present if (t["key"], t["effect"]) not in ours] == [
        t for t in result if (t["key"], t["effect"]) not in ours
    ]


@given(PRESENT, TAINTS, OWNED)
def test_what_is_wanted_is_there_once_and_what_is_not_is_gone(present, wanted, owned):
    result = merged(present, wanted, owned)
    by_key = {(t["key"], t["effect"]): t for t in result}

    assert len(by_key) == len(result)
    assert all(by_key[t.key, t.effect].get("value", "") == t.value for t in wanted)
    assert not (set(owned) - {(t.key, t.effect) for t in wanted}) & set(by_key)


@given(PRESENT, TAINTS)
def test_writing_twice_changes_nothing_and_taking_back_leaves_what_was_there(present, wanted):
    once = merged(present, wanted)
    ours = [(t.key, t.effect) for t in wanted]

    assert once == merged(once, wanted, ours)
    assert [t for t in present if (t["key"], t["effect"]) not in ours] == merged(once, [], ours)


def test_a_taint_that_is_there_keeps_when_it_was_added():
    there = {
        "key": "a",
        "value": "v",
        "effect": "NoExecute",
        "timeAdded": "2026-01-01T00:00:00Z",
    }

    assert [there] == merged([there], [TaintSpec(key="a", value="v", effect="NoExecute")])


@pytest.mark.parametrize("value", ["", None])
def test_an_empty_value_is_none(value):
    there = {"key": "a", "effect": "NoSchedule"} | ({} if value is None else {"value": value})

    assert [there] == merged([there], [TaintSpec(key="a", effect="NoSchedule")])

"""Karpenter's objects on a real API server with Karpenter's published CRDs and their rules."""

import copy
import json

import pytest
from pulumi import automation as auto

from tenancy import gpu
from tests.cluster.pool_stack import pool_stack
from tests.karpenter import crds
from tests.unit.gpu.pools import NODE_CLASS, karpenter

pytestmark = pytest.mark.cluster

REF = {"nodeClassRef": {"name": "gpu"}}


@pytest.fixture
def server(own_sandbox, kubectl_of):
    kube = kubectl_of(own_sandbox)
    kube.apply(*crds().values())
    for crd in crds().values():
        kube("wait", "--for=condition=Established", f"crd/{crd['metadata']['name']}")
    return kube


@pytest.mark.parametrize(
    "pool",
    [
        pytest.param(karpenter(), id="with a node class"),
        pytest.param(karpenter(options=REF, nodes={"min": 3, "max": 3}), id="of fixed size"),
        pytest.param(
            karpenter(
                options={
                    "nodeClass": NODE_CLASS | {"instanceStore": "RAID0", "tags": {"a": "b"}},
                    "zones": ["eu-central-1a"],
                    "weight": 10,
                    "budgets": [{"nodes": "0", "schedule": "0 8 * * 1-5", "duration": "10h"}],
                    "startupTaints": [{"key": "example.com/x", "effect": "NoSchedule"}],
                },
                capacity={"type": "reserved", "reservationId": "cr-0123456789abcdef0"},
                labels={"example.com/team": "a"},
                taints=[{"key": "example.com/x", "value": "y", "effect": "NoExecute"}],
            ),
            id="with options",
        ),
    ],
)
def test_a_pool_is_accepted_and_kept_whole(server, pool):
    for manifest in gpu.render(pool):
        server("apply", "--server-side", "--validate=strict", "-f", "-", manifest=manifest)
        kind = manifest["kind"].lower()
        kept = server.json("get", kind, pool.name)

        assert _within(manifest["spec"], kept["spec"])

        server("delete", kind, pool.name)


def _within(ours: object, theirs: object) -> bool:
    """Return whether the API server kept all of *ours*; it may add defaults."""
    if isinstance(ours, dict):
        return all(key in theirs and _within(value, theirs[key]) for key, value in ours.items())
    if isinstance(ours, list):
        return len(ours) == len(theirs) and all(map(_within, ours, theirs))
    return ours == theirs


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param(
            lambda spec: spec.update(replicas=3),
            "only 'limits.nodes' is supported",
            id="limits",
        ),
        pytest.param(
            lambda spec: spec["template"]["metadata"]["labels"].update({"karpenter.sh/x": "y"}),
            "label domain",
            id="label",
        ),
        pytest.param(
            lambda spec: spec["disruption"].update(
                budgets=[{"nodes": "1", "schedule": "@daily"}]
            ),
            "'schedule' must be set with 'duration'",
            id="budget",
        ),
    ],
)
def test_the_rules_that_we_check_before_are_those_of_the_server(server, change, reason):
    """The control: what our own checks refuse, the API server refuses too."""
    manifest = copy.deepcopy(gpu.render(karpenter(options=REF))[0])
    change(manifest["spec"])

    assert reason in server.refused("apply", "--server-side", "-f", "-", manifest=manifest)


def test_the_node_class_of_a_pool_cannot_become_another_kind(server):
    first = gpu.render(karpenter(options=REF))[0]
    other = gpu.render(karpenter(options={"nodeClassRef": {"name": "gpu", "kind": "Other"}}))[0]
    server.apply(first)

    assert "nodeClassRef.kind is immutable" in server.refused(
        "apply", "--server-side", "-f", "-", manifest=other
    )
    server("delete", "nodepool", "h100")


@pytest.mark.nightly
def test_a_pool_is_made_changed_and_ended_by_the_engine(server, own_sandbox, tmp_path):
    stack = pool_stack(own_sandbox, tmp_path)
    written = {
        "name": "engine",
        "model": "H100",
        "backend": "karpenter",
        "instanceTypes": ["p5.48xlarge"],
        "nodes": {"min": 0, "max": 4},
        "options": {"nodeClass": NODE_CLASS},
    }
    stack.set_config("pool", auto.ConfigValue(json.dumps(written)))
    stack.up()
    assert "32" == server.json("get", "nodepool", "engine")["spec"]["limits"]["nvidia.com/gpu"]
    assert "engine" == server.json("get", "ec2nodeclass", "engine")["metadata"]["name"]
    assert {"same"} == set(stack.preview().change_summary)

    stack.set_config(
        "pool", auto.ConfigValue(json.dumps(written | {"nodes": {"min": 0, "max": 6}}))
    )
    assert 1 == stack.up().summary.resource_changes["update"]
    assert "48" == server.json("get", "nodepool", "engine")["spec"]["limits"]["nvidia.com/gpu"]

    wrong = written | {"nodes": {"min": 1, "max": 6}}
    stack.set_config("pool", auto.ConfigValue(json.dumps(wrong)))
    with pytest.raises(auto.CommandError, match="minimum-not-supported"):
        stack.preview(color="never")

    stack.destroy()
    assert [] == server.json("get", "nodepools")["items"]

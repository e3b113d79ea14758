"""
The largest pods that the API server takes: no policy refuses one for its evaluation's cost.

The API server bounds what an expression costs. Beyond that a pod would be refused without a
reason, and so each long list of a pod is made as long as an object in etcd may be.
"""

import json
from collections.abc import Callable, Mapping

import pytest

from tenancy.kubernetes import labels
from tests.cluster.policies.objects import TRAIN, pod, restricted

pytestmark = pytest.mark.cluster

LARGEST = 1_400_000
"""Bytes of JSON. An object may have 1.5 MiB in etcd, with what the API server adds."""

SMALL = {"cpu": "1m", "memory": "1Mi"}


def container(name: str, **more: object) -> dict:
    found = restricted(name, **more)
    found["resources"] = {"limits": SMALL, "requests": SMALL}
    return found


def filled(entry: Callable[[int], object], put: Callable[[dict, list], None]) -> dict:
    """Return a pod with so many entries that it is as large as it may be."""
    found = pod(namespace=TRAIN)
    found["spec"]["containers"] = [container("main")]
    room = LARGEST - len(json.dumps(found))
    count = room // (len(json.dumps(entry(99_999))) + 2)
    put(found, [entry(number) for number in range(count)])
    return found


def of_spec(key: str) -> Callable[[dict, list], None]:
    return lambda found, entries: found["spec"].__setitem__(key, entries)


def of_main(key: str) -> Callable[[dict, list], None]:
    return lambda found, entries: found["spec"]["containers"][0].__setitem__(key, entries)


def beside(key: str) -> Callable[[dict, list], None]:
    return lambda found, entries: found["spec"].setdefault(key, []).extend(entries)


def mapped(key: str) -> Callable[[dict, list], None]:
    return lambda found, entries: found["metadata"].__setitem__(key, dict(entries))


def mounted(found: dict, entries: list) -> None:
    found["spec"]["volumes"] = [{"name": "a", "emptyDir": {}}]
    found["spec"]["containers"][0]["volumeMounts"] = entries


def affinity(found: dict, entries: list) -> None:
    terms = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": entries}}
    found["spec"]["affinity"] = {"nodeAffinity": terms}


SHAPES: Mapping[str, tuple[Callable[[int], object], Callable[[dict, list], None]]] = {
    "containers": (lambda n: container(f"c{n}"), beside("containers")),
    "init containers": (lambda n: container(f"i{n}"), beside("initContainers")),
    "variables": (lambda n: {"name": f"E{n}", "value": "a"}, of_main("env")),
    "sources of variables": (
        lambda n: {"prefix": f"P{n}_", "configMapRef": {"name": "a"}},
        of_main("envFrom"),
    ),
    "ports": (lambda n: {"containerPort": n % 65_000 + 1, "name": f"p{n}"}, of_main("ports")),
    "volumes": (lambda n: {"name": f"v{n}", "emptyDir": {}}, of_spec("volumes")),
    "mounts": (lambda n: {"name": "a", "mountPath": f"/m{n}"}, mounted),
    "tolerations": (
        lambda n: {"key": labels.GPU_POOL, "value": "h100", "effect": "NoSchedule",
                   "operator": "Equal"},
        of_spec("tolerations"),
    ),
    "node selector terms": (
        lambda n: {
            "matchExpressions": [{"key": f"example.com/k{n}", "operator": "Exists"}]
        },
        affinity,
    ),
    "labels": (lambda n: (f"example.com/l{n}", "a"), mapped("labels")),
    "host aliases": (
        lambda n: {"ip": "192.0.2.1", "hostnames": [f"h{n}"]},
        of_spec("hostAliases"),
    ),
    "projected sources": (
        lambda n: {"configMap": {"name": f"c{n}"}},
        lambda found, entries: found["spec"].__setitem__(
            "volumes", [{"name": "a", "projected": {"sources": entries}}]
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    "what",
    [
        pytest.param(what, marks=() if what == "tolerations" else pytest.mark.nightly)
        for what in SHAPES
    ],
)
def test_a_pod_as_large_as_can_be_stored_is_admitted(root, what: str) -> None:
    large = filled(*SHAPES[what])
    assert len(json.dumps(large)) > 0.9 * LARGEST

    root.create(large, dry=True).accepted()


def test_a_toleration_that_is_not_granted_is_found_among_the_most_that_fit(root) -> None:
    large = filled(*SHAPES["tolerations"])
    large["spec"]["tolerations"][-1] = {"key": labels.GPU_POOL, "value": "l40s"}

    root.create(large, dry=True).refused_by(
        "tenancy-pods", "tolerations may name only taints of granted GPU node pools"
    )

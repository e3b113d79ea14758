"""Where one resource name covers several pools, a priority class tells them apart."""

import attrs
import pytest

from tenancy import manifests
from tenancy.diagnostics.origin import Origin
from tenancy.model.values import Grant

ORIGIN = Origin("organizations/globex.yaml")


def grant(pool: str, gpus: int, resource: str = "nvidia.com/gpu") -> Grant:
    return Grant(pool=pool, resource=resource, gpus=gpus, max_per_pod=None, origin=ORIGIN)


@pytest.fixture
def rendered(tenancy):
    environment = tenancy.environments["dev"]
    [found] = [n for n in environment.namespaces if n.name == "globex-lab"]

    def rendered(*grants: Grant):
        namespace = attrs.evolve(found, grants=grants)
        return manifests.namespace(namespace, tenancy.platform_of(environment))

    return rendered


def quotas(rendered) -> dict:
    return {
        manifest["metadata"]["name"]: manifest["spec"]
        for manifest in rendered.guardrails
        if manifest["kind"] == "ResourceQuota"
        and manifest["metadata"]["name"].startswith("gpu")
    }


def annotation(rendered, name: str) -> list[str]:
    found = rendered.namespace["metadata"]["annotations"].get(f"tenancy.dev/{name}", "")
    return found.split(",") if found else []


def test_each_of_two_pools_has_a_quota_beside_their_sum(rendered):
    found = quotas(rendered(grant("h100", 8), grant("l40s", 4)))

    def of(name: str, gpus: str) -> dict:
        expression = {"scopeName": "PriorityClass", "operator": "In", "values": [name]}
        return {
            "hard": {"requests.nvidia.com/gpu": gpus},
            "scopeSelector": {"matchExpressions": [expression]},
        }

    assert {"gpus", "gpu-h100", "gpu-l40s"} == set(found)
    assert "12" == found["gpus"]["hard"]["requests.nvidia.com/gpu"]
    assert "scopeSelector" not in found["gpus"]
    assert (of("gpu-h100", "8"), of("gpu-l40s", "4")) == (found["gpu-h100"], found["gpu-l40s"])


def test_their_classes_may_be_named_and_each_node_bounds_its_pods(rendered):
    found = rendered(grant("h100", 8), grant("l40s", 4))

    assert ["gpu-h100", "gpu-l40s"] == annotation(found, "priority-classes")
    assert [
        "nvidia.com/gpu=8",
        "nvidia.com/gpu@h100=8",
        "nvidia.com/gpu@l40s=4",
    ] == annotation(found, "max-per-pod")


@pytest.mark.parametrize(
    "grants",
    [
        pytest.param([grant("l40s", 4)], id="one pool"),
        pytest.param(
            [grant("h100", 8), grant("a100", 7, "nvidia.com/mig-1g.10gb")], id="two resources"
        ),
        pytest.param([grant("h100", 0), grant("l40s", 4)], id="nothing granted of the other"),
    ],
)
def test_where_the_resource_tells_them_apart_there_is_one_quota(rendered, grants):
    found = rendered(*grants)

    assert {"gpus"} == set(quotas(found))
    assert [] == annotation(found, "priority-classes")
    assert not [bound for bound in annotation(found, "max-per-pod") if "@" in bound]

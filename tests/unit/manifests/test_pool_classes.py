"""Where one resource name covers several pools, a priority class tells them apart."""

import attrs
import pytest

from tenancy import manifests
from tenancy.config.spec import PriorityClassSpec
from tenancy.diagnostics.origin import Origin
from tenancy.model.values import Grant

ORIGIN = Origin("organizations/globex.yaml")


def grant(pool: str, gpus: int, resource: str = "nvidia.com/gpu") -> Grant:
    return Grant(pool=pool, resource=resource, gpus=gpus, max_per_pod=None, origin=ORIGIN)


@pytest.fixture
def rendered(tenancy):
    environment = tenancy.environments["dev"]
    [found] = [n for n in environment.namespaces if n.name == "globex-lab"]

    def rendered(*grants: Grant, listed=(), granted=()):
        namespace = attrs.evolve(found, grants=grants, priority_classes=tuple(granted))
        platform = tenancy.platform_of(environment)
        pools = [attrs.evolve(pool, priority_classes=tuple(listed)) for pool in platform.pools]
        return manifests.namespace(namespace, attrs.evolve(platform, pools=tuple(pools)))

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


def test_a_pools_quota_counts_every_priority_and_pods_may_name_the_granted_ones(rendered):
    found = rendered(
        grant("h100", 8), grant("l40s", 4), listed=["batch", "urgent"], granted=["urgent"]
    )

    [scope] = quotas(found)["gpu-l40s"]["scopeSelector"]["matchExpressions"]
    assert ["gpu-l40s", "gpu-l40s.batch", "gpu-l40s.urgent"] == scope["values"]
    assert [
        "urgent",
        "gpu-h100",
        "gpu-h100.urgent",
        "gpu-l40s",
        "gpu-l40s.urgent",
    ] == annotation(found, "priority-classes")


def test_two_resources_of_two_pools_are_in_one_quota_of_each_pool(rendered):
    small, large = "nvidia.com/mig-1g.10gb", "nvidia.com/mig-3g.40gb"
    found = quotas(
        rendered(
            grant("a100", 7, small),
            grant("a100", 2, large),
            grant("h100", 5, small),
            grant("h100", 1, large),
        )
    )

    assert {f"requests.{small}": "7", f"requests.{large}": "2"} == found["gpu-a100"]["hard"]
    assert {f"requests.{small}": "5", f"requests.{large}": "1"} == found["gpu-h100"]["hard"]


def test_the_platform_has_a_class_for_each_pool_and_listed_priority(tenancy):
    platform = next(iter(tenancy.platforms.values()))
    spec = PriorityClassSpec(value=1000, preemption_policy="PreemptLowerPriority")
    pools = [
        attrs.evolve(pool, resource="nvidia.com/gpu", priority_classes=("urgent", "unknown"))
        for pool in platform.pools
        if pool.name in ("h100", "l40s")
    ]

    found = manifests.platform(
        attrs.evolve(platform, pools=tuple(pools), priority_classes={"urgent": spec})
    )

    assert [
        ("gpu-h100", 0, "Never"),
        ("gpu-h100.urgent", 1000, "PreemptLowerPriority"),
        ("gpu-l40s", 0, "Never"),
        ("gpu-l40s.urgent", 1000, "PreemptLowerPriority"),
        ("urgent", 1000, "PreemptLowerPriority"),
    ] == [
        (m["metadata"]["name"], m["value"], m["preemptionPolicy"])
        for m in found.priority_classes
    ]

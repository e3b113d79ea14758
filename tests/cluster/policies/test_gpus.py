"""How many GPUs a pod may have, and on which nodes it may be placed."""

import pytest

from tenancy.kubernetes import labels
from tests.cluster.api import (
    until,
)
from tests.cluster.policies.objects import (
    LAB,
    MIG,
    TRAIN,
    WEB,
    gpu_pod,
    pod,
    pool_affinity,
    with_gpus,
)

pytestmark = pytest.mark.cluster


class TestGpusPerPod:
    POLICY = "tenancy-gpus-per-pod"

    @pytest.mark.parametrize(
        ("found", "accepted"),
        [
            pytest.param(gpu_pod(4), True, id="as many as allowed"),
            pytest.param(gpu_pod(5), False, id="one more"),
            pytest.param(gpu_pod(1, init=[with_gpus("a", 4)]), True, id="init at the bound"),
            pytest.param(gpu_pod(1, init=[with_gpus("a", 5)]), False, id="init above it"),
            pytest.param(
                gpu_pod(4, init=[with_gpus("a", 4)]), True, id="init and containers take turns"
            ),
            pytest.param(
                gpu_pod(2, init=[with_gpus("a", 2, restartPolicy="Always")]),
                True,
                id="sidecar within",
            ),
            pytest.param(
                gpu_pod(3, init=[with_gpus("a", 2, restartPolicy="Always")]),
                False,
                id="sidecar on top",
            ),
            pytest.param(
                gpu_pod(56, resource="nvidia.com/mig-1g.10gb"),
                "quota",
                id="a node's MIG devices",
            ),
            pytest.param(
                gpu_pod(57, resource="nvidia.com/mig-1g.10gb"),
                False,
                id="more MIG devices than a node has",
            ),
        ],
    )
    def test_a_pod_asks_for_at_most_its_bound(self, root, found, accepted):
        answer = root.create(found, dry=True)

        if accepted is True:
            answer.accepted()
        elif accepted == "quota":
            answer.refused("exceeded quota: gpus")
        else:
            answer.refused_by(
                self.POLICY,
                "a pod of this namespace may request at most nvidia.com/gpu=4,"
                " nvidia.com/mig-1g.10gb=56",
            )

    def test_two_containers_are_added_up(self, root):
        found = gpu_pod(3)
        found["spec"]["containers"].append(with_gpus("second", 2))

        root.create(found, dry=True).refused_by(self.POLICY, "at most nvidia.com/gpu=4")

    def test_a_namespace_without_a_grant_is_refused_by_its_quota(self, root):
        root.create(gpu_pod(1, namespace=WEB), dry=True).refused(
            "exceeded quota: gpus, requested: requests.nvidia.com/gpu=1"
        )


class TestPlacement:
    POLICY = "tenancy-placement"

    def written(self, api, found):
        """Return what the API server wrote: the selector, and the taints of pools tolerated."""
        spec = api.create(found, dry=True).accepted().body["spec"]
        ours = [
            (t["key"], t.get("value"), t["effect"])
            for t in spec["tolerations"]
            if not t["key"].startswith("node.kubernetes.io/")
        ]
        return spec.get("nodeSelector", {}), ours

    @pytest.mark.parametrize(
        ("found", "pool", "tolerated"),
        [
            pytest.param(
                gpu_pod(1),
                "h100",
                [(labels.GPU_POOL, "h100", "NoSchedule")],
                id="the one pool that has it",
            ),
            pytest.param(
                gpu_pod(1, resource=MIG),
                "a100",
                [(labels.GPU_POOL, "a100", "NoSchedule")],
                id="by resource",
            ),
            pytest.param(
                gpu_pod(1, namespace=LAB),
                "l40s",
                [
                    (labels.GPU_POOL, "l40s", "NoSchedule"),
                    ("example.com/interactive", "yes", "NoSchedule"),
                ],
                id="with all of its taints",
            ),
            pytest.param(
                gpu_pod(1, init=[with_gpus("a", 1)]),
                "h100",
                [(labels.GPU_POOL, "h100", "NoSchedule")],
                id="once",
            ),
        ],
    )
    def test_a_gpu_pod_is_drawn_to_its_pool(self, root, found, pool, tolerated):
        assert ({labels.GPU_POOL: pool}, tolerated) == self.written(root, found)

    def test_a_pod_that_waits_does_not_select_another_pool_later(self, root):
        waiting = pod(namespace=TRAIN, name="gated", schedulingGates=[{"name": "a/b"}])
        root.create(waiting).accepted()

        def select(pool):
            return {"spec": {"nodeSelector": {labels.GPU_POOL: pool}}}

        root.patch(waiting, select("l40s"), dry=True).refused_by(
            self.POLICY, "the GPU node pool l40s is not granted"
        )
        root.patch(waiting, select("h100"), dry=True).accepted()
        root.delete(waiting, gracePeriodSeconds="0").accepted()

    def test_what_people_wrote_stays(self, root):
        theirs = {"key": labels.GPU_POOL, "value": "h100", "effect": "NoSchedule"}
        found = gpu_pod(1, nodeSelector={"zone": "a"}, tolerations=[theirs])

        assert (
            {"zone": "a", labels.GPU_POOL: "h100"},
            [(labels.GPU_POOL, "h100", "NoSchedule")],
        ) == self.written(root, found)

    def test_a_pod_without_gpus_is_left_alone(self, root):
        assert ({}, []) == self.written(root, pod(namespace=TRAIN))

    def test_without_a_grant_nothing_is_written(self, root):
        root.create(gpu_pod(1, namespace=WEB), dry=True).refused("exceeded quota: gpus")

    def test_where_two_pools_fit_people_say_which(self, root):
        both = gpu_pod(1)
        both["spec"]["containers"].append(with_gpus("second", 1, MIG))

        root.create(both, dry=True).refused_by(
            self.POLICY,
            "several pools have nvidia.com/gpu: nodeSelector must have tenancy.dev/gpu-pool:"
            " one of h100",
        )
        both["spec"]["nodeSelector"] = {labels.GPU_POOL: "h100"}
        root.create(both, dry=True).refused_by(
            self.POLICY,
            f"{MIG} is of the GPU node pool a100: nodeSelector must have"
            " tenancy.dev/gpu-pool: a100",
        )
        del both["spec"]["containers"][-1]
        root.create(both, dry=True).accepted()

    def test_a_resource_is_not_requested_on_another_granted_pool(self, root):
        """There a DRA driver may serve it by devices that another quota counts."""
        elsewhere = gpu_pod(1, resource=MIG, nodeSelector={labels.GPU_POOL: "h100"})
        reason = f"{MIG} is of the GPU node pool a100"

        root.create(elsewhere, dry=True).refused_by(self.POLICY, reason)
        elsewhere["spec"]["nodeSelector"] = {labels.GPU_POOL: "a100"}
        root.create(elsewhere, dry=True).accepted()
        claims = [{"name": "card", "resourceClaimName": "card"}]
        root.create(gpu_pod(1, resource=MIG, resourceClaims=claims), dry=True).accepted()

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            pytest.param(
                {"nodeSelector": {labels.GPU_POOL: "l40s"}},
                "the GPU node pool l40s is not granted to this namespace; granted: a100, h100",
                id="selector",
            ),
            *(
                pytest.param(
                    pool_affinity(preferred=preferred, **expression),
                    "node affinity may name tenancy.dev/gpu-pool only with the operator In and"
                    " granted pools: a100, h100",
                    id=f"{'preferred ' if preferred else ''}{expression['operator']}"
                    f" {' '.join(expression.get('values', ()))}",
                )
                for preferred in (False, True)
                for expression in (
                    {"operator": "In", "values": ["l40s"]},
                    {"operator": "In", "values": ["h100", "l40s"]},
                    {"operator": "NotIn", "values": ["h100"]},
                    {"operator": "Exists"},
                )
            ),
        ],
    )
    def test_another_pool_is_not_selected(self, root, change, reason):
        root.create(pod(namespace=TRAIN, **change), dry=True).refused_by(self.POLICY, reason)

    @pytest.mark.parametrize(
        "change",
        [
            pytest.param({"nodeSelector": {labels.GPU_POOL: "h100"}}, id="selector"),
            pytest.param(pool_affinity(operator="In", values=["h100"]), id="affinity"),
            pytest.param(
                pool_affinity(operator="In", values=["a100"], preferred=True), id="preferred"
            ),
        ],
    )
    def test_a_granted_pool_is_selected(self, root, change):
        root.create(pod(namespace=TRAIN, **change), dry=True).accepted()

    def test_the_scheduler_puts_it_on_a_node_of_its_pool(self, root):
        pools = {"sandbox-gpu-1": "h100", "sandbox-gpu-2": "l40s"}
        for name, pool in pools.items():
            taint = {"key": labels.GPU_POOL, "value": pool, "effect": "NoSchedule"}
            root.patch(
                {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}},
                {
                    "metadata": {"labels": {labels.GPU_POOL: pool}},
                    "spec": {"taints": [taint]},
                },
            ).accepted()
        acme, globex = gpu_pod(4, name="acme"), gpu_pod(4, name="globex", namespace=LAB)
        plain = pod(namespace=TRAIN, name="plain")
        for made in (acme, globex, plain):
            root.create(made).accepted()

        def node(made):
            return root.get(made).accepted().body["spec"].get("nodeName", "")

        until(lambda: node(acme) and node(globex) and node(plain), "all are scheduled")

        assert ("sandbox-gpu-1", "l40s") == (node(acme), pools.get(node(globex), ""))
        assert node(plain).startswith("sandbox-cpu-")
        for made in (acme, globex, plain):
            root.delete(made, gracePeriodSeconds="0").accepted()

"""Quotas still count and refuse, and operators still delete, beside the policies."""

import pytest

from tenancy.kubernetes import labels
from tests.cluster.api import (
    until,
)
from tests.cluster.policies.objects import (
    LAB,
    TRAIN,
    WEB,
    gpu_pod,
    group,
    namespace,
    pod,
    policy,
    restricted,
    role_binding,
)

pytestmark = pytest.mark.cluster


class TestTheClusterGoesOn:
    def test_quotas_still_count(self, root):
        made = pod(name="counted", namespace=LAB)
        made["spec"]["containers"] = [restricted("main")]
        quota = {
            "apiVersion": "v1",
            "kind": "ResourceQuota",
            "metadata": {"name": "quota", "namespace": LAB},
        }

        def used():
            return root.get(quota).accepted().body["status"]["used"]["requests.cpu"]

        assert "0" == used()
        root.create(made).accepted()
        until(lambda: used() == "100m", "the pod is counted")
        root.delete(made, gracePeriodSeconds="0").accepted()
        until(lambda: used() == "0", "it is no longer counted")

    def test_a_pod_over_its_quota_is_refused(self, root):
        root.create(gpu_pod(2, namespace=LAB), dry=True).accepted()

        big = gpu_pod(2, namespace=LAB)
        big["spec"]["containers"][0]["resources"]["limits"]["memory"] = "3Gi"
        big["spec"]["containers"][0]["resources"]["requests"]["memory"] = "3Gi"

        root.create(big, dry=True).refused(
            "exceeded quota: quota, requested: limits.memory=3Gi"
        )

    def test_affinity_to_other_namespaces_is_refused(self, root):
        term = {"topologyKey": "kubernetes.io/hostname", "labelSelector": {}}

        def spread(**more):
            rule = {"requiredDuringSchedulingIgnoredDuringExecution": [{**term, **more}]}
            return pod(affinity={"podAntiAffinity": rule})

        root.create(spread(), dry=True).accepted()

        root.create(spread(namespaces=[LAB]), dry=True).refused(
            "exceeded quota: cross-namespace-affinity"
        )
        root.create(spread(namespaceSelector={}), dry=True).refused(
            "exceeded quota: cross-namespace-affinity"
        )

    def test_a_claim_of_devices_is_refused_without_a_grant(self, root):
        def claim(namespace):
            return {
                "apiVersion": "resource.k8s.io/v1",
                "kind": "ResourceClaim",
                "metadata": {"name": "probe", "namespace": namespace},
                "spec": {
                    "devices": {
                        "requests": [
                            {
                                "name": "one",
                                "exactly": {"deviceClassName": "gpu.nvidia.com", "count": 1},
                            }
                        ]
                    }
                },
            }

        root.create(claim(LAB), dry=True).accepted()
        root.create(claim(TRAIN), dry=True).refused("may name the device classes [] only")

    def test_a_claim_of_a_closed_storage_class_is_refused(self, root):
        def claim(name):
            return {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "metadata": {"name": "probe", "namespace": WEB},
                "spec": {
                    "accessModes": ["ReadWriteOnce"],
                    "storageClassName": name,
                    "resources": {"requests": {"storage": "1Gi"}},
                },
            }

        root.create(claim("standard"), dry=True).accepted()
        root.create(claim("fast"), dry=True).refused("exceeded quota: storage-classes")

    def test_an_operator_deletes_a_namespace_with_all_its_guardrails(self, root, operator):
        doomed = namespace("acme-doomed", labels={labels.ORGANIZATION: "acme"})
        operator.create(doomed).accepted()
        for guardrail in ("NetworkPolicy", "RoleBinding"):
            made = (
                policy("guardrail")
                if guardrail == "NetworkPolicy"
                else role_binding(group("a"))
            )
            made["metadata"] = {
                "name": "guardrail",
                "namespace": "acme-doomed",
                "labels": {labels.MANAGED: "true"},
            }
            root.create(made).accepted()

        operator.delete(doomed).accepted()

        until(
            lambda: root.get(doomed).status == 404,
            "the namespace is gone, its guarded objects too",
            seconds=60,
        )

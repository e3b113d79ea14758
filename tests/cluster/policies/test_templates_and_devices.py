"""Templates of pods, device variables and annotations, token secrets and storage claims."""

import pytest

from tests.cluster.api import (
    until,
)
from tests.cluster.policies.objects import WEB, config_map, pod, service

pytestmark = pytest.mark.cluster


class TestTemplates:
    def deployment(self, **spec):
        template = pod(**spec)
        template["metadata"] = {"labels": {"app": "probe"}}
        return {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "probe", "namespace": WEB},
            "spec": {
                "selector": {"matchLabels": {"app": "probe"}},
                "template": {"metadata": template["metadata"], "spec": template["spec"]},
            },
        }

    def test_whoever_writes_a_template_is_warned(self, developer):
        assert () == developer.create(self.deployment(), dry=True).accepted().warnings

        (warning,) = (
            developer.create(self.deployment(nodeName="sandbox-cpu-1"), dry=True)
            .accepted()
            .warnings
        )

        assert "tenancy-workloads" in warning
        assert "spec.nodeName may not be set" in warning

    def test_a_cron_jobs_template_is_looked_at_too(self, developer):
        def cron_job(**spec):
            template = pod(restartPolicy="Never", **spec)["spec"]
            return {
                "apiVersion": "batch/v1",
                "kind": "CronJob",
                "metadata": {"name": "probe", "namespace": WEB},
                "spec": {
                    "schedule": "0 0 * * *",
                    "jobTemplate": {"spec": {"template": {"spec": template}}},
                },
            }

        assert () == developer.create(cron_job(), dry=True).accepted().warnings
        (warning,) = (
            developer.create(cron_job(tolerations=[{"operator": "Exists"}]), dry=True)
            .accepted()
            .warnings
        )

        assert "tenancy-cron-jobs" in warning


class TestDeviceEnvironment:
    POLICY = "tenancy-device-environment"

    @pytest.mark.parametrize("kind", ["ConfigMap", "Secret"])
    def test_no_map_or_secret_holds_a_device_variable(self, developer, kind):
        value = "YWxs"
        developer.create(config_map(kind=kind, data={"OTHER": value}), dry=True).accepted()

        developer.create(
            config_map(kind=kind, data={"NVIDIA_VISIBLE_DEVICES": value}), dry=True
        ).refused_by(self.POLICY, "data may not hold NVIDIA_VISIBLE_DEVICES")

    def test_a_secret_is_not_written_as_text_either(self, developer):
        secret = config_map(kind="Secret", stringData={"NVIDIA_VISIBLE_DEVICES": "all"})

        developer.create(secret, dry=True).refused_by(self.POLICY, "data may not hold")

    def test_it_may_not_be_added_later(self, developer):
        mine = config_map(name="mine", data={"A": "1"})
        developer.create(mine).accepted()

        developer.patch(mine, {"data": {"NVIDIA_VISIBLE_DEVICES": "all"}}).refused_by(
            self.POLICY, "data may not hold"
        )
        developer.patch(mine, {"data": {"B": "2"}}).accepted()
        developer.delete(mine).accepted()


class TestPodAnnotations:
    POLICY = "tenancy-pod-annotations"

    def forged(self):
        return {"annotations": {"cdi.k8s.io/gpus": "nvidia.com/gpu=all"}}

    def test_no_pod_names_devices_in_an_annotation(self, developer):
        harmless = {"annotations": {"gpus": "all", "prometheus.io/scrape": "true"}}
        developer.create(pod(metadata=harmless), dry=True).accepted()

        developer.create(pod(metadata=self.forged()), dry=True).refused_by(
            self.POLICY, "annotations that are not allowed: cdi.k8s.io/gpus;"
        )

    def test_it_may_not_be_added_later(self, developer):
        mine = pod(name="annotated")
        developer.create(mine).accepted()

        developer.patch(mine, {"metadata": self.forged()}).refused_by(
            self.POLICY, "annotations that are not allowed: cdi.k8s.io/gpus;"
        )
        developer.delete(mine, gracePeriodSeconds="0").accepted()

    def test_what_a_network_plugin_wrote_stays_and_others_can_be_added(self, developer, root):
        mine = pod(name="addressed")
        developer.create(mine).accepted()
        key = "cni.projectcalico.org/podIP"
        root.patch(mine, {"metadata": {"annotations": {key: "10.1.2.3"}}}).accepted()

        own = {"metadata": {"annotations": {"prometheus.io/scrape": "true"}}}
        developer.patch(mine, own).accepted()
        developer.patch(mine, {"metadata": {"annotations": {key: "10.9.9.9"}}}).refused_by(
            self.POLICY, f"annotations that are not allowed: {key};"
        )
        developer.patch(mine, {"metadata": {"annotations": {key: None}}}).accepted()
        developer.patch(mine, {"metadata": {"annotations": {key: "10.1.2.3"}}}).refused_by(
            self.POLICY, f"annotations that are not allowed: {key};"
        )
        developer.delete(mine, gracePeriodSeconds="0").accepted()


class TestPodLabels:
    def test_what_others_wrote_stays_and_labels_can_be_added(self, developer, root):
        mine, key = pod(name="labelled"), "sidecar.istio.io/inject"
        developer.create(mine).accepted()
        root.patch(mine, {"metadata": {"labels": {key: "false"}}}).accepted()

        developer.patch(mine, {"metadata": {"labels": {"tier": "web"}}}).accepted()
        developer.patch(mine, {"metadata": {"labels": {key: "true"}}}).refused_by(
            "tenancy-pod-labels", f"because injectors obey them: {key};"
        )
        developer.patch(mine, {"metadata": {"labels": {key: None}}}).accepted()
        developer.patch(mine, {"metadata": {"labels": {key: "false"}}}).refused_by(
            "tenancy-pod-labels", f"because injectors obey them: {key};"
        )
        developer.delete(mine, gracePeriodSeconds="0").accepted()


class TestTokenSecrets:
    def test_no_token_is_made_that_never_expires(self, developer, root):
        def secret(kind, **metadata):
            made = config_map(kind="Secret", type=kind)
            made["metadata"].update(metadata)
            return made

        bound = {"annotations": {"kubernetes.io/service-account.name": "default"}}
        developer.create(secret("Opaque", **bound), dry=True).accepted()
        token = secret("kubernetes.io/service-account-token", **bound)

        developer.create(token, dry=True).refused_by(
            "tenancy-token-secrets", "they never expire"
        )
        root.create(token, dry=True).accepted()


class TestStorageClaims:
    POLICY = "tenancy-storage-claims"

    def claim(self, **spec):
        return {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": "probe", "namespace": WEB},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "storageClassName": "standard",
                "resources": {"requests": {"storage": "1Gi"}},
                **spec,
            },
        }

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            pytest.param(
                {"volumeName": "theirs"}, "a claim may not name its volume", id="a volume"
            ),
            pytest.param(
                {"storageClassName": ""}, "a claim must name a storage class", id="no class"
            ),
            pytest.param(
                {"storageClassName": None}, "a claim must name a storage class", id="none said"
            ),
        ],
    )
    def test_a_claim_gets_new_storage(self, developer, change, reason):
        developer.create(self.claim(), dry=True).accepted()

        developer.create(self.claim(**change), dry=True).refused_by(self.POLICY, reason)

    def test_a_claim_does_not_name_its_volume_later(self, developer):
        mine = self.claim()
        mine["metadata"]["name"] = "mine"
        developer.create(mine).accepted()

        developer.patch(mine, {"spec": {"volumeName": "theirs"}}).refused_by(
            self.POLICY, "a claim may not name its volume"
        )
        developer.patch(mine, {"metadata": {"labels": {"a": "b"}}}).accepted()
        developer.delete(mine).accepted()

    def test_a_bound_claim_can_be_annotated(self, developer, root):
        """The controllers that bind it write annotations of their own."""
        mine = self.claim()
        mine["metadata"]["name"] = "annotated"
        developer.create(mine).accepted()
        bound = {"metadata": {"annotations": {"pv.kubernetes.io/bind-completed": "yes"}}}
        root.patch(mine, bound).accepted()

        own = {"metadata": {"annotations": {"helm.sh/resource-policy": "keep"}}}
        developer.patch(mine, own).accepted()
        key = "volume.kubernetes.io/selected-node"
        developer.patch(mine, {"metadata": {"annotations": {key: "node-1"}}}).refused_by(
            "tenancy-claim-annotations", f"annotations that are not allowed: {key};"
        )
        developer.delete(mine).accepted()

    def test_a_claim_in_use_and_a_load_balancer_stay_counted(self, developer, root):
        """Without its finalizer an object would be deleted while what it represents is used."""
        claimed = self.claim()
        claimed["metadata"]["name"] = "used"
        balanced = service(name="balanced")
        for mine, name in (
            (claimed, "kubernetes.io/pvc-protection"),
            (balanced, "service.kubernetes.io/load-balancer-cleanup"),
        ):
            root.create(mine).accepted()
            root.patch(mine, {"metadata": {"finalizers": [name]}}).accepted()
            for left in ([], ["foregroundDeletion"]):
                developer.patch(mine, {"metadata": {"finalizers": left}}).refused_by(
                    "tenancy-finalizers", name, "may not be removed"
                )
            more = {"metadata": {"finalizers": [name, "foregroundDeletion"]}}
            developer.patch(mine, more).accepted()
            developer.patch(mine, {"metadata": {"finalizers": [name]}}).accepted()
            root.patch(mine, {"metadata": {"finalizers": []}}).accepted()
            developer.delete(mine).accepted()

    def test_kubernetes_binds_it_all_the_same(self, root, developer):
        """A claim and a volume of one class are bound by the controller, which names it."""
        volume = {
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {"name": "fresh"},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "capacity": {"storage": "1Gi"},
                "storageClassName": "standard",
                "hostPath": {"path": "/none"},
            },
        }
        path = "/api/v1/persistentvolumes"
        root.request("POST", path, volume).accepted()
        mine = self.claim()
        mine["metadata"]["name"] = "bound"
        developer.create(mine).accepted()

        until(
            lambda: root.get(mine).body["spec"].get("volumeName") == "fresh",
            "the controller binds the claim",
        )
        developer.delete(mine).accepted()
        root.request("DELETE", f"{path}/fresh").accepted()

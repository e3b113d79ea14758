"""Attacks by pods, workloads and claims that name what was not granted or listed."""

from collections.abc import Iterator, Mapping

from tests.cluster.security import objects as make
from tests.cluster.security.attacks.pods import env
from tests.cluster.security.attacks.writing import (
    CREATING,
    Attack,
    creations,
    everyway,
    guarded,
    uncounted,
)
from tests.cluster.security.objects import TRAIN
from tests.cluster.security.world import World

__all__ = ["pod_names", "storage_classes"]

_ONE = {"cpu": "200m", "memory": "64Mi"}


def _asking(name: str, amount: str = "1") -> Mapping:
    return {"resources": {"limits": {**_ONE, name: amount}, "requests": {**_ONE, name: amount}}}


def _specs() -> Mapping[str, tuple[Mapping, str]]:
    """Return what a pod may not name, and why."""
    resources = "containers may request only resources that are granted to this namespace: "
    claim = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Gi"}},
        "storageClassName": "fast",
    }
    found: dict[str, tuple[Mapping, str]] = {
        f"the resource {name}": ({"main": _asking(name)}, resources)
        for name in (
            "amd.com/gpu",
            "habana.ai/gaudi",
            "huawei.com/Ascend910",
            "rdma/hca_shared_devices_a",
            "smarter-devices/fuse",
            "deviceclass.resource.kubernetes.io/gpu.nvidia.com",
            "nvidia.com/gpu.shared",
        )
    }
    found |= {
        "an init container's resource": (
            {"initContainers": [make.container("a", **_asking("amd.com/gpu"))]},
            resources,
        ),
        "a sidecar's resource": (
            {
                "initContainers": [
                    make.container("a", restartPolicy="Always", **_asking("amd.com/gpu"))
                ]
            },
            resources,
        ),
        "huge pages of the whole pod": (
            {
                "resources": {
                    "limits": {**_ONE, "hugepages-2Mi": "2Mi"},
                    "requests": {**_ONE, "hugepages-2Mi": "2Mi"},
                }
            },
            resources,
        ),
        "huge pages": ({"main": _asking("hugepages-2Mi", "2Mi")}, resources),
        "a scheduler": ({"schedulerName": "volcano"}, "spec.schedulerName must be one of"),
        "a runtime class": (
            {"runtimeClassName": "nvidia-legacy"},
            "spec.runtimeClassName must be one of sandboxed",
        ),
        "an inline driver": (
            {"volumes": [{"name": "a", "csi": {"driver": "hostpath.csi.k8s.io"}}]},
            "the driver of a csi volume must be one of secrets.example.com",
        ),
        "the class of an ephemeral volume": (
            {"volumes": [{"name": "a", "ephemeral": {"volumeClaimTemplate": {"spec": claim}}}]},
            "claims of a template may name only storage classes of this namespace: standard",
        ),
        "a day to end": (
            {"terminationGracePeriodSeconds": 86400},
            "terminationGracePeriodSeconds may be at most 600",
        ),
        "a probe's day to end": (
            {
                "main": {
                    "livenessProbe": {
                        "tcpSocket": {"port": 80},
                        "terminationGracePeriodSeconds": 86400,
                    }
                }
            },
            "terminationGracePeriodSeconds may be at most 600",
        ),
        "an init container's day to end": (
            {
                "initContainers": [
                    make.container(
                        "a",
                        restartPolicy="Always",
                        startupProbe={
                            "tcpSocket": {"port": 80},
                            "terminationGracePeriodSeconds": 86400,
                        },
                    )
                ]
            },
            "terminationGracePeriodSeconds may be at most 600",
        ),
    }
    return found


_ALLOWED: Mapping[str, Mapping] = {
    "a scheduler": {"schedulerName": "second.example.com"},
    "a day to end": {"terminationGracePeriodSeconds": 600},
    "an inline driver": {"volumes": [{"name": "a", "csi": {"driver": "secrets.example.com"}}]},
    "the resource amd.com/gpu": {"main": _asking("amd.com/gpu", "0")},
}
"""What is accepted beside some of them, where it is more than the plain pod."""


def pod_names(world: World) -> Iterator[Attack]:
    """Yield pods, workloads and cron jobs that name what nobody granted."""
    for what, (spec, reason) in _specs().items():
        good = make.pod(**_ALLOWED.get(what, {}))
        yield from everyway(
            world,
            f"pod-names: {what}",
            make.pod(**spec),
            guarded("tenancy-pod-names", reason),
            good=good,
            person="developer",
            paths=CREATING,
        )
        for kind, policy in (("Deployment", "workload-names"), ("CronJob", "cron-job-names")):
            yield from everyway(
                world,
                f"{policy}: {what}",
                make.workload(kind, template=make.pod(**spec)),
                guarded(f"tenancy-{policy}", reason),
                good=make.workload(kind, template=good),
                person="developer",
                paths=CREATING,
            )
    for kind in ("DaemonSet", "Job", "ReplicaSet", "ReplicationController", "StatefulSet"):
        bad = make.pod(main=_asking("amd.com/gpu"))
        yield from uncounted(
            everyway(
                world,
                f"workload-names: the resource of a {kind}",
                make.workload(kind, template=bad),
                guarded("tenancy-workload-names", "containers may request only resources"),
                good=make.workload(kind),
                person="developer",
                paths=CREATING,
            )
        )
    for kind, policy in (("Deployment", "workload-names"), ("CronJob", "cron-job-names")):
        yield from everyway(
            world,
            f"{policy}: a scheduler, later",
            make.workload(kind, template=make.pod(schedulerName="volcano")),
            guarded(f"tenancy-{policy}", "spec.schedulerName must be one of"),
            good=make.workload(kind),
            person="developer",
        )
    yield from everyway(
        world,
        "pod-names: whole GPUs where slices are granted",
        make.asking(TRAIN, **{"nvidia.com/gpu.shared": "1"}),
        guarded(
            "tenancy-pod-names",
            "cpu, memory, ephemeral-storage, nvidia.com/gpu, nvidia.com/mig-1g.10gb",
        ),
        good=make.gpus(1),
        person="developer",
        paths=CREATING,
    )
    for kind, policy in (("Deployment", "workload-names"), ("CronJob", "cron-job-names")):
        bad, good = make.asking(TRAIN, **{"amd.com/gpu": "1"}), make.gpus(1)
        yield from everyway(
            world,
            f"{policy}: a resource that is not granted beside one that is",
            make.workload(kind, TRAIN, template=bad),
            guarded(f"tenancy-{policy}", "ephemeral-storage, nvidia.com/gpu, "),
            good=make.workload(kind, TRAIN, template=good),
            person="developer",
            paths=CREATING,
        )
    image = [{"name": "a", "image": {"reference": "example.com/a:1", "pullPolicy": "Never"}}]
    fresh = [{"name": "a", "image": {"reference": "example.com/a:1", "pullPolicy": "Always"}}]
    yield from everyway(
        world,
        "image-pull: an image volume",
        make.pod(volumes=image),
        guarded("tenancy-image-pull", "pullPolicy must be Always in every image volume"),
        good=make.pod(volumes=fresh),
        person="developer",
        paths=CREATING,
    )
    for name in (
        "AMD_VISIBLE_DEVICES",
        "ASCEND_VISIBLE_DEVICES",
        "AWS_NEURON_VISIBLE_DEVICES",
        "CAMBRICON_VISIBLE_DEVICES",
        "CUDA_DISABLE_CONTROL",
        "EXAMPLE_VISIBLE_DEVICES",
        "HABANA_VISIBLE_DEVICES",
        "MTHREADS_VISIBLE_DEVICES",
        "NVIDIA_GDRCOPY",
        "NVIDIA_MOFED",
        "XPU_VISIBLE_DEVICES",
    ):
        yield from everyway(
            world,
            f"pods: devices by {name}",
            make.pod(main={"env": env(name)}),
            guarded("tenancy-pods", f"{name}"),
            good=make.pod(main={"env": env(f"MY_{name}")}),
            person="developer",
            paths=CREATING,
        )


def storage_classes() -> Iterator[Attack]:
    """Yield claims of storage classes that are not granted, or not listed at all."""
    annotated = make.volume_claim()
    annotated["metadata"]["annotations"] = {"volume.beta.kubernetes.io/storage-class": "fast"}
    only = "a claim may name only storage classes of this namespace: "
    for what, bad, good, reason in (
        ("not granted", make.volume_claim(of="fast"), make.volume_claim(), f"{only}standard"),
        (
            "shared, where another is granted",
            make.volume_claim(TRAIN),
            make.volume_claim(TRAIN, of="fast"),
            f"{only}fast",
        ),
        ("not listed", make.volume_claim(of="local-path"), make.volume_claim(), only),
        (
            "by the old annotation",
            annotated,
            make.volume_claim(),
            "may not be set: it takes precedence",
        ),
    ):
        for path, attack, control in creations(bad, good):
            yield Attack(
                rule=f"storage-claims: a class {what}",
                path=path,
                person="developer",
                request=attack,
                reasons=guarded("tenancy-storage-claims", reason),
                control=control,
            )

"""Attacks on quotas and limits."""

import copy
from collections.abc import Iterator

from tests.cluster.security import objects as make
from tests.cluster.security.attacks.writing import Attack, creations
from tests.cluster.security.contents import FILLERS
from tests.cluster.security.objects import (
    LAB,
    RDMA,
    TRAIN,
    WEB,
    Object,
)

# Quotas


def quotas() -> Iterator[Attack]:
    """Yield one more of everything that is counted."""
    for key, found in FILLERS.items():
        closed = found["kind"] in {"DaemonSet", "ReplicationController"}
        person = "helper" if key == "resourcequotas" else "full"
        good = make.workload("Deployment", WEB) if closed else copy.deepcopy(found)
        if found["kind"] == "Ingress":
            good = make.ingress()
        good["metadata"]["namespace"] = WEB
        for path, attack, control in creations(found, good):
            yield Attack(
                rule=f"quotas: object-counts {key}",
                path=path,
                person=person,
                request=attack,
                reasons=(f"exceeded quota: object-counts, requested: {key}=",),
                control=control,
                controller="helper",
            )
    big = _two_containers(cpu="2")
    term = {"topologyKey": "kubernetes.io/hostname", "labelSelector": {}}

    def spread(**more: object) -> Object:
        required = {"requiredDuringSchedulingIgnoredDuringExecution": [{**term, **more}]}
        return make.pod(affinity={"podAntiAffinity": required})

    everything = make.device_claim(LAB)
    everything["spec"]["devices"]["requests"][0]["exactly"] = {
        "deviceClassName": "gpu.nvidia.com",
        "allocationMode": "All",
    }
    ported = make.service(type="NodePort")
    unported = make.service(TRAIN, type="LoadBalancer", allocateLoadBalancerNodePorts=False)
    two = make.service(WEB, type="LoadBalancer", allocateLoadBalancerNodePorts=False)
    storage = "ephemeral-storage"
    mig = "nvidia.com/mig-1g.10gb"
    for key, bad, good, person in (
        ("quota requests.cpu", make.asking(cpu="2500m"), make.asking(cpu="1"), "developer"),
        ("quota limits.cpu", big, make.asking(cpu="1"), "developer"),
        ("quota requests.memory", make.asking(memory="3Gi"), make.pod(), "developer"),
        (
            "quota limits.memory",
            make.asking(limits={"memory": "4Gi"}, memory="1Gi"),
            make.pod(),
            "developer",
        ),
        (
            "quota requests.storage",
            make.volume_claim(size="8Gi"),
            make.volume_claim(),
            "developer",
        ),
        ("gpus requests.nvidia.com/gpu", make.gpus(3), make.gpus(2), "developer"),
        ("gpus requests.nvidia.com/gpu", make.gpus(1, WEB), make.pod(), "operating helper"),
        (
            f"gpus requests.{mig}",
            make.gpus(8, TRAIN, mig),
            make.gpus(7, TRAIN, mig),
            "developer",
        ),
        (f"gpus requests.{mig}", make.gpus(1, WEB, mig), make.pod(), "operating helper"),
        (
            "gpus gpu.nvidia.com.deviceclass.resource.k8s.io/devices",
            make.device_claim(LAB, count=5),
            make.device_claim(LAB, count=3),
            "scheduler",
        ),
        (
            "gpus gpu.nvidia.com.deviceclass.resource.k8s.io/devices",
            everything,
            make.device_claim(LAB),
            "scheduler",
        ),
        (
            "gpus gpu.nvidia.com.deviceclass.resource.k8s.io/devices",
            make.device_claim(WEB),
            make.config_map(),
            "scheduler",
        ),
        (
            "gpus other.example.com.deviceclass.resource.k8s.io/devices",
            make.device_claim(LAB, of="other.example.com"),
            make.device_claim(LAB),
            "scheduler",
        ),
        *(
            (
                "gpus rdma.example.com.deviceclass.resource.k8s.io/devices",
                make.device_claim(namespace, of="rdma.example.com", count=count),
                good,
                "scheduler",
            )
            for namespace, count, good in (
                (LAB, 1, make.device_claim(LAB)),
                (RDMA, 3, make.device_claim(RDMA, of="rdma.example.com", count=2)),
            )
        ),
        (
            "gpus count/resourceclaims.resource.k8s.io",
            make.device_claim(WEB, of="unknown.example.com"),
            make.config_map(),
            "scheduler",
        ),
        (
            "gpus count/resourceclaimtemplates.resource.k8s.io",
            _no_devices(),
            make.config_map(),
            "developer",
        ),
        (
            "storage-classes fast.storageclass.storage.k8s.io/persistentvolumeclaims",
            make.volume_claim(of="fast"),
            make.volume_claim(),
            "operating helper",
        ),
        (
            "storage-classes fast.storageclass.storage.k8s.io/requests.storage",
            make.volume_claim(of="fast"),
            make.volume_claim(),
            "operating helper",
        ),
        *(
            (
                f"storage-classes standard.storageclass.storage.k8s.io/{key}",
                make.volume_claim(TRAIN),
                make.volume_claim(TRAIN, of="fast"),
                "operating helper",
            )
            for key in ("persistentvolumeclaims", "requests.storage")
        ),
        (
            f"ephemeral-storage requests.{storage}",
            make.asking(**{storage: "101Gi"}),
            make.asking(**{storage: "1Gi"}),
            "developer",
        ),
        (
            f"ephemeral-storage limits.{storage}",
            make.asking(limits={storage: "201Gi"}, **{storage: "1Gi"}),
            make.asking(**{storage: "1Gi"}),
            "developer",
        ),
        ("cross-namespace-affinity pods", spread(namespaces=[LAB]), spread(), "developer"),
        ("cross-namespace-affinity pods", spread(namespaceSelector={}), spread(), "developer"),
        ("object-counts services.nodeports", ported, make.service(), "operating helper"),
        ("quota services.loadbalancers", unported, make.service(TRAIN), "admin"),
        ("object-counts services.loadbalancers", two, make.service(), "operating helper"),
    ):
        name, _, counted = key.partition(" ")
        for path, attack, control in creations(bad, good):
            yield Attack(
                rule=f"quotas: {key} ({bad['metadata']['namespace']})",
                path=path,
                person=person,
                request=attack,
                reasons=(f"exceeded quota: {name}, requested: ", f"{counted}="),
                control=control,
                controller="operating helper" if person == "scheduler" else "",
            )


def limits() -> Iterator[Attack]:
    """Yield what is larger or smaller than one thing may be."""
    two = _two_containers(cpu="2200m")
    for what, bad, reason in (
        (
            "maximum cpu",
            make.asking(cpu="3500m"),
            "maximum cpu usage per Container is 3, but limit is 3500m",
        ),
        (
            "maximum memory",
            make.asking(memory="5Gi"),
            "maximum memory usage per Container is 4Gi, but limit is 5Gi",
        ),
        (
            "minimum cpu",
            make.asking(limits={"cpu": "10m"}, cpu="5m"),
            "minimum cpu usage per Container is 10m, but request is 5m",
        ),
        (
            "minimum memory",
            make.asking(limits={"memory": "16Mi"}, memory="1Mi"),
            "minimum memory usage per Container is 16Mi, but request is 1Mi",
        ),
        (
            "ratio of cpu",
            make.asking(limits={"cpu": "1"}, cpu="100m"),
            "cpu max limit to request ratio per Container is 4, but provided ratio is 10",
        ),
        ("maximum cpu of a pod", two, "maximum cpu usage per Pod is 4, but limit is 4400m"),
        (
            "maximum storage",
            make.volume_claim(size="9Gi"),
            "maximum storage usage per PersistentVolumeClaim is 8Gi, but request is 9Gi",
        ),
    ):
        good = make.volume_claim() if bad["kind"] != "Pod" else make.pod()
        for path, attack, control in creations(bad, good):
            yield Attack(
                rule=f"limits: {what}",
                path=path,
                person="developer",
                request=attack,
                reasons=(reason,),
                control=control,
            )


def _no_devices() -> Object:
    """Return a template of claims of no device, which no guard of classes refuses."""
    found = make.device_claim_template(WEB)
    found["spec"] = {"spec": {"devices": {}}}
    return found


def _two_containers(*, cpu: str) -> Object:
    """Return a pod of two containers that may use *cpu* each, and ask for less."""
    found = make.pod()
    found["spec"]["containers"].append(make.container("second"))
    for held in found["spec"]["containers"]:
        held["resources"] = {
            "limits": {"cpu": cpu, "memory": "64Mi"},
            "requests": {"cpu": "600m", "memory": "64Mi"},
        }
    return found

"""Attacks by what controllers create from templates, with rights that tenants do not have."""

from collections.abc import Iterator, Mapping

from tests.cluster.security import objects as make
from tests.cluster.security.attacks.writing import Attack, creations, guarded, post
from tests.cluster.security.objects import LAB, WEB, Object

__all__ = ["controllers_of_jobs", "template_claims"]

_OLD_CLASS = {"annotations": {"volume.beta.kubernetes.io/storage-class": "fast"}}
_ELSEWHERE = {"apiGroup": "example.com", "kind": "Backup", "name": "a", "namespace": LAB}

_BAD: Mapping[str, tuple[Mapping, Mapping, str]] = {
    "a volume": ({"volumeName": "others"}, {}, "claims of a template get new volumes"),
    "any volume": ({"selector": {}}, {}, "claims of a template get new volumes"),
    "data of others": (
        {"dataSourceRef": _ELSEWHERE},
        {},
        "claims of a template get new volumes",
    ),
    "attributes": (
        {"volumeAttributesClassName": "gold"},
        {},
        "volumeAttributesClassName silver is allowed",
    ),
    "the old annotation": ({}, _OLD_CLASS, "claims of a template get new volumes"),
    "no class": (
        {"storageClassName": ""},
        {},
        "claims of a template may name only storage classes of this namespace: standard",
    ),
    "a class": (
        {"storageClassName": "fast"},
        {},
        "claims of a template may name only storage classes of this namespace: standard",
    ),
}


def template_claims() -> Iterator[Attack]:
    """Yield templates of claims that get volumes which exist, or that are not granted."""
    for what, (spec, metadata, reason) in _BAD.items():
        bad, good = _ephemeral(spec, metadata), _ephemeral({}, {})
        for family, found, fine in (
            ("pod-names", bad, good),
            (
                "workload-names",
                make.workload("Deployment", template=bad),
                make.workload("Deployment", template=good),
            ),
            (
                "cron-job-names",
                make.workload("CronJob", template=bad),
                make.workload("CronJob", template=good),
            ),
            ("workload-names", _stateful(spec, metadata), _stateful({}, {})),
        ):
            for path, attack, control in creations(found, fine):
                yield Attack(
                    rule=f"{family}: {what} by a claim of a {found['kind']}",
                    path=path,
                    person="developer",
                    request=attack,
                    reasons=guarded(f"tenancy-{family}", reason),
                    control=control,
                )
    named = make.volume_claim()
    named["spec"]["volumeName"] = "others"
    # Some clusters run all controllers as one user, who binds claims and creates them.
    yield Attack(
        rule="storage-claims: a volume by a claim that controllers create",
        path="create",
        person="controllers",
        request=post(named),
        reasons=guarded("tenancy-storage-claims", "a claim may not name its volume"),
        control=post(make.volume_claim()),
    )


def controllers_of_jobs() -> Iterator[Attack]:
    """Yield Jobs that another controller than that of Kubernetes is to run."""
    for kind, family in (("Job", "workload-names"), ("CronJob", "cron-job-names")):
        for name in ("example.com/other", "kueue.x-k8s.io/multikueue"):
            for path, attack, control in creations(
                _managed(kind, name), _managed(kind, "kubernetes.io/job-controller")
            ):
                yield Attack(
                    rule=f"{family}: {kind} of {name}",
                    path=path,
                    person="developer",
                    request=attack,
                    reasons=guarded(
                        f"tenancy-{family}",
                        "managedBy of a Job must be one of kubernetes.io/job-controller",
                    ),
                    control=control,
                )


def _managed(kind: str, name: str) -> Object:
    found = make.workload(kind)
    found["spec"].get("jobTemplate", found)["spec"]["managedBy"] = name
    return found


def _claim(spec: Mapping, metadata: Mapping) -> Object:
    return {"metadata": dict(metadata), "spec": {**make.volume_claim()["spec"], **spec}}


def _ephemeral(spec: Mapping, metadata: Mapping) -> Object:
    volume = {"name": "a", "ephemeral": {"volumeClaimTemplate": _claim(spec, metadata)}}
    return make.pod(volumes=[volume])


def _stateful(spec: Mapping, metadata: Mapping) -> Object:
    found = make.workload("StatefulSet", WEB)
    claim = _claim(spec, {"name": "data", **metadata})
    found["spec"]["volumeClaimTemplates"] = [claim]
    return found

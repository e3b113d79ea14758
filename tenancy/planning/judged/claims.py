"""Claims of storage and of devices, as their admission policies judge new ones."""

from collections.abc import Iterator
from typing import Final

from tenancy.kubernetes import BETA_STORAGE_CLASS, labels
from tenancy.kubernetes.pods import Fields, items, mapping, pod_amounts
from tenancy.manifests import ALLOWED_ANNOTATIONS
from tenancy.model import LOCAL_QUEUE, QUEUE_NAME_LABEL
from tenancy.planning.judged.judge import (
    ExpectedRefusal,
    Rules,
    annotation_refusals,
    metadata_of,
    spec_of,
)

__all__ = ["device_claim", "queued_job", "storage", "storage_annotations"]

_OF_CONTROLLERS: Final = (
    "pv.kubernetes.io",
    "volume.beta.kubernetes.io",
    "volume.kubernetes.io",
)
_ALL: Final = 32


def storage(found: Fields, rules: Rules) -> Iterator[ExpectedRefusal]:
    """Yield why a claim like this one, or those of a StatefulSet, would be refused."""
    templates = tuple(items(spec_of(found).get("volumeClaimTemplates")))
    for template in templates:
        # Without a class, the cluster's default one is set before the policy judges it.
        if spec_of(template).get("storageClassName"):
            yield from _storage(template, rules)
    if "template" in spec_of(found):
        return
    yield from _storage(found, rules)
    spec, allowed = spec_of(found), rules.platform.allowed
    if "selector" in spec:
        yield ExpectedRefusal(
            reason="it selects its volume", remedy="let it get a new volume", is_new=True
        )
    attributes = spec.get("volumeAttributesClassName")
    if attributes and attributes not in allowed.volume_attributes_classes:
        yield ExpectedRefusal(
            reason=f"spec.volumeAttributesClassName is {attributes}",
            remedy="list it under allowed.volumeAttributesClasses of the platform",
            is_new=True,
        )
    if mapping(spec.get("dataSourceRef")).get("namespace"):
        yield ExpectedRefusal(
            reason="its data source is in another namespace",
            remedy="copy the data first",
            is_new=True,
        )


def storage_annotations(found: Fields, rules: Rules) -> Iterator[ExpectedRefusal]:
    """Yield the annotations of a claim that are not allowed, but for its controllers'."""
    metadata = metadata_of(found)
    written = {
        key: value
        for key, value in mapping(metadata.get("annotations")).items()
        if str(key).partition("/")[0] not in _OF_CONTROLLERS
    }
    known = (*ALLOWED_ANNOTATIONS, *rules.platform.allowed.claim_annotations)
    yield from annotation_refusals({"annotations": written}, known, "claimAnnotations")


def queued_job(found: Fields, rules: Rules) -> Iterator[ExpectedRefusal]:
    """Yield that the Jobs of a CronJob would be refused, which ask for devices of a queue."""
    template = mapping(spec_of(found).get("jobTemplate"))
    pods = spec_of(mapping(spec_of(template).get("template")))
    requested = {key.removeprefix("requests.") for key in pod_amounts(pods)}
    queued = sorted(requested & set(rules.listed(labels.QUEUED_RESOURCES)))
    marks = mapping(metadata_of(template).get("labels"))
    if queued and marks.get(QUEUE_NAME_LABEL) != LOCAL_QUEUE:
        yield ExpectedRefusal(
            reason=f"its Jobs request {', '.join(queued)} without the label {QUEUE_NAME_LABEL}",
            remedy=f"write the label {QUEUE_NAME_LABEL}: {LOCAL_QUEUE} in spec.jobTemplate",
            is_new=True,
        )


def _storage(found: Fields, rules: Rules) -> Iterator[ExpectedRefusal]:
    granted = rules.listed(labels.STORAGE_CLASSES)
    name = str(spec_of(found).get("storageClassName") or "")
    if name not in granted:
        yield ExpectedRefusal(
            reason=f"its storage class is {name or 'not set'}, and the namespace may use"
            f" {', '.join(granted) or 'none'}",
            remedy="list the class under storageClasses of the platform, and of the namespace"
            " where it is granted",
            is_new=True,
        )
    if BETA_STORAGE_CLASS in mapping(metadata_of(found).get("annotations")):
        yield ExpectedRefusal(
            reason=f"it has the annotation {BETA_STORAGE_CLASS}",
            remedy="write spec.storageClassName in its place",
            is_new=True,
        )


def device_claim(found: Fields, rules: Rules) -> Iterator[ExpectedRefusal]:
    """Yield why a ResourceClaim, or one of a template, would be refused."""
    spec = spec_of(found)
    requests = tuple(items(mapping(mapping(spec.get("spec")).get("devices")).get("requests")))
    requests = requests or tuple(items(mapping(spec.get("devices")).get("requests")))
    granted = rules.listed(labels.DEVICE_CLASSES)
    wanted = [one for request in requests for one in _alternatives(request)]
    classes = dict.fromkeys(str(one.get("deviceClassName")) for one in wanted)
    if others := [name for name in classes if name not in granted]:
        yield ExpectedRefusal(
            reason=f"it names the device classes {', '.join(others)}, and the namespace is"
            f" granted {', '.join(granted) or 'none'}",
            remedy="grant a pool of these devices under gpus of the namespace",
            is_new=True,
        )
    tolerated = (item for one in wanted for item in items(one.get("tolerations")))
    keys = dict.fromkeys(str(item.get("key") or "") for item in tolerated)
    if others := [key for key in keys if key not in rules.platform.allowed.device_taints]:
        named = ", ".join(key or "every taint" for key in others)
        yield ExpectedRefusal(
            reason=f"it tolerates the device taints {named}",
            remedy="list them under allowed.deviceTaints of the platform",
            is_new=True,
        )
    for bound in rules.listed(labels.DEVICE_BOUNDS):
        name, most, *_ = bound.split(":")
        count = sum(_devices(request, name) for request in requests)
        if count > int(most):
            yield ExpectedRefusal(
                reason=f"it requests {count} devices of {name}, and a claim may request {most}",
                remedy="raise maxPerClaim of the grant, or request fewer",
                is_new=True,
            )
    if any(mapping(one.get("exactly")).get("adminAccess") is True for one in requests):
        yield ExpectedRefusal(reason="it has adminAccess", remedy="remove it")


def _alternatives(request: Fields) -> list[Fields]:
    exactly = mapping(request.get("exactly"))
    return [exactly] if exactly else [*items(request.get("firstAvailable"))]


def _devices(request: Fields, name: str) -> int:
    """Return what a quota counts of the class *name*: the largest alternative."""
    return max(
        (
            _ALL if one.get("allocationMode") == "All" else int(str(one.get("count") or 1))
            for one in _alternatives(request)
            if one.get("deviceClassName") == name
        ),
        default=0,
    )
